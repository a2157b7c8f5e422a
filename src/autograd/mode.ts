/** Whether operations are recorded. */
import { describeValue } from "../core/describe.js";
import { checkSynchronous } from "../core/synchronous.js";

let enabled = true;

export function isGradEnabled(): boolean {
  return enabled;
}

/** Runs `fn` with recording switched on or off; the mode before is restored also when it throws. */
export function withGradMode<T>(mode: boolean, fn: () => T): T {
  const before = enabled;
  enabled = mode;
  try {
    return fn();
  } finally {
    enabled = before;
  }
}

/**
 * Runs `fn` without recording: its results do not require grad; torch.no_grad(). Returns what `fn`
 * returns.
 *
 * @throws TypeError when `fn` is no function, or returns a promise: recording is on again before it
 * would settle
 * @example
 * const x = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => x.mul(2)).requiresGrad; // false
 */
export function noGrad<T>(fn: () => T): T {
  if (typeof fn !== "function") throw new TypeError(`noGrad: expected a function, got ${describeValue(fn)}`);
  const result = withGradMode(false, fn);
  checkSynchronous("noGrad", result);
  return result;
}

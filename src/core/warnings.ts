/** Warnings: to a handler that the user sets, else once per text to the process or the console. */
import { describeValue } from "./describe.js";

/** Receives the text of a warning. */
export type WarningHandler = (message: string) => void;

let handler: WarningHandler | null = null;
const shown = new Set<string>();

/** What Node's process has, where there is one. */
interface Emitter {
  emitWarning?: (message: string, type: string) => void;
}

/**
 * Sends every warning to `next` instead of `process.emitWarning` or `console.warn`, which get each
 * text once only. Returns the handler before; null restores the default.
 *
 * @throws TypeError for what is no function and not null
 * @example
 * const seen: string[] = [];
 * onWarning((message) => seen.push(message));
 * F.l1Loss(zeros([2]), zeros([2]), { reduce: false });
 * seen.length; // 1
 */
export function onWarning(next: WarningHandler | null): WarningHandler | null {
  if (next !== null && typeof next !== "function") {
    throw new TypeError(`onWarning: expected a function or null, got ${describeValue(next)}`);
  }
  const before = handler;
  handler = next;
  return before;
}

export function warn(message: string): void {
  if (handler) {
    handler(message);
    return;
  }
  if (shown.has(message)) return;
  shown.add(message);
  const { process } = globalThis as { process?: Emitter };
  if (process?.emitWarning) process.emitWarning(message, "UserWarning");
  else console.warn(`UserWarning: ${message}`);
}

/** What upstream gradients are looked at for. */
import { operate } from "../core/operation.js";
import { encode } from "./dtype.js";
import { contiguous } from "./elementwise.js";
import type { NdArray } from "./ndarray.js";

/**
 * Whether all elements are 1, as of the upstream gradient of a sum: then what was kept for 1 is the
 * gradient.
 */
export function isOne(upstream: NdArray): boolean {
  if (upstream.numel === 1 || upstream.constant) return upstream.numel > 0 && upstream.at(0) === 1;
  const one = encode(upstream.dtype, 1);
  const whole = contiguous(upstream);
  return operate(() => {
    const numbers: ArrayLike<unknown> = whole.numbers();
    let i = 0;
    while (i < numbers.length && numbers[i] === one) i++;
    return i === numbers.length;
  });
}

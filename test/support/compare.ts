/**
 * Comparison of a tensor with what PyTorch answered: dtype, shape, and each number bit for bit or
 * within its range.
 */
import type { Tensor } from "lossgrad";
import { flatten, numbersOf } from "./wire.js";
import type { Expected, Scalar } from "./wire.js";

/**
 * What differs, in words; nothing where all is as expected. NaN equals NaN whatever its bits; -0
 * differs from 0.
 */
export function differences(what: string, found: Tensor | null, expected: Expected): string[] {
  if (found === null) return [`${what}: null, expected ${expected.dtype} [${expected.shape.join(", ")}]`];
  if (found.dtype !== expected.dtype) return [`${what}: dtype ${found.dtype}, expected ${expected.dtype}`];
  if (found.shape.join() !== expected.shape.join())
    return [`${what}: shape [${found.shape.join(", ")}], expected [${expected.shape.join(", ")}]`];
  const numbers = flatten(found.tolist());
  return "bytes" in expected
    ? exactly(what, numbers, numbersOf(expected.dtype, expected.bytes))
    : within(what, numbers, numbersOf("float64", expected.low), numbersOf("float64", expected.high));
}

function exactly(what: string, found: Scalar[], expected: Scalar[]): string[] {
  if (found.length !== expected.length)
    return [`${what}: ${found.length} numbers, expected ${expected.length}`];
  return found.flatMap((value, i) =>
    Object.is(value, expected[i]) ? [] : [`${what}[${i}]: ${show(value)}, expected ${show(expected[i])}`],
  );
}

function within(what: string, found: Scalar[], low: Scalar[], high: Scalar[]): string[] {
  if (found.length !== low.length) return [`${what}: ${found.length} numbers, expected ${low.length}`];
  return found.flatMap((value, i) => {
    const [undefinedLow, undefinedHigh] = [Number.isNaN(low[i]), Number.isNaN(high[i])];
    // One end undefined: a sum of ranges some of which reach infinity, so that anything may come of
    // it.
    if (undefinedLow !== undefinedHigh) return [];
    const inside = undefinedLow ? Number.isNaN(value) : value >= low[i] && value <= high[i];
    return inside ? [] : [`${what}[${i}]: ${show(value)}, expected ${show(low[i])} to ${show(high[i])}`];
  });
}

function show(value: Scalar): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

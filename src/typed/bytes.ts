/**
 * L1 of two arrays of uint8, by the kernels for bytes: |a - b| of two bytes is one, and their sum a
 * whole number.
 */
import type { ForeignArray } from "../ndarray/foreign.js";
import { type Elements, inBlocks, Source, Target } from "../ndarray/window.js";
import { operate } from "../core/operation.js";

/** Σ |x - y|, exact: a float64 counts further than there are addresses. */
export function byteSum(x: ForeignArray, y: ForeignArray): number {
  let sum = 0;
  operate(() => {
    const [from, to] = [new Source(x, "u8", 0), new Source(y, "u8", 1)];
    inBlocks(x.numel, (start, n) => {
      sum += x.memory.kernels.l1_sum_u8(from.read(start, n), to.read(start, n), n);
    });
  });
  return sum;
}

/** out = |x - y| */
export function byteValues(x: ForeignArray, y: ForeignArray, out: Elements): void {
  operate(() => {
    const [from, to, into] = [new Source(x, "u8", 0), new Source(y, "u8", 1), new Target(out, "u8", 2)];
    inBlocks(x.numel, (start, n) => {
      x.memory.kernels.l1_map_u8(from.read(start, n), to.read(start, n), into.begin(start), n);
      into.end(start, n);
    });
  });
}

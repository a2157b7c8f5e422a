/** Gradients of losses of rows: slopes times what each row has of its own. */
import { binary } from "../ndarray/elementwise.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { permute } from "../ndarray/views.js";
import { inRows } from "../ndarray/window.js";
import { operate } from "../core/operation.js";
import { type Problem, slope } from "./evaluate.js";
import { keepMasked } from "./mask.js";
import type { Extent } from "./reduction.js";
import { inOrder, partLosses } from "./parts.js";
import { type Divisor, slopePass } from "./rows.js";
import { arrayOf } from "./task.js";

/**
 * out = norm · slope(input - target), times each of the factors, which are contiguous, of the
 * problem's dtype, and have a number for each result. Each product is rounded to that dtype.
 */
export function rowSlopes(
  problem: Problem<NdArray>,
  extent: Extent,
  norm: number,
  factors: readonly NdArray[],
  out: NdArray,
): NdArray {
  const { dtype } = problem;
  if ((dtype === "float32" || dtype === "float64") && (isInOrder(extent) || out.dtype !== dtype)) {
    inBlocksOfRows(inOrder(problem, extent.order), extent, norm, factors, permute(out, extent.order));
    return out;
  }
  // The kernels that scale rows know no halves; and columns are better written as they lie.
  slope(problem, norm, 1, out);
  for (const factor of factors) binary("mul", out, factor.reshaped(extent.kept), dtype, out);
  return problem.mask ? keepMasked(out, problem.mask) : out;
}

/**
 * The losses of rows, and out = norm · slope(input - target) with one norm or one for each result:
 * in one pass, but for columns, whose gradients are written as they lie.
 */
export function rowLossesAndSlopes(
  problem: Problem<NdArray>,
  extent: Extent,
  divisor: Divisor,
  norm: number | Float64Array,
  out: NdArray,
): Float64Array {
  const { dtype } = problem;
  const half = dtype !== "float32" && dtype !== "float64";
  if (typeof norm === "number" || isInOrder(extent) || half) {
    return partLosses(problem, extent, divisor, { out, norm });
  }
  const losses = partLosses(problem, extent, divisor);
  rowSlopes(problem, extent, 1, [arrayOf(norm, dtype, extent.result)], out);
  return losses;
}

/** Whether the elements of each result follow each other. */
function isInOrder({ order }: Extent): boolean {
  return order.every((d, i) => d === i);
}

/**
 * The same of a problem in the order of rows; what a kernel wrote is scaled while it is in a cache.
 */
function inBlocksOfRows(
  problem: Problem<NdArray>,
  { rows, length }: Extent,
  norm: number,
  factors: readonly NdArray[],
  out: NdArray,
): void {
  const { kernels } = out.memory;
  const [scale, size] = problem.dtype === "float32" ? [kernels.scale_f32, 4] : [kernels.scale_f64, 8];
  operate(() => {
    const pass = slopePass(problem, norm, out);
    const addresses = factors.map((factor) => factor.address());
    const scaled = (row: number, many: number, start: number, n: number): void => {
      pass.run(start, many * n, (at) => {
        for (const address of addresses) scale(at, address + row * size, at, many, n);
      });
    };
    inRows(rows, length, {
      rows: (first, many) => scaled(first, many, first * length, length),
      piece: (row, start, n) => scaled(row, 1, start, n),
    });
  });
}

/** Gradients of losses of rows: slopes times what each row has of its own. */
import { binary } from "../ndarray/elementwise.js";
import type { DType } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { permute } from "../ndarray/views.js";
import { inBlocks, inRows, Source } from "../ndarray/window.js";
import { operate } from "../core/operation.js";
import { type Problem, slope, slopeDType } from "./evaluate.js";
import { keepMasked } from "./mask.js";
import { arrayOf, columnsOf, inOrder, partLosses, type Parts } from "./parts.js";
import type { Extent } from "./reduction.js";
import { slopePass } from "./rows.js";

/** The slots of factors, behind those of operands and results. */
const FACTORS_SLOT = 6;

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
  if (dtype !== "float32" && dtype !== "float64") {
    // The kernels that scale know no halves.
    slope(problem, norm, 1, out);
    for (const factor of factors) binary("mul", out, factor.reshaped(extent.kept), dtype, out);
    return problem.mask ? keepMasked(out, problem.mask) : out;
  }
  const columns = columnsOf(extent, problem.input.shape);
  const order = columns?.order ?? extent.order;
  const [ordered, to] = [inOrder(problem, order), permute(out, order)];
  if (!columns) inBlocksOfRows(ordered, extent, norm, factors, to);
  else {
    const spread = factors.map((x) => permute(x.reshaped(extent.kept).expanded(out.shape), order));
    inBlocksOfColumns(ordered, norm, spread, to);
  }
  return out;
}

/**
 * The losses of parts, rounded to `result`, and out = norm · slope(input - target) with one norm or
 * one for each part.
 */
export function rowLossesAndSlopes(
  parts: Parts,
  result: DType,
  norm: number | Float64Array,
  out: NdArray,
): NdArray {
  const { problem, extent } = parts;
  if (typeof norm === "number" || !columnsOf(extent, problem.input.shape)) {
    return partLosses(parts, result, { out, norm });
  }
  const losses = partLosses(parts, result);
  // A norm of each column is one more factor.
  const dtype = slopeDType(problem);
  rowSlopes({ ...problem, dtype }, extent, 1, [arrayOf(norm, dtype, extent.result)], out);
  return losses;
}

/**
 * Slopes of rows that follow each other; what a kernel wrote is scaled while it is in a cache.
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

/** The same of columns, with factors that are spread over the elements. */
function inBlocksOfColumns(
  problem: Problem<NdArray>,
  norm: number,
  factors: readonly NdArray[],
  out: NdArray,
): void {
  const { kernels } = out.memory;
  const [tag, mul] =
    problem.dtype === "float32" ? (["f32", kernels.mul_f32] as const) : (["f64", kernels.mul_f64] as const);
  operate(() => {
    const pass = slopePass(problem, norm, out);
    const sources = factors.map((factor, i) => new Source(factor, tag, FACTORS_SLOT + i));
    inBlocks(out.numel, (start, n) => {
      pass.run(start, n, (at) => {
        for (const source of sources) mul(at, 16, source.read(start, n), 16, at, n);
      });
    });
  });
}

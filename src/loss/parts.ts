/** Losses of parts, each with a result of its own: as rows, or as columns where they lie so. */
import { operate } from "../core/operation.js";
import { type DType, encode } from "../ndarray/dtype.js";
import { convert } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sum } from "../ndarray/reductions.js";
import type { Shape } from "../ndarray/shape.js";
import { permute } from "../ndarray/views.js";
import { type Columns, columnLosses } from "./columns.js";
import type { Problem } from "./evaluate.js";
import type { Extent } from "./reduction.js";
import { countKept } from "./mask.js";
import { type Divisor, rowLosses } from "./rows.js";

/**
 * The gradients that come along: norm · slope(input - target), with one norm or one for each part.
 */
export interface SlopesOfParts {
  readonly out: NdArray;
  readonly norm: number | Float64Array;
}

/** A loss and the parts of it that have a result each. */
export interface Parts {
  readonly problem: Problem<NdArray>;
  readonly extent: Extent;
  readonly divisor: Divisor;
}

/**
 * Σ term(input - target) / divisor of each part, rounded to `dtype`; and the gradients in the same
 * pass.
 */
export function partLosses(parts: Parts, dtype: DType, slopes: SlopesOfParts | null = null): NdArray {
  const { problem, extent, divisor } = parts;
  const rows = inOrder(problem, extent.order);
  const columns = columnsOf(extent, problem.input.shape);
  if (!columns || isDirect(rows) || typeof slopes?.norm === "object") {
    const out = slopes && { ...slopes, out: permute(slopes.out, extent.order) };
    return arrayOf(rowLosses(rows, extent, divisor, out), dtype, extent.result);
  }
  const { order } = columns;
  const out = slopes && { out: permute(slopes.out, order), norm: slopes.norm };
  const losses = columnLosses(inOrder(problem, order), columns, rows, divisor, out);
  return convert(losses, dtype).reshaped([...extent.result]);
}

/** A copy of numbers of float64. */
function numbersOf(x: NdArray): Float64Array {
  return operate(() => (x.numbers() as Float64Array).slice());
}

/** Numbers as an array of `dtype`. */
export function arrayOf(numbers: Float64Array, dtype: DType, shape: Shape): NdArray {
  const out = NdArray.empty(dtype, shape);
  operate(() => {
    const stored = out.numbers();
    // A typed array of floats rounds as it is set, which takes a tenth of the time.
    if (stored instanceof Float32Array || stored instanceof Float64Array) stored.set(numbers);
    else for (let i = 0; i < numbers.length; i++) stored[i] = encode(dtype, numbers[i]);
  });
  return out;
}

/** How many elements of each part the mask keeps. */
export function countsOfParts(mask: NdArray, extent: Extent): Float64Array {
  if (!columnsOf(extent, mask.shape)) {
    return countKept(permute(mask, extent.order), extent.rows, extent.length);
  }
  // Columns are counted where they lie.
  return numbersOf(convert(sum(convert(mask, "bool"), extent.dims, false), "float64"));
}

/** The problem with its dimensions in another order. */
export function inOrder(problem: Problem<NdArray>, order: readonly number[]): Problem<NdArray> {
  const { input, target, mask } = problem;
  return {
    ...problem,
    input: permute(input, order),
    target: permute(target, order),
    mask: mask && permute(mask, order),
  };
}

/**
 * The columns of an extent: the dimensions that stay behind all those that are reduced are their
 * inner ones. Null where there are none.
 */
export function columnsOf(
  { dims, order, rows, length }: Extent,
  shape: readonly number[],
): (Columns & { readonly order: readonly number[] }) | null {
  const last = dims[dims.length - 1];
  const stay = order.slice(0, order.length - dims.length);
  const behind = stay.filter((d) => d > last);
  const inner = behind.reduce((n, d) => n * shape[d], 1);
  if (inner <= 1 || rows * length === 0) return null;
  return { order: [...stay.filter((d) => d < last), ...dims, ...behind], outer: rows / inner, length, inner };
}

/** Whether each part's elements follow each other as they are. */
function isDirect({ input, target }: Problem<NdArray>): boolean {
  return input.contiguous && target.contiguous;
}

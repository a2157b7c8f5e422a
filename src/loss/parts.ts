/** Losses of parts, each with a result of its own: as rows, or as columns where they lie so. */
import type { NdArray } from "../ndarray/ndarray.js";
import { permute } from "../ndarray/views.js";
import { type Columns, columnLosses } from "./columns.js";
import type { Problem } from "./evaluate.js";
import type { Extent } from "./reduction.js";
import { type Divisor, rowLosses } from "./rows.js";

/** The gradients that come along: norm · slope(input - target), with one norm or one for each part. */
export interface SlopesOfParts {
  readonly out: NdArray;
  readonly norm: number | Float64Array;
}

/** Σ term(input - target) / divisor of each part; and the gradients in the same pass. */
export function partLosses(
  problem: Problem<NdArray>,
  extent: Extent,
  divisor: Divisor,
  slopes: SlopesOfParts | null = null,
): Float64Array {
  const rows = inOrder(problem, extent.order);
  const columns = columnsOf(extent, problem.input.shape);
  if (!columns || isDirect(rows) || typeof slopes?.norm === "object") {
    const out = slopes && { ...slopes, out: permute(slopes.out, extent.order) };
    return rowLosses(rows, extent, divisor, out);
  }
  const { order } = columns;
  const out = slopes && { out: permute(slopes.out, order), norm: slopes.norm };
  return columnLosses(inOrder(problem, order), columns, rows, divisor, out);
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

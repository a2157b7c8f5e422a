/**
 * A loss of tensors and its reduction: which elements make up which result, and what a mean divides
 * by.
 */
import type { DType } from "../ndarray/dtype.js";
import { convert } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { type Problem, sum, values } from "./evaluate.js";
import type { Reduction } from "./losses.js";
import { countKept } from "./mask.js";
import type { Extent } from "./reduction.js";
import { countsOfParts, partLosses } from "./parts.js";
import type { Divisor } from "./rows.js";

export interface Task {
  readonly problem: Problem<NdArray>;
  readonly mode: Reduction;
  /** Which elements make up which result; null where all make up one without dimensions. */
  readonly extent: Extent | null;
  /** What a mean divides each sum by; 1 for other reductions. */
  readonly divisor: Divisor;
}

export function taskOf(problem: Problem<NdArray>, mode: Reduction, extent: Extent | null): Task {
  const { mask, input } = problem;
  const divisor = mode !== "mean" ? 1 : mask ? countOfEach(mask, extent) : (extent?.length ?? input.numel);
  return { problem, mode, extent, divisor };
}

/** How many elements the mask keeps for each result. */
function countOfEach(mask: NdArray, extent: Extent | null): Divisor {
  if (!extent) return countKept(mask, 1, mask.numel)[0];
  return countsOfParts(mask, extent);
}

/** The loss, where no gradient is asked for. */
export function lossOf({ problem, mode, extent, divisor }: Task, dtype: DType): NdArray {
  if (mode === "none") {
    const terms = NdArray.empty(problem.dtype, problem.input.shape);
    values(problem, terms);
    return convert(terms, dtype);
  }
  if (!extent) return NdArray.scalar(dtype, sum(problem, divisor as number));
  return partLosses({ problem, extent, divisor }, dtype);
}

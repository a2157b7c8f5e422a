/** Weighted losses of arrays: sums, and what has an element for each of the operands'. */
import type { ForeignArray } from "../ndarray/foreign.js";
import type { Problem } from "../loss/evaluate.js";
import { countKept } from "../loss/mask.js";
import { weightedLosses, weightsOfRows } from "../loss/weighted-sums.js";
import { scaleOfMean, type WeightedProblem } from "../loss/weighted-terms.js";
import { ownType, type Request } from "./request.js";

export function weightedProblem(
  { row, prediction, dtype, asked }: Request,
  problem: Problem<ForeignArray>,
  weight: ForeignArray,
): WeightedProblem<ForeignArray> {
  return { problem, weight, loss: asked ?? ownType(row, prediction, dtype) };
}

/** The weighted sum or mean, and its derivative by a weighted term. */
export function weightedSums(
  { row, reduction, resultDType }: Request,
  { problem, weight }: WeightedProblem<ForeignArray>,
): { value: number; scale: number } {
  const { mask } = problem;
  const rows = { rows: 1, length: weight.numel };
  const valueFor = (divisor: number): number => weightedLosses(problem, weight, rows, divisor)[0];
  if (reduction === "sum") return { value: valueFor(1), scale: 1 };
  const divisor =
    row.weightedMean === "weights"
      ? weightsOfRows(weight, mask, rows)[0]
      : mask
        ? countKept(mask, 1, rows.length)[0]
        : rows.length;
  return { value: valueFor(divisor), scale: scaleOfMean(row, divisor, weight.dtype, resultDType) };
}

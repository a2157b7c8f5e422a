/** Losses of rows of numbers: a score of forecasts that are samples, and the correlation. */
import { checkFlag, takeOptions } from "../core/options.js";
import { checkReduction } from "../loss/reduction.js";
import { readWeights } from "../loss/row-problem.js";
import { sameShape, wrapDim } from "../ndarray/shape.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  checkFloating,
  checkSameShape,
  COUNT_OPTIONS,
  keptParts,
  type PartCountOptions,
  type PartReductionOptions,
  readNotNegative,
  readParts,
  reduceParts,
  without,
} from "./composed.js";

/** Options of F.ensembleCrpsLoss. */
export interface EnsembleCrpsOptions extends PartReductionOptions {
  /**
   * Whether the spread divides by M (M - 1), so that the score's expectation does not depend on how
   * many members M there are; not by default.
   */
  fair?: boolean;
}
export const ENSEMBLE_OPTIONS = ["fair", "reduction"] as const;

/**
 * Continuous ranked probability score of ensembles of M members x against targets y: Σ |x_i - y| /
 * M - Σ Σ |x_i - x_j| / (2 M²), with `fair`, 2 M (M - 1) in the place of 2 M². Members are ordered
 * for it, which takes M log(M) steps, and no memory for pairs.
 *
 * Shapes: (..., M) and a target (...). Result: 0-d, or for "none" the target's shape. Floating
 * dtypes.
 * Gradient: by a member (sign(x_i - y) - (l - g) / M) / M, where l members are less and g greater,
 * with `fair`, M - 1 in the place of the second M; 0 of what is equal, at the kinks; by the target
 * -Σ sign(x_i - y) / M.
 *
 * @throws TypeError for operands that are no tensors or not floating, options of another type;
 *   RangeError for shapes that do not fit, no members, fewer than two with `fair`, an unknown
 *   reduction
 * @see Ferro, Fair scores for ensemble forecasts, 2014; https://doi.org/10.1002/qj.2270
 * @example
 * const members = tensor([[1, 2, 4], [0, 0, 3]]);
 * F.ensembleCrpsLoss(members, tensor([2, 1])).item(); // 0.4999999701976776
 * F.ensembleCrpsLoss(members, tensor([2, 1]), { fair: true, reduction: "none" }).tolist(); // [0, 0.3333333432674408]
 */
export function ensembleCrpsLoss(
  input: Tensor,
  target: Tensor,
  options: EnsembleCrpsOptions & PartCountOptions = {},
): Tensor {
  const caller = "ensembleCrpsLoss";
  const taken = takeOptions(caller, options, [...ENSEMBLE_OPTIONS, ...COUNT_OPTIONS]);
  const { fair = false, reduction = "mean" } = taken;
  checkFlag(caller, "fair", fair);
  const mode = checkReduction(reduction, "enum");
  checkFloating(caller, { input, target });
  const count = membersOf(caller, input, target, fair);
  const parts = readParts(caller, mode, target.shape, taken);
  const members = keptParts(input, parts, [target.ndim]);
  // The spread does not change when all members move, and is more exact of numbers near 0.
  const apart = members.sub(keptParts(target, parts).unsqueeze(-1));
  const spread = apart.mul(balances(apart)).mul(1 / (fair ? count - 1 : count));
  return reduceParts(apart.abs().sub(spread).mean(-1), parts);
}

function membersOf(caller: string, { shape }: Tensor, target: Tensor, fair: boolean): number {
  if (shape.length === 0 || !sameShape(shape.slice(0, -1), target.shape)) {
    const [found, other] = [shape, target.shape].map((sizes) => `[${sizes.join(", ")}]`);
    throw new RangeError(
      `${caller}: expected members of shape (..., M) and a target of shape (...), got ${found} and ${other}`,
    );
  }
  const count = shape[shape.length - 1];
  const least = fair ? 2 : 1;
  if (count >= least) return count;
  throw new RangeError(
    `${caller}: expected at least ${least} member${least > 1 ? "s, with fair" : ""}, got ${count}`,
  );
}

/** Of each number in the last dimension, how many others are less, minus how many are greater. */
function balances(x: Tensor): Tensor {
  const size = x.shape.at(-1)!;
  const numbers = readWeights(x.nd);
  const found = new Float64Array(numbers.length);
  for (let start = 0; start < numbers.length; start += size) {
    const row = numbers.subarray(start, start + size);
    const sorted = row.slice().sort();
    for (let first = 0; first < size;) {
      let end = first + 1;
      while (end < size && sorted[end] === sorted[first]) end++;
      found.set([first + end - size], start + first);
      first = end;
    }
    placeBalances(row, sorted, found.subarray(start, start + size));
  }
  return tensor(found)
    .to(x.dtype)
    .reshape([...x.shape]);
}

/**
 * Brings the balances, which stand where the first of equal numbers is in order, to the numbers.
 */
function placeBalances(row: Float64Array, sorted: Float64Array, balances: Float64Array): void {
  const inOrder = balances.slice();
  row.forEach((value, i) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    // A NaN is in no order, and makes the loss NaN.
    balances[i] = low < sorted.length ? inOrder[low] : 0;
  });
}

/** Options of F.pearsonLoss. */
export interface PearsonOptions extends PartReductionOptions {
  /** The dimension that is correlated, a negative one counted from the end; -1 by default. */
  dim?: number;
  /** What is added to both sums of squares, at least 0; 1e-12 by default. */
  eps?: number;
}
export const PEARSON_OPTIONS = ["dim", "eps", "reduction"] as const;

/**
 * Negative Pearson correlation, as a loss from 0 to 2, but for roundings: 1 - r, with
 * r = Σ a b / sqrt((Σ a² + eps) (Σ b² + eps)), where a and b are input and target less their means
 * along a dimension.
 *
 * Shapes: one shape for both. Result: 0-d, or for "none" the shape without that dimension. Rows
 * that are constant have r = 0, for an eps of 0 NaN. Floating dtypes.
 * Gradient: -(b / q - r a / (Σ a² + eps)), q being r's denominator; it has no kink, and adds up to
 * 0.
 *
 * @throws TypeError for operands that are no tensors or not floating; RangeError for shapes that
 *   differ, a negative eps, an unknown reduction, a dimension that there is not
 * @see Pearson, Note on regression and inheritance in the case of two parents, 1895;
 *   https://doi.org/10.1098/rspl.1895.0041
 * @example
 * F.pearsonLoss(tensor([[1, 2, 3], [1, 2, 3]]), tensor([[2, 4, 6], [1, 0, -1]])).item(); // 0.9999999403953552
 */
export function pearsonLoss(
  input: Tensor,
  target: Tensor,
  options: PearsonOptions & PartCountOptions = {},
): Tensor {
  const caller = "pearsonLoss";
  const taken = takeOptions(caller, options, [...PEARSON_OPTIONS, ...COUNT_OPTIONS]);
  const { dim: given = -1, eps: least = 1e-12, reduction = "mean" } = taken;
  const mode = checkReduction(reduction, "enum");
  const eps = readNotNegative(caller, "eps", least);
  if (!Number.isInteger(given)) throw new TypeError(`${caller}: expected dim to be an integer`);
  checkFloating(caller, { input, target });
  checkSameShape(caller, input, target);
  if (input.ndim === 0) throw new RangeError(`${caller}: expected at least one dimension, got a 0-d tensor`);
  const dim = wrapDim(given, input.ndim);
  const parts = readParts(caller, mode, without(input.shape, [dim]), taken);
  const centred = (x: Tensor): Tensor => x.sub(x.mean({ dim, keepdim: true }));
  const [a, b] = [input, target].map((x) => centred(keptParts(x, parts, [dim])));
  const [squares, others] = [a, b].map((x) => x.mul(x).sum(dim).add(eps));
  const r = a.mul(b).sum(dim).div(squares.sqrt().mul(others.sqrt()));
  return reduceParts(r.neg().add(1), parts);
}

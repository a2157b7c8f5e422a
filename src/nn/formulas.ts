/** The losses that are a formula and no more: one constant a row of loss/formulas.ts. */
import * as formulas from "../loss/formulas.js";
import type { Tensor } from "../tensor/tensor.js";
import { formulaLoss } from "./formula-loss.js";
import type { LegacyOptions, MaskOptions, ReductionOptions } from "./options.js";

/**
 * Two-class logistic loss of scores against labels of 1 and -1: log(1 + exp(-input target)).
 *
 * Shapes: the target broadcasts to the input's, without a warning, as in torch; result as for l1Loss.
 * The target counts in the input's dtype, which must be floating and is the result's. The loss is
 * infinite where exp(-input target) is, and the gradient NaN there.
 * Gradient: -target z / (1 + z), with z = exp(-input target), each operation rounded as torch does;
 * that by the target, which torch does not have, in the same way.
 *
 * @throws TypeError for operands that are no tensors, an input that is not floating, a mask that is
 *   not of bools or uint8, `dim` with "none"; RangeError for a target that does not fit the input,
 *   an unknown reduction, a dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 * @example
 * F.softMarginLoss(tensor([0, 2, -1]), tensor([1, 1, -1])).item(); // 0.37777894735336304
 */
export const softMarginLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & LegacyOptions
>(formulas.softMarginLoss);

/** Up to where a loss of distances or of ranks counts. */
export interface MarginOptions {
  /** In the units of the input; finite. */
  margin?: number;
}

/**
 * Loss of distances x with labels: x where the target is 1, max(margin - x, 0) where it is -1, and
 * the sum of both elsewhere.
 *
 * Shapes broadcast, without a warning; result as for l1Loss, with the input's dtype: integers stay,
 * and have no mean. margin is 1 by default.
 * Gradient: 1 where the target is 1; where it is -1, -1 for x < margin, else 0. The target has none.
 *
 * @throws TypeError for operands that are no tensors, bools and complex numbers, a mask that is not
 *   of bools or uint8, `dim` with "none"; RangeError for shapes that do not broadcast, a margin that
 *   is not finite, an unknown reduction, a dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 * @example
 * F.hingeEmbeddingLoss(tensor([0.5, 0.25, 2]), tensor([1, -1, -1]), { reduction: "none" }).tolist(); // [0.5, 0.75, 0]
 */
export const hingeEmbeddingLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & LegacyOptions & MarginOptions
>(formulas.hingeEmbeddingLoss);

/**
 * Loss of pairs in the wrong order: max(-target (input1 - input2) + margin, 0), where a target of 1
 * says that the first should be larger, -1 the second.
 *
 * Shapes broadcast and have one number of dimensions; result as for l1Loss; any real dtype, integers
 * count as float32. margin is 0 by default.
 * Gradient: by input1 -target where the loss is positive, else 0; by input2 its negative; by the
 * target input2 - input1.
 *
 * @throws TypeError for operands that are no tensors, bools and complex numbers, a mask that is not
 *   of bools or uint8, `dim` with "none"; RangeError for shapes that do not broadcast, a margin that
 *   is not finite, an unknown reduction, a dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 * @example
 * const [first, second] = [tensor([1, 3, 2]), tensor([2, 1, 2])];
 * F.marginRankingLoss(first, second, tensor([1, 1, -1]), { margin: 0.5, reduction: "none" }).tolist(); // [1.5, 0, 0.5]
 */
export const marginRankingLoss = /* @__PURE__ */ formulaLoss<
  [input1: Tensor, input2: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & LegacyOptions & MarginOptions
>(formulas.marginRankingLoss);

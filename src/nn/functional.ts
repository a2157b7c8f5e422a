/** The functional forms, F: one function a row of the table. */
import type { BetaOptions, DeltaOptions, Reduction } from "../loss/losses.js";
import type { Tensor } from "../tensor/tensor.js";
import * as formulas from "../loss/formulas.js";
import { evaluate } from "./evaluate.js";
import * as rowwise from "../loss/rowwise.js";
import { formulaLoss } from "./formula-loss.js";
import { type ClassLossOptions, evaluateRows, type SmoothingOptions } from "./rowwise.js";

export type { BetaOptions, DeltaOptions } from "../loss/losses.js";

/** How elementwise losses become one, or one for each part. */
export interface ReductionOptions {
  /**
   * "mean" (default) over all elements of the broadcast shape, "sum", or "none" for the elementwise
   * loss.
   */
  reduction?: Reduction;
  /**
   * lossgrad's own, for "mean" and "sum": the dimensions to reduce, one or several, negative ones
   * counted from the end. Each result is the loss of its part alone, bit by bit. All by default.
   */
  dim?: number | readonly number[] | null;
  /** lossgrad's own: whether reduced dimensions stay, with size 1. */
  keepdim?: boolean;
}
/** Which elements count. */
export interface MaskOptions {
  /**
   * lossgrad's own: bools or uint8, broadcast to the loss's shape. Where it is 0, an element
   * contributes nothing to the loss, whatever stands there, and its gradient is 0; a mean divides
   * by the number of those that are kept.
   */
  mask?: Tensor | null;
}
/** torch's deprecated arguments: reduce false is none, else sizeAverage false is sum, else mean. */
export interface LegacyOptions {
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  sizeAverage?: boolean | null;
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  reduce?: boolean | null;
}
/** Weights of the elements. */
export interface WeightOptions {
  /**
   * Factors of the elementwise loss, of the input's shape. A mean divides by the sum of those that
   * are kept.
   */
  weight?: Tensor | null;
}

/**
 * Mean absolute error: |input - target|.
 *
 * Shapes broadcast, with torch's warning when they differ. Result: 0-d for "mean" and "sum", or of
 * the dimensions that `dim` leaves; the broadcast shape for "none".
 * Any dtype; integers wrap, sum to int64 and have no mean; of complex numbers, the modulus.
 * Gradient: sign(input - target), 0 where they are equal, where the difference is NaN, and where
 * the mask does not hold.
 *
 * @throws TypeError for operands that are no tensors, a mask that is not of bools or uint8, `dim`
 *   with "none"; RangeError for shapes that do not broadcast, a weight of another shape, an unknown
 *   reduction, a dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 * @example
 * F.l1Loss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 0.5
 * F.l1Loss(tensor([[1, 2], [3, 9]]), tensor([[0, 2], [1, 1]]), { dim: 1 }).tolist(); // [0.5, 5]
 * F.l1Loss(tensor([1, NaN, 3]), tensor([0, 0, 0]), { mask: tensor([true, false, true]) }).item(); // 2
 */
export function l1Loss(
  input: Tensor,
  target: Tensor,
  options?: ReductionOptions & MaskOptions & LegacyOptions & WeightOptions,
): Tensor {
  return evaluate("l1Loss", input, target, options);
}

/**
 * Mean squared error: (input - target)².
 *
 * Shapes and result as for l1Loss; floating dtypes. Gradient: 2 (input - target).
 *
 * @throws as l1Loss; TypeError for integers and complex numbers
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 * @example
 * F.mseLoss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 0.375
 */
export function mseLoss(
  input: Tensor,
  target: Tensor,
  options?: ReductionOptions & MaskOptions & LegacyOptions & WeightOptions,
): Tensor {
  return evaluate("mseLoss", input, target, options);
}

/**
 * Squared below beta, absolute above: d² / (2 beta) where |d| < beta, else |d| - beta / 2, with d =
 * input - target.
 *
 * Shapes and result as for l1Loss; floating dtypes. beta >= 0 in the units of d; 0 gives L1.
 * Gradient: d / beta where |d| < beta, else sign(d).
 *
 * @throws as mseLoss; RangeError for a negative or non-finite beta
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 * @example
 * F.smoothL1Loss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 9])).item(); // 0.4375
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  options?: ReductionOptions & MaskOptions & LegacyOptions & BetaOptions,
): Tensor {
  return evaluate("smoothL1Loss", input, target, options);
}

/**
 * d² / 2 where |d| < delta, else delta (|d| - delta / 2), with d = input - target.
 *
 * Shapes and result as for l1Loss; floating dtypes; the result has the input's dtype, which must be
 * floating, too. delta > 0 in the units of d.
 * Gradient: d where |d| < delta, else delta sign(d). A weighted mean divides by the number of
 * elements.
 *
 * @throws as mseLoss; RangeError for a delta that is not positive or not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 * @example
 * F.huberLoss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 9]), { delta: 0.5 }).item(); // 0.28125
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  options?: ReductionOptions & MaskOptions & WeightOptions & DeltaOptions,
): Tensor {
  return evaluate("huberLoss", input, target, options);
}

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

/**
 * Cross-entropy of the softmax of logits: -log softmax(x)[t] of each row, or of probabilities
 * -Σ y log softmax(x).
 *
 * Shapes: input (C), (N, C) or (N, C, d1, …); target without C, of int64 or uint8 classes, or of
 * the input's shape with probabilities, of a floating dtype. Result: 0-d, or for "none" without C.
 * Floating dtypes; halves are computed in float32, and a mean or sum is the exact sum of the rows'
 * losses. `weight` has a factor for each class, `labelSmoothing` spreads a share of each target
 * over all of them, and rows whose target is `ignoreIndex` count for nothing, whatever stands
 * there. A mean divides by the sum of the targets' weights that count, or for probabilities by the
 * number of rows; of no rows it is NaN.
 * Gradient: (Σ c) softmax(x) - c, with the coefficients c = weight · ((1 - labelSmoothing) · y +
 * labelSmoothing / C), in the same two passes over a row; it goes to probabilities and their
 * weights as well.
 *
 * @throws TypeError for operands that are no tensors, integer logits, targets of another dtype, a
 *   weight of another dtype than the logits; RangeError for classes out of range, sizes that do not
 *   meet, an unknown reduction, a labelSmoothing above 1
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 * @example
 * const logits = tensor([[2, 1, 0], [0, 3, 0]]);
 * F.crossEntropy(logits, tensor([0n, 2n])).item(); // 1.7512644529342651
 * F.crossEntropy(logits, tensor([0n, -100n]), { reduction: "none" }).tolist(); // [0.40760597586631775, 0]
 * F.crossEntropy(logits, tensor([[1, 0, 0], [0, 0.5, 0.5]])).item(); // 1.0012644529342651
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  options?: ClassLossOptions & SmoothingOptions,
): Tensor {
  return evaluateRows(rowwise.crossEntropy, input, target, options);
}

/**
 * Negative log likelihood of log-probabilities: -weight[t] x[t] of each row, t being its target.
 *
 * Shapes, dtypes, options and divisors as of crossEntropy; the target has classes. Gradient:
 * -weight[t] at the target, else 0.
 *
 * @throws as crossEntropy
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 * @example
 * F.nllLoss(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0n, 1n])).item(); // 0.375
 */
export function nllLoss(input: Tensor, target: Tensor, options?: ClassLossOptions): Tensor {
  return evaluateRows(rowwise.nllLoss, input, target, options);
}

export type { ClassLossOptions, SmoothingOptions } from "./rowwise.js";
/** Weights of what targets of 1 cost. */
export interface PosWeightOptions {
  /**
   * Factors of the part of the loss that counts where the target is 1; they broadcast to the
   * input's shape, as one for each class in the last dimension does. 1 by default.
   */
  posWeight?: Tensor | null;
}

/**
 * Cross entropy of probabilities given as logits x, with targets y from 0 to 1:
 * (1 - y) x - log(sigmoid(x)), which is -y log(p) - (1 - y) log(1 - p) for p = sigmoid(x). With
 * `posWeight` w, (1 - y) x - (1 + (w - 1) y) log(sigmoid(x)).
 *
 * Shapes: the target's is the input's, weights broadcast to it; result as for l1Loss. Floating
 * inputs; the result has the dtype of the target, which must be no integer. A weighted mean divides
 * by the number of elements. Any logits are fine: that of ±1e4 costs 0 or 1e4.
 * Gradient: (sigmoid(x) - y) w; by the target -x, by posWeight -y log(sigmoid(x)), which torch does
 * not have. Each operation is rounded as torch does.
 *
 * @throws TypeError for operands that are no tensors, an input that is not floating, a mask that is
 *   not of bools or uint8, `dim` with "none"; RangeError for a target of another shape, weights that
 *   do not fit the input, an unknown reduction, a dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 * @example
 * const [logits, labels] = [tensor([0, 2, -1]), tensor([1, 1, 0])];
 * F.binaryCrossEntropyWithLogits(logits, labels).item(); // 0.3777789771556854
 * F.binaryCrossEntropyWithLogits(logits, labels, { posWeight: tensor([2, 2, 2]) }).item(); // 0.6511373519897461
 */
export const binaryCrossEntropyWithLogits = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & LegacyOptions & WeightOptions & PosWeightOptions
>(formulas.binaryCrossEntropyWithLogits);

export type { FormulaLossFunction } from "./formula-loss.js";
export {
  type ClassOptions,
  logSoftmax,
  logsigmoid,
  oneHot,
  sigmoid,
  softmax,
  softplus,
  tanh,
} from "./activations.js";
export { pad, type PadMode, type PadOptions } from "./padding.js";

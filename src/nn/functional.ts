/** The functional forms, F: one function a row of the table. */
import type { BetaOptions, DeltaOptions, Reduction } from "../loss/losses.js";
import type { LegacyOptions, MaskOptions, ReductionOptions, WeightOptions } from "./options.js";
import type { Tensor } from "../tensor/tensor.js";
import * as formulas from "../loss/formulas.js";
import { evaluate } from "./evaluate.js";
import * as rowwise from "../loss/rowwise.js";
import { formulaLoss } from "./formula-loss.js";
import { type ClassLossOptions, evaluateRows, type SmoothingOptions } from "./rowwise.js";

export type { BetaOptions, DeltaOptions } from "../loss/losses.js";
export type { LegacyOptions, MaskOptions, ReductionOptions, WeightOptions } from "./options.js";

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
 * there; nor do rows, of probabilities as well, where the mask, an option of lossgrad's own, does
 * not hold. A mean divides by the sum of the targets' weights that count, or for probabilities by
 * the number of rows that do; of no rows it is NaN.
 * Gradient: (Σ c) softmax(x) - c, with the coefficients c = weight · ((1 - labelSmoothing) · y +
 * labelSmoothing / C), in the same two passes over a row; it goes to probabilities and their
 * weights as well.
 *
 * @throws TypeError for operands that are no tensors, integer logits, targets of another dtype, a
 *   weight of another dtype than the logits, a mask that is not of bools or uint8; RangeError for
 *   classes out of range, sizes that do not meet, an unknown reduction, a labelSmoothing above 1
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
  options?: ClassLossOptions & SmoothingOptions & MaskOptions,
): Tensor {
  return evaluateRows(rowwise.crossEntropy, input, target, options);
}

/**
 * Negative log likelihood of log-probabilities: -weight[t] x[t] of each row, t being its target.
 *
 * Shapes, dtypes, options and divisors as of crossEntropy; the target has classes.
 * Gradient: -weight[t] at the target, else 0.
 *
 * @throws as crossEntropy
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 * @example
 * F.nllLoss(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0n, 1n])).item(); // 0.375
 */
export function nllLoss(input: Tensor, target: Tensor, options?: ClassLossOptions & MaskOptions): Tensor {
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
 * F.binaryCrossEntropyWithLogits(logits, labels).item(); // 0.37777894735336304
 * F.binaryCrossEntropyWithLogits(logits, labels, { posWeight: tensor([2, 2, 2]) }).item(); // 0.6511373519897461
 */
export const binaryCrossEntropyWithLogits = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & LegacyOptions & WeightOptions & PosWeightOptions
>(formulas.binaryCrossEntropyWithLogits);

/**
 * Cross entropy of probabilities x with targets y, both from 0 to 1: -y log(x) - (1 - y) log(1 - x),
 * each logarithm at least -100.
 *
 * Shapes: the target's is the input's, weights broadcast to it; result as for l1Loss. Floating
 * dtypes, the same of both. A weighted mean divides by the number of elements. An element outside of
 * [0, 1], or NaN, is an error, unless the mask leaves it out.
 * Gradient: (x - y) / max(x (1 - x), 1e-12); by the target -log(x / (1 - x)), infinite at 0 and 1.
 *
 * @throws TypeError for operands that are no tensors, dtypes that differ or are not floating, a mask
 *   that is not of bools or uint8, `dim` with "none"; RangeError for elements outside of [0, 1],
 *   shapes that differ, weights that do not fit the input, an unknown reduction, a dimension that the
 *   loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 * @example
 * F.binaryCrossEntropy(tensor([0.5, 0.75, 0.25]), tensor([1, 1, 0])).item(); // 0.42283710837364197
 * F.binaryCrossEntropy(tensor([0, 1]), tensor([1, 1]), { reduction: "none" }).tolist(); // [100, -0]
 */
export const binaryCrossEntropy = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & LegacyOptions & WeightOptions
>(formulas.binaryCrossEntropy);

/** How the terms of a Kullback-Leibler divergence become one number. */
export interface KLDivOptions extends Omit<ReductionOptions, "reduction"> {
  /** As of all losses; "batchmean" divides the sum by the size of the input's first dimension. */
  reduction?: Reduction | "batchmean";
  /** Whether the target is given as logarithms; not by default. */
  logTarget?: boolean;
}

/**
 * Kullback-Leibler divergence of targets y from predictions given as logarithms x: y (log(y) - x),
 * where 0 log(0) is 0. With `logTarget`, exp(y) (y - x).
 *
 * Shapes broadcast, without a warning; floating dtypes; result as for l1Loss. "batchmean" is the
 * divergence by its definition; "mean" comes with torch's warning. A target below 0 gives NaN, and
 * so does one of 0 beside an infinite input.
 * Gradient: -y, or -exp(y); by the target log(y) + 1 - x, NaN where y is 0, or
 * exp(y) (y - x + 1). Each operation is rounded as torch does.
 *
 * @throws TypeError for operands that are no tensors, dtypes that are not floating, a mask that is
 *   not of bools or uint8, `dim` with "none" or "batchmean"; RangeError for shapes that do not
 *   broadcast, an unknown reduction, a dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 * @example
 * const [logs, probabilities] = [tensor([[-1, -0.5], [-2, -0.25]]), tensor([[0.5, 0.5], [0, 1]])];
 * F.klDiv(logs, probabilities, { reduction: "batchmean" }).item(); // 0.1534264087677002
 * F.klDiv(tensor([-1]), tensor([0]), { logTarget: true, reduction: "sum" }).item(); // 1
 */
export const klDiv = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  KLDivOptions & MaskOptions & LegacyOptions
>(formulas.klDiv);

/** What the negative log likelihood of a Poisson distribution is computed of. */
export interface PoissonOptions {
  /** Whether the input is the logarithm of the rate; so by default. */
  logInput?: boolean;
  /** Whether Stirling's approximation of log(y!) is added, for targets above 1; not by default. */
  full?: boolean;
  /** Added to a rate, of which a logarithm is taken; 1e-8 by default. */
  eps?: number;
}

/**
 * Negative log likelihood of counts y under Poisson distributions with the rates exp(x):
 * exp(x) - y x. Without `logInput`, x is the rate: x - y log(x + eps). With `full`, for y > 1,
 * y log(y) - y + log(2 pi y) / 2 besides.
 *
 * Shapes broadcast, without a warning; result as for l1Loss; any real dtype, integers count as float32.
 * Gradient: exp(x) - y, or 1 - y / (x + eps); by the target -x or -log(x + eps), with `full`
 * log(y) + 1 / (2 y) more where y > 1, and NaN at y = 0, as in torch.
 *
 * @throws TypeError for operands that are no tensors, bools and complex numbers, options of another
 *   type, a mask that is not of bools or uint8, `dim` with "none"; RangeError for shapes that do not
 *   broadcast, eps that is not finite, an unknown reduction, a dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 * @example
 * F.poissonNllLoss(tensor([0, 1]), tensor([1, 2])).item(); // 0.8591408729553223
 * F.poissonNllLoss(tensor([1, 4]), tensor([2, 3]), { logInput: false, full: true }).item(); // 1.6285024881362915
 */
export const poissonNllLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & LegacyOptions & PoissonOptions
>(formulas.poissonNllLoss);

/** What the negative log likelihood of a normal distribution is computed of. */
export interface GaussianOptions {
  /** Whether the constant log(2 pi) / 2 is added; not by default. */
  full?: boolean;
  /** What variances are at least; 1e-6 by default. */
  eps?: number;
}

/**
 * Negative log likelihood of targets under normal distributions with the means `input` and the
 * variances `var`: (log(v) + (input - target)² / v) / 2, with v = max(var, eps). With `full`,
 * log(2 pi) / 2 besides.
 *
 * Shapes: input and target broadcast; the variance is a number, has the input's shape, or has 1 in
 * the place of one of its sizes, which may be left out where that is the last. Result as for l1Loss;
 * variances of a floating dtype. A negative variance is an error, unless the mask leaves it out; NaN is none.
 * Gradient: d / v; by the variance (1 - d² / v) / (2 v), below eps as well.
 *
 * @throws TypeError for operands that are no tensors, variances of integers, complex numbers,
 *   options of another type, a mask that is not of bools or uint8, `dim` with "none"; RangeError for
 *   negative variances, shapes that do not fit, eps that is not finite, an unknown reduction, a
 *   dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 * @example
 * const [means, targets] = [tensor([[1, 2], [3, 4]]), tensor([[1, 3], [5, 4]])];
 * F.gaussianNllLoss(means, targets, 0.5).item(); // 0.9034264087677002
 * F.gaussianNllLoss(means, targets, tensor([1, 1]), { reduction: "none" }).tolist(); // [[0, 0.5], [2, 0]]
 */
export const gaussianNllLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor, variance: Tensor | number],
  ReductionOptions & MaskOptions & GaussianOptions
>(formulas.gaussianNllLoss);

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

export type { FormulaLossFunction } from "./formula-loss.js";
export {
  cosineSimilarity,
  type DistanceOptions,
  pairwiseDistance,
  type SimilarityOptions,
} from "./distances.js";
export { multilabelMarginLoss, multiMarginLoss, type MultiMarginOptions } from "./margins.js";
export { type MultilabelOptions, multilabelSoftMarginLoss } from "./multilabel.js";
export {
  cosineEmbeddingLoss,
  type CosineEmbeddingOptions,
  type LegacyRowOptions,
  type TripletDistanceOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
  type TripletOptions,
} from "./pair-losses.js";
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
export { ctcLoss, type CTCOptions, type Lengths } from "./ctc.js";
export { linear } from "./linear.js";
export { linearCrossEntropy, type LinearEntropyOptions } from "./linear-cross-entropy.js";
export { pad, type PadMode, type PadOptions } from "./padding.js";
export {
  asymmetricLoss,
  type AsymmetricOptions,
  sigmoidFocalLoss,
  type SigmoidFocalOptions,
} from "./focal.js";
export { gaussianCrpsLoss, quantileLoss, type QuantileOptions } from "./forecasts.js";
export {
  cauchyLoss,
  charbonnierLoss,
  epsilonInsensitiveLoss,
  type EpsilonOptions,
  generalRobustLoss,
  type GeneralRobustOptions,
  logCoshLoss,
  type ScaleOptions,
  tukeyBiweightLoss,
  wingLoss,
  type WingOptions,
} from "./robust.js";
export type { PartReductionOptions } from "./composed.js";
export { ensembleCrpsLoss, type EnsembleCrpsOptions, pearsonLoss, type PearsonOptions } from "./ensembles.js";
export {
  type BoxIouOptions,
  diceLoss,
  type DiceOptions,
  generalizedBoxIouLoss,
  jaccardLoss,
  type OverlapOptions,
} from "./overlaps.js";
export {
  msSsim,
  msSsimL1Loss,
  type MsSsimL1Options,
  type MsSsimOptions,
  ssim,
  type SsimOptions,
} from "./images.js";
export { psnr, type PsnrOptions } from "./psnr.js";

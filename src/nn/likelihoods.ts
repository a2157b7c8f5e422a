/** The losses that are negative log likelihoods or divergences of distributions. */
import type { Reduction } from "../loss/losses.js";
import * as formulas from "../loss/formulas.js";
import type { Tensor } from "../tensor/tensor.js";
import { formulaLoss } from "./formula-loss.js";
import type { LegacyOptions, MaskOptions, ReductionOptions, WeightOptions } from "./options.js";

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

/**
 * The losses of the table on typed arrays: a row each, which a bundle has if it uses it. A row
 * takes loops for short arrays (short.ts) where it has them.
 */
import * as rows from "../loss/losses.js";
import type { BetaOptions, DeltaOptions, Reduction } from "../loss/losses.js";
import * as formulas from "../loss/formulas.js";
import { formulaLoss } from "./formula-loss.js";
import { arrayLoss } from "./loss.js";
import type { ArrayOperand } from "./operands.js";
import type { ArrayWeightOptions } from "./options.js";
import { huberLoops, l1Loops, mseLoops, smoothL1Loops } from "./short.js";

/**
 * Mean absolute error: |prediction - target|.
 *
 * Arrays of one length, no broadcasting, but a number may stand for a constant target; shapes of
 * runtime tensors must agree. Floating dtypes promote as tensors' do; an integer beside a float
 * counts in the float's dtype, a number in a floating prediction's. Integers among themselves are
 * converted to float64 and do not wrap, unlike integer tensors, which do as torch's.
 * Mean and sum: a float64 number, the exact sum of blocks of terms over their number; none: an
 * array of the promoted dtype (uint8 for two of uint8). An empty sum is 0, an empty mean NaN.
 * What `mask` leaves out counts for nothing, whatever stands there: 0 unreduced and in the
 * gradient. Gradient: sign(prediction - target), 0 where they are equal and where the difference is
 * NaN.
 *
 * @throws TypeError for operands that are not arrays of real numbers, a Uint16Array that does not
 *   say what it holds, detached arrays, an `out` of another type, a mask that is not of bytes;
 *   RangeError for lengths or shapes that differ, an `out` that overlaps an operand in part, an
 *   unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 * @example
 * l1Loss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 8])); // 0.5
 * l1Loss(Uint8Array.of(1, 5), Uint8Array.of(2, 2), { reduction: "sum" }); // 4
 * l1Loss(new Float32Array([2.5, NaN, 2]), 0, { mask: Uint8Array.of(1, 0, 1) }); // 2.25
 */
export const l1Loss = /* @__PURE__ */ arrayLoss<ArrayWeightOptions>("l1Loss", rows.l1Loss, l1Loops);

/**
 * Mean squared error: (prediction - target)².
 *
 * Shapes, dtypes, mask and result as for l1Loss, integers in float64.
 * Gradient: 2 (prediction - target).
 *
 * @throws as l1Loss
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 * @example
 * mseLoss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 8])); // 0.375
 * Array.from(mseLoss.valueAndGrad(new Float32Array([1, 4]), 2).grad); // [-1, 2]
 */
export const mseLoss = /* @__PURE__ */ arrayLoss<ArrayWeightOptions>("mseLoss", rows.mseLoss, mseLoops);

/**
 * Squared below beta, absolute above: d² / (2 beta) where |d| < beta, else |d| - beta / 2, with
 * d = prediction - target.
 *
 * Shapes, dtypes, mask and result as for l1Loss, integers in float64. beta >= 0 in the units of d;
 * 0 gives L1. No weights, as in torch.
 * Gradient: d / beta where |d| < beta, else sign(d).
 *
 * @throws as l1Loss; RangeError for a negative or non-finite beta
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 * @example
 * smoothL1Loss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 9])); // 0.4375
 * Array.from(smoothL1Loss.valueAndGrad(new Float32Array([1, 4]), 2, { beta: 2 }).grad); // [-0.25, 0.5]
 */
export const smoothL1Loss = /* @__PURE__ */ arrayLoss<BetaOptions>(
  "smoothL1Loss",
  rows.smoothL1Loss,
  smoothL1Loops,
);

/**
 * d² / 2 where |d| < delta, else delta (|d| - delta / 2), with d = prediction - target.
 *
 * Shapes, dtypes, mask and result as for l1Loss; unreduced, of the prediction's dtype where that is
 * floating. delta > 0 in the units of d. A weighted mean divides by the number of elements.
 * Gradient: d where |d| < delta, else delta sign(d).
 *
 * @throws as l1Loss; RangeError for a delta that is not positive or not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 * @example
 * huberLoss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 9]), { delta: 0.5 }); // 0.28125
 * Array.from(huberLoss.valueAndGrad(new Float32Array([1, 4]), 2).grad); // [-0.5, 0.5]
 */
export const huberLoss = /* @__PURE__ */ arrayLoss<ArrayWeightOptions & DeltaOptions>(
  "huberLoss",
  rows.huberLoss,
  huberLoops,
);

/**
 * Two-class logistic loss of scores against labels of 1 and -1: log(1 + exp(-prediction target)).
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. No weights, as in torch. Infinite where
 * exp(-prediction target) is, and the gradient NaN there.
 * Gradient: -target z / (1 + z), with z = exp(-prediction target); by the target in the same way.
 *
 * @throws as l1Loss
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 * @example
 * softMarginLoss(new Float32Array([0, 2, -1]), new Float32Array([1, 1, -1]), { dtype: "float32" }); // 0.37777894735336304
 * Array.from(softMarginLoss.valueAndGrad(new Float32Array([0, 0]), new Float32Array([1, -1])).grad); // [-0.25, 0.25]
 */
export const softMarginLoss = /* @__PURE__ */ formulaLoss<[target: ArrayOperand | number]>(
  formulas.softMarginLoss,
);

/**
 * Cross entropy of probabilities given as logits x, with targets y from 0 to 1:
 * (1 - y) x - log(sigmoid(x)). With `posWeight` w, a number or an array,
 * (1 - y) x - (1 + (w - 1) y) log(sigmoid(x)).
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. A weighted mean divides by the number of elements.
 * Gradient: (sigmoid(x) - y) w; by the target -x.
 *
 * @throws as l1Loss
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 * @example
 * binaryCrossEntropyWithLogits(new Float32Array([0, 2, -1]), new Float32Array([1, 1, 0]), { dtype: "float32" }); // 0.37777894735336304
 * Array.from(binaryCrossEntropyWithLogits.valueAndGrad(new Float32Array([0, 0]), new Float32Array([1, 0])).grad); // [-0.25, 0.25]
 */
export const binaryCrossEntropyWithLogits = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { posWeight?: ArrayOperand | number | null }
>(formulas.binaryCrossEntropyWithLogits);

/**
 * Cross entropy of probabilities x with targets y, both from 0 to 1: -y log(x) - (1 - y) log(1 - x),
 * each logarithm at least -100.
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. A weighted mean divides by the number of elements.
 * Gradient: (x - y) / max(x (1 - x), 1e-12); by the target -log(x / (1 - x)).
 *
 * @throws as l1Loss; RangeError for elements outside of [0, 1], or NaN, that the mask does not leave
 *   out
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 * @example
 * binaryCrossEntropy(Float32Array.of(0.5, 0.75, 0.25), Float32Array.of(1, 1, 0), { dtype: "float32" }); // 0.42283710837364197
 * Array.from(binaryCrossEntropy.valueAndGrad(Float32Array.of(0.5, 0.5), Float32Array.of(1, 0)).grad); // [-1, 1]
 */
export const binaryCrossEntropy = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions
>(formulas.binaryCrossEntropy);

/**
 * Kullback-Leibler divergence of targets y from predictions given as logarithms x: y (log(y) - x),
 * where 0 log(0) is 0. With `logTarget`, exp(y) (y - x).
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. No weights, as in torch. "batchmean" divides the sum by
 * the first size of a prediction with a shape, by the length of others; "mean" comes with torch's
 * warning.
 * Gradient: -y, or -exp(y); by the target log(y) + 1 - x, NaN where y is 0, or exp(y) (y - x + 1).
 *
 * @throws as l1Loss
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 * @example
 * klDiv(Float32Array.of(-1, -2), Float32Array.of(0, 1), { reduction: "sum" }); // 2
 * klDiv(Float32Array.of(-1, -3), 0, { logTarget: true, reduction: "sum" }); // 4
 */
export const klDiv = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  { logTarget?: boolean },
  Reduction | "batchmean"
>(formulas.klDiv);

/**
 * Negative log likelihood of counts y under Poisson distributions with the rates exp(x):
 * exp(x) - y x. Without `logInput`, x is the rate: x - y log(x + eps). With `full`, for y > 1,
 * y log(y) - y + log(2 pi y) / 2 besides.
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. No weights, as in torch.
 * Gradient: exp(x) - y, or 1 - y / (x + eps).
 *
 * @throws as l1Loss; TypeError for options of another type; RangeError for eps that is not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 * @example
 * poissonNllLoss(Float64Array.of(1, 1), Float64Array.of(2, 3), { logInput: false, eps: 0 }); // 1
 * Array.from(poissonNllLoss.valueAndGrad(Float64Array.of(0, 0), Float64Array.of(1, 3)).grad); // [0, -1]
 */
export const poissonNllLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  { logInput?: boolean; full?: boolean; eps?: number }
>(formulas.poissonNllLoss);

/**
 * Negative log likelihood of targets under normal distributions with the means `prediction` and the
 * variances `var`: (log(v) + (prediction - target)² / v) / 2, with v = max(var, eps). With `full`,
 * log(2 pi) / 2 besides.
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. The variance is an array or a number. No weights, as in
 * torch.
 * Gradient: d / v; by the variance (1 - d² / v) / (2 v), below eps as well.
 *
 * @throws as l1Loss; TypeError for options of another type; RangeError for variances below 0 that the
 *   mask does not leave out, for eps that is not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 * @example
 * gaussianNllLoss(Float64Array.of(1, 3), Float64Array.of(2, 3), 1); // 0.25
 * const variance = Float64Array.of(1, 4);
 * Array.from(gaussianNllLoss.valueAndGrad(Float64Array.of(1, 3), 5, variance).grad); // [-2, -0.25]
 */
export const gaussianNllLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number, variance: ArrayOperand | number],
  { full?: boolean; eps?: number }
>(formulas.gaussianNllLoss);

/**
 * Loss of distances x with labels: x where the target is 1, max(margin - x, 0) where it is -1, and
 * the sum of both elsewhere.
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. No weights, as in torch. margin is 1 by default.
 * Gradient: 1 where the target is 1; where it is -1, -1 for x < margin, else 0.
 *
 * @throws as l1Loss; RangeError for a margin that is not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 * @example
 * hingeEmbeddingLoss(Float32Array.of(0.5, 0.25, 2), Int8Array.of(1, -1, -1), { reduction: "sum" }); // 1.25
 */
export const hingeEmbeddingLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  { margin?: number }
>(formulas.hingeEmbeddingLoss);

/**
 * Loss of pairs in the wrong order: max(-target (input1 - input2) + margin, 0), where a target of 1
 * says that the first should be larger, -1 the second.
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. No weights, as in torch. margin is 0 by default.
 * Gradient: by input1 -target where the loss is positive, else 0; by input2 its negative.
 *
 * @throws as l1Loss; RangeError for a margin that is not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 * @example
 * marginRankingLoss(Float32Array.of(1, 3), Float32Array.of(2, 1), 1, { margin: 1, reduction: "sum" }); // 2
 */
export const marginRankingLoss = /* @__PURE__ */ formulaLoss<
  [input2: ArrayOperand | number, target: ArrayOperand | number],
  { margin?: number }
>(formulas.marginRankingLoss);

/** Robust losses that torch does not have, on typed arrays: a row each, as in losses.ts. */
import * as rows from "../loss/robust.js";
import { formulaLoss } from "./formula-loss.js";
import type { ArrayOperand } from "./operands.js";
import type { ArrayWeightOptions } from "./options.js";

/**
 * Logarithm of the hyperbolic cosine: log(cosh(d)), with d = prediction - target.
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. Exact to the last digits for small differences as
 * well.
 * Gradient: tanh(d), which has no kink.
 *
 * @throws as l1Loss
 * @see Chen et al., Log Hyperbolic Cosine Loss Improves Variational Auto-Encoder, 2018;
 *   https://openreview.net/forum?id=rkglvsC9Ym
 * @example
 * logCoshLoss(Float64Array.of(1, -3), 0); // 1.3715546675304062
 */
export const logCoshLoss = /* @__PURE__ */ formulaLoss<[target: ArrayOperand | number], ArrayWeightOptions>(
  rows.logCoshLoss,
);

/**
 * Smooth absolute error: sqrt(d² + epsilon²), with d = prediction - target.
 *
 * Shapes, dtypes, mask and result as for logCoshLoss. epsilon > 0, 0.001 by default.
 * Gradient: d / sqrt(d² + epsilon²), which has no kink.
 *
 * @throws as l1Loss; RangeError for an epsilon that is not positive or not finite
 * @see Charbonnier et al., Two deterministic half-quadratic regularization algorithms for computed
 *   imaging, ICIP 1994; https://doi.org/10.1109/ICIP.1994.413553
 * @example
 * charbonnierLoss(Float32Array.of(1, 5), 1, { epsilon: 3 }); // 4
 * Array.from(charbonnierLoss.valueAndGrad(Float64Array.of(1, 5), 1, { epsilon: 3 }).grad); // [0, 0.4]
 */
export const charbonnierLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { epsilon?: number }
>(rows.charbonnierLoss);

/**
 * Absolute error beyond epsilon: max(|d| - epsilon, 0), with d = prediction - target.
 *
 * Shapes, dtypes, mask and result as for logCoshLoss. epsilon >= 0, 0.1 by default.
 * Gradient: sign(d) where |d| > epsilon, else 0, at the kinks |d| = epsilon as well.
 *
 * @throws as l1Loss; RangeError for a negative or non-finite epsilon
 * @see Vapnik, The Nature of Statistical Learning Theory, 1995
 * @example
 * epsilonInsensitiveLoss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 9]), { epsilon: 0.25 }); // 0.5625
 */
export const epsilonInsensitiveLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { epsilon?: number }
>(rows.epsilonInsensitiveLoss);

/**
 * Tukey's biweight: c² / 6 (1 - (1 - (d / c)²)³) where |d| < c, else c² / 6, with
 * d = prediction - target.
 *
 * Shapes, dtypes, mask and result as for logCoshLoss. c > 0, 4.685 by default.
 * Gradient: d (1 - (d / c)²)² where |d| < c, else 0, for a d of NaN as well; it has no kink.
 *
 * @throws as l1Loss; RangeError for a c that is not positive or not finite
 * @see Beaton and Tukey, The Fitting of Power Series, Technometrics 16, 1974;
 *   https://doi.org/10.1080/00401706.1974.10489171
 * @example
 * tukeyBiweightLoss(Float64Array.of(3, 90), 0, { c: 3 }); // 1.5
 */
export const tukeyBiweightLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { c?: number }
>(rows.tukeyBiweightLoss);

/**
 * Cauchy's or Lorentz's loss: c² / 2 log(1 + (d / c)²), with d = prediction - target.
 *
 * Shapes, dtypes, mask and result as for logCoshLoss. c > 0, 1 by default.
 * Gradient: d / (1 + (d / c)²), which has no kink; NaN for infinite differences.
 *
 * @throws as l1Loss; RangeError for a c that is not positive or not finite
 * @see Black and Anandan, The Robust Estimation of Multiple Motions, CVIU 63, 1996;
 *   https://doi.org/10.1006/cviu.1996.0006
 * @example
 * cauchyLoss(Float64Array.of(2), 0, { c: 2 }); // 1.3862943611198906
 */
export const cauchyLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { c?: number }
>(rows.cauchyLoss);

/**
 * Barron's general robust loss: |alpha - 2| / alpha ((s / |alpha - 2| + 1)^(alpha / 2) - 1), with
 * s = ((prediction - target) / c)², and its limits for an alpha of 2, 0 and -Infinity.
 *
 * Shapes, dtypes, mask and result as for logCoshLoss. alpha is a number, 1 by default, or an array
 * with one for each element; c > 0, 1 by default.
 * Gradient: d / c² (s / |alpha - 2| + 1)^(alpha / 2 - 1), which has no kink.
 *
 * @throws as l1Loss; RangeError for an alpha that is NaN or Infinity, a c that is not positive or
 *   not finite
 * @see Barron, A General and Adaptive Robust Loss Function, CVPR 2019;
 *   https://arxiv.org/abs/1701.03077
 * @example
 * generalRobustLoss(Float64Array.of(1, -3), 0, { alpha: 2 }); // 2.5
 * generalRobustLoss(Float64Array.of(2), 0, { alpha: Float64Array.of(0) }); // 1.0986122886681096
 */
export const generalRobustLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { alpha?: number | ArrayOperand; c?: number }
>(rows.generalRobustLoss);

/**
 * Wing loss of landmarks: omega log(1 + |d| / epsilon) where |d| < omega, else |d| less the
 * constant that joins both, with d = prediction - target.
 *
 * Shapes, dtypes, mask and result as for logCoshLoss. omega > 0, 10 by default; epsilon > 0, 2 by
 * default.
 * Gradient: sign(d) omega / (epsilon + |d|) where |d| < omega, else sign(d), at the kinks |d| =
 * omega as well; 0 at the kink d = 0.
 *
 * @throws as l1Loss; RangeError for an omega or epsilon that is not positive or not finite
 * @see Feng et al., Wing Loss for Robust Facial Landmark Localisation with Convolutional Neural
 *   Networks, CVPR 2018; https://arxiv.org/abs/1711.06753
 * @example
 * wingLoss(Float64Array.of(2, 0), 0, { omega: 4 }); // 1.3862943611198906
 */
export const wingLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { omega?: number; epsilon?: number }
>(rows.wingLoss);

/** The functional forms of robust losses that torch does not have. */
import * as rows from "../loss/robust.js";
import type { Tensor } from "../tensor/tensor.js";
import { formulaLoss } from "./formula-loss.js";
import type { MaskOptions, ReductionOptions, WeightOptions } from "./options.js";

type Options = ReductionOptions & MaskOptions & WeightOptions;

/**
 * Logarithm of the hyperbolic cosine: log(cosh(d)), with d = input - target: about d² / 2 for small
 * differences, |d| - log(2) for large ones.
 *
 * Shapes broadcast, without a warning; result as for l1Loss; floating dtypes. Exact to the last
 * digits for small differences as well, and finite for all finite ones.
 * Gradient: tanh(d), which has no kink.
 *
 * @throws TypeError for operands that are no tensors, an input that is not floating, bools and
 *   complex numbers, a mask that is not of bools or uint8, `dim` with "none"; RangeError for shapes
 *   that do not broadcast, an unknown reduction, a dimension that the loss does not have
 * @see Chen et al., Log Hyperbolic Cosine Loss Improves Variational Auto-Encoder, 2018;
 *   https://openreview.net/forum?id=rkglvsC9Ym
 * @example
 * F.logCoshLoss(tensor([1, -3]), tensor([0, 0])).item(); // 1.3715546131134033
 */
export const logCoshLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & WeightOptions
>(rows.logCoshLoss);

/** Of a loss that differences below epsilon, or about it, cost less. */
export interface EpsilonOptions {
  /** In the units of input - target. */
  epsilon?: number;
}

/**
 * Smooth absolute error: sqrt(d² + epsilon²), with d = input - target.
 *
 * Shapes, dtypes and result as for logCoshLoss. epsilon > 0, 0.001 by default; the loss of equal
 * operands is epsilon. Infinite where d² is.
 * Gradient: d / sqrt(d² + epsilon²), which has no kink.
 *
 * @throws as logCoshLoss; RangeError for an epsilon that is not positive or not finite
 * @see Charbonnier et al., Two deterministic half-quadratic regularization algorithms for computed
 *   imaging, ICIP 1994; https://doi.org/10.1109/ICIP.1994.413553
 * @example
 * F.charbonnierLoss(tensor([1, 5, -1]), tensor([1, 1, 3]), { epsilon: 3, reduction: "none" }).tolist(); // [3, 5, 5]
 */
export const charbonnierLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  Options & EpsilonOptions
>(rows.charbonnierLoss);

/**
 * Absolute error beyond epsilon: max(|d| - epsilon, 0), with d = input - target: the loss of
 * support vector regression.
 *
 * Shapes, dtypes and result as for logCoshLoss. epsilon >= 0, 0.1 by default.
 * Gradient: sign(d) where |d| > epsilon, else 0, at the kinks |d| = epsilon as well.
 *
 * @throws as logCoshLoss; RangeError for a negative or non-finite epsilon
 * @see Vapnik, The Nature of Statistical Learning Theory, 1995
 * @example
 * F.epsilonInsensitiveLoss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 9]), { epsilon: 0.25 }).item(); // 0.5625
 */
export const epsilonInsensitiveLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  Options & EpsilonOptions
>(rows.epsilonInsensitiveLoss);

/** Where a robust loss leaves the square. */
export interface ScaleOptions {
  /** The scale of differences, above 0. */
  c?: number;
}

/**
 * Tukey's biweight: c² / 6 (1 - (1 - (d / c)²)³) where |d| < c, else c² / 6, with d = input -
 * target: about d² / 2 for small differences, and the same for all large ones.
 *
 * Shapes, dtypes and result as for logCoshLoss. c > 0, 4.685 by default, which has 95 % of the
 * square's efficiency for normal errors of variance 1.
 * Gradient: d (1 - (d / c)²)² where |d| < c, else 0, for a d of NaN
 * as well; it has no kink.
 *
 * @throws as logCoshLoss; RangeError for a c that is not positive or not finite
 * @see Beaton and Tukey, The Fitting of Power Series, Technometrics 16, 1974;
 *   https://doi.org/10.1080/00401706.1974.10489171
 * @example
 * F.tukeyBiweightLoss(tensor([1.5, 3, 90]), tensor([0, 0, 0]), { c: 3, reduction: "none" }).tolist(); // [0.8671875, 1.5, 1.5]
 */
export const tukeyBiweightLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  Options & ScaleOptions
>(rows.tukeyBiweightLoss);

/**
 * Cauchy's or Lorentz's loss: c² / 2 log(1 + (d / c)²), with d = input - target: about d² / 2 for
 * small differences, and logarithmic for large ones.
 *
 * Shapes, dtypes and result as for logCoshLoss. c > 0, 1 by default; 2.385 has 95 % of the square's
 * efficiency for normal errors of variance 1.
 * Gradient: d / (1 + (d / c)²), which has no kink; NaN for infinite differences.
 *
 * @throws as logCoshLoss; RangeError for a c that is not positive or not finite
 * @see Black and Anandan, The Robust Estimation of Multiple Motions, CVIU 63, 1996;
 *   https://doi.org/10.1006/cviu.1996.0006
 * @example
 * F.cauchyLoss(tensor([1, -3]), tensor([0, 0]), { c: 2 }).item(); // 1.4017986059188843
 */
export const cauchyLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  Options & ScaleOptions
>(rows.cauchyLoss);

/** What shape a general robust loss has. */
export interface GeneralRobustOptions extends ScaleOptions {
  /**
   * 2 for a square, 1 for Charbonnier's loss (by default), 0 for Cauchy's, -2 for Geman's and
   * McClure's, -Infinity for Welsch's, and what lies between them. A tensor has one for each
   * element, broadcasts, and has a gradient.
   */
  alpha?: number | Tensor;
}

/**
 * Barron's general robust loss: |alpha - 2| / alpha ((s / |alpha - 2| + 1)^(alpha / 2) - 1), with
 * s = ((input - target) / c)², and its limits s / 2 for alpha = 2, log(s / 2 + 1) for 0, and
 * 1 - exp(-s / 2) for -Infinity.
 *
 * Shapes, dtypes and result as for logCoshLoss. c > 0, 1 by default. The smaller alpha is, the less
 * large differences count. Whoever learns alpha adds F.generalRobustLogPartition(alpha), since the
 * loss alone is least for the least alpha.
 * Gradient: d / c² (s / |alpha - 2| + 1)^(alpha / 2 - 1), which has no kink; by a tensor alpha the
 * derivative, at 0 its limit; at 2, where it has no finite one, and at -Infinity, 0.
 *
 * @throws as logCoshLoss; RangeError for an alpha that is NaN or Infinity, a c that is not positive
 *   or not finite
 * @see Barron, A General and Adaptive Robust Loss Function, CVPR 2019;
 *   https://arxiv.org/abs/1701.03077
 * @example
 * const [x, zero] = [tensor([1, -3]), tensor([0, 0])];
 * F.generalRobustLoss(x, zero, { alpha: 2 }).item(); // 2.5
 * F.generalRobustLoss(x, zero, { alpha: -2, reduction: "sum" }).item(); // 1.784615397453308
 * const alpha = tensor([1, 0], { requiresGrad: true });
 * F.generalRobustLoss(x, zero, { alpha, reduction: "sum" }).backward();
 * String(alpha.grad); // "tensor([0.0153, 0.2833])"
 */
export const generalRobustLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  Options & GeneralRobustOptions
>(rows.generalRobustLoss);

/** Where the Wing loss bends, and how much. */
export interface WingOptions {
  /** Up to which difference the loss is logarithmic, above 0; 10 by default. */
  omega?: number;
  /** The smaller, the steeper the loss is at 0; above 0; 2 by default. */
  epsilon?: number;
}

/**
 * Wing loss of landmarks: omega log(1 + |d| / epsilon) where |d| < omega, else |d| less the
 * constant that joins both, with d = input - target. Small differences count more than in an
 * absolute error.
 *
 * Shapes, dtypes and result as for logCoshLoss; omega and epsilon in the units of d, pixels mostly.
 * Gradient: sign(d) omega / (epsilon + |d|) where |d| < omega, else sign(d), at the kinks |d| =
 * omega as well; 0 at the kink d = 0.
 *
 * @throws as logCoshLoss; RangeError for an omega or epsilon that is not positive or not finite
 * @see Feng et al., Wing Loss for Robust Facial Landmark Localisation with Convolutional Neural
 *   Networks, CVPR 2018; https://arxiv.org/abs/1711.06753
 * @example
 * F.wingLoss(tensor([1, -20]), tensor([0, 0]), { reduction: "none" }).tolist(); // [4.054650783538818, 27.91759490966797]
 */
export const wingLoss = /* @__PURE__ */ formulaLoss<[input: Tensor, target: Tensor], Options & WingOptions>(
  rows.wingLoss,
);

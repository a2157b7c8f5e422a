/** The functional forms of focal losses, which torch does not have. */
import * as rows from "../loss/focal.js";
import type { Tensor } from "../tensor/tensor.js";
import { formulaLoss } from "./formula-loss.js";
import type { MaskOptions, ReductionOptions, WeightOptions } from "./options.js";

type Options = ReductionOptions & MaskOptions & WeightOptions;

/** How a focal loss weighs classes, and what is classified well. */
export interface SigmoidFocalOptions {
  /** The share of targets of 1, others have 1 - alpha; 0.25 by default. Below 0, both weigh 1. */
  alpha?: number;
  /** The power of the probability of the other class; at least 0, 2 by default. */
  gamma?: number;
}

/**
 * Focal loss of logits x, with targets y from 0 to 1: a (1 - r)^gamma times the binary cross
 * entropy, where r = p y + (1 - p) (1 - y) is the probability of the right class, p = sigmoid(x),
 * and a = alpha y + (1 - alpha) (1 - y). It is torchvision's sigmoid_focal_loss, whose reduction is
 * "none" by default, where here it is "mean".
 *
 * Shapes broadcast, without a warning; result as for l1Loss; floating dtypes. A gamma of 0 and an
 * alpha below 0 give the binary cross entropy. Any logits are fine; 1 - r is computed without a
 * difference, so that it keeps its digits.
 * Gradient: that of the formula, which has no kink. For a gamma between 0 and 1 it is NaN where 1 -
 * r is 0, as it is for logits beyond 104 in float32.
 *
 * @throws TypeError for operands that are no tensors, an input that is not floating, bools and
 *   complex numbers, a mask that is not of bools or uint8, `dim` with "none"; RangeError for a
 *   negative gamma, shapes that do not broadcast, an unknown reduction, a dimension that the loss
 *   does not have
 * @see Lin et al., Focal Loss for Dense Object Detection, ICCV 2017;
 *   https://arxiv.org/abs/1708.02002
 * @example
 * F.sigmoidFocalLoss(tensor([0, 2, -1]), tensor([1, 1, 0])).item(); // 0.020255377516150475
 */
export const sigmoidFocalLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  Options & SigmoidFocalOptions
>(rows.sigmoidFocalLoss);

/** How an asymmetric loss weighs what is classified well. */
export interface AsymmetricOptions {
  /** The power of the probability where the target is 0; at least 0, 4 by default. */
  gammaNeg?: number;
  /** The power of its complement where the target is 1; at least 0, 1 by default. */
  gammaPos?: number;
  /** Which probability costs nothing where the target is 0; from 0 to 1, 0.05 by default. */
  clip?: number;
}

/**
 * Asymmetric loss of logits x of labels, of which several may hold, with targets y from 0 to 1:
 * -y (1 - p)^gammaPos log(p) - (1 - y) q^gammaNeg log(1 - q), with p = sigmoid(x) and
 * q = max(p - clip, 0).
 *
 * Shapes broadcast, without a warning; result as for l1Loss; floating dtypes. The code of its
 * authors bounds logarithms by that of 1e-8, and adds all elements up, where here the mean is the
 * default.
 * Gradient: that of the formula; of y = 0 it is 0 where p <= clip, at the kink p = clip as well.
 * For a power between 0 and 1 it is NaN where its base is 0, but for p <= clip.
 *
 * @throws as sigmoidFocalLoss; RangeError for negative powers, a clip outside of [0, 1]
 * @see Ridnik et al., Asymmetric Loss For Multi-Label Classification, ICCV 2021;
 *   https://arxiv.org/abs/2009.14119
 * @example
 * F.asymmetricLoss(tensor([0, 2, -1]), tensor([1, 1, 0]), { reduction: "none" }).tolist(); // [0.3465735912322998, 0.015130190178751945, 0.0005677976878359914]
 */
export const asymmetricLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  Options & AsymmetricOptions
>(rows.asymmetricLoss);

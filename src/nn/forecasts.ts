/** The functional forms of scores of forecasts that torch does not have. */
import * as rows from "../loss/forecasts.js";
import type { Tensor } from "../tensor/tensor.js";
import { formulaLoss } from "./formula-loss.js";
import type { MaskOptions, ReductionOptions, WeightOptions } from "./options.js";

/** Which quantile is predicted. */
export interface QuantileOptions {
  /**
   * From 0 to 1, 0.5 by default. A tensor has one for each element and broadcasts, so that a vector
   * of Q levels belongs to predictions of shape (..., Q).
   */
  quantile?: number | Tensor;
}

/**
 * Quantile or pinball loss: q (y - x) where the target y is at least the prediction x, else
 * (1 - q) (x - y). Its mean is least for the q-quantile of the targets; for q = 0.5 it is half the
 * absolute error.
 *
 * Shapes broadcast, without a warning; result as for l1Loss; floating dtypes. Several quantiles at
 * once are a vector as `quantile`, an input whose last dimension has a prediction of each, and a
 * target whose last size is 1.
 * Gradient: 1 - q where x > y, -q where x < y, 0 at the kink x = y; by a tensor of quantiles, y -
 * x.
 *
 * @throws TypeError for operands that are no tensors, an input that is not floating, bools and
 *   complex numbers, a mask that is not of bools or uint8, `dim` with "none"; RangeError for
 *   quantiles outside of [0, 1], or NaN, shapes that do not broadcast, an unknown reduction, a
 *   dimension that the loss does not have
 * @see Koenker and Bassett, Regression Quantiles, Econometrica 46, 1978;
 *   https://doi.org/10.2307/1913643
 * @example
 * F.quantileLoss(tensor([2, 4]), tensor([3, 3]), { quantile: 0.75 }).item(); // 0.5
 * const predictions = tensor([[1, 2, 3], [4, 5, 6]]);
 * const quantile = tensor([0.25, 0.5, 0.75]);
 * F.quantileLoss(predictions, tensor([[2], [5]]), { quantile, dim: 0 }).tolist(); // [0.25, 0, 0.25]
 */
export const quantileLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor],
  ReductionOptions & MaskOptions & WeightOptions & QuantileOptions
>(rows.quantileLoss);

/**
 * Continuous ranked probability score of normal distributions with the means `input` and the
 * standard deviations `sigma`: (y - x) erf(z / sqrt(2)) + sigma (sqrt(2 / pi) exp(-z² / 2) - 1 /
 * sqrt(pi)), with z = (y - x) / sigma and the target y. In the units of the target, and the
 * absolute error for a sigma of 0.
 *
 * Shapes broadcast, without a warning; sigma is a tensor or a number; result as for l1Loss;
 * floating dtypes. A negative sigma is an error, unless the mask leaves it out; NaN is none.
 * Gradient: -erf(z / sqrt(2)), by the target its negative, by sigma
 * sqrt(2 / pi) exp(-z² / 2) - 1 / sqrt(pi); 0 by input and target where these are equal, of a sigma
 * of 0 as well, where the loss has its only kink.
 *
 * @throws TypeError for operands that are no tensors, an input that is not floating, bools and
 *   complex numbers, a mask that is not of bools or uint8, `dim` with "none"; RangeError for a
 *   negative sigma, shapes that do not broadcast, an unknown reduction, a dimension that the loss
 *   does not have
 * @see Gneiting et al., Calibrated Probabilistic Forecasting Using Ensemble Model Output Statistics
 *   and Minimum CRPS Estimation, 2005; https://doi.org/10.1175/MWR2904.1
 * @example
 * F.gaussianCrpsLoss(tensor([1, 3]), tensor([2, 3]), tensor([1, 0.5])).item(); // 0.35964441299438477
 * F.gaussianCrpsLoss(tensor([1, 3]), tensor([2, 5]), 0, { reduction: "none" }).tolist(); // [1, 2]
 */
export const gaussianCrpsLoss = /* @__PURE__ */ formulaLoss<
  [input: Tensor, target: Tensor, sigma: Tensor | number],
  ReductionOptions & MaskOptions & WeightOptions
>(rows.gaussianCrpsLoss);

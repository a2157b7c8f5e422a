/** Scores of forecasts that torch does not have, on typed arrays: a row each, as in losses.ts. */
import * as rows from "../loss/forecasts.js";
import { formulaLoss } from "./formula-loss.js";
import type { ArrayOperand } from "./operands.js";
import type { ArrayWeightOptions } from "./options.js";

/**
 * Quantile or pinball loss: q (y - x) where the target y is at least the prediction x, else
 * (1 - q) (x - y).
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. `quantile` is a number from 0 to 1, 0.5 by default, or
 * an array with one for each element.
 * Gradient: 1 - q where x > y, -q where x < y, 0 at the kink x = y.
 *
 * @throws as l1Loss; RangeError for quantiles outside of [0, 1], or NaN, that the mask does not
 *   leave out
 * @see Koenker and Bassett, Regression Quantiles, Econometrica 46, 1978;
 *   https://doi.org/10.2307/1913643
 * @example
 * quantileLoss(Float32Array.of(2, 4), 3, { quantile: 0.75 }); // 0.5
 * const quantile = Float32Array.of(0.25, 0.75);
 * Array.from(quantileLoss.valueAndGrad(Float32Array.of(2, 4), 3, { quantile }).grad); // [-0.125, 0.125]
 */
export const quantileLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { quantile?: number | ArrayOperand }
>(rows.quantileLoss);

/**
 * Continuous ranked probability score of normal distributions with the means `prediction` and the
 * standard deviations `sigma`: (y - x) erf(z / sqrt(2)) + sigma (sqrt(2 / pi) exp(-z² / 2) -
 * 1 / sqrt(pi)), with z = (y - x) / sigma and the target y.
 *
 * Shapes, dtypes, mask and result as for quantileLoss. sigma is an array or a number; of 0, the
 * loss is the absolute error.
 * Gradient: -erf(z / sqrt(2)), by the target its negative, by sigma
 * sqrt(2 / pi) exp(-z² / 2) - 1 / sqrt(pi); 0 by prediction and target where these are equal.
 *
 * @throws as l1Loss; RangeError for a negative sigma that the mask does not leave out
 * @see Gneiting et al., Calibrated Probabilistic Forecasting Using Ensemble Model Output Statistics
 *   and Minimum CRPS Estimation, 2005; https://doi.org/10.1175/MWR2904.1
 * @example
 * gaussianCrpsLoss(Float64Array.of(1, 3), Float64Array.of(2, 3), 1); // 0.41806816744136277
 */
export const gaussianCrpsLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number, sigma: ArrayOperand | number],
  ArrayWeightOptions
>(rows.gaussianCrpsLoss);

/** The modules of scores of forecasts that torch does not have. */
import * as rows from "../loss/forecasts.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./forecasts.js";
import type { QuantileOptions } from "./forecasts.js";
import { heldOf, optionsOf } from "./held.js";
import { Loss } from "./loss-module.js";
import type { MaskOptions, ReductionOptions } from "./options.js";

/**
 * Quantile or pinball loss; see F.quantileLoss.
 *
 * @example
 * const loss = new nn.QuantileLoss({ quantile: tensor([0.25, 0.75]) });
 * loss(tensor([[1, 3], [4, 6]]), tensor([[2], [5]])).item(); // 0.25
 */
export class QuantileLoss extends Loss {
  /** Which quantile is predicted; several as a tensor. */
  declare readonly quantile: number | Tensor;
  constructor(options: ReductionOptions & QuantileOptions = {}) {
    super(heldOf(rows.quantileLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.quantileLoss(input, target, optionsOf(this, rows.quantileLoss, options));
  }
}

/**
 * Continuous ranked probability score of normal distributions; see F.gaussianCrpsLoss.
 *
 * @example
 * new nn.GaussianCRPSLoss()(tensor([1, 3]), tensor([2, 5]), 0).item(); // 1.5
 */
export class GaussianCRPSLoss extends Loss<[input: Tensor, target: Tensor, sigma: Tensor | number]> {
  constructor(options: ReductionOptions = {}) {
    super(heldOf(rows.gaussianCrpsLoss, options));
  }
  override forward(input: Tensor, target: Tensor, sigma: Tensor | number, options?: MaskOptions): Tensor {
    return F.gaussianCrpsLoss(input, target, sigma, optionsOf(this, rows.gaussianCrpsLoss, options));
  }
}

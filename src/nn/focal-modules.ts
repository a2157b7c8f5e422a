/** The modules of focal losses, which torch does not have. */
import * as rows from "../loss/focal.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./focal.js";
import type { AsymmetricOptions, SigmoidFocalOptions } from "./focal.js";
import { heldOf, optionsOf } from "./held.js";
import { Loss } from "./loss-module.js";
import type { MaskOptions, ReductionOptions } from "./options.js";

/**
 * Focal loss of logits; see F.sigmoidFocalLoss.
 *
 * @example
 * new nn.SigmoidFocalLoss({ gamma: 0, alpha: -1 })(tensor([0, 0]), tensor([1, 0])).item(); // 0.6931471824645996
 */
export class SigmoidFocalLoss extends Loss {
  /** The share of targets of 1; below 0, both classes weigh 1. */
  declare readonly alpha: number;
  /** The power of the probability of the other class. */
  declare readonly gamma: number;
  constructor(options: ReductionOptions & SigmoidFocalOptions = {}) {
    super(heldOf(rows.sigmoidFocalLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.sigmoidFocalLoss(input, target, optionsOf(this, rows.sigmoidFocalLoss, options));
  }
}

/**
 * Asymmetric loss of logits of labels; see F.asymmetricLoss.
 *
 * @example
 * new nn.AsymmetricLoss({ gammaPos: 0 })(tensor([0, -9]), tensor([1, 0])).item(); // 0.3465735912322998
 */
export class AsymmetricLoss extends Loss {
  /** The power of the probability where the target is 0. */
  declare readonly gammaNeg: number;
  /** The power of its complement where the target is 1. */
  declare readonly gammaPos: number;
  /** Which probability costs nothing where the target is 0. */
  declare readonly clip: number;
  constructor(options: ReductionOptions & AsymmetricOptions = {}) {
    super(heldOf(rows.asymmetricLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.asymmetricLoss(input, target, optionsOf(this, rows.asymmetricLoss, options));
  }
}

/** The modules of robust losses that torch does not have. */
import * as rows from "../loss/robust.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./robust.js";
import type { EpsilonOptions, GeneralRobustOptions, ScaleOptions, WingOptions } from "./robust.js";
import { heldOf, optionsOf } from "./held.js";
import { Loss } from "./loss-module.js";
import type { MaskOptions, ReductionOptions } from "./options.js";

/**
 * Logarithm of the hyperbolic cosine; see F.logCoshLoss.
 *
 * @example
 * new nn.LogCoshLoss({ reduction: "sum" })(tensor([1, -3]), tensor([0, 0])).item(); // 2.7431092262268066
 */
export class LogCoshLoss extends Loss {
  constructor(options: ReductionOptions = {}) {
    super(heldOf(rows.logCoshLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.logCoshLoss(input, target, optionsOf(this, rows.logCoshLoss, options));
  }
}

/**
 * Smooth absolute error; see F.charbonnierLoss.
 *
 * @example
 * new nn.CharbonnierLoss({ epsilon: 3 })(tensor([1, 5]), tensor([1, 1])).item(); // 4
 */
export class CharbonnierLoss extends Loss {
  /** The loss of equal operands. */
  declare readonly epsilon: number;
  constructor(options: ReductionOptions & EpsilonOptions = {}) {
    super(heldOf(rows.charbonnierLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.charbonnierLoss(input, target, optionsOf(this, rows.charbonnierLoss, options));
  }
}

/**
 * Absolute error beyond epsilon; see F.epsilonInsensitiveLoss.
 *
 * @example
 * new nn.EpsilonInsensitiveLoss({ epsilon: 1 })(tensor([1, 5]), tensor([0, 0])).item(); // 2
 */
export class EpsilonInsensitiveLoss extends Loss {
  /** How large a difference costs nothing. */
  declare readonly epsilon: number;
  constructor(options: ReductionOptions & EpsilonOptions = {}) {
    super(heldOf(rows.epsilonInsensitiveLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.epsilonInsensitiveLoss(input, target, optionsOf(this, rows.epsilonInsensitiveLoss, options));
  }
}

/**
 * Tukey's biweight; see F.tukeyBiweightLoss.
 *
 * @example
 * new nn.TukeyBiweightLoss({ c: 3 })(tensor([3, 90]), tensor([0, 0])).item(); // 1.5
 */
export class TukeyBiweightLoss extends Loss {
  /** From where on all differences cost the same. */
  declare readonly c: number;
  constructor(options: ReductionOptions & ScaleOptions = {}) {
    super(heldOf(rows.tukeyBiweightLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.tukeyBiweightLoss(input, target, optionsOf(this, rows.tukeyBiweightLoss, options));
  }
}

/**
 * Cauchy's or Lorentz's loss; see F.cauchyLoss.
 *
 * @example
 * new nn.CauchyLoss({ c: 2 })(tensor([2]), tensor([0])).item(); // 1.3862943649291992
 */
export class CauchyLoss extends Loss {
  /** The scale of differences. */
  declare readonly c: number;
  constructor(options: ReductionOptions & ScaleOptions = {}) {
    super(heldOf(rows.cauchyLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.cauchyLoss(input, target, optionsOf(this, rows.cauchyLoss, options));
  }
}

/**
 * Barron's general robust loss; see F.generalRobustLoss.
 *
 * @example
 * new nn.GeneralRobustLoss({ alpha: 0 })(tensor([2]), tensor([0])).item(); // 1.0986123085021973
 */
export class GeneralRobustLoss extends Loss {
  /** What shape the loss has. */
  declare readonly alpha: number | Tensor;
  /** The scale of differences. */
  declare readonly c: number;
  constructor(options: ReductionOptions & GeneralRobustOptions = {}) {
    super(heldOf(rows.generalRobustLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.generalRobustLoss(input, target, optionsOf(this, rows.generalRobustLoss, options));
  }
}

/**
 * Wing loss of landmarks; see F.wingLoss.
 *
 * @example
 * new nn.WingLoss({ omega: 4 })(tensor([2, 0]), tensor([0, 0])).item(); // 1.3862943649291992
 */
export class WingLoss extends Loss {
  /** Up to which difference the loss is logarithmic. */
  declare readonly omega: number;
  /** How steep the loss is at 0. */
  declare readonly epsilon: number;
  constructor(options: ReductionOptions & WingOptions = {}) {
    super(heldOf(rows.wingLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.wingLoss(input, target, optionsOf(this, rows.wingLoss, options));
  }
}

/** The losses of differences as modules. */
import { takeOptions } from "../core/options.js";
import type { BetaOptions, DeltaOptions } from "../loss/losses.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./functional.js";
import type { LegacyOptions, MaskOptions, ReductionOptions } from "./functional.js";
import { held, maskOf, OPTIONS } from "./held.js";
import { Loss } from "./loss-module.js";

/**
 * Mean absolute error; see F.l1Loss.
 *
 * @example
 * const loss = new nn.L1Loss();
 * loss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 0.5
 * loss(tensor([1, NaN]), tensor([3, 0]), { mask: tensor([true, false]) }).item(); // 2
 */
export class L1Loss extends Loss {
  constructor(options: LegacyOptions & ReductionOptions = {}) {
    super(held(takeOptions("L1Loss", options, OPTIONS)));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const { reduction, dim, keepdim } = this;
    const mask = maskOf("L1Loss", options);
    return F.l1Loss(input, target, { reduction, dim, keepdim, mask });
  }
}

/**
 * Mean squared error; see F.mseLoss.
 *
 * @example
 * new nn.MSELoss({ reduction: "sum" })(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 1.5
 */
export class MSELoss extends Loss {
  constructor(options: LegacyOptions & ReductionOptions = {}) {
    super(held(takeOptions("MSELoss", options, OPTIONS)));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const { reduction, dim, keepdim } = this;
    const mask = maskOf("MSELoss", options);
    return F.mseLoss(input, target, { reduction, dim, keepdim, mask });
  }
}

/**
 * Squared below beta, absolute above; see F.smoothL1Loss. beta is checked when the loss is called,
 * as in torch.
 *
 * @example
 * new nn.SmoothL1Loss({ beta: 2 })(tensor([1, 5]), tensor([0, 0])).item(); // 2.125
 */
export class SmoothL1Loss extends Loss {
  /** Where the loss turns from squared to absolute. */
  declare readonly beta: number;
  constructor(options: LegacyOptions & ReductionOptions & BetaOptions = {}) {
    const taken = takeOptions("SmoothL1Loss", options, [...OPTIONS, "beta"]);
    const { beta = 1 } = taken;
    super({ ...held(taken), beta });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const { reduction, dim, keepdim, beta } = this;
    const mask = maskOf("SmoothL1Loss", options);
    return F.smoothL1Loss(input, target, { reduction, dim, keepdim, mask, beta });
  }
}

/**
 * Squared below delta, absolute above, delta times SmoothL1; see F.huberLoss. delta is checked when
 * the loss is called, as in torch.
 *
 * @example
 * new nn.HuberLoss({ delta: 2 })(tensor([1, 5]), tensor([0, 0])).item(); // 4.25
 */
export class HuberLoss extends Loss {
  /** Where the loss turns from squared to absolute. */
  declare readonly delta: number;
  constructor(options: ReductionOptions & DeltaOptions = {}) {
    const taken = takeOptions("HuberLoss", options, ["reduction", "dim", "keepdim", "delta"]);
    const { delta = 1 } = taken;
    super({ ...held(taken), delta });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const { reduction, dim, keepdim, delta } = this;
    const mask = maskOf("HuberLoss", options);
    return F.huberLoss(input, target, { reduction, dim, keepdim, mask, delta });
  }
}

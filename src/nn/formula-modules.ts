/** The losses that are a formula and no more, as modules. */
import * as formulas from "../loss/formulas.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./functional.js";
import type { LegacyOptions, MarginOptions, MaskOptions, ReductionOptions } from "./functional.js";
import { heldOf, optionsOf } from "./held.js";
import { Loss } from "./loss-module.js";

/**
 * Two-class logistic loss; see F.softMarginLoss.
 *
 * @example
 * new nn.SoftMarginLoss({ reduction: "sum" })(tensor([0, 0]), tensor([1, -1])).item(); // 1.3862943649291992
 */
export class SoftMarginLoss extends Loss {
  constructor(options: LegacyOptions & ReductionOptions = {}) {
    super(heldOf(formulas.softMarginLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.softMarginLoss(input, target, optionsOf(this, formulas.softMarginLoss, options));
  }
}

/**
 * Loss of distances with labels; see F.hingeEmbeddingLoss.
 *
 * @example
 * new nn.HingeEmbeddingLoss({ margin: 2 })(tensor([0.5, 0.5]), tensor([1, -1])).item(); // 1
 */
export class HingeEmbeddingLoss extends Loss {
  /** From where on distances of what is not alike cost nothing. */
  declare readonly margin: number;
  constructor(options: LegacyOptions & ReductionOptions & MarginOptions = {}) {
    super(heldOf(formulas.hingeEmbeddingLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.hingeEmbeddingLoss(input, target, optionsOf(this, formulas.hingeEmbeddingLoss, options));
  }
}

/**
 * Loss of pairs in the wrong order; see F.marginRankingLoss.
 *
 * @example
 * new nn.MarginRankingLoss({ margin: 1 })(tensor([1, 3]), tensor([2, 1]), tensor([1, 1])).item(); // 1
 */
export class MarginRankingLoss extends Loss<[input1: Tensor, input2: Tensor, target: Tensor]> {
  /** By how much one of a pair has to be larger. */
  declare readonly margin: number;
  constructor(options: LegacyOptions & ReductionOptions & MarginOptions = {}) {
    super(heldOf(formulas.marginRankingLoss, options));
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.marginRankingLoss(input1, input2, target, optionsOf(this, formulas.marginRankingLoss, options));
  }
}

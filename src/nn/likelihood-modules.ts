/** Negative log likelihoods and divergences as modules. */
import * as formulas from "../loss/formulas.js";
import type { Reduction } from "../loss/losses.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./functional.js";
import type {
  GaussianOptions,
  KLDivOptions,
  LegacyOptions,
  MaskOptions,
  PoissonOptions,
  PosWeightOptions,
  ReductionOptions,
  WeightOptions,
} from "./functional.js";
import { heldOf, optionsOf } from "./held.js";
import { Loss } from "./loss-module.js";

/**
 * Cross entropy of logits; see F.binaryCrossEntropyWithLogits. The weights are buffers, weight and
 * pos_weight of the state; their shapes are checked when the loss is called.
 *
 * @throws TypeError for weights that are no tensors, and misspelt options
 * @example
 * const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) });
 * loss(tensor([0, 0]), tensor([1, 0])).item(); // 1.3862943649291992
 * Object.keys(loss.stateDict()); // ["pos_weight"]
 */
export class BCEWithLogitsLoss extends Loss {
  /** Factors of the elementwise loss. */
  declare readonly weight: Tensor | null;
  /** Factors of what targets of 1 cost. */
  declare readonly posWeight: Tensor | null;
  constructor(options: LegacyOptions & ReductionOptions & WeightOptions & PosWeightOptions = {}) {
    super(heldOf(formulas.binaryCrossEntropyWithLogits, options), ["weight", "posWeight"]);
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const own = optionsOf(this, formulas.binaryCrossEntropyWithLogits, options);
    return F.binaryCrossEntropyWithLogits(input, target, own);
  }
}

/**
 * Cross entropy of probabilities; see F.binaryCrossEntropy. The weight is a buffer; its shape is
 * checked when the loss is called.
 *
 * @throws TypeError for a weight that is no tensor, and misspelt options
 * @example
 * new nn.BCELoss({ reduction: "sum" })(tensor([0.5, 0.5]), tensor([1, 0])).item(); // 1.3862943649291992
 */
export class BCELoss extends Loss {
  /** Factors of the elementwise loss. */
  declare readonly weight: Tensor | null;
  constructor(options: LegacyOptions & ReductionOptions & WeightOptions = {}) {
    super(heldOf(formulas.binaryCrossEntropy, options), ["weight"]);
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.binaryCrossEntropy(input, target, optionsOf(this, formulas.binaryCrossEntropy, options));
  }
}

/**
 * Kullback-Leibler divergence; see F.klDiv.
 *
 * @example
 * new nn.KLDivLoss({ reduction: "batchmean" })(tensor([[-1, -2]]), tensor([[0, 1]])).item(); // 2
 */
export class KLDivLoss extends Loss<[input: Tensor, target: Tensor], Reduction | "batchmean"> {
  /** Whether the target is given as logarithms. */
  declare readonly logTarget: boolean;
  constructor(options: LegacyOptions & KLDivOptions = {}) {
    super(heldOf(formulas.klDiv, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.klDiv(input, target, optionsOf(this, formulas.klDiv, options));
  }
}

/**
 * Negative log likelihood of counts; see F.poissonNllLoss.
 *
 * @example
 * new nn.PoissonNLLLoss({ logInput: false, eps: 0 })(tensor([1, 1]), tensor([2, 3])).item(); // 1
 */
export class PoissonNLLLoss extends Loss {
  /** Whether the input is the logarithm of the rate. */
  declare readonly logInput: boolean;
  /** Whether Stirling's approximation is added. */
  declare readonly full: boolean;
  /** Added to a rate, of which a logarithm is taken. */
  declare readonly eps: number;
  constructor(options: LegacyOptions & ReductionOptions & PoissonOptions = {}) {
    super(heldOf(formulas.poissonNllLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.poissonNllLoss(input, target, optionsOf(this, formulas.poissonNllLoss, options));
  }
}

/**
 * Negative log likelihood of normal distributions; see F.gaussianNllLoss.
 *
 * @example
 * new nn.GaussianNLLLoss()(tensor([1, 3]), tensor([2, 3]), tensor([1, 1])).item(); // 0.25
 */
export class GaussianNLLLoss extends Loss<[input: Tensor, target: Tensor, variance: Tensor | number]> {
  /** Whether the constant is added. */
  declare readonly full: boolean;
  /** What variances are at least. */
  declare readonly eps: number;
  constructor(options: ReductionOptions & GaussianOptions = {}) {
    super(heldOf(formulas.gaussianNllLoss, options));
  }
  override forward(input: Tensor, target: Tensor, variance: Tensor | number, options?: MaskOptions): Tensor {
    return F.gaussianNllLoss(input, target, variance, optionsOf(this, formulas.gaussianNllLoss, options));
  }
}

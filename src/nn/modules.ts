/** The modules: callable instances that hold a loss's options. */
import { takeOptions } from "../core/options.js";
import { warn } from "../core/warnings.js";
import type { Tensor } from "../tensor/tensor.js";
import * as formulas from "../loss/formulas.js";
import { callableInstance } from "./callable.js";
import * as F from "./functional.js";
import type {
  ClassLossOptions,
  GaussianOptions,
  KLDivOptions,
  LegacyOptions,
  MarginOptions,
  MaskOptions,
  PoissonOptions,
  PosWeightOptions,
  ReductionOptions,
  SmoothingOptions,
  WeightOptions,
} from "./functional.js";
import type { BetaOptions, DeltaOptions, Reduction } from "../loss/losses.js";
import { legacyReduction } from "../loss/reduction.js";
import * as rowwise from "../loss/rowwise.js";
import { held, heldOf, maskOf, OPTIONS, optionsOf } from "./held.js";
import { rowOptionNames } from "./rowwise.js";

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/prefer-function-type --
   the constructor gives every instance the call signature, which a class cannot declare by itself. */

/**
 * A loss with its options; an instance is a function of the operands O: input and target of most. R
 * are its reductions.
 */
export interface Loss<
  O extends readonly unknown[] = [input: Tensor, target: Tensor],
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- it has the parameters of its class
  R extends string = Reduction,
> {
  (...args: [...operands: O, options?: MaskOptions]): Tensor;
}

/**
 * What the loss modules share. Instances are callable: `loss(input, target)` is
 * `loss.forward(input, target)`.
 */
export abstract class Loss<
  O extends readonly unknown[] = [input: Tensor, target: Tensor],
  R extends string = Reduction,
> {
  /** How elementwise losses become one. Checked when the loss is called, as in torch. */
  declare readonly reduction: R;
  /** The dimensions to reduce; all where there are none. Checked when the loss is called. */
  declare readonly dim: number | readonly number[] | null | undefined;
  /** Whether reduced dimensions stay, with size 1. */
  declare readonly keepdim: boolean;

  constructor(options: object) {
    const instance = callableInstance(new.target.prototype) as this;
    for (const [key, value] of Object.entries(options)) {
      Object.defineProperty(instance, key, { value, enumerable: true, writable: true });
    }
    return instance;
  }

  /** The loss of the operands, of what a mask keeps; what a call of the instance gives. */
  abstract forward(...args: [...operands: O, options?: MaskOptions]): Tensor;

  /** As torch prints a module: the class's name and `()`. */
  toString(): string {
    return `${this.constructor.name}()`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * Mean absolute error; see F.l1Loss.
 *
 * @example
 * const loss = new nn.L1Loss();
 * loss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 0.5
 * loss(tensor([1, NaN]), tensor([3, 0]), { mask: tensor([true, false]) }).item(); // 2
 */
export class L1Loss extends Loss {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "L1Loss";
  }
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
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "MSELoss";
  }
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
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "SmoothL1Loss";
  }
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
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "HuberLoss";
  }
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

/**
 * Two-class logistic loss; see F.softMarginLoss.
 *
 * @example
 * new nn.SoftMarginLoss({ reduction: "sum" })(tensor([0, 0]), tensor([1, -1])).item(); // 1.3862943649291992
 */
export class SoftMarginLoss extends Loss {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "SoftMarginLoss";
  }
  constructor(options: LegacyOptions & ReductionOptions = {}) {
    super(heldOf(formulas.softMarginLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.softMarginLoss(input, target, optionsOf(this, formulas.softMarginLoss, options));
  }
}

/** A loss of rows of classes, with what such losses hold. */
export abstract class ClassLoss extends Loss {
  /** A factor for each class; null where all are 1. */
  declare readonly weight: Tensor | null;
  /** The target of rows that count for nothing. */
  declare readonly ignoreIndex: number;
}

/** What the module of a row of the table of losses of rows holds. */
function heldOfRows(row: rowwise.RowwiseRow, options: ClassLossOptions & SmoothingOptions): object {
  const taken = takeOptions(row.module, options, rowOptionNames(row));
  const { sizeAverage, reduce, reduction = "mean", weight = null } = taken;
  const { ignoreIndex = -100, labelSmoothing = 0 } = taken;
  const smoothing = row.takesProbabilities ? { labelSmoothing } : {};
  return {
    reduction: legacyReduction(sizeAverage, reduce) ?? reduction,
    weight,
    ignoreIndex,
    ...smoothing,
  };
}

/**
 * Cross-entropy of the softmax of logits; see F.crossEntropy. Options are checked when the loss is
 * called, as in torch.
 *
 * @example
 * const loss = new nn.CrossEntropyLoss({ ignoreIndex: 0 });
 * loss(tensor([[2, 1], [0, 3]]), tensor([0n, 1n])).item(); // 0.04858734831213951
 */
export class CrossEntropyLoss extends ClassLoss {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "CrossEntropyLoss";
  }
  /** What share of each target is spread over all classes. */
  declare readonly labelSmoothing: number;
  constructor(options: ClassLossOptions & SmoothingOptions = {}) {
    super(heldOfRows(rowwise.crossEntropy, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const { reduction, weight, ignoreIndex, labelSmoothing } = this;
    const mask = maskOf("CrossEntropyLoss", options);
    return F.crossEntropy(input, target, { reduction, weight, ignoreIndex, labelSmoothing, mask });
  }
}

/**
 * Negative log likelihood of log-probabilities; see F.nllLoss. Options are checked when the loss is
 * called, as in torch.
 *
 * @example
 * new nn.NLLLoss({ reduction: "sum" })(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0n, 1n])).item(); // 0.75
 */
export class NLLLoss extends ClassLoss {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "NLLLoss";
  }
  constructor(options: ClassLossOptions = {}) {
    super(heldOfRows(rowwise.nllLoss, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const { reduction, weight, ignoreIndex } = this;
    const mask = maskOf("NLLLoss", options);
    return F.nllLoss(input, target, { reduction, weight, ignoreIndex, mask });
  }
}

/**
 * torch's deprecated name of NLLLoss, with its warning.
 *
 * @deprecated use NLLLoss
 * @example
 * new nn.NLLLoss2d()(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0n, 1n])).item(); // 0.375
 */
export class NLLLoss2d extends NLLLoss {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "NLLLoss2d";
  }
  constructor(options: ClassLossOptions = {}) {
    warn(
      "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see " +
        "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.",
    );
    super(options);
  }
}

/**
 * Cross entropy of logits; see F.binaryCrossEntropyWithLogits. The weights are held as they are, and
 * checked when the loss is called.
 *
 * @example
 * const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) });
 * loss(tensor([0, 0]), tensor([1, 0])).item(); // 1.3862943649291992
 */
export class BCEWithLogitsLoss extends Loss {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "BCEWithLogitsLoss";
  }
  /** Factors of the elementwise loss. */
  declare readonly weight: Tensor | null;
  /** Factors of what targets of 1 cost. */
  declare readonly posWeight: Tensor | null;
  constructor(options: LegacyOptions & ReductionOptions & WeightOptions & PosWeightOptions = {}) {
    super(heldOf(formulas.binaryCrossEntropyWithLogits, options));
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const own = optionsOf(this, formulas.binaryCrossEntropyWithLogits, options);
    return F.binaryCrossEntropyWithLogits(input, target, own);
  }
}

/**
 * Cross entropy of probabilities; see F.binaryCrossEntropy. The weights are held as they are, and
 * checked when the loss is called.
 *
 * @example
 * new nn.BCELoss({ reduction: "sum" })(tensor([0.5, 0.5]), tensor([1, 0])).item(); // 1.3862943649291992
 */
export class BCELoss extends Loss {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "BCELoss";
  }
  /** Factors of the elementwise loss. */
  declare readonly weight: Tensor | null;
  constructor(options: LegacyOptions & ReductionOptions & WeightOptions = {}) {
    super(heldOf(formulas.binaryCrossEntropy, options));
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
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "KLDivLoss";
  }
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
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "PoissonNLLLoss";
  }
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
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "GaussianNLLLoss";
  }
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

/**
 * Loss of distances with labels; see F.hingeEmbeddingLoss.
 *
 * @example
 * new nn.HingeEmbeddingLoss({ margin: 2 })(tensor([0.5, 0.5]), tensor([1, -1])).item(); // 1
 */
export class HingeEmbeddingLoss extends Loss {
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "HingeEmbeddingLoss";
  }
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
  /** Stays when a bundler shortens names. */
  // @ts-expect-error -- refused since it would fail where classes become functions, which they do not here
  static override get name(): string {
    return "MarginRankingLoss";
  }
  /** By how much one of a pair has to be larger. */
  declare readonly margin: number;
  constructor(options: LegacyOptions & ReductionOptions & MarginOptions = {}) {
    super(heldOf(formulas.marginRankingLoss, options));
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    return F.marginRankingLoss(input1, input2, target, optionsOf(this, formulas.marginRankingLoss, options));
  }
}

/** The modules of losses of sets and of rows that torch does not have. */
import { takeOptions } from "../core/options.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  ENSEMBLE_OPTIONS,
  ensembleCrpsLoss,
  type EnsembleCrpsOptions,
  PEARSON_OPTIONS,
  pearsonLoss,
  type PearsonOptions,
} from "./ensembles.js";
import { maskOf } from "./held.js";
import { Loss } from "./loss-module.js";
import type { MaskOptions } from "./options.js";
import {
  BOX_OPTIONS,
  type BoxIouOptions,
  DICE_OPTIONS,
  diceLoss,
  type DiceOptions,
  generalizedBoxIouLoss,
  jaccardLoss,
  OVERLAP_OPTIONS,
  type OverlapOptions,
} from "./overlaps.js";

/** The options that are not undefined. */
function given(taken: object): object {
  return Object.fromEntries(Object.entries(taken).filter(([, value]) => value !== undefined));
}

/**
 * Soft Dice loss; see F.diceLoss. Options are checked when the loss is called.
 *
 * @example
 * new nn.DiceLoss({ smooth: 1 })(tensor([[1, 0.5, 0]]), tensor([[1, 1, 0]])).item(); // 0.1111111044883728
 */
export class DiceLoss extends Loss {
  /** The dimensions of a set. */
  declare readonly dim: number | readonly number[] | null | undefined;
  /** What is added to numerator and denominator. */
  declare readonly smooth: number;
  /** Whether sizes are sums of squares. */
  declare readonly squared: boolean;
  constructor(options: DiceOptions = {}) {
    const taken = takeOptions("DiceLoss", options, DICE_OPTIONS);
    super({ reduction: "mean", dim: undefined, smooth: 1e-5, squared: false, ...given(taken) });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("DiceLoss", options);
    const { reduction, dim, smooth, squared } = this;
    return diceLoss(input, target, { reduction, dim, smooth, squared, mask });
  }
}

/**
 * Soft Jaccard loss; see F.jaccardLoss. Options are checked when the loss is called.
 *
 * @example
 * new nn.JaccardLoss({ smooth: 0 })(tensor([[1, 0.5, 0]]), tensor([[1, 1, 0]])).item(); // 0.25
 */
export class JaccardLoss extends Loss {
  /** The dimensions of a set. */
  declare readonly dim: number | readonly number[] | null | undefined;
  /** What is added to numerator and denominator. */
  declare readonly smooth: number;
  constructor(options: OverlapOptions = {}) {
    const taken = takeOptions("JaccardLoss", options, OVERLAP_OPTIONS);
    super({ reduction: "mean", dim: undefined, smooth: 1e-5, ...given(taken) });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("JaccardLoss", options);
    const { reduction, dim, smooth } = this;
    return jaccardLoss(input, target, { reduction, dim, smooth, mask });
  }
}

/**
 * Generalised intersection over union of boxes; see F.generalizedBoxIouLoss. Options are checked
 * when the loss is called.
 *
 * @example
 * const loss = new nn.GeneralizedBoxIoULoss({ eps: 0 });
 * loss(tensor([[0, 0, 2, 2]]), tensor([[0, 0, 2, 1]])).item(); // 0.5
 */
export class GeneralizedBoxIoULoss extends Loss {
  /** What is added to areas that are divided by. */
  declare readonly eps: number;
  constructor(options: BoxIouOptions = {}) {
    const taken = takeOptions("GeneralizedBoxIoULoss", options, BOX_OPTIONS);
    super({ reduction: "mean", eps: 1e-7, ...given(taken) });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("GeneralizedBoxIoULoss", options);
    const { reduction, eps } = this;
    return generalizedBoxIouLoss(input, target, { reduction, eps, mask });
  }
}

/**
 * Continuous ranked probability score of ensembles; see F.ensembleCrpsLoss. Options are checked
 * when the loss is called.
 *
 * @example
 * new nn.EnsembleCRPSLoss({ fair: true })(tensor([[1, 3]]), tensor([4])).item(); // 1
 */
export class EnsembleCRPSLoss extends Loss {
  /** Whether the spread divides by M (M - 1). */
  declare readonly fair: boolean;
  constructor(options: EnsembleCrpsOptions = {}) {
    const taken = takeOptions("EnsembleCRPSLoss", options, ENSEMBLE_OPTIONS);
    super({ reduction: "mean", fair: false, ...given(taken) });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("EnsembleCRPSLoss", options);
    const { reduction, fair } = this;
    return ensembleCrpsLoss(input, target, { reduction, fair, mask });
  }
}

/**
 * Negative Pearson correlation; see F.pearsonLoss. Options are checked when the loss is called.
 *
 * @example
 * new nn.PearsonLoss()(tensor([1, 2, 3]), tensor([3, 2, 1])).item(); // 2
 */
export class PearsonLoss extends Loss {
  /** The dimension that is correlated. */
  declare readonly dim: number;
  /** What is added to both sums of squares. */
  declare readonly eps: number;
  constructor(options: PearsonOptions = {}) {
    const taken = takeOptions("PearsonLoss", options, PEARSON_OPTIONS);
    super({ reduction: "mean", dim: -1, eps: 1e-12, ...given(taken) });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("PearsonLoss", options);
    const { reduction, dim, eps } = this;
    return pearsonLoss(input, target, { reduction, dim, eps, mask });
  }
}

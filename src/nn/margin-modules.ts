/** The modules of the losses of margins, and of several labels. */
import { takeOptions } from "../core/options.js";
import type { Reduction } from "../loss/losses.js";
import { checkModuleWeight, checkPower } from "../loss/margin-checks.js";
import { legacyReduction } from "../loss/reduction.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  MULTI_MARGIN_OPTIONS,
  multiMarginLoss,
  type MultiMarginOptions,
  MULTILABEL_MARGIN_OPTIONS,
  multilabelMarginLoss,
} from "./margins.js";
import { maskOf } from "./held.js";
import { Loss } from "./loss-module.js";
import type { MaskOptions } from "./options.js";
import { MULTILABEL_OPTIONS, type MultilabelOptions, multilabelSoftMarginLoss } from "./multilabel.js";
import type { LegacyRowOptions } from "./pair-losses.js";

/** The reduction that a module holds. */
function heldReduction({ sizeAverage, reduce, reduction = "mean" }: LegacyRowOptions): Reduction {
  return legacyReduction(sizeAverage, reduce) ?? reduction;
}

/**
 * Loss of rows whose target is to be larger by a margin; see F.multiMarginLoss. p and the weight's
 * dimensions are checked at once, the other options when the loss is called, as in torch. The weight
 * is a buffer.
 *
 * @throws RangeError for p other than 1 and 2, and for a weight that is no vector; TypeError for one
 *   that is no tensor, and misspelt options
 * @example
 * const loss = new nn.MultiMarginLoss({ margin: 2 });
 * loss(tensor([[1, 0.5, 2]]), tensor([0n])).item(); // 1.5
 */
export class MultiMarginLoss extends Loss {
  /** The power of what a class comes too close. */
  declare readonly p: 1 | 2;
  /** By how much the target's number is to be larger. */
  declare readonly margin: number;
  /** A factor for each target class; null where all are 1. */
  declare readonly weight: Tensor | null;
  constructor(options: MultiMarginOptions = {}) {
    const taken = takeOptions("MultiMarginLoss", options, MULTI_MARGIN_OPTIONS);
    const { p = 1, margin = 1, weight = null } = taken;
    const reduction = heldReduction(taken);
    checkPower(p);
    checkModuleWeight("MultiMarginLoss", weight);
    super({ reduction, p, margin, weight }, ["weight"]);
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("MultiMarginLoss", options);
    const { reduction, p, margin, weight } = this;
    return multiMarginLoss(input, target, { reduction, p, margin, weight, mask });
  }
}

/**
 * Loss of rows of which several numbers are to be larger than the others by 1; see
 * F.multilabelMarginLoss.
 *
 * @example
 * new nn.MultiLabelMarginLoss()(tensor([[0, 2, 1]]), tensor([[1n, -1n, 0n]])).item(); // 0
 */
export class MultiLabelMarginLoss extends Loss {
  constructor(options: LegacyRowOptions = {}) {
    super({
      reduction: heldReduction(takeOptions("MultiLabelMarginLoss", options, MULTILABEL_MARGIN_OPTIONS)),
    });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("MultiLabelMarginLoss", options);
    const { reduction } = this;
    return multilabelMarginLoss(input, target, { reduction, mask });
  }
}

/**
 * Cross entropy of several labels; see F.multilabelSoftMarginLoss. The weight is a buffer; its shape
 * is checked when the loss is called.
 *
 * @throws TypeError for a weight that is no tensor, and misspelt options
 * @example
 * new nn.MultiLabelSoftMarginLoss()(tensor([[0, 0]]), tensor([[1, 0]])).item(); // 0.6931471824645996
 */
export class MultiLabelSoftMarginLoss extends Loss {
  /** Factors of the terms. */
  declare readonly weight: Tensor | null;
  constructor(options: MultilabelOptions = {}) {
    const taken = takeOptions("MultiLabelSoftMarginLoss", options, MULTILABEL_OPTIONS);
    super({ reduction: heldReduction(taken), weight: taken.weight ?? null }, ["weight"]);
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("MultiLabelSoftMarginLoss", options);
    const { reduction, weight } = this;
    return multilabelSoftMarginLoss(input, target, { reduction, weight, mask });
  }
}

/** The losses of rows of classes as modules. */
import { takeOptions } from "../core/options.js";
import { warn } from "../core/warnings.js";
import { legacyReduction } from "../loss/reduction.js";
import * as rowwise from "../loss/rowwise.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./functional.js";
import type { ClassLossOptions, MaskOptions, SmoothingOptions } from "./functional.js";
import { maskOf } from "./held.js";
import { Loss } from "./loss-module.js";
import { rowOptionNames } from "./rowwise.js";

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
 * Cross-entropy of the softmax of logits; see F.crossEntropy. The weight is a buffer; options are
 * checked when the loss is called, as in torch.
 *
 * @throws TypeError for a weight that is no tensor, and misspelt options
 * @example
 * const loss = new nn.CrossEntropyLoss({ ignoreIndex: 0 });
 * loss(tensor([[2, 1], [0, 3]]), tensor([0n, 1n])).item(); // 0.04858734831213951
 */
export class CrossEntropyLoss extends ClassLoss {
  /** What share of each target is spread over all classes. */
  declare readonly labelSmoothing: number;
  constructor(options: ClassLossOptions & SmoothingOptions = {}) {
    super(heldOfRows(rowwise.crossEntropy, options), ["weight"]);
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const { reduction, weight, ignoreIndex, labelSmoothing } = this;
    const mask = maskOf("CrossEntropyLoss", options);
    return F.crossEntropy(input, target, { reduction, weight, ignoreIndex, labelSmoothing, mask });
  }
}

/**
 * Negative log likelihood of log-probabilities; see F.nllLoss. The weight is a buffer;
 * options are checked when the loss is called, as in torch.
 *
 * @throws TypeError for a weight that is no tensor, and misspelt options
 * @example
 * new nn.NLLLoss({ reduction: "sum" })(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0n, 1n])).item(); // 0.75
 */
export class NLLLoss extends ClassLoss {
  constructor(options: ClassLossOptions = {}) {
    super(heldOfRows(rowwise.nllLoss, options), ["weight"]);
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
  constructor(options: ClassLossOptions = {}) {
    warn(
      "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see " +
        "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.",
    );
    super(options);
  }
}

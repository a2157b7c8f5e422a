/** The module of connectionist temporal classification. */
import { takeOptions } from "../core/options.js";
import type { Tensor } from "../tensor/tensor.js";
import { CTC_OPTIONS, ctcLoss, type CTCOptions, type Lengths } from "./ctc.js";
import { maskOf } from "./held.js";
import { Loss } from "./loss-module.js";
import type { MaskOptions } from "./options.js";

/**
 * Connectionist temporal classification; see F.ctcLoss. Options are checked when the loss is
 * called, as in torch.
 *
 * @example
 * const loss = new nn.CTCLoss({ blank: 2, reduction: "sum" });
 * loss(tensor([[1, 2, 0], [2, 0, 1]]).logSoftmax(1), tensor([0]), [2], [1]).item(); // 1.2637672424316406
 */
export class CTCLoss extends Loss<
  [logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths]
> {
  /** The class that stands between labels. */
  declare readonly blank: number;
  /** Whether infinite losses count as 0. */
  declare readonly zeroInfinity: boolean;
  constructor(options: CTCOptions = {}) {
    const {
      blank = 0,
      reduction = "mean",
      zeroInfinity = false,
    } = takeOptions("CTCLoss", options, CTC_OPTIONS);
    super({ reduction, blank, zeroInfinity });
  }
  override forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Lengths,
    targetLengths: Lengths,
    options?: MaskOptions,
  ): Tensor {
    const mask = maskOf("CTCLoss", options);
    const { blank, reduction, zeroInfinity } = this;
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, reduction, zeroInfinity, mask });
  }
}

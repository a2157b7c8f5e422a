/**
 * The losses of rows of numbers, one for each class: input of shape (C), (N, C) or (N, C, d1, …),
 * and a class for each row. Functional forms, modules, losses of typed arrays and tests iterate
 * over the table. Rows are constants of their own, since a bundle has those that it uses.
 */
import type { Shape } from "../ndarray/shape.js";
import type { Reduction } from "./losses.js";

/** What is known of a loss of rows of numbers. */
export interface RowLoss {
  /** Name of the function. */
  readonly name: string;
  /** Name of the module class. */
  readonly module: string;
  /** First part of the kernels' names. */
  readonly kernel: "crossentropy" | "nll" | "multimargin" | "multilabelmargin";
  /** The loss of a row and its slope, as documentation. */
  readonly formula: string;
  /** Its options beside reduction, as documentation. */
  readonly options: string;
  /** The same as names, for those who read them. */
  readonly own: readonly RowOptionName[];
  /** Whether a row has as many places for labels as numbers, where it else has one class. */
  readonly takesLabels?: true;
}

/** The options of losses of rows of numbers. */
export type RowOptionName = "weight" | "ignoreIndex" | "labelSmoothing" | "p" | "margin";

export interface RowwiseRow extends RowLoss {
  readonly kernel: "crossentropy" | "nll";
  /**
   * Whether targets may also be probabilities of the classes, and labels be smoothed: the loss
   * takes the softmax itself.
   */
  readonly takesProbabilities: boolean;
  /** torch's word for it in messages: "<kernel>" not implemented for 'Long'. */
  readonly torchKernel: (isLast: boolean) => string;
}

export const crossEntropy = {
  name: "crossEntropy",
  module: "CrossEntropyLoss",
  kernel: "crossentropy",
  formula: "-Σ c log softmax(x); slope (Σ c) softmax(x) - c, with c = w ((1 - s) y + s / C)",
  options: "`weight`, `ignoreIndex` = -100, `labelSmoothing` = 0",
  own: ["weight", "ignoreIndex", "labelSmoothing"],
  takesProbabilities: true,
  torchKernel: (isLast) => `log_softmax${isLast ? "_lastdim" : ""}_kernel_impl`,
} as const satisfies RowwiseRow;

export const nllLoss = {
  name: "nllLoss",
  module: "NLLLoss",
  kernel: "nll",
  formula: "-w[t] x[t]; slope -w[t] at the target t, else 0",
  options: "`weight`, `ignoreIndex` = -100",
  own: ["weight", "ignoreIndex"],
  takesProbabilities: false,
  torchKernel: () => "nll_loss_out_frame",
} as const satisfies RowwiseRow;

export const rowwiseLosses = { crossEntropy, nllLoss };

/** The losses of this table, by the names of their functions. */
export type RowwiseLossName = keyof typeof rowwiseLosses;

/** torch's names of the derivatives. */
export function nodeOfRows(
  shape: Shape,
  reduction: Reduction,
  { dense, smoothed }: { dense: boolean; smoothed: boolean },
): string {
  const ndim = shape.length;
  if (dense) return reduction === "mean" && !shape.includes(0) ? "DivBackward1" : "NegBackward0";
  if (smoothed) return "AddBackward0";
  if (ndim <= 2) return "NllLossBackward0";
  return ndim !== 4 && reduction === "none" ? "ViewBackward0" : "NllLoss2DBackward0";
}

/** The loss of sequences, of typed arrays. */
import { ctcLoss as sequences, type CTCOptions } from "../nn/ctc.js";
import type { ArrayOperand } from "../typed/operands.js";
import { type PartArrayLoss, partLoss } from "./loss.js";
import { type BridgeRow, checked, noShape } from "./row.js";

/** How long sequences are: whole numbers. */
export type ArrayLengths = readonly number[] | Int32Array | BigInt64Array;

/** The targets are one after another, as many as the lengths say, or a row for each length. */
const shapes: BridgeRow["shapes"] = (row, operands, known, [, lengths]) => {
  const [logProbs, targets] = operands;
  if (!known) throw noShape(row, operands, "[50, 16, 20]");
  const list = Array.isArray(lengths) ? (lengths as unknown[]) : [];
  // What is no number is refused by the loss of tensors; to make one of it may run code of the
  // caller's.
  const numbers = list.filter((length) => typeof length === "number" || typeof length === "bigint");
  const inAll = numbers.reduce((sum: number, length) => sum + Number(length), 0);
  const { length } = targets;
  const inRows = length !== inAll && list.length > 0 && length % list.length === 0;
  return [checked(row, logProbs, known), inRows ? [list.length, length / list.length] : [length]];
};

/**
 * Connectionist temporal classification: -log of the probability that a sequence of frames spells
 * its target, where labels may repeat and blanks stand between them.
 *
 * Shapes: logProbs (T, N, C) or (T, C), which `shape` says. The targets stand one after another, as
 * many as their lengths add up to, or in N rows of one length; of any integer type. Real dtypes,
 * float32 and float64; computed by tensors, with the same bits; `blank` is 0 by default. Mean and
 * sum: a number that has a tensor's rounding; none: an array with an element for each sequence. A
 * mean divides each loss by its target's length, or by 1, and then by N.
 * Gradient: e^x less the share of the paths that go through x, 0 in frames beyond a length.
 *
 * @throws TypeError for operands that are not arrays of real numbers, lengths that are no whole
 *   numbers; RangeError for no shape, lengths that are negative or lie beyond their arrays, classes
 *   or a blank that there is not, an unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html
 * @example
 * const logProbs = new Float64Array(9).fill(-Math.log(3));
 * ctcLoss(logProbs, Uint8Array.of(1, 2), [3], [2], { shape: [3, 1, 3] }); // 0.8431994767851141
 */
export const ctcLoss: PartArrayLoss<
  [targets: ArrayOperand, inputLengths: ArrayLengths, targetLengths: ArrayLengths],
  Omit<CTCOptions, "reduction">
> = /* @__PURE__ */ partLoss({
  name: "ctcLoss",
  operands: [{ word: "logProbs" }, { word: "targets", isLabel: true }],
  plain: ["inputLengths", "targetLengths"],
  own: ["blank", "zeroInfinity"],
  shapes,
  parts: (shape) => (shape.length === 3 ? [shape[1]] : []),
  loss: sequences as never,
});

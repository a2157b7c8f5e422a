/** Connectionist temporal classification: its functional form. */
import { isGradEnabled } from "../autograd/mode.js";
import { describeValue } from "../core/describe.js";
import { checkFlag, lengthOf, takeOptions } from "../core/options.js";
import { checkCtc, notIntegral } from "../loss/ctc-checks.js";
import { type CtcTask, ctcValue, inBatch, recordCtc } from "../loss/ctc-gradient.js";
import type { Reduction } from "../loss/losses.js";
import { checkReduction } from "../loss/reduction.js";
import { arrayOf } from "../loss/parts.js";
import { readBytes, readWeights } from "../loss/row-problem.js";
import { notATensor } from "../ndarray/adapter.js";
import { isComplex, isIntegral } from "../ndarray/dtype.js";
import { nameOf } from "../ndarray/typed.js";
import { Tensor } from "../tensor/tensor.js";
import { areTold, COUNT_OPTIONS, type PartCountOptions, readParts, reduceParts } from "./composed.js";

/** How long sequences are: a tensor of integers, or an array of whole numbers. */
export type Lengths = Tensor | readonly number[] | Int32Array | BigInt64Array;

/** Options of connectionist temporal classification. */
export interface CTCOptions {
  /** The class that stands between labels; 0 by default. */
  blank?: number;
  /** "mean" (default), "sum", or "none" for the loss of each sequence. */
  reduction?: Reduction;
  /** Whether infinite losses, and their gradients, count as 0; not by default. */
  zeroInfinity?: boolean;
}

const NAME = "ctcLoss";
export const CTC_OPTIONS = ["blank", "reduction", "zeroInfinity"] as const;

/**
 * Connectionist temporal classification: -log of the probability that a sequence of frames spells
 * its target, where labels may repeat and blanks stand between them.
 *
 * Shapes: logarithms of probabilities (T, N, C) or (T, C), as of logSoftmax; targets (N, S), or
 * (ΣS) one after another; a length for each of N sequences, at most T of the input. Targets of any
 * real dtype hold classes, of which those beyond a target's length do not matter. Result: 0-d, or
 * for "none" (N) or 0-d. A mean divides each loss by its target's length, or by 1, and then by N.
 * float32 and float64; computed in float64, the sum of the losses exactly.
 * Gradient: e^x less the share of the paths that go through x, 0 in frames beyond a length; as in
 * torch it counts on inputs that are logarithms of probabilities, is NaN where x is -Infinity, and
 * where no path spells the target and `zeroInfinity` is not set. It has no gradient itself.
 *
 * @throws TypeError for operands that are no tensors, another dtype, lengths that are no integers;
 *   RangeError for an empty input, lengths that are negative or lie beyond their tensors, classes
 *   or a blank that there is not, an unknown reduction
 * @see Graves et al., Connectionist Temporal Classification, 2006, and
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html
 * @example
 * const logProbs = tensor([[[1, 2, 0]], [[2, 0, 1]], [[0, 3, 1]]]).logSoftmax(2);
 * F.ctcLoss(logProbs, tensor([[1, 2]]), [3], [2]).item(); // 1.2306569814682007
 * F.ctcLoss(logProbs, tensor([1, 1, 1]), [3], [3], { zeroInfinity: true }).item(); // 0
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  options: CTCOptions & PartCountOptions = {},
): Tensor {
  const taken = takeOptions(NAME, options, [...CTC_OPTIONS, ...COUNT_OPTIONS]);
  const { blank = 0, reduction = "mean", zeroInfinity = false } = taken;
  checkTensor("logProbs", logProbs);
  checkTensor("targets", targets);
  if (typeof blank !== "number" || !Number.isSafeInteger(blank)) {
    throw new TypeError(`${NAME}(): argument 'blank' must be int, not ${describeValue(blank)}`);
  }
  checkFlag(NAME, "zeroInfinity", zeroInfinity);
  const mode = checkReduction(reduction, "enum");
  const frames = readLengths("input", inputLengths);
  const lengths = readLengths("target", targetLengths);
  for (const x of [logProbs, targets]) x.checkAlive(NAME);
  const operands = {
    logProbs: logProbs.nd,
    targets: targets.nd,
    inputLengths: frames,
    targetLengths: lengths,
    blank,
  };
  const starts = checkCtc(operands);
  const shape = logProbs.ndim === 3 ? [frames.length] : [];
  const parts = readParts(NAME, mode, shape, taken);
  const kept = parts.holds && readBytes(parts.holds.nd);
  const problem = {
    input: inBatch(logProbs.nd),
    frames,
    targets: readTargets(targets, starts, lengths, { classes: logProbs.shape[logProbs.ndim - 1], kept }),
    blank,
    zeroInfinity,
    kept,
  };
  const task: CtcTask = {
    problem,
    mode: areTold(parts) ? "none" : mode,
    lengths: Float64Array.from(lengths, (length) => (mode === "mean" ? Math.max(length, 1) : 1)),
    shape,
  };
  const losses = evaluate(task, logProbs);
  if (!areTold(parts)) return losses;
  // As a mean of all sequences does, that of some divides each loss by its target's length.
  const divisors = new Tensor(arrayOf(task.lengths, losses.dtype, shape));
  return reduceParts(mode === "mean" ? losses.div(divisors) : losses, parts);
}

/** The losses of a task, recorded where a gradient is wanted. */
function evaluate(task: CtcTask, logProbs: Tensor): Tensor {
  const { mode, problem } = task;
  if (!isGradEnabled() || !logProbs.requiresGrad) return new Tensor(ctcValue(task));
  const node = nodeOf(mode, logProbs.ndim === 3, problem.zeroInfinity);
  return recordCtc<Tensor>(node, task, logProbs, Tensor.wrap);
}

/** torch's name of the last derivative. */
function nodeOf(mode: Reduction, isBatch: boolean, zeroInfinity: boolean): string {
  if (mode !== "none") return mode === "mean" ? "MeanBackward0" : "SumBackward0";
  if (!isBatch) return "SqueezeBackward1";
  return zeroInfinity ? "WhereBackward0" : "CtcLossBackward0";
}

function checkTensor(word: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) throw notATensor(NAME, `${word} to be a Tensor`, value);
  value.checkAlive(NAME);
}

/** The numbers of a tensor of integers, or of an array. */
function readLengths(word: "input" | "target", given: unknown): number[] {
  if (given instanceof Tensor) {
    given.checkAlive(NAME);
    if (!isIntegral(given.dtype) || given.dtype === "bool") throw notIntegral(word);
    return Array.from(readWeights(given.nd));
  }
  if (!Array.isArray(given) && nameOf(given) === undefined) {
    throw new TypeError(
      `${NAME}: expected ${word}Lengths to be a Tensor of integers or an array, got ${describeValue(given)}`,
    );
  }
  const list = given as readonly unknown[];
  return Array.from({ length: lengthOf(NAME, list) }, (_, i) => {
    const { [i]: length } = list;
    const number = typeof length === "bigint" ? Number(length) : length;
    if (typeof number === "number" && Number.isSafeInteger(number)) return number + 0;
    throw new TypeError(
      `${NAME}: expected ${word}Lengths to be whole numbers, got ${describeValue(length)} at ${i}`,
    );
  });
}

/** The classes of each sequence. torch would read beyond its memory for one that there is not. */
function readTargets(
  targets: Tensor,
  starts: readonly number[],
  lengths: readonly number[],
  { classes, kept }: { classes: number; kept: Uint8Array | null },
): Int32Array[] {
  if (isComplex(targets.dtype)) {
    throw new TypeError(`${NAME}: expected targets of classes, got ${targets.dtype}`);
  }
  const numbers = readWeights(targets.nd);
  return starts.map((start, i) =>
    Int32Array.from(numbers.subarray(start, start + lengths[i]), (number, j) => {
      const found = Math.trunc(number);
      if ((found >= 0 && found < classes) || kept?.[i] === 0) return found;
      throw new RangeError(
        `${NAME}: expected targets from 0 to ${classes - 1}, got ${number} at ${j} of sequence ${i}`,
      );
    }),
  );
}

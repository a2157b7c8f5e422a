/** torch's checks of the operands of CTC, in its order, which tell where each sequence's target is. */
import { type DType, dtypes } from "../ndarray/dtype.js";
import type { Shape } from "../ndarray/shape.js";

interface Sized {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface CtcOperands {
  readonly logProbs: Sized;
  readonly targets: Sized;
  readonly inputLengths: readonly number[];
  readonly targetLengths: readonly number[];
  readonly blank: number;
}

/** From where on the targets of a sequence lie among all. */
export type TargetStarts = readonly number[];

const CALLER = " (while checking arguments for ctc_loss_allocate_outputs)";

/** torch's error for lengths that are no integers. */
export function notIntegral(word: "input" | "target"): TypeError {
  return new TypeError(`${word}_lengths must be integral`);
}

/** Throws unless the operands fit; says where each target begins. */
export function checkCtc(operands: CtcOperands): TargetStarts {
  const { logProbs, targets, inputLengths, targetLengths, blank } = operands;
  checkInput(logProbs);
  const { length: dims } = targets.shape;
  if (dims < 1 || dims > 2) {
    throw new RangeError(
      `Expected 1 to 2 dimensions, but got ${dims}-dimensional tensor for argument #2 'targets'${CALLER}`,
    );
  }
  const isBatch = logProbs.shape.length === 3;
  const [frames, sequences] = isBatch ? logProbs.shape : [logProbs.shape[0], 1];
  if (blank < 0 || blank >= logProbs.shape[logProbs.shape.length - 1]) {
    throw new RangeError("blank must be in label range");
  }
  for (const [word, lengths] of [["input", inputLengths], ["target", targetLengths]] as const) {
    if (lengths.length !== sequences) throw new RangeError(`${word}_lengths must be of size batch_size`);
  } // prettier-ignore
  const starts = checkTargets(operands, sequences);
  for (const length of inputLengths) checkLength("input", length, frames);
  return starts;
}

function checkInput({ dtype, shape }: Sized): void {
  if (shape.length === 0) {
    throw new RangeError("Dimension out of range (expected to be in range of [-1, 0], but got 1)");
  }
  if (dtype !== "float32" && dtype !== "float64") {
    throw new TypeError(`"ctc_loss_cpu" not implemented for '${dtypes[dtype].torchName}'`);
  }
  if (shape.includes(0)) throw new RangeError("log_probs tensor must not be empty");
  if (shape.length === 2 || shape.length === 3) return;
  // torch makes a batch of what is none.
  throw new RangeError(
    `Expected 3-dimensional tensor, but got ${shape.length + 1}-dimensional tensor for argument #1 'log_probs'${CALLER}`,
  );
}

function checkLength(word: "input" | "target", length: number, most = Infinity): void {
  const bound = length < 0 ? "at least 0" : `at most ${most}`;
  if (length >= 0 && length <= most) return;
  throw new RangeError(`Expected ${word}_lengths to have value ${bound}, but got value ${length}${CALLER}`);
}

/** Throws unless there are as many targets as the lengths say. */
function checkTargets({ targets, targetLengths }: CtcOperands, sequences: number): TargetStarts {
  const { shape } = targets;
  for (const length of targetLengths) checkLength("target", length);
  if (shape.length === 1) {
    let sum = 0;
    const starts = targetLengths.map((length) => (sum += length) - length);
    checkSize(0, shape[0], sum);
    return starts;
  }
  checkSize(0, shape[0], sequences);
  const longest = targetLengths.reduce((most, length) => Math.max(most, length), 0);
  if (shape[1] < longest) throw wrongSize(`size at least ${longest}`, 1, shape[1]);
  return targetLengths.map((_, i) => i * shape[1]);
}

function checkSize(dim: number, size: number, expected: number): void {
  if (size !== expected) throw wrongSize(`size ${expected}`, dim, size);
}

function wrongSize(expected: string, dim: number, size: number): RangeError {
  return new RangeError(
    `Expected tensor to have ${expected} at dimension ${dim}, but got size ${size} for argument #2 'targets'${CALLER}`,
  );
}

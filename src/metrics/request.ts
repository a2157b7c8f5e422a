/** A chunk of data, read and checked whole: its operands, and which element is of which output. */
import { isLossgradTensor, type LossgradTensor, readTensor } from "../ndarray/adapter.js";
import { describeValue } from "../core/describe.js";
import { takeOptions } from "../core/options.js";
import type { Shape } from "../ndarray/shape.js";
import { type ArrayOperand, checkSameSize, type ReadOperand, readOperand } from "../typed/operands.js";
import { checkBytes } from "../typed/request.js";
import type { Columns } from "./columns.js";

/**
 * What metrics read: the typed arrays, halves and tensors of other runtimes that the losses of
 * lossgrad/arrays take, and contiguous tensors of lossgrad.
 */
export type MetricOperand = ArrayOperand | LossgradTensor;

/** What `update` takes besides the operands. */
export interface UpdateOptions {
  /**
   * How much each element counts: as many as there are elements, or as each output has. Errors are
   * multiplied by it, and means divide by the sum of the weights.
   */
  weight?: MetricOperand | null;
  /**
   * Bytes or bools, as many as there are elements, or as each output has: where one is 0, the
   * element counts for nothing, whatever stands there.
   */
  mask?: MetricOperand | null;
  /**
   * How many elements of each output come before these in the whole of the data, for the index of
   * the largest error. By default those that came before.
   */
  offset?: number;
}

export const UPDATE_OPTIONS = ["weight", "mask", "offset"] as const satisfies (keyof UpdateOptions)[];

/** How many outputs there are, and along which dimension. */
export interface Layout {
  /** Null where there is one, which has no dimension. */
  readonly numOutputs: number | null;
  readonly dim: number;
}

export interface Chunk {
  readonly prediction: ReadOperand;
  readonly target: ReadOperand | number;
  readonly weight: ReadOperand | null;
  readonly mask: ReadOperand | null;
  readonly offset: number | null;
  readonly columns: Columns;
}

/**
 * Reads a call: options first and once, then operands. What getters, or a fused loss, did to those
 * afterwards is for `checkOperands` to see.
 */
export function readChunk(
  caller: string,
  layout: Layout,
  prediction: unknown,
  target: unknown,
  options: UpdateOptions,
): Chunk {
  const taken = takeOptions(caller, options, UPDATE_OPTIONS);
  const offset = taken.offset === undefined ? null : readOffset(caller, taken.offset);
  const from = readNumbers(caller, "prediction", prediction);
  const to = typeof target === "number" ? target : readNumbers(caller, "target", target);
  if (typeof to === "object") checkSameSize(caller, from, to, "; a number may stand for a constant target");
  const shape = from.shape ?? (typeof to === "object" ? to.shape : null);
  const columns = columnsOf(caller, layout, from.length, shape);
  const weight = taken.weight == null ? null : readNumbers(caller, "weight", taken.weight);
  if (weight) checkLength(caller, weight, from, columns);
  const mask = taken.mask == null ? null : readBytes(caller, taken.mask, from, columns);
  return { prediction: from, target: to, weight, mask, offset, columns };
}

export function readNumbers(caller: string, word: string, value: unknown): ReadOperand {
  return readOperand(caller, word, isLossgradTensor(value) ? readTensor(value) : value);
}

function readBytes(caller: string, value: unknown, like: ReadOperand, columns: Columns): ReadOperand {
  const mask = readNumbers(caller, "mask", value);
  checkBytes(caller, mask);
  checkLength(caller, mask, like, columns);
  return mask;
}

/** Throws unless there is one for each element, or one for each element of an output. */
function checkLength(caller: string, x: ReadOperand, like: ReadOperand, { length }: Columns): void {
  if (x.length === like.length || x.length === length) return;
  const rows = length === like.length ? "" : `, or ${length}, as each output has`;
  throw new RangeError(`${caller}: expected ${x.word} of ${like.length} elements${rows}, got ${x.length}`);
}

function readOffset(caller: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return (value as number) + 0;
  throw new RangeError(
    `${caller}: expected offset to be a whole number from 0 up, got ${describeValue(value)}`,
  );
}

function columnsOf(caller: string, layout: Layout, numel: number, shape: Shape | null): Columns {
  const { numOutputs, dim } = layout;
  if (numOutputs === null) return { outputs: 1, inner: 1, length: numel };
  const at = dim < 0 && shape ? dim + shape.length : dim;
  if (shape) {
    if (shape[at] !== numOutputs) {
      throw new RangeError(
        `${caller}: expected dimension ${dim} to have ${numOutputs} elements, one for each output, got shape ` +
          `[${shape.join(", ")}]`,
      );
    }
    const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
    return { outputs: numOutputs, inner, length: numel / numOutputs };
  }
  if (dim !== 0 && dim !== -1) {
    throw new RangeError(
      `${caller}: expected operands with a shape for dim ${dim}, got typed arrays; pass { data, dims, type } or a tensor`,
    );
  }
  if (numel % numOutputs !== 0) {
    throw new RangeError(
      `${caller}: expected a multiple of ${numOutputs} elements, as many for each output, got ${numel}`,
    );
  }
  const length = numel / numOutputs;
  return { outputs: numOutputs, inner: dim === 0 ? Math.max(length, 1) : 1, length };
}

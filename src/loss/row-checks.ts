/** torch's checks of the operands of a loss of rows, in its order; nothing has been computed yet. */
import type { ClassLayout } from "../ndarray/class-rows.js";
import { type DType, dtypes, isFloating } from "../ndarray/dtype.js";
import { numelOf, sameShape, type Shape } from "../ndarray/shape.js";
import { describeValue } from "../core/describe.js";
import type { RowwiseRow } from "./rowwise.js";

/** What is known of an operand without reading it. */
export interface Sized {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface RowOperands {
  readonly input: Sized;
  readonly target: Sized;
  readonly weight: Sized | null;
}

/** The options of a loss of rows, read. */
export interface RowOptions {
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
}

const list = (shape: Shape): string => `[${shape.join(", ")}]`;
const nameOf = ({ dtype }: Sized): string => dtypes[dtype].torchName;

/** (C), (N, C) or (N, C, d1, …) as rows of classes. */
export function layoutOf(shape: Shape): ClassLayout {
  if (shape.length < 2) return { outer: 1, classes: shape[0], inner: 1 };
  return { outer: shape[0], classes: shape[1], inner: numelOf(shape.slice(2)) };
}

/** The shape of the unreduced loss of an input of `shape`. */
export const rowShape = (shape: Shape): Shape => (shape.length < 2 ? [] : [shape[0], ...shape.slice(2)]);

/** The option ignoreIndex, a whole number. */
export function readIgnoreIndex(name: string, given: unknown): number {
  if (typeof given === "number" && Number.isSafeInteger(given)) return given;
  throw new TypeError(`${name}(): argument 'ignoreIndex' must be int, not ${describeValue(given)}`);
}

/** The option labelSmoothing, which is a number. */
export function readShareOfLabels(name: string, given: unknown): number {
  if (Number.isNaN(given)) throw new RangeError("label_smoothing must be between 0.0 and 1.0. Got: nan");
  return readLabelSmoothing(name, given);
}

/** The option labelSmoothing; as torch has it, NaN and what is below 0 smooth nothing. */
export function readLabelSmoothing(name: string, given: unknown): number {
  if (typeof given !== "number" && typeof given !== "boolean") {
    throw new TypeError(`${name}(): argument 'labelSmoothing' must be float, not ${describeValue(given)}`);
  }
  const value = Number(given);
  if (value > 1) {
    throw new RangeError(
      `label_smoothing must be between 0.0 and 1.0. Got: ${value === Infinity ? "inf" : value}`,
    );
  }
  return value > 0 ? value : 0;
}

/** Throws unless the operands fit; returns whether the targets are probabilities. */
export function checkRows(row: RowwiseRow, operands: RowOperands, { ignoreIndex }: RowOptions): boolean {
  const { input, target } = operands;
  const dense = row.takesProbabilities && sameShape(input.shape, target.shape);
  if (dense) {
    if (!isFloating(target.dtype)) {
      throw new TypeError(
        `Expected floating point type for target with class probabilities, got ${nameOf(target)}`,
      );
    }
    if (ignoreIndex >= 0) throw new TypeError("ignore_index is not supported for floating point target");
    checkInput(row, input);
    checkWeightOfClasses(operands, "cross_entropy: ");
    return true;
  }
  if (row.takesProbabilities) checkInput(row, input);
  checkClassTargets(operands);
  if (!row.takesProbabilities) checkInput(row, input);
  return false;
}

function checkInput(row: RowwiseRow, input: Sized): void {
  if (isFloating(input.dtype)) return;
  const isLast = input.shape.length <= 2;
  throw new TypeError(`"${row.torchKernel(isLast)}" not implemented for '${nameOf(input)}'`);
}

function checkWeightOfClasses({ input, weight }: RowOperands, caller = ""): void {
  const { classes } = layoutOf(input.shape);
  if (!weight || (weight.shape.length === 1 && weight.shape[0] === classes)) return;
  throw new RangeError(
    `${caller}weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of ` +
      `shape: ${list(weight.shape)}`,
  );
}

/** torch's nll_loss_nd: one class for each row. */
function checkClassTargets(operands: RowOperands): void {
  const { input, target, weight } = operands;
  const [x, t] = [input.shape, target.shape];
  if (x.length === 0) throw new RangeError("Expected 1 or more dimensions (got 0)");
  if (x.length !== 1 && x[0] !== (t[0] ?? 0)) {
    throw new RangeError(`Expected input batch_size (${x[0]}) to match target batch_size (${t[0] ?? 0}).`);
  }
  if (x.length <= 2) {
    if (t.length > 1) throw new RangeError("0D or 1D target tensor expected, multi-target not supported");
    if (x.length === 1 && t.length === 1 && t[0] !== 1) {
      throw new RangeError(`For 1D input, 1D target must have size 1, but got target size: ${t[0]}`);
    }
    checkTargetType(target);
    checkWeightOfClasses(operands);
  } else checkSpatial(operands);
  if (weight && weight.dtype !== input.dtype) {
    throw new TypeError(`expected scalar type ${nameOf(input)} but found ${nameOf(weight)}`);
  }
}

/** torch's nll_loss2d, to which any number of dimensions is brought. */
function checkSpatial({ input, target, weight }: RowOperands): void {
  const [x, t] = [input.shape, target.shape];
  const expected = rowShape(x);
  const isImage = x.length === 4;
  if (!isImage && !sameShape(expected, t)) {
    throw new RangeError(`Expected target size ${list(expected)}, got ${list(t)}`);
  }
  checkTargetType(target);
  if (t.length !== x.length - 1) {
    throw new RangeError(
      `only batches of spatial targets supported (3D tensors) but got targets of dimension: ${t.length}`,
    );
  }
  if (weight && !(weight.shape.length === 1 && weight.shape[0] === x[1])) {
    throw new RangeError("weight tensor should be defined either for all or no classes");
  }
  if (!sameShape(expected, t)) {
    throw new RangeError(`size mismatch (got input: ${list(x)} , target: ${list(t)}`);
  }
}

function checkTargetType(target: Sized): void {
  if (target.dtype === "int64" || target.dtype === "uint8") return;
  throw new TypeError(`expected target dtype to be Long or Byte, but got ${nameOf(target)}`);
}

/** torch's error for a class that there is not. */
export const outOfBounds = (value: bigint): RangeError => new RangeError(`Target ${value} is out of bounds.`);

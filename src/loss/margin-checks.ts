/** torch's checks of the losses of margins, in its order; nothing has been computed yet. */
import { describeValue } from "../core/describe.js";
import type { ClassLayout } from "../ndarray/class-rows.js";
import { type DType, dtypes } from "../ndarray/dtype.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import type { RowOperands, Sized } from "./row-checks.js";
import { readNumber } from "./parameter.js";

const list = (shape: Shape): string => `[${shape.join(", ")}]`;
const nameOf = (dtype: DType): string => dtypes[dtype].torchName;

/** One row of all numbers, or a row for each index of the first of two dimensions. */
export function marginLayout(shape: Shape): ClassLayout {
  const [rows, classes] = shape.length === 2 ? shape : [1, shape[0] ?? 1];
  return { outer: rows, classes, inner: 1 };
}

/** The options of a loss of margins, read. */
export interface MarginTerms {
  readonly margin: number;
  readonly p: 1 | 2;
}

/** Throws torch's error unless `p` is 1 or 2. */
export function checkPower(p: unknown): asserts p is 1 | 2 {
  if (p !== 1 && p !== 2) throw new RangeError("only p == 1 and p == 2 supported");
}

export function readMarginTerms(name: string, p: unknown, margin: unknown): MarginTerms {
  checkPower(p);
  return { p, margin: readNumber(name, "margin", margin, {}) };
}

/** torch's error for a weight that is no vector. */
export function checkVector({ shape }: Pick<Sized, "shape">): void {
  if (shape.length !== 1) throw new RangeError("weight must be one-dimensional");
}

function checkRowsOf({ shape }: Sized): void {
  const fits = shape.length <= 2 && (shape.length < 2 ? shape[0] !== 0 : shape[1] !== 0);
  if (fits) return;
  throw new RangeError(
    `Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${list(shape)}`,
  );
}

function checkKernel(kernel: string, { dtype }: Sized): void {
  if (dtype === "float32" || dtype === "float64") return;
  throw new TypeError(`"${kernel}" not implemented for '${nameOf(dtype)}'`);
}

function checkType(found: Sized, expected: DType): void {
  if (found.dtype === expected) return;
  throw new TypeError(`expected scalar type ${nameOf(expected)} but found ${nameOf(found.dtype)}`);
}

/** One class for each row, and a weight for each class. */
export function checkMultiMargin({ input, target, weight }: RowOperands): void {
  checkRowsOf(input);
  const { outer: rows, classes } = marginLayout(input.shape);
  const { shape } = target;
  if (!(shape.length === 1 ? shape[0] === rows : shape.length === 0 && rows === 1)) {
    throw new RangeError(
      "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). " +
        `Expected target size [${rows}], but got ${list(shape)}. Input has shape ${list(input.shape)}.`,
    );
  }
  if (weight && weight.shape[0] !== classes) {
    throw new RangeError(`inconsistent weight size, expected ${classes} but got ${list(weight.shape)}`);
  }
  checkKernel("multi_margin_loss_cpu_kernel", input);
  checkType(target, "int64");
  if (weight) checkType(weight, input.dtype);
}

/** As many places for labels as there are numbers. */
export function checkMultilabelMargin({ input, target }: Pick<RowOperands, "input" | "target">): void {
  checkRowsOf(input);
  const isOne = [input, target].every(({ shape }) => shape.length <= 1 && (shape[0] ?? 1) === 1);
  if (!isOne && !sameShape(input.shape, target.shape)) {
    throw new RangeError(
      `inconsistent target size: ${list(target.shape)} for input of size: ${list(input.shape)}`,
    );
  }
  checkType(target, "int64");
  checkKernel("multilabel_margin_loss_forward_out_frame", input);
}

/** torch's errors for classes that there are not. */
export const outOfRange = (): RangeError => new RangeError("target out of range");
export const labelOutOfRange = (): RangeError => new RangeError("argument #2 'target' is out of range");

/** Throws unless a module's weight is a vector, or none; torch's text of the module. */
export function checkModuleWeight(module: string, weight: { readonly ndim?: unknown } | null): void {
  const ndim = weight?.ndim;
  if (weight === null || ndim === 1 || ndim === undefined) return;
  throw new RangeError(
    `${module}: expected weight to be None or 1D tensor, got ${describeValue(ndim)}D instead`,
  );
}

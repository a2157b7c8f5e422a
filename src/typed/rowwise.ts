/** The losses of rows of classes, of typed arrays. */
import { type DType, isFloating, isIntegral, roundFloat, type TypedArray } from "../ndarray/dtype.js";
import { checkShape, numelOf } from "../ndarray/shape.js";
import { describeValue } from "../core/describe.js";
import { checkOptionNames } from "../core/options.js";
import { type ClassLayout, rowsOf } from "../ndarray/class-rows.js";
import type { Reduction } from "../loss/losses.js";
import { checkReduction } from "../loss/reduction.js";
import {
  layoutOf,
  outOfBounds,
  readIgnoreIndex,
  readLabelSmoothing,
  type RowOptions,
} from "../loss/row-checks.js";
import {
  classesOfKept,
  divisorOfRows,
  readBytes,
  readClasses,
  readWeights,
  type RowProblem,
  runRows,
  sumOfRows,
} from "../loss/row-problem.js";
import type { RowwiseRow } from "../loss/rowwise.js";
import { type Destination, destinationFor, type Given, readGiven } from "./destination.js";
import { placeFor } from "./evaluate.js";
import {
  type ArrayOperand,
  checkOperands,
  computingType,
  elementsOf,
  type ReadOperand,
  readOperand,
} from "./operands.js";
import type { GradientOf, GradOptions, LossValue, OutOptions, ValueAndGrad } from "./options.js";
import { checkBytes, operandsAmong, readDType } from "./request.js";

/** Options of the losses of rows of classes, of arrays. */
export interface ArrayClassOptions<R extends Reduction = Reduction> {
  /** "mean" (default) or "sum" gives a number, "none" an array with the loss of each row. */
  reduction?: R;
  /**
   * How many classes each row has, which follow each other. By default as many as there are numbers
   * for each target.
   */
  classes?: number;
  /** The shape of the prediction instead, (C), (N, C) or (N, C, d1, …): as a tensor's. */
  shape?: readonly number[];
  /** A factor for each class. A mean divides by the sum of those of the targets. */
  weight?: ArrayOperand | null;
  /** The target of rows that count for nothing; -100 by default. */
  ignoreIndex?: number;
  /** Bytes or bools, one for each row: where one is 0, the row counts for nothing. */
  mask?: ArrayOperand | null;
  /** Floating dtype of the result; by default float64 for a mean or sum. */
  dtype?: DType;
}
/** Labels that are not quite sure. */
export interface ArraySmoothingOptions {
  /** What share of each target is spread evenly over all classes, from 0 (default) to 1. */
  labelSmoothing?: number;
}

/** A loss of typed arrays of rows of classes, whose options are O besides those of all such losses. */
export interface RowwiseArrayLoss<O = object> {
  <R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
    prediction: ArrayOperand,
    target: ArrayOperand,
    options?: ArrayClassOptions<R> & O & OutOptions<A>,
  ): LossValue<R, A>;
  /**
   * The loss, as the function itself gives it, and its gradient by the prediction, in one pass.
   *
   * The gradient has the prediction's dtype, which must be floating, and its kind of array. It is
   * written to `grad` where that is given, which may be an operand itself: the gradient then
   * replaces it. For "none" it is that of the sum.
   *
   * @throws as the function; TypeError for a prediction of integers, and a `grad` of another type;
   *   RangeError for a `grad` of another length
   * @example
   * const { value, grad } = crossEntropy.valueAndGrad(new Float64Array([0, 0]), Int32Array.of(1));
   * value; // 0.6931471805599453
   * Array.from(grad); // [0.5, -0.5]
   */
  valueAndGrad<P extends ArrayOperand, R extends Reduction = "mean", G extends ArrayOperand = GradientOf<P>>(
    prediction: P,
    target: ArrayOperand,
    options?: ArrayClassOptions<R> & O & GradOptions<G>,
  ): ValueAndGrad<LossValue<R, TypedArray>, G>;
}

type RawOptions = Readonly<Record<string, unknown>>;

/** A call, read and checked whole. */
interface RowRequest extends RowOptions {
  readonly row: RowwiseRow;
  readonly reduction: Reduction;
  readonly prediction: ReadOperand;
  readonly target: ReadOperand;
  readonly weight: ReadOperand | null;
  readonly mask: ReadOperand | null;
  readonly layout: ClassLayout;
  readonly dtype: DType;
  readonly asked: DType | null;
  readonly given: Given | null;
}

/** The loss of a row of the table. */
export function rowwiseLoss<O = object>(row: RowwiseRow): RowwiseArrayLoss<O> {
  const loss = (prediction: unknown, target: unknown, options: RawOptions = {}): unknown =>
    evaluate(readRequest(row, "out", prediction, target, options));
  const valueAndGrad = (prediction: unknown, target: unknown, options: RawOptions = {}): unknown =>
    evaluateWithGradient(readRequest(row, "grad", prediction, target, options));
  Object.defineProperty(loss, "name", { value: row.name });
  return Object.assign(loss, { valueAndGrad }) as unknown as RowwiseArrayLoss<O>;
}

const OPTIONS = ["reduction", "classes", "shape", "weight", "ignoreIndex", "mask", "dtype"];

/** Options first, then operands, whose getters may change one that was read before. */
function readRequest(
  row: RowwiseRow,
  destination: "out" | "grad",
  prediction: unknown,
  target: unknown,
  options: RawOptions,
): RowRequest {
  const { name } = row;
  const names = [...OPTIONS, destination, ...(row.takesProbabilities ? ["labelSmoothing"] : [])];
  checkOptionNames(name, options, names);
  const { reduction = "mean", classes, shape, weight: weights, mask: bytes, dtype: wanted } = options;
  const { ignoreIndex = -100, labelSmoothing = 0, [destination]: written } = options;
  const mode = checkReduction(reduction, "enum");
  const read = {
    ignoreIndex: readIgnoreIndex(name, ignoreIndex),
    labelSmoothing: readLabelSmoothing(name, labelSmoothing),
  };
  const asked = readDType(name, wanted);
  const sizes = readSizes(name, classes, shape);
  const given = readGiven(written);
  const x = readOperand(name, "prediction", prediction);
  const t = readOperand(name, "target", target);
  const weight = weights === undefined || weights === null ? null : readOperand(name, "weight", weights);
  const mask = bytes === undefined || bytes === null ? null : readOperand(name, "mask", bytes);
  checkOperands(name, operandsAmong(x, t, weight, mask));
  const layout = layoutFor(name, x, t, sizes);
  checkTarget(row, t, x, layout);
  if (weight && weight.length !== layout.classes) {
    throw new RangeError(
      `${name}: expected a weight for each of ${layout.classes} classes, got ${weight.length}`,
    );
  }
  if (mask) checkRowMask(name, mask, layout);
  const own = isIntegral(t.dtype)
    ? isFloating(x.dtype)
      ? x.dtype
      : "float64"
    : computingType(x.dtype, t.dtype);
  const dtype = asked ?? own;
  const operands = { prediction: x, target: t, weight, mask };
  return { row, reduction: mode, ...operands, layout, dtype, asked, given, ...read };
}

/** Throws unless there is a byte for each row. */
function checkRowMask(name: string, mask: ReadOperand, layout: ClassLayout): void {
  checkBytes(name, mask);
  const rows = rowsOf(layout);
  if (mask.length === rows) return;
  throw new RangeError(`${name}: expected mask to have a byte for each of ${rows} rows, got ${mask.length}`);
}

/** The options classes and shape; null where there is none. */
function readSizes(name: string, classes: unknown, shape: unknown): readonly number[] | number | null {
  if (shape !== undefined && classes !== undefined) {
    throw new TypeError(`${name}: expected classes or shape, got both`);
  }
  if (shape !== undefined) return checkShape(name, shape);
  if (classes === undefined) return null;
  if (typeof classes === "number" && Number.isSafeInteger(classes) && classes > 0) return classes;
  throw new TypeError(
    `${name}: expected classes to be a positive whole number, got ${describeValue(classes)}`,
  );
}

function layoutFor(
  name: string,
  prediction: ReadOperand,
  target: ReadOperand,
  sizes: readonly number[] | number | null,
): ClassLayout {
  const { length, shape } = prediction;
  const known = sizes ?? (shape && shape.length > 0 ? shape : null);
  if (typeof known === "object" && known !== null) {
    if (known.length > 0 && numelOf(known) === length) return layoutOf(known);
    throw new RangeError(
      `${name}: expected a shape of ${length} elements with a dimension of classes, got [${known.join(", ")}]`,
    );
  }
  if (known === null && !isIntegral(target.dtype)) {
    throw new TypeError(
      `${name}: expected classes or shape beside a target of probabilities, got neither; { classes: 10 } says how many ` +
        "numbers a row has",
    );
  }
  const classes = known ?? (target.length === 0 ? 1 : length / target.length);
  const rows = length / classes;
  if (Number.isInteger(classes) && Number.isInteger(rows)) return { outer: rows, classes, inner: 1 };
  throw new RangeError(
    known === null
      ? `${name}: expected as many numbers for each of ${target.length} targets, got a prediction of ${length}`
      : `${name}: expected rows of ${classes} numbers, got a prediction of ${length}`,
  );
}

/** Throws unless there is a class for each row, or a probability for each number. */
function checkTarget(
  row: RowwiseRow,
  target: ReadOperand,
  prediction: ReadOperand,
  layout: ClassLayout,
): void {
  const { name } = row;
  if (isIntegral(target.dtype)) {
    const rows = rowsOf(layout);
    if (target.length === rows) return;
    throw new RangeError(`${name}: expected a target for each of ${rows} rows, got ${target.length}`);
  }
  if (!row.takesProbabilities) {
    throw new TypeError(`${name}: expected target to be of integers, classes, got ${target.dtype}`);
  }
  if (target.length === prediction.length) return;
  throw new RangeError(
    `${name}: expected a probability for each of ${prediction.length} numbers, got ${target.length}`,
  );
}

function operandsOf({ prediction, target, weight, mask }: RowRequest): ReadOperand[] {
  return operandsAmong(prediction, target, weight, mask);
}

/** The operands in reach of one memory; throws torch's error for a class that there is not. */
function problemOf(request: RowRequest): RowProblem {
  const { row, prediction, target, weight, mask, layout, dtype, ignoreIndex, labelSmoothing } = request;
  const place = placeFor(operandsOf(request));
  const other = elementsOf(target, place);
  const sparse = isIntegral(target.dtype);
  const kept = mask && readBytes(elementsOf(mask, place));
  const rules = { classes: layout.classes, ignoreIndex, kept, refuse: outOfBounds };
  return {
    row,
    input: elementsOf(prediction, place),
    layout,
    dtype,
    classes: sparse ? readClasses(other, rules) : classesOfKept(kept),
    probabilities: sparse ? null : other,
    weight: weight && readWeights(elementsOf(weight, place)),
    smoothing: labelSmoothing,
  };
}

/** What has an element for each row. */
function likeRows({ prediction, layout }: RowRequest): ReadOperand {
  return { ...prediction, length: rowsOf(layout) };
}

/** A number, or for "none" what was written to. */
function evaluate(request: RowRequest): unknown {
  const { row, reduction, given, asked, dtype } = request;
  if (reduction !== "none" && given !== null) {
    throw new TypeError(`${row.name}: expected out with reduction "none" only, got it with "${reduction}"`);
  }
  const problem = problemOf(request);
  if (reduction !== "none") {
    const divisor = reduction === "mean" ? divisorOfRows(problem) : 1;
    return roundFloat(asked ?? "float64", sumOfRows(problem, divisor));
  }
  const out = destinationFor(row.name, "out", given, dtype, likeRows(request), operandsOf(request));
  runRows(problem, { losses: elementsOf(out, problem.input.memory) });
  return out.result;
}

/** The value, and the gradient with respect to the prediction. */
function evaluateWithGradient(request: RowRequest): { value: unknown; grad: unknown } {
  const { row, reduction, prediction, given, asked, dtype } = request;
  if (!isFloating(prediction.dtype)) {
    throw new TypeError(
      `${row.name}: expected a floating prediction, which has a gradient, got ${prediction.dtype}; ` +
        "Float32Array.from(prediction) converts it",
    );
  }
  const operands = operandsOf(request);
  const destination = destinationFor(row.name, "grad", given, prediction.dtype, prediction, operands);
  const problem = problemOf(request);
  const pass = { grad: elementsOf(destination, problem.input.memory), apart: isApart(request, destination) };
  if (reduction !== "none") {
    const divisor = reduction === "mean" ? divisorOfRows(problem) : 1;
    const value = sumOfRows(problem, divisor, { ...pass, norm: 1 / divisor });
    return { value: roundFloat(asked ?? "float64", value), grad: destination.result };
  }
  const out = destinationFor(row.name, "out", null, dtype, likeRows(request), operands);
  runRows(problem, { ...pass, losses: elementsOf(out, problem.input.memory) });
  return { value: out.result, grad: destination.result };
}

/**
 * Whether the gradient may replace what is still read when it is written: probabilities, or what
 * the likelihood takes out of a row after zeros have been written.
 */
function isApart({ row, target }: RowRequest, { replaces }: Destination): boolean {
  return replaces && (row.kernel === "nll" || !isIntegral(target.dtype));
}

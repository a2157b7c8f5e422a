/** The losses of rows of numbers, of typed arrays. */
import type { ExactSum } from "../core/exact-sum.js";
import type { LinearMemory } from "../core/memory.js";
import { rowsOf } from "../ndarray/class-rows.js";
import { type DType, isFloating, isIntegral, roundFloat, type TypedArray } from "../ndarray/dtype.js";
import type { Reduction } from "../loss/losses.js";
import { countOfRows, marginProblem } from "../loss/margin-problem.js";
import { outOfBounds } from "../loss/row-checks.js";
import {
  addDivisors,
  classesOfKept,
  divisorOfRows,
  readBytes,
  readClasses,
  readWeights,
  type RowProblem,
  runRows,
  sumOfRows,
} from "../loss/row-problem.js";
import type { RowLoss } from "../loss/rowwise.js";
import type { Elements } from "../ndarray/window.js";
import { checkOut, type Destination, destinationFor } from "./destination.js";
import { placeFor } from "./evaluate.js";
import { type ArrayOperand, elementsOf, type ReadOperand } from "./operands.js";
import type { GradientOf, GradOptions, LossValue, OutOptions, ValueAndGrad } from "./options.js";
import { operandsAmong } from "./request.js";
import { isOfMargins, type RawOptions, readRequest, type RowRequest } from "./row-request.js";

/** Options of all losses of rows of numbers, of arrays. */
export interface ArrayRowOptions<R extends Reduction = Reduction> {
  /** "mean" (default) or "sum" gives a number, "none" an array with the loss of each row. */
  reduction?: R;
  /**
   * How many classes each row has, which follow each other. By default as many as there are numbers
   * for each target.
   */
  classes?: number;
  /** The shape of the prediction instead, (C), (N, C) or (N, C, d1, …): as a tensor's. */
  shape?: readonly number[];
  /** Bytes or bools, one for each row: where one is 0, the row counts for nothing. */
  mask?: ArrayOperand | null;
  /** Floating dtype of the result; by default float64 for a mean or sum. */
  dtype?: DType;
}
/** Options of the losses of rows of classes, of arrays. */
export interface ArrayClassOptions<R extends Reduction = Reduction> extends ArrayRowOptions<R> {
  /** A factor for each class. A mean divides by the sum of those of the targets. */
  weight?: ArrayOperand | null;
  /** The target of rows that count for nothing; -100 by default. */
  ignoreIndex?: number;
}
/** Labels that are not quite sure. */
export interface ArraySmoothingOptions {
  /** What share of each target is spread evenly over all classes, from 0 (default) to 1. */
  labelSmoothing?: number;
}

/** Options of the losses of margins between the numbers of rows, of arrays. */
export interface ArrayMarginOptions {
  /** A factor for each target class; a mean divides by the number of rows all the same. */
  weight?: ArrayOperand | null;
  /** The power of what a class comes too close, 1 (default) or 2. */
  p?: 1 | 2;
  /** By how much the target's number is to be larger than the others, finite; 1 by default. */
  margin?: number;
}

/** A loss of typed arrays of rows of classes, whose options are O besides those of all such losses. */
export type RowwiseArrayLoss<O = object> = RowArrayLoss<Omit<ArrayClassOptions, keyof ArrayRowOptions> & O>;

/** A loss of typed arrays of rows of numbers, whose options are O besides those of all such losses. */
export interface RowArrayLoss<O = object> {
  <R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
    prediction: ArrayOperand,
    target: ArrayOperand,
    options?: ArrayRowOptions<R> & O & OutOptions<A>,
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
    options?: ArrayRowOptions<R> & O & GradOptions<G>,
  ): ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/** The loss of a row of the table. */
export function rowLoss<O = object>(row: RowLoss): RowArrayLoss<O> {
  const loss = (prediction: unknown, target: unknown, options: RawOptions = {}): unknown =>
    evaluate(readRequest(row, "out", prediction, target, options));
  const valueAndGrad = (prediction: unknown, target: unknown, options: RawOptions = {}): unknown =>
    evaluateWithGradient(readRequest(row, "grad", prediction, target, options));
  Object.defineProperty(loss, "name", { value: row.name });
  return Object.assign(loss, { valueAndGrad }) as unknown as RowArrayLoss<O>;
}

function operandsOf({ prediction, target, weight, mask }: RowRequest): ReadOperand[] {
  return operandsAmong(prediction, target, weight, mask);
}

/** A problem, and what a mean divides by. */
interface Work {
  readonly problem: RowProblem;
  readonly divisor: number;
}

/** The operands in reach of one memory; throws torch's error for a class that there is not. */
function workOf(request: RowRequest): Work {
  const { row, reduction, prediction, target, weight, mask, layout, dtype } = request;
  const place = placeFor(operandsOf(request));
  const kept = mask && readBytes(elementsOf(mask, place));
  const read = { input: elementsOf(prediction, place), target: elementsOf(target, place), kept };
  const isMean = reduction === "mean";
  if (isOfMargins(row)) {
    const factors = weight && elementsOf(weight, place);
    const problem = marginProblem({ row, ...read, weight: factors, layout, dtype, terms: request.terms });
    return { problem, divisor: isMean ? countOfRows(layout, kept) : 1 };
  }
  const problem = classProblem(request, read, weight && readWeights(elementsOf(weight, place)));
  return { problem, divisor: isMean ? divisorOfRows(problem) : 1 };
}

function classProblem(
  { row, target: { dtype: held }, layout, dtype, ignoreIndex, labelSmoothing }: RowRequest,
  { input, target, kept }: { input: Elements; target: Elements; kept: Uint8Array | null },
  weight: Float64Array | null,
): RowProblem {
  const sparse = isIntegral(held);
  const rules = { classes: layout.classes, ignoreIndex, kept, refuse: outOfBounds };
  return {
    row,
    input,
    layout,
    dtype,
    classes: sparse ? readClasses(target, rules) : classesOfKept(kept),
    probabilities: sparse ? null : target,
    weight,
    smoothing: labelSmoothing,
  };
}

/** The unreduced loss of a chunk of rows, and what they add to the divisor of a mean. */
export interface RowTerms {
  readonly dtype: DType;
  readonly numel: number;
  readonly memory: LinearMemory;
  store(out: Elements): void;
  /** Gives how many rows count. */
  add(divisors: ExactSum): number;
}

/** The loss of each row of a call, for what takes it in other ways than an array. */
export function termsOfRows(
  row: RowLoss,
  prediction: unknown,
  target: unknown,
  options: RawOptions,
): RowTerms {
  const request = readRequest(row, "out", prediction, target, options);
  const { problem } = workOf(request);
  return {
    dtype: request.dtype,
    numel: rowsOf(request.layout),
    memory: problem.input.memory,
    store: (losses) => {
      runRows(problem, { losses });
    },
    add: (divisors) => addDivisors(problem, divisors),
  };
}

/** What has an element for each row. */
function likeRows({ prediction, layout }: RowRequest): ReadOperand {
  return { ...prediction, length: rowsOf(layout) };
}

/** A number, or for "none" what was written to. */
function evaluate(request: RowRequest): unknown {
  const { row, reduction, given, asked, dtype } = request;
  checkOut(row.name, reduction, given);
  const { problem, divisor } = workOf(request);
  if (reduction !== "none") {
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
  const { problem, divisor } = workOf(request);
  const pass = { grad: elementsOf(destination, problem.input.memory), apart: isApart(request, destination) };
  if (reduction !== "none") {
    const value = sumOfRows(problem, divisor, { ...pass, norm: 1 / divisor });
    return { value: roundFloat(asked ?? "float64", value), grad: destination.result };
  }
  const out = destinationFor(row.name, "out", null, dtype, likeRows(request), operands);
  runRows(problem, { ...pass, losses: elementsOf(out, problem.input.memory) });
  return { value: out.result, grad: destination.result };
}

/**
 * Whether the gradient may replace what is still read when it is written: probabilities, or what is
 * taken out of a row after zeros have been written.
 */
function isApart({ row, target }: RowRequest, { replaces }: Destination): boolean {
  const readsLater = row.kernel === "nll" || row.kernel === "multilabelmargin";
  return replaces && (readsLater || !isIntegral(target.dtype));
}

/**
 * The operations of tensors on arrays, as one table: what each computes, its result's dtype and its
 * errors. The derivative of each stands in autograd/derivatives.ts under the same name.
 */
import type { BinaryName, UnaryName } from "../core/kernels.js";
import { complexAbs, complexConjugate, complexMultiply, complexSign, onPairs } from "./complex.js";
import {
  checkFits,
  checkHolds,
  type DType,
  dtypes,
  isComplex,
  isFloating,
  isHalf,
  isIntegral,
  roundFloat,
} from "./dtype.js";
import { type Argument, binary, contiguous, convert, copy, fill, unary } from "./elementwise.js";
import { correlate } from "./correlate.js";
import { concatenate, pad, stack } from "./joining.js";
import * as extremes from "./extremes.js";
import * as linear from "./linear.js";
import * as moments from "./moments.js";
import { NdArray } from "./ndarray.js";
import { power } from "./power.js";
import { resultType } from "./promotion.js";
import { mean, sum } from "./reductions.js";
import * as classes from "./softmax.js";
import { fillWhere, put, spread, take } from "./rows.js";
import type {
  AlongParameters,
  AlphaParameters,
  ClampParameters,
  CorrelateParameters,
  DimParameters,
  ExtentParameters,
  JoinParameters,
  NanToNumParameters,
  NoParameters,
  NormParameters,
  PadParameters,
  PositionsParameters,
  PowParameters,
  PutParameters,
  SelectionParameters,
  SelectParameters,
  ShapeParameters,
  SliceParameters,
  SoftplusParameters,
  ToParameters,
  TransposeParameters,
  VarianceParameters,
  ViewStep,
} from "./parameters.js";
import { broadcastShapes } from "./shape.js";
import * as choices from "./choices.js";
import * as views from "./views.js";

type Operation<P = NoParameters> = (inputs: readonly Argument[], parameters: P) => NdArray;

function unsupported(name: string, dtype: DType): TypeError {
  return new TypeError(`"${name}" not implemented for '${dtypes[dtype].torchName}'`);
}

/** An elementwise operation of two operands of any dtype but complex ones. */
function arithmetic(name: BinaryName, resultOf = (dtype: DType): DType => dtype): Operation {
  return ([x, y]) => {
    const common = resultType([x, y]);
    if (isComplex(common)) throw unsupported(name, common);
    return binary(name, x, y, resultOf(common));
  };
}

/**
 * The larger or the smaller element. A number that the dtype cannot hold would wrap, and so change
 * its order.
 */
function selection(name: "maximum" | "minimum"): Operation {
  const select = arithmetic(name);
  return (inputs, parameters) => {
    const common = resultType(inputs);
    for (const x of inputs) if (!(x instanceof NdArray)) checkHolds(x, common);
    return select(inputs, parameters);
  };
}

/** add and sub, which know alpha and complex numbers. */
function additive(name: "add" | "sub"): Operation<AlphaParameters> {
  return ([x, y], { alpha = 1 }) => {
    const common = resultType([x, y]);
    if (name === "sub") checkSubtraction(x, y);
    return addScaled(name, x, y, alpha, common);
  };
}

/** x ± alpha · y, in torch's two roundings; into `out` if given. */
export function addScaled(
  name: "add" | "sub",
  x: Argument,
  y: Argument,
  alpha: number,
  common: DType,
  out?: NdArray,
): NdArray {
  checkAlpha(name, alpha, common);
  const dtype = out?.dtype ?? common;
  if (alpha !== 1 && isHalf(common)) return addScaledHalves(name, x, y, alpha, common, out);
  const scaled = alpha === 1 ? y : scale(y, alpha, common);
  const result = isComplex(common)
    ? onPairs(name, x, scaled, common)
    : binary(name, x, scaled, dtype, out, common);
  if (scaled !== y && scaled instanceof NdArray) scaled.storage.dispose();
  return result;
}

/**
 * The same of halves, alpha among them, which torch's vectors compute in float32 and round once.
 */
function addScaledHalves(
  name: "add" | "sub",
  x: Argument,
  y: Argument,
  alpha: number,
  half: DType,
  out: NdArray | undefined,
): NdArray {
  const [left, right] = [x, y].map((operand) =>
    operand instanceof NdArray ? convert(operand, half) : roundFloat(half, Number(operand)),
  );
  const factor = roundFloat(half, alpha);
  const scaled = right instanceof NdArray ? binary("mul", right, factor, "float32") : right * factor;
  const result = binary(name, left, scaled, out?.dtype ?? half, out, "float32");
  for (const made of [left, right, scaled])
    if (made instanceof NdArray && made !== x && made !== y) made.storage.dispose();
  return result;
}

/** alpha · y, in the dtype `common`. */
function scale(y: Argument, alpha: number, common: DType): Argument {
  if (y instanceof NdArray)
    return isComplex(common) ? onPairs("mul", y, alpha, common) : binary("mul", y, alpha, common);
  if (isIntegral(common)) return BigInt.asIntN(64, BigInt(y) * BigInt(alpha));
  if (isComplex(common)) return Number(y) * alpha;
  // A number is rounded as an element would be.
  return roundFloat(common, Number(y)) * roundFloat(common, alpha);
}

/** torch's errors for an alpha that the dtype of the result cannot hold. */
function checkAlpha(name: "add" | "sub", alpha: number, common: DType): void {
  if (!isIntegral(common)) return;
  if (!Number.isInteger(alpha)) {
    throw new TypeError("For integral input tensors, argument alpha must not be a floating point number.");
  }
  checkFits(name === "sub" ? -alpha : alpha, common);
}

/** torch's errors for the subtraction of bools. */
export function checkSubtraction(x: Argument, y: Argument): void {
  const bools = [x, y].filter((operand) => operand instanceof NdArray && operand.dtype === "bool");
  if (bools.length === 2) {
    throw new TypeError(
      "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.",
    );
  }
  if (bools.length === 1) {
    throw new TypeError(
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` " +
        "or `logical_not()` operator instead.",
    );
  }
}

/**
 * A comparison, stored as bool: computed in the operands' common type; for integers in int64, which
 * holds each of them, where torch wraps a number or a 0-d tensor into the other operand's dtype.
 */
function comparison(name: BinaryName, swapped = false): Operation {
  return ([x, y]) => {
    const common = resultType([x, y]);
    if (isComplex(common)) throw unsupported(name, common);
    const [a, b] = swapped ? [y, x] : [x, y];
    return binary(name, a, b, "bool", undefined, isIntegral(common) ? "int64" : common);
  };
}

/** An elementwise operation of one operand that keeps its dtype. */
function elementwise(name: UnaryName): Operation {
  return ([input]) => {
    const x = input as NdArray;
    if (isComplex(x.dtype)) {
      if (name === "abs") return complexAbs(x);
      if (name === "sign") throw unsupported("sign_cpu", x.dtype);
      return onPairs("mul", x, -1, x.dtype);
    }
    if (name === "abs" && x.dtype === "bool") throw unsupported("abs_cpu", x.dtype);
    if (name === "neg" && x.dtype === "bool") {
      throw new TypeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or " +
          "`logical_not()` operator instead.",
      );
    }
    return unary(name, x);
  };
}

/** A function of real numbers: integers give float32. `torchName` is torch's in messages. */
function elementary(name: UnaryName, torchName: string = name): Operation {
  return ([input]) => {
    const x = input as NdArray;
    if (isComplex(x.dtype)) throw unsupported(torchName, x.dtype);
    return unary(name, isFloating(x.dtype) ? x : convert(x, "float32"));
  };
}

function softplus([input]: readonly Argument[], { beta = 1, threshold = 20 }: SoftplusParameters): NdArray {
  const x = input as NdArray;
  if (!isFloating(x.dtype)) throw unsupported("softplus_cpu", x.dtype);
  return unary("softplus", x, beta, threshold);
}

function logsigmoid([input]: readonly Argument[]): NdArray {
  const x = input as NdArray;
  if (!isFloating(x.dtype)) throw unsupported("log_sigmoid_cpu", x.dtype);
  return unary("logsigmoid", x);
}

/** sigmoid(-x) = 1 - sigmoid(x): the derivative of logsigmoid. */
function sigmoidOfNegative([input]: readonly Argument[]): NdArray {
  const negative = unary("neg", input as NdArray);
  const result = unary("sigmoid", negative);
  negative.storage.dispose();
  return result;
}

function clamp([input]: readonly Argument[], { min, max }: ClampParameters): NdArray {
  const x = input as NdArray;
  const bounds = [min, max].filter((bound) => bound !== undefined);
  if (isComplex(x.dtype)) throw unsupported("clamp", x.dtype);
  const dtype = resultType([x, ...bounds]);
  if (!isFloating(dtype)) {
    for (const bound of bounds) checkHolds(bound, dtype);
    const low = min === undefined ? x : binary("maximum", x, min, dtype);
    return max === undefined ? convert(low, dtype) : binary("minimum", low, max, dtype);
  }
  if (bounds.some(Number.isNaN)) return fill(NdArray.empty(dtype, x.shape), NaN);
  // torch rounds the bounds to the dtype as well: what lies beside a half type's zero is one.
  const [low, high] = [min ?? -Infinity, max ?? Infinity].map((bound) => roundFloat(dtype, bound));
  return unary("clamp", convert(x, dtype), low, high);
}

function relu(inputs: readonly Argument[]): NdArray {
  const x = inputs[0] as NdArray;
  if (x.dtype === "bool") throw new TypeError("Boolean inputs not supported for relu");
  return isFloating(x.dtype) ? unary("relu", x) : clamp(inputs, { min: 0 });
}

/** `x` where `mask` is not zero, 0 elsewhere, whatever x holds there. */
function keep([input, mask]: readonly Argument[]): NdArray {
  const x = input as NdArray;
  if (!isComplex(x.dtype)) return binary("keep", x, mask, x.dtype);
  const common = (mask as NdArray).dtype;
  return choices.where([binary("ne", mask, 0, "bool", undefined, common), x, 0]);
}

function multiply([x, y]: readonly Argument[]): NdArray {
  const common = resultType([x, y]);
  return isComplex(common) ? complexMultiply(x, y, common) : binary("mul", x, y, common);
}

function nansum(x: NdArray, dims: readonly number[] | undefined, keepdim: boolean): NdArray {
  if (isComplex(x.dtype)) throw new TypeError("nansum on CPU does not support complex inputs");
  return sum(isFloating(x.dtype) ? choices.where([choices.isNaNs(x), 0, x]) : x, dims, keepdim);
}

/** The range of a slice operation. */
const range = ({ step = 1, ...rest }: SliceParameters): views.Range => ({ ...rest, step });

/** The view that steps lead to. */
function viewOf(x: NdArray, steps: readonly ViewStep[]): NdArray {
  return steps.reduce((view, { name, parameters }) => compute(name, [view], parameters), x);
}

/** A copy of the first operand with the second where steps and selection say. */
function assigned([input, values]: readonly Argument[], parameters: PutParameters): NdArray {
  const x = input as NdArray;
  const out = copy(x, NdArray.empty(x.dtype, x.shape));
  assign(out, values, parameters);
  return out;
}

/** Puts `values`, broadcast and converted, into `target` where steps and selection say. */
export function assign(
  target: NdArray,
  values: Argument,
  { steps, selection, accumulate = false }: PutParameters,
): void {
  const view = viewOf(target, steps);
  const source = values instanceof NdArray ? values : NdArray.scalar(target.dtype, values);
  if (selection) put(view, selection, source, accumulate ? "add" : "replace");
  else if (accumulate) copy(operations.add([view, source], {}), view);
  else copy(source, view);
}

/**
 * The first operand, broadcast with the mask that the second is, with the third where the mask is
 * true.
 */
function maskFilled([input, mask, value]: readonly Argument[]): NdArray {
  const x = input as NdArray;
  const shape = broadcastShapes(x.shape, (mask as NdArray).shape);
  const out = copy(x, NdArray.empty(x.dtype, shape));
  fillMasked(out, mask as NdArray, value);
  return out;
}

/** Fills `target` with a 0-d array or a number where `mask`, broadcast, is true. */
export function fillMasked(target: NdArray, mask: NdArray, value: Argument): void {
  const filler =
    value instanceof NdArray
      ? copy(value, NdArray.empty(target.dtype, []))
      : NdArray.scalar(target.dtype, value);
  const whole = contiguous(target);
  fillWhere(whole, contiguous(mask.expanded(target.shape)), filler);
  if (whole !== target) copy(whole, target);
}

const only = (inputs: readonly Argument[]): NdArray => inputs[0] as NdArray;
const second = (inputs: readonly Argument[]): NdArray => inputs[1] as NdArray;

const table = {
  add: additive("add"),
  sub: additive("sub"),
  mul: multiply,
  div: arithmetic("div", (dtype) => (isIntegral(dtype) ? "float32" : dtype)),
  maximum: selection("maximum"),
  minimum: selection("minimum"),
  keep,
  neg: elementwise("neg"),
  abs: elementwise("abs"),
  sign: elementwise("sign"),
  sqrt: elementary("sqrt"),
  exp: elementary("exp"),
  expm1: elementary("expm1"),
  log: elementary("log"),
  log1p: elementary("log1p"),
  sigmoid: elementary("sigmoid"),
  tanh: elementary("tanh"),
  softplus,
  logsigmoid,
  sigmoidOfNegative,
  sin: elementary("sin"),
  cos: elementary("cos"),
  erf: elementary("erf", "erf_vml_cpu"),
  sgn: (inputs) => complexSign(only(inputs)),
  conj: (inputs) => complexConjugate(only(inputs)),
  relu,
  clamp,
  pow: (inputs, { exponent }: PowParameters) => power(only(inputs), exponent),
  eq: comparison("eq"),
  ne: comparison("ne"),
  lt: comparison("lt"),
  le: comparison("le"),
  gt: comparison("lt", true),
  ge: comparison("le", true),
  sum: (inputs, { dims, keepdim = false }: ExtentParameters) => sum(only(inputs), dims, keepdim),
  mean: (inputs, { dims, keepdim = false }: ExtentParameters) => mean(only(inputs), dims, keepdim),
  to: (inputs, { dtype }: ToParameters) => convert(only(inputs), dtype),
  clone: (inputs) => copy(only(inputs), NdArray.empty(only(inputs).dtype, only(inputs).shape)),
  zeros: (inputs) => fill(NdArray.empty(only(inputs).dtype, only(inputs).shape), 0),
  reshape: (inputs, { shape }: ShapeParameters) => views.reshape(only(inputs), shape),
  expand: (inputs, { shape }: ShapeParameters) => only(inputs).expanded(shape),
  squeeze: (inputs, { dims }: Omit<ExtentParameters, "keepdim">) => views.squeeze(only(inputs), dims),
  unsqueeze: (inputs, { dim }: DimParameters) => views.unsqueeze(only(inputs), dim),
  transpose: (inputs, { dim, other }: TransposeParameters) => views.transpose(only(inputs), dim, other),

  // Indexing: views; copies of what is selected; what is put there; and the borders and joints of
  // arrays.
  alias: (inputs) => only(inputs).reshaped(only(inputs).shape, only(inputs).strides),
  select: (inputs, { dim, index }: SelectParameters) => views.select(only(inputs), dim, index),
  slice: (inputs, parameters: SliceParameters) => views.slice(only(inputs), range(parameters)),
  intoSlice: (inputs, { shape, ...parameters }: SliceParameters & ShapeParameters) => {
    const out = fill(NdArray.empty(only(inputs).dtype, shape), 0);
    copy(only(inputs), views.slice(out, range(parameters)));
    return out;
  },
  index: (inputs, { selection }: SelectionParameters) => take(only(inputs), selection),
  /** Zeros with what was selected where it was, added up unless each element was selected once. */
  intoSelection: (inputs, { selection, accumulate = true }: SelectionParameters) =>
    spread(only(inputs), selection, accumulate ? "add" : "replace"),
  indexPut: assigned,
  maskedFill: maskFilled,
  cat: (inputs, { dim }: JoinParameters) => concatenate(inputs as readonly NdArray[], dim),
  stack: (inputs, { dim }: JoinParameters) => stack(inputs as readonly NdArray[], dim),
  correlate: (inputs, { weights, room }: CorrelateParameters) => correlate(only(inputs), weights, room),
  constantPad: (inputs, { margins, value = 0 }: PadParameters) => pad(only(inputs), margins, value),

  // Products of matrices and vectors
  mm: (inputs) => linear.mm(only(inputs), second(inputs)),
  bmm: (inputs) => linear.bmm(only(inputs), second(inputs)),
  mv: (inputs) => linear.mv(only(inputs), second(inputs)),
  dot: (inputs) => linear.dot(only(inputs), second(inputs)),
  // Choices
  where: choices.where,
  clampBetween: ([x, low, high]) => choices.clampBetween(x, low, high),
  clampBelow: ([x, low]) => choices.clampBetween(x, low, undefined),
  clampAbove: ([x, high]) => choices.clampBetween(x, undefined, high),
  nanToNum: (inputs, { nan, posinf, neginf }: NanToNumParameters) =>
    choices.replaceNaN(only(inputs), nan, posinf, neginf),
  isnan: (inputs) => choices.isNaNs(only(inputs)),
  isinf: (inputs) => choices.isInfinite(only(inputs)),
  isfinite: (inputs) => choices.isFinite(only(inputs)),
  // Extremes: of all elements or along several dimensions, and along one with the indices as second
  // input
  maxAll: (inputs) => extremes.extremesAlong("max", only(inputs), undefined, false),
  minAll: (inputs) => extremes.extremesAlong("min", only(inputs), undefined, false),
  amax: (inputs, { dims, keepdim = false }: ExtentParameters) =>
    extremes.extremesAlong("max", only(inputs), dims, keepdim, "amax"),
  amin: (inputs, { dims, keepdim = false }: ExtentParameters) =>
    extremes.extremesAlong("min", only(inputs), dims, keepdim, "amin"),
  max: (inputs, { dims, keepdim = false }: ExtentParameters) =>
    extremes.extremesAlong("max", only(inputs), dims, keepdim),
  min: (inputs, { dims, keepdim = false }: ExtentParameters) =>
    extremes.extremesAlong("min", only(inputs), dims, keepdim),
  argmax: (inputs, { dim, keepdim = false }: AlongParameters) =>
    extremes.indexOfExtreme("max", only(inputs), dim, keepdim),
  argmin: (inputs, { dim, keepdim = false }: AlongParameters) =>
    extremes.indexOfExtreme("min", only(inputs), dim, keepdim),
  indicesOfMax: (inputs, { dim, keepdim = false }: AlongParameters) =>
    extremes.indicesAlong("max", only(inputs), dim, keepdim),
  indicesOfMin: (inputs, { dim, keepdim = false }: AlongParameters) =>
    extremes.indicesAlong("min", only(inputs), dim, keepdim),
  positions: (inputs, { dim, size }: PositionsParameters) => extremes.positions(only(inputs), dim, size),
  // Sums that leave out NaN, variances and norms
  nansum: (inputs, { dims, keepdim = false }: ExtentParameters) => nansum(only(inputs), dims, keepdim),
  var: (inputs, { dims, keepdim = false, correction = 1 }: VarianceParameters) =>
    moments.variance(only(inputs), { dims, keepdim }, correction),
  std: (inputs, { dims, keepdim = false, correction = 1 }: VarianceParameters) =>
    moments.variance(only(inputs), { dims, keepdim }, correction, true),
  norm: (inputs, { dims, keepdim = false, p = 2 }: NormParameters) =>
    moments.norm(only(inputs), { dims, keepdim }, p),
  // Of classes along a dimension
  softmax: (inputs, { dim }: DimParameters) => classes.softmax("softmax", only(inputs), dim),
  logSoftmax: (inputs, { dim }: DimParameters) => classes.softmax("logsoftmax", only(inputs), dim),
  logsumexp: (inputs, { dims, keepdim = false }: ExtentParameters) =>
    classes.logSumExp(only(inputs), dims, keepdim),
} as const satisfies Record<string, Operation<never>>;

export type OperationName = keyof typeof table;

type ParametersOf<Row> = Row extends (inputs: never, parameters: infer P) => unknown
  ? unknown extends P
    ? NoParameters
    : P
  : never;

/** What each operation takes besides its operands, as it says itself. */
export type ParametersByName = {
  readonly [N in OperationName]: ParametersOf<(typeof table)[N]>;
};
/** The operations that can do with their operands alone. */
export type BareName = {
  [N in OperationName]: NoParameters extends ParametersByName[N] ? N : never;
}[OperationName];

export const operations: { readonly [N in OperationName]: Operation<ParametersByName[N]> } = table;

/** Computes an operation whose name is known at run time only. */
function compute<N extends OperationName>(
  name: N,
  inputs: readonly Argument[],
  parameters: ParametersByName[N],
): NdArray {
  return operations[name](inputs, parameters);
}

/** The losses of typed arrays: the checks of the fast way, and the docs. */
import type { DType, TypedArray } from "../array/dtype.js";
import type { TypedData } from "../array/typed.js";
import { losses, type Reduction } from "../nn/losses.js";
import type { HalfArray } from "./allocate.js";
import { evaluate, evaluateWithGradient } from "./evaluate.js";
import { Float32Loss, NO_OPTIONS } from "./float32.js";
import type { ArrayOperand } from "./operands.js";
import { readRequest } from "./request.js";
import * as short from "./short.js";
import type { HalfBits } from "../array/adapter.js";

/** Options of all losses of arrays. */
export interface ArrayLossOptions<R extends Reduction = Reduction> {
  /** "mean" (default) or "sum" gives a number, "none" an array of the elementwise loss. */
  reduction?: R;
  /**
   * Floating dtype of the computation, which also rounds a mean or sum: "float32" gives what a float32 tensor's `item()` gives. By
   * default operands promote as tensors do, and a mean or sum is a float64 that nothing rounds further.
   */
  dtype?: DType;
}
/** Weights of the elements. */
export interface ArrayWeightOptions {
  /** Factors of the elementwise loss, as many as there are elements. A weighted mean divides as that of tensors. */
  weight?: ArrayOperand | null;
}
/** Where the elementwise loss goes. */
export interface OutOptions<A> {
  /** For "none": what to write to and return, instead of a new array. An operand itself, or memory apart from the operands. */
  out?: A;
}
/** Where the gradient goes. */
export interface GradOptions<A> {
  /** What to write the gradient to and return, instead of a new array. An operand itself, or memory apart from the operands. */
  grad?: A;
}
/** beta of SmoothL1. */
export interface BetaOptions {
  /** Where the loss turns from squared to absolute: at least 0; 1 by default. */
  beta?: number;
}
/** delta of Huber. */
export interface DeltaOptions {
  /** Where the loss turns from squared to absolute: above 0; 1 by default. */
  delta?: number;
}
/** What a loss gives: a number, or for "none" an array. */
export type LossValue<R extends Reduction, A> = R extends "none" ? A : number;
/** The kind of array that a gradient comes in: the prediction's. */
export type GradientOf<P> = P extends Float32Array | Float64Array
  ? P
  : P extends HalfBits
    ? HalfArray
    : TypedData;
/** A loss and its gradient by the prediction. */
export interface ValueAndGrad<V, G> {
  /** The loss. */
  value: V;
  /** Its derivative by each element of the prediction. */
  grad: G;
}

const l1Float32 = new Float32Loss({
  kernel: "l1",
  sum: short.l1Sum,
  sumAndSlope: short.l1SumAndSlope,
  factor: losses.l1Loss.factor,
  parameter: null,
});

/**
 * Mean absolute error: |prediction - target|.
 *
 * Arrays of one length, no broadcasting, but a number may stand for a constant target; shapes of runtime tensors must agree.
 * Floating dtypes promote as tensors' do; an integer beside a float counts in the float's dtype, a number in a floating prediction's. Integers
 * among themselves are converted to float64 and do not wrap, unlike integer tensors, which do as torch's.
 * Mean and sum: a float64 number, the exact sum of blocks of terms over their number; none: an array of the promoted dtype (uint8 for two
 * of uint8). An empty sum is 0, an empty mean NaN.
 * Gradient: sign(prediction - target), 0 where they are equal and where the difference is NaN.
 *
 * @throws TypeError for operands that are not arrays of real numbers, a Uint16Array that does not say what it holds, detached arrays, an `out`
 *   of another type; RangeError for lengths or shapes that differ, an `out` that overlaps an operand in part, an unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 * @example
 * l1Loss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 8])); // 0.5
 * l1Loss(Uint8Array.of(1, 5), Uint8Array.of(2, 2), { reduction: "sum" }); // 4
 */
export function l1Loss<R extends Reduction = "mean", A = TypedArray>(
  prediction: ArrayOperand,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & OutOptions<A> = NO_OPTIONS,
): LossValue<R, A> {
  const value = l1Float32.value(prediction, target, options);
  if (Number.isFinite(value)) return value as LossValue<R, A>;
  const request = readRequest("l1Loss", "out", prediction, target, options);
  return evaluate(request, options.out) as LossValue<R, A>;
}

function l1ValueAndGrad<P extends ArrayOperand, R extends Reduction = "mean", G = GradientOf<P>>(
  prediction: P,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & GradOptions<G> = NO_OPTIONS,
): ValueAndGrad<LossValue<R, TypedArray>, G> {
  const both =
    l1Float32.valueAndGrad(prediction, target, options) ??
    evaluateWithGradient(readRequest("l1Loss", "grad", prediction, target, options), options.grad);
  return both as ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/**
 * The loss, as l1Loss gives it, and its gradient by the prediction, in one pass over the operands.
 *
 * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's bits; it is written to `grad` where that
 * is given. `grad` may be an operand itself, which it then replaces.
 *
 * @throws as l1Loss; TypeError for a prediction of integers, and a `grad` of another type; RangeError for a `grad` of another length
 * @example
 * const { value, grad } = l1Loss.valueAndGrad(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 8]));
 * value; // 0.5
 * Array.from(grad); // [-0.25, 0.25, 0, -0.25]
 */
l1Loss.valueAndGrad = l1ValueAndGrad;

const mseFloat32 = new Float32Loss({
  kernel: "mse",
  sum: short.mseSum,
  sumAndSlope: short.mseSumAndSlope,
  factor: losses.mseLoss.factor,
  parameter: null,
});

/**
 * Mean squared error: (prediction - target)².
 *
 * Shapes, dtypes and result as for l1Loss, integers in float64.
 * Gradient: 2 (prediction - target).
 *
 * @throws as l1Loss
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 * @example
 * mseLoss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 8])); // 0.375
 */
export function mseLoss<R extends Reduction = "mean", A = TypedArray>(
  prediction: ArrayOperand,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & OutOptions<A> = NO_OPTIONS,
): LossValue<R, A> {
  const value = mseFloat32.value(prediction, target, options);
  if (Number.isFinite(value)) return value as LossValue<R, A>;
  const request = readRequest("mseLoss", "out", prediction, target, options);
  return evaluate(request, options.out) as LossValue<R, A>;
}

function mseValueAndGrad<P extends ArrayOperand, R extends Reduction = "mean", G = GradientOf<P>>(
  prediction: P,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & GradOptions<G> = NO_OPTIONS,
): ValueAndGrad<LossValue<R, TypedArray>, G> {
  const both =
    mseFloat32.valueAndGrad(prediction, target, options) ??
    evaluateWithGradient(readRequest("mseLoss", "grad", prediction, target, options), options.grad);
  return both as ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/**
 * The loss, as mseLoss gives it, and its gradient by the prediction, in one pass over the operands.
 *
 * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's bits; it is written to `grad` where that
 * is given. `grad` may be an operand itself, which it then replaces.
 *
 * @throws as mseLoss; TypeError for a prediction of integers, and a `grad` of another type; RangeError for a `grad` of another length
 * @example
 * Array.from(mseLoss.valueAndGrad(new Float32Array([1, 4]), 2).grad); // [-1, 2]
 */
mseLoss.valueAndGrad = mseValueAndGrad;

const smoothL1Float32 = new Float32Loss({
  kernel: "smoothl1",
  sum: short.smoothL1Sum,
  sumAndSlope: short.smoothL1SumAndSlope,
  factor: losses.smoothL1Loss.factor,
  parameter: "beta",
});

/**
 * Squared below beta, absolute above: d² / (2 beta) where |d| < beta, else |d| - beta / 2, with d = prediction - target.
 *
 * Shapes, dtypes and result as for l1Loss, integers in float64. beta >= 0 in the units of d; 0 gives L1. No weights, as in torch.
 * Gradient: d / beta where |d| < beta, else sign(d).
 *
 * @throws as l1Loss; RangeError for a negative or non-finite beta
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 * @example
 * smoothL1Loss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 9])); // 0.4375
 */
export function smoothL1Loss<R extends Reduction = "mean", A = TypedArray>(
  prediction: ArrayOperand,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & BetaOptions & OutOptions<A> = NO_OPTIONS,
): LossValue<R, A> {
  const value = smoothL1Float32.value(prediction, target, options);
  if (Number.isFinite(value)) return value as LossValue<R, A>;
  const request = readRequest("smoothL1Loss", "out", prediction, target, options);
  return evaluate(request, options.out) as LossValue<R, A>;
}

function smoothL1ValueAndGrad<P extends ArrayOperand, R extends Reduction = "mean", G = GradientOf<P>>(
  prediction: P,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & BetaOptions & GradOptions<G> = NO_OPTIONS,
): ValueAndGrad<LossValue<R, TypedArray>, G> {
  const both =
    smoothL1Float32.valueAndGrad(prediction, target, options) ??
    evaluateWithGradient(readRequest("smoothL1Loss", "grad", prediction, target, options), options.grad);
  return both as ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/**
 * The loss, as smoothL1Loss gives it, and its gradient by the prediction, in one pass over the operands.
 *
 * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's bits; it is written to `grad` where that
 * is given. `grad` may be an operand itself, which it then replaces.
 *
 * @throws as smoothL1Loss; TypeError for a prediction of integers, and a `grad` of another type; RangeError for a `grad` of another length
 * @example
 * Array.from(smoothL1Loss.valueAndGrad(new Float32Array([1, 4]), 2, { beta: 2 }).grad); // [-0.25, 0.5]
 */
smoothL1Loss.valueAndGrad = smoothL1ValueAndGrad;

const huberFloat32 = new Float32Loss({
  kernel: "huber",
  sum: short.huberSum,
  sumAndSlope: short.huberSumAndSlope,
  factor: losses.huberLoss.factor,
  parameter: "delta",
});

/**
 * d² / 2 where |d| < delta, else delta (|d| - delta / 2), with d = prediction - target.
 *
 * Shapes, dtypes and result as for l1Loss; unreduced, of the prediction's dtype, integers in float64. delta > 0 in the units of d. A weighted mean divides by the number of elements.
 * Gradient: d where |d| < delta, else delta sign(d).
 *
 * @throws as l1Loss; RangeError for a delta that is not positive or not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 * @example
 * huberLoss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 9]), { delta: 0.5 }); // 0.28125
 */
export function huberLoss<R extends Reduction = "mean", A = TypedArray>(
  prediction: ArrayOperand,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & DeltaOptions & OutOptions<A> = NO_OPTIONS,
): LossValue<R, A> {
  const value = huberFloat32.value(prediction, target, options);
  if (Number.isFinite(value)) return value as LossValue<R, A>;
  const request = readRequest("huberLoss", "out", prediction, target, options);
  return evaluate(request, options.out) as LossValue<R, A>;
}

function huberValueAndGrad<P extends ArrayOperand, R extends Reduction = "mean", G = GradientOf<P>>(
  prediction: P,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & DeltaOptions & GradOptions<G> = NO_OPTIONS,
): ValueAndGrad<LossValue<R, TypedArray>, G> {
  const both =
    huberFloat32.valueAndGrad(prediction, target, options) ??
    evaluateWithGradient(readRequest("huberLoss", "grad", prediction, target, options), options.grad);
  return both as ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/**
 * The loss, as huberLoss gives it, and its gradient by the prediction, in one pass over the operands.
 *
 * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's bits; it is written to `grad` where that
 * is given. `grad` may be an operand itself, which it then replaces.
 *
 * @throws as huberLoss; TypeError for a prediction of integers, and a `grad` of another type; RangeError for a `grad` of another length
 * @example
 * Array.from(huberLoss.valueAndGrad(new Float32Array([1, 4]), 2).grad); // [-0.5, 0.5]
 */
huberLoss.valueAndGrad = huberValueAndGrad;

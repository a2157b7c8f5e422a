/** What the losses of arrays take, and what they give. */
import type { HalfBits } from "../ndarray/adapter.js";
import type { DType } from "../ndarray/dtype.js";
import type { TypedData } from "../ndarray/typed.js";
import type { HalfArray } from "../ndarray/view.js";
import type { Reduction } from "../loss/losses.js";
import type { ArrayOperand } from "./operands.js";

/** Which elements count. */
export interface ArrayMaskOptions {
  /**
   * Bytes or bools, as many as there are elements: where one is 0, the element counts for nothing,
   * whatever stands there.
   */
  mask?: ArrayOperand | null;
}
/** Options of all losses of arrays. */
export interface ArrayLossOptions<R extends string = Reduction> extends ArrayMaskOptions {
  /** "mean" (default) or "sum" gives a number, "none" an array of the elementwise loss. */
  reduction?: R;
  /**
   * Floating dtype of the computation, which also rounds a mean or sum: "float32" gives what a
   * float32 tensor's `item()` gives. By default operands promote as tensors do, and a mean or sum
   * is a float64 that nothing rounds further.
   */
  dtype?: DType;
}
/** Weights of the elements. */
export interface ArrayWeightOptions {
  /**
   * Factors of the elementwise loss, as many as there are elements. A weighted mean divides as that
   * of tensors.
   */
  weight?: ArrayOperand | null;
}
/** Where the elementwise loss goes. */
export interface OutOptions<A> {
  /**
   * For "none": what to write to and return, instead of a new array. An operand itself, or memory
   * apart from the operands.
   */
  out?: A;
}
/** Where the gradient goes. */
export interface GradOptions<A> {
  /**
   * What to write the gradient to and return, instead of a new array. An operand itself, or memory
   * apart from the operands.
   */
  grad?: A;
}
/** What a loss gives: a number, or for "none" an array. */
export type LossValue<R extends string, A> = R extends "none" ? A : number;
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

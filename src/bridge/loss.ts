/** The frame that a loss of tensors goes through to become one of typed arrays. */
import type { Reduction } from "../loss/losses.js";
import type { DType, TypedArray } from "../ndarray/dtype.js";
import type { GradsOptions, ValueAndGrads } from "../typed/fuse.js";
import type { ArrayOperand } from "../typed/operands.js";
import type { GradientOf, GradOptions, LossValue, OutOptions, ValueAndGrad } from "../typed/options.js";
import { evaluateBridge, evaluateBridgeWithGradients } from "./evaluate.js";
import { readBridge } from "./request.js";
import type { BridgeRow } from "./row.js";

/** Options of the losses of parts, such as rows, sets or images, of arrays. */
export interface ArrayPartOptions<R extends Reduction = Reduction> {
  /** "mean" (default) or "sum" gives a number, "none" an array with the loss of each part. */
  reduction?: R;
  /** The shape of the first operand, as a tensor's. */
  shape?: readonly number[];
  /** Bytes or bools, one for each part: where one is 0, the part counts for nothing. */
  mask?: ArrayOperand | null;
  /** Factors of the losses, one for each part; a mean divides by the sum of those that count. */
  weight?: ArrayOperand | null;
  /** Floating dtype of the computation, to which a mean or sum is rounded as a tensor's is. */
  dtype?: DType;
}

/**
 * A loss of typed arrays of the first operand and of the operands O, whose options are P besides
 * those of all such losses.
 */
export interface PartArrayLoss<O extends readonly unknown[], P = object> {
  <R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
    first: ArrayOperand,
    ...others: [...operands: O, options?: ArrayPartOptions<R> & OutOptions<A> & P]
  ): LossValue<R, A>;
  /**
   * The loss, as the function itself gives it, and gradients: that by the first operand as `grad`,
   * or with the option `grads` those that are asked for, in a list with an entry for each operand.
   *
   * A gradient has the dtype of its operand, which must be floating, and its kind of array. Where
   * an array is given to write it to, it may be an operand itself. For "none" it is that of the
   * sum.
   *
   * @throws as the function; TypeError for the gradient of integers, and by what has none; RangeError
   *   for gradients that would overlap
   * @example
   * const [set, other] = [Float64Array.of(1, 0.5, 0, 0), Float64Array.of(1, 1, 0, 1)];
   * const { value, grad } = diceLoss.valueAndGrad(set, other, { shape: [2, 2], smooth: 1 });
   * value; // 0.3055555555555556
   * Array.from(grad); // [-0.12345679012345678, -0.12345679012345678, 0.125, -0.375]
   */
  valueAndGrad: PartValueAndGrad<O, P>;
}

/** Gives the value and a gradient, or with `grads` several. */
export interface PartValueAndGrad<O extends readonly unknown[], P> {
  <R extends Reduction = "mean">(
    first: ArrayOperand,
    ...others: [...operands: O, options: ArrayPartOptions<R> & GradsOptions & P]
  ): ValueAndGrads<LossValue<R, TypedArray>>;
  <X extends ArrayOperand, R extends Reduction = "mean", G extends ArrayOperand = GradientOf<X>>(
    first: X,
    ...others: [...operands: O, options?: ArrayPartOptions<R> & GradOptions<G> & P]
  ): ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/** The loss of a row. */
export function partLoss<O extends readonly unknown[], P = object>(row: BridgeRow): PartArrayLoss<O, P> {
  const loss = (...args: unknown[]): unknown => evaluateBridge(readBridge(row, args, "value"));
  const valueAndGrad = (...args: unknown[]): unknown => {
    const request = readBridge(row, args, "gradients");
    const { value, grads } = evaluateBridgeWithGradients(request);
    if (!request.listed) return { value, grad: grads[0] };
    const listed: unknown[] = row.operands.map(() => null);
    request.gradients.forEach(({ index }, i) => (listed[index] = grads[i]));
    return { value, grads: listed };
  };
  Object.defineProperty(loss, "name", { value: row.name });
  return Object.assign(loss, { valueAndGrad }) as unknown as PartArrayLoss<O, P>;
}

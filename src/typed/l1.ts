/** Mean absolute error of typed arrays. */
import type { TypedArray } from "../ndarray/dtype.js";
import { l1Loss as row, type Reduction } from "../loss/losses.js";
import { evaluate, evaluateWithGradient } from "./evaluate.js";
import { Float32Loss, NO_OPTIONS } from "./float32.js";
import type { ArrayOperand } from "./operands.js";
import type {
  ArrayLossOptions,
  ArrayWeightOptions,
  GradientOf,
  GradOptions,
  LossValue,
  OutOptions,
  ValueAndGrad,
} from "./options.js";
import { readRequest } from "./request.js";
import { l1Sum, l1SumAndSlope } from "./short.js";

const float32 = new Float32Loss(row, l1Sum, l1SumAndSlope);

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
export function l1Loss<R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
  prediction: ArrayOperand,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & OutOptions<A> = NO_OPTIONS,
): LossValue<R, A> {
  const value = float32.value(prediction, target, options);
  if (Number.isFinite(value)) return value as LossValue<R, A>;
  const request = readRequest("l1Loss", row, "out", prediction, target, options);
  return evaluate(request) as LossValue<R, A>;
}

/**
 * The loss, as l1Loss gives it, and its gradient by the prediction, in one pass over the operands.
 *
 * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's bits.
 * It is written to `grad` where that is given, which may be an operand itself: the gradient then
 * replaces it.
 *
 * @throws as l1Loss; TypeError for a prediction of integers, and a `grad` of another type;
 *   RangeError for a `grad` of another length
 * @example
 * const { value, grad } = l1Loss.valueAndGrad(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 8]));
 * value; // 0.5
 * Array.from(grad); // [-0.25, 0.25, 0, -0.25]
 */
function l1ValueAndGrad<
  P extends ArrayOperand,
  R extends Reduction = "mean",
  G extends ArrayOperand = GradientOf<P>,
>(
  prediction: P,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & GradOptions<G> = NO_OPTIONS,
): ValueAndGrad<LossValue<R, TypedArray>, G> {
  const both =
    float32.valueAndGrad(prediction, target, options) ??
    evaluateWithGradient(readRequest("l1Loss", row, "grad", prediction, target, options));
  return both as ValueAndGrad<LossValue<R, TypedArray>, G>;
}

// An assigned property would reach the published types without its comment.
export declare namespace l1Loss {
  export { l1ValueAndGrad as valueAndGrad };
}
Object.assign(l1Loss, { valueAndGrad: l1ValueAndGrad });

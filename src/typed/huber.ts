/** Huber's loss of typed arrays. */
import type { TypedArray } from "../ndarray/dtype.js";
import { type DeltaOptions, huberLoss as row, type Reduction } from "../loss/losses.js";
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
import { huberSum, huberSumAndSlope } from "./short.js";

const float32 = new Float32Loss(row, huberSum, huberSumAndSlope);

/**
 * d² / 2 where |d| < delta, else delta (|d| - delta / 2), with d = prediction - target.
 *
 * Shapes, dtypes and result as for l1Loss; unreduced, of the prediction's dtype where that is floating. delta > 0 in the units
 * of d. A weighted mean divides by the number of elements.
 * Gradient: d where |d| < delta, else delta sign(d).
 *
 * @throws as l1Loss; RangeError for a delta that is not positive or not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 * @example
 * huberLoss(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 9]), { delta: 0.5 }); // 0.28125
 */
export function huberLoss<R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
  prediction: ArrayOperand,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & DeltaOptions & OutOptions<A> = NO_OPTIONS,
): LossValue<R, A> {
  const value = float32.value(prediction, target, options);
  if (Number.isFinite(value)) return value as LossValue<R, A>;
  const request = readRequest("huberLoss", row, "out", prediction, target, options);
  return evaluate(request) as LossValue<R, A>;
}

/**
 * The loss, as huberLoss gives it, and its gradient by the prediction, in one pass over the operands.
 *
 * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's bits.
 * It is written to `grad` where that is given, which may be an operand itself: the gradient then
 * replaces it.
 *
 * @throws as huberLoss; TypeError for a prediction of integers, and a `grad` of another type;
 *   RangeError for a `grad` of another length
 * @example
 * Array.from(huberLoss.valueAndGrad(new Float32Array([1, 4]), 2).grad); // [-0.5, 0.5]
 */
function huberValueAndGrad<
  P extends ArrayOperand,
  R extends Reduction = "mean",
  G extends ArrayOperand = GradientOf<P>,
>(
  prediction: P,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & DeltaOptions & GradOptions<G> = NO_OPTIONS,
): ValueAndGrad<LossValue<R, TypedArray>, G> {
  const both =
    float32.valueAndGrad(prediction, target, options) ??
    evaluateWithGradient(readRequest("huberLoss", row, "grad", prediction, target, options));
  return both as ValueAndGrad<LossValue<R, TypedArray>, G>;
}

// An assigned property would reach the published types without its comment.
export declare namespace huberLoss {
  export { huberValueAndGrad as valueAndGrad };
}
Object.assign(huberLoss, { valueAndGrad: huberValueAndGrad });

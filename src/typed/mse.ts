/** Mean squared error of typed arrays. */
import type { TypedArray } from "../ndarray/dtype.js";
import { mseLoss as row, type Reduction } from "../loss/losses.js";
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
import { mseSum, mseSumAndSlope } from "./short.js";

const float32 = new Float32Loss(row, mseSum, mseSumAndSlope);

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
export function mseLoss<R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
  prediction: ArrayOperand,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & ArrayWeightOptions & OutOptions<A> = NO_OPTIONS,
): LossValue<R, A> {
  const value = float32.value(prediction, target, options);
  if (Number.isFinite(value)) return value as LossValue<R, A>;
  const request = readRequest("mseLoss", row, "out", prediction, target, options);
  return evaluate(request) as LossValue<R, A>;
}

/**
 * The loss, as mseLoss gives it, and its gradient by the prediction, in one pass over the operands.
 *
 * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's bits.
 * It is written to `grad` where that is given, which may be an operand itself: the gradient then
 * replaces it.
 *
 * @throws as mseLoss; TypeError for a prediction of integers, and a `grad` of another type;
 *   RangeError for a `grad` of another length
 * @example
 * Array.from(mseLoss.valueAndGrad(new Float32Array([1, 4]), 2).grad); // [-1, 2]
 */
function mseValueAndGrad<
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
    evaluateWithGradient(readRequest("mseLoss", row, "grad", prediction, target, options));
  return both as ValueAndGrad<LossValue<R, TypedArray>, G>;
}

// An assigned property would reach the published types without its comment.
export declare namespace mseLoss {
  export { mseValueAndGrad as valueAndGrad };
}
Object.assign(mseLoss, { valueAndGrad: mseValueAndGrad });

/** SmoothL1 of typed arrays. */
import type { TypedArray } from "../ndarray/dtype.js";
import { type BetaOptions, smoothL1Loss as row, type Reduction } from "../loss/losses.js";
import { evaluate, evaluateWithGradient } from "./evaluate.js";
import { Float32Loss, NO_OPTIONS } from "./float32.js";
import type { ArrayOperand } from "./operands.js";
import type {
  ArrayLossOptions,
  GradientOf,
  GradOptions,
  LossValue,
  OutOptions,
  ValueAndGrad,
} from "./options.js";
import { readRequest } from "./request.js";
import { smoothL1Sum, smoothL1SumAndSlope } from "./short.js";

const float32 = new Float32Loss(row, smoothL1Sum, smoothL1SumAndSlope);

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
export function smoothL1Loss<R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
  prediction: ArrayOperand,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & BetaOptions & OutOptions<A> = NO_OPTIONS,
): LossValue<R, A> {
  const value = float32.value(prediction, target, options);
  if (Number.isFinite(value)) return value as LossValue<R, A>;
  const request = readRequest("smoothL1Loss", row, "out", prediction, target, options);
  return evaluate(request) as LossValue<R, A>;
}

/**
 * The loss, as smoothL1Loss gives it, and its gradient by the prediction, in one pass over the operands.
 *
 * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's bits.
 * It is written to `grad` where that is given, which may be an operand itself: the gradient then
 * replaces it.
 *
 * @throws as smoothL1Loss; TypeError for a prediction of integers, and a `grad` of another type;
 *   RangeError for a `grad` of another length
 * @example
 * Array.from(smoothL1Loss.valueAndGrad(new Float32Array([1, 4]), 2, { beta: 2 }).grad); // [-0.25, 0.5]
 */
function smoothL1ValueAndGrad<
  P extends ArrayOperand,
  R extends Reduction = "mean",
  G extends ArrayOperand = GradientOf<P>,
>(
  prediction: P,
  target: ArrayOperand | number,
  options: ArrayLossOptions<R> & BetaOptions & GradOptions<G> = NO_OPTIONS,
): ValueAndGrad<LossValue<R, TypedArray>, G> {
  const both =
    float32.valueAndGrad(prediction, target, options) ??
    evaluateWithGradient(readRequest("smoothL1Loss", row, "grad", prediction, target, options));
  return both as ValueAndGrad<LossValue<R, TypedArray>, G>;
}

// An assigned property would reach the published types without its comment.
export declare namespace smoothL1Loss {
  export { smoothL1ValueAndGrad as valueAndGrad };
}
Object.assign(smoothL1Loss, { valueAndGrad: smoothL1ValueAndGrad });

/** The frame that a row of the table goes through to become a loss of typed arrays. */
import type { TypedArray } from "../ndarray/dtype.js";
import type { LossName, LossRow, Reduction } from "../loss/losses.js";
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
import { type RawOptions, readRequest } from "./request.js";
import type { ShortLoops } from "./short.js";

/** A loss of typed arrays, whose options are O besides those of all losses. */
export interface ArrayLossFunction<O = object> {
  <R extends Reduction = "mean", A extends ArrayOperand = TypedArray>(
    prediction: ArrayOperand,
    target: ArrayOperand | number,
    options?: ArrayLossOptions<R> & O & OutOptions<A>,
  ): LossValue<R, A>;

  /**
   * The loss, as the function itself gives it, and its gradient by the prediction, in one pass over
   * the operands.
   *
   * The gradient has the prediction's dtype, which must be floating, its kind of array and torch's
   * bits. It is written to `grad` where that is given, which may be an operand itself: the gradient
   * then replaces it.
   *
   * @throws as the function; TypeError for a prediction of integers, and a `grad` of another type;
   *   RangeError for a `grad` of another length
   * @example
   * const { value, grad } = l1Loss.valueAndGrad(new Float32Array([2.5, 0, 2, 7]), new Float32Array([3, -0.5, 2, 8]));
   * value; // 0.5
   * Array.from(grad); // [-0.25, 0.25, 0, -0.25]
   * Array.from(huberLoss.valueAndGrad(new Float32Array([1, 4]), 2).grad); // [-0.5, 0.5]
   */
  valueAndGrad<P extends ArrayOperand, R extends Reduction = "mean", G extends ArrayOperand = GradientOf<P>>(
    prediction: P,
    target: ArrayOperand | number,
    options?: ArrayLossOptions<R> & O & GradOptions<G>,
  ): ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/** The loss `name` of the table. `loops` compute short arrays; where there are none, kernels do. */
export function arrayLoss<O = object>(
  name: LossName,
  row: LossRow,
  loops: ShortLoops | null = null,
): ArrayLossFunction<O> {
  const float32 = new Float32Loss(row, loops);
  const loss = (prediction: unknown, target: unknown, options: RawOptions = NO_OPTIONS): unknown => {
    const value = float32.value(prediction, target, options);
    if (Number.isFinite(value)) return value;
    return evaluate(readRequest(name, row, "out", prediction, target, options));
  };
  const valueAndGrad = (prediction: unknown, target: unknown, options: RawOptions = NO_OPTIONS): unknown =>
    float32.valueAndGrad(prediction, target, options) ??
    evaluateWithGradient(readRequest(name, row, "grad", prediction, target, options));
  Object.defineProperty(loss, "name", { value: name });
  return Object.assign(loss, { valueAndGrad }) as unknown as ArrayLossFunction<O>;
}

/** A row of the table of formulas as a loss of typed arrays. */
import type { TypedArray } from "../ndarray/dtype.js";
import { FormulaLoss } from "../loss/formula-loss.js";
import type { FormulaRow } from "../loss/formula-row.js";
import type { Reduction } from "../loss/losses.js";
import { arrayFunctionOf, type GradsOptions, type ValueAndGrads } from "./fuse.js";
import type { ArrayOperand } from "./operands.js";
import type {
  ArrayLossOptions,
  GradientOf,
  GradOptions,
  LossValue,
  OutOptions,
  ValueAndGrad,
} from "./options.js";

/**
 * A loss of typed arrays that is a formula of a prediction and of the operands O, whose options are
 * P besides those of all losses; its reductions are K.
 */
export interface FormulaArrayLoss<
  O extends readonly (ArrayOperand | number)[],
  P = object,
  K extends string = Reduction,
> {
  <R extends K | "mean" = "mean", A extends ArrayOperand = TypedArray>(
    prediction: ArrayOperand,
    ...others: [...operands: O, options?: ArrayLossOptions<R> & OutOptions<A> & P]
  ): LossValue<R, A>;
  /**
   * The loss, as the function itself gives it, and gradients in the same pass over the operands:
   * that by the prediction as `grad`, or with the option `grads` those that are asked for, in a list
   * with an entry for each operand.
   *
   * A gradient has the dtype of its operand, which must be floating, and its kind of array. Where
   * an array is given to write it to, it may be an operand itself: the gradient then replaces it.
   *
   * @throws as the function; TypeError for the gradient of a number or of integers; RangeError for
   *   gradients that would overlap
   * @example
   * const [zeros, labels] = [Float32Array.of(0, 0), Float32Array.of(1, -1)];
   * Array.from(softMarginLoss.valueAndGrad(zeros, labels).grad); // [-0.25, 0.25]
   * const { grads } = softMarginLoss.valueAndGrad(labels, zeros, { grads: [false, true] });
   * grads.map((grad) => grad && Array.from(grad)); // [null, [-0.25, 0.25]]
   */
  valueAndGrad: FormulaValueAndGrad<O, P, K>;
}

/** Gives the value and a gradient, or with `grads` several. */
export interface FormulaValueAndGrad<
  O extends readonly (ArrayOperand | number)[],
  P,
  K extends string = Reduction,
> {
  <R extends K | "mean" = "mean">(
    prediction: ArrayOperand,
    ...others: [...operands: O, options: ArrayLossOptions<R> & GradsOptions & P]
  ): ValueAndGrads<LossValue<R, TypedArray>>;
  <X extends ArrayOperand, R extends K | "mean" = "mean", G extends ArrayOperand = GradientOf<X>>(
    prediction: X,
    ...others: [...operands: O, options?: ArrayLossOptions<R> & GradOptions<G> & P]
  ): ValueAndGrad<LossValue<R, TypedArray>, G>;
}

/** The loss of a row. Losses of arrays call the input a prediction; a number is a constant operand. */
export function formulaLoss<
  O extends readonly (ArrayOperand | number)[],
  P = object,
  K extends string = Reduction,
>(row: FormulaRow): FormulaArrayLoss<O, P, K> {
  const words = row.operands.map((word) => (word === "input" ? "prediction" : word));
  return arrayFunctionOf(new FormulaLoss(row, words)) as unknown as FormulaArrayLoss<O, P, K>;
}

import { describeStranger } from "../ndarray/adapter.js";
import { isExpression } from "../formula/expression.js";
import { type Operand, Tensor } from "./tensor.js";

/**
 * Elements of `a` where `condition` holds, of `b` elsewhere; all broadcast, and a and b promote.
 * Two numbers make float32. Gradient: to the elements that were taken, 0 to the others, also where
 * those are NaN.
 *
 * @throws TypeError for a condition that is no tensor of bools; RangeError for shapes that do not
 * broadcast
 * @example
 * const x = tensor([-1, 2]);
 * String(where(x.gt(0), x, 0)); // "tensor([0., 2.])"
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  // Within a formula, the operands stand in the place of tensors.
  if (condition instanceof Tensor || isExpression(condition)) return condition.choose(a, b);
  throw new TypeError(
    `where: expected the condition to be a Tensor of bools, got ${describeStranger(condition)}`,
  );
}

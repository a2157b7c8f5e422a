/** A loss that somebody typed, such as `sqrt(square(p - t) + 1e-6)`, as a function for `fuse`. */
import type { Tensor } from "lossgrad";
import { parse } from "./parse.js";
import { type Algebra, type Operand, TENSORS, translate } from "./translate.js";

export { FormulaError } from "./error.js";
export type { Algebra, Operand } from "./translate.js";

/** What a formula calls the prediction and the target, by their places. */
const OPERANDS = { p: 0, t: 1, prediction: 0, input: 0, target: 1 };

/**
 * The formula as a function of prediction and target. What it is made of is looked at when `fuse`
 * calls it, with expressions or tensors.
 *
 * @throws FormulaError for what cannot be read; when it is called, also for what is not elementwise
 */
export function formulaOf(text: string): (...operands: Tensor[]) => Tensor {
  return formulaIn(TENSORS, text);
}

/** The same as a function of other operands. */
export function formulaIn<V extends Operand>(algebra: Algebra<V>, text: string): (...operands: V[]) => V {
  return translate(parse(text), OPERANDS, algebra);
}

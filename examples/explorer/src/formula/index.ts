/** A loss that somebody typed, such as `sqrt(square(p - t) + 1e-6)`, as one operation. */
import { fuse, type FusedFunction } from "lossgrad";
import { parse } from "./parse.js";
import { translate } from "./translate.js";

export { FormulaError } from "./error.js";

/** The prediction and the target in a formula. */
const OPERANDS = ["p", "t"];

/**
 * The formula as a fused function of predictions and targets.
 *
 * @throws FormulaError for what cannot be read; when it is called, for what it is made of, and
 *   TypeError for what is not elementwise
 */
export function fuseFormula(text: string): FusedFunction {
  return fuse(translate(parse(text), OPERANDS), { name: "formula" });
}

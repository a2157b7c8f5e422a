/** A loss that somebody typed, as one operation of tensors. */
import { fuse, type FusedFunction } from "lossgrad";
import { formulaOf } from "../../../cli/src/formula/index.js";

/** The formula as a fused function of predictions and targets. */
export function fuseFormula(text: string): FusedFunction {
  return fuse(formulaOf(text), { name: "formula" });
}

/** A formula that cannot be read, or that is none: told to whoever typed it. */
export class FormulaError extends Error {
  override name = "FormulaError";
}

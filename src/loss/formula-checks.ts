/** torch's errors for operands that the losses of the table of formulas do not take. */
import { checkCast, dtypes, isComplex, isFloating } from "../ndarray/dtype.js";
import { resultType } from "../ndarray/promotion.js";
import { checkBroadcastsInto } from "../ndarray/shape.js";
import type { FormulaOperand } from "./formula-row.js";

/** Throws torch's error for an operation in place of `x`, unless `y` fits it. */
export function checkInPlace(x: FormulaOperand, y: FormulaOperand): void {
  checkBroadcastsInto(x.shape, y.shape);
  checkCast(resultType([x, y]), x.dtype);
}

/** Throws torch's error unless its kernel has the operand's dtype. */
export function checkKernel(kernel: string, { dtype }: FormulaOperand): void {
  if (isFloating(dtype)) return;
  throw new TypeError(`"${kernel}" not implemented for '${dtypes[dtype].torchName}'`);
}

/** torch's error for the subtraction of bools; other operations throw theirs when they compute. */
export function noDifferenceOfBools(): TypeError {
  return new TypeError(
    "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator " +
      "instead.",
  );
}

/** Throws for complex operands, which formulas have no operations for. */
export function refuseComplex(name: string, ...operands: readonly FormulaOperand[]): void {
  for (const { dtype } of operands) {
    if (isComplex(dtype)) throw new TypeError(`"${name}" not implemented for '${dtypes[dtype].torchName}'`);
  }
}

/**
 * Throws unless the input is of a floating dtype, and the other operands can be subtracted from it.
 */
export function floating(
  kernel: string,
): (operands: Readonly<Record<string, FormulaOperand> & { input: FormulaOperand }>) => void {
  return ({ input, ...others }) => {
    checkKernel(kernel, input);
    for (const x of Object.values(others)) {
      refuseComplex(kernel, x);
      if (x.dtype === "bool") throw noDifferenceOfBools();
    }
  };
}

/**
 * A formula as straight-line code, which is what providers compute: prepared kernels, modules that
 * are emitted at run time, and the interpreter give the same bits for the same program.
 *
 * Every operand is an array of one floating dtype. Instructions work on single elements; each value
 * is the result of the instruction with its index. Numbers are not part of the code: another eps
 * needs no other program.
 */
import type { BinaryName, UnaryName } from "../core/kernels.js";

/** The dtypes that programs are computed in. */
export type ProgramDType = "float16" | "bfloat16" | "float32" | "float64";

/**
 * What an instruction computes. A comparison gives 1 or 0; `where` takes its second input where the
 * first is not 0. JavaScript computes `pow`, so that a program with one is interpreted.
 */
export type InstructionName = Exclude<UnaryName, "clamp"> | BinaryName | "where" | "pow";

/** What an instruction reads: an operand, a number, or the value of an earlier instruction. */
export interface Reference {
  readonly kind: "operand" | "number" | "value";
  readonly index: number;
}

export interface Instruction {
  readonly name: InstructionName;
  readonly inputs: readonly Reference[];
  /**
   * Whether the result is rounded to the operands' dtype, as tensors do it: no rounding is needed
   * for float32 and float64.
   */
  readonly rounds: boolean;
  /** Of a power. It is no number of the program, which would be rounded to the computing type. */
  readonly exponent?: number;
}

/**
 * What becomes of a value: all elements are stored, or added up. A program has one sum at most,
 * which comes first.
 */
export interface Output {
  readonly role: "sum" | "store";
  readonly from: Reference;
}

export interface Program {
  /** How operands and stored outputs lie in memory. Halves are computed in float32. */
  readonly dtype: ProgramDType;
  /** How many operands there are. */
  readonly operands: number;
  /** How many numbers there are; they are given with each run. */
  readonly numbers: number;
  readonly code: readonly Instruction[];
  readonly outputs: readonly Output[];
  /**
   * Whether a mask of one byte an element selects: where it is 0, a sum gets nothing and what is
   * stored is 0, whatever the operands hold there.
   */
  readonly masked: boolean;
  /** Tells programs of one structure from others: equal keys, equal code. */
  readonly key: string;
}

/**
 * What a loss that is a formula and nothing else is told by: its operands, options, rules for both,
 * and the formula. See formulas.ts for the table of them.
 */
import type { DType } from "../ndarray/dtype.js";
import type { Shape } from "../ndarray/shape.js";
import type { Expression } from "../formula/expression.js";
import type { OwnReduction, Refusal, ReductionWords } from "../formula/traits.js";
import type { ParameterRange } from "./parameter.js";

/** A number that is an option of a loss; or a boolean, which formulas are given as 1 or 0. */
export interface FormulaParameter extends ParameterRange {
  readonly default: number | boolean;
}

/** What a loss of tensors knows of an operand before it is computed. */
export interface FormulaOperand {
  readonly dtype: DType;
  readonly shape: Shape;
}

type Operands<N extends readonly string[]> = { readonly [K in keyof N]: Expression };
type Optional<O extends readonly string[]> = { readonly [K in keyof O]: Expression | null };
type Values<P> = { readonly [K in keyof P]: number };
type Given<N extends readonly string[], O extends readonly string[]> = Readonly<
  Record<N[number], FormulaOperand> & Partial<Record<O[number] | "weight", FormulaOperand>>
>;

/** A loss of operands with the names N, of those that options may give, O, and of parameters P. */
interface NamedRow<
  N extends readonly string[],
  P extends Readonly<Record<string, FormulaParameter>>,
  O extends readonly string[],
> {
  /** Name of the function. */
  readonly name: string;
  /** Name of the module class. */
  readonly module: string;
  readonly operands: N;
  /**
   * Operands that options give, by their names: the formula has null in the place of others. A
   * parameter of the same name is what a number stands for.
   */
  readonly optional?: O;
  /** The operands that may be numbers, of tensors as well. */
  readonly numbers?: readonly N[number][];
  /** Value and gradients, as documentation. */
  readonly formula: string;
  readonly parameters: P;
  /**
   * What a weighted mean divides by; null for a loss without weights. Weighted terms have the dtype
   * of the terms.
   */
  readonly weightedMean: "weights" | "elements" | null;
  /** Whether the module holds weights, too. */
  readonly moduleWeight?: true;
  /** Whether torch's deprecated arguments, sizeAverage and reduce, are understood. */
  readonly legacy: boolean;
  readonly reductions?: Readonly<Record<string, OwnReduction>>;
  /** How torch refuses what is no reduction; "enum" by default. */
  readonly reductionWords?: ReductionWords;
  /**
   * Throws torch's errors for operands that may not meet; without it they broadcast. May give other
   * shapes, which operands are viewed in.
   */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most only throw
  readonly check?: (operands: Given<N, O>) => Partial<Record<N[number], Shape>> | undefined | void;
  /** Elements that operands must not have, with torch's messages. */
  readonly refusals?: readonly (Omit<Refusal, "index"> & { readonly operand: N[number] | O[number] })[];
  /**
   * The term: of the operands, then of the parameters where there are any. Every operation is
   * rounded to the dtype of its operands, of halves as well.
   */
  readonly term: (
    ...args: [...operands: Operands<N>, ...optional: Optional<O>, values: Values<P>]
  ) => Expression;
  /**
   * The gradients by the operands in their order, from that of the term and what the term takes.
   * Only where torch has formulas of its own for them; else they are those of the term's
   * operations.
   */
  readonly slopes?: (
    upstream: Expression,
    ...args: [...operands: Operands<N>, ...optional: Optional<O>, values: Values<P>]
  ) => readonly (Expression | null)[];
  /**
   * The derivatives of each gradient, by `upstream` and by the operands, null where it does not depend
   * on them. Only where torch has formulas of its own for these as well.
   */
  readonly bends?: (
    upstream: Expression,
    ...args: [...operands: Operands<N>, ...optional: Optional<O>, values: Values<P>]
  ) => readonly (readonly (Expression | null)[])[];
}

/** A row of the table. */
export type FormulaRow = NamedRow<
  readonly string[],
  Readonly<Record<string, FormulaParameter>>,
  readonly string[]
>;

/** The row itself; the formula's operands and parameters take their types from their names. */
export function formulaRow<
  const N extends readonly string[],
  P extends Readonly<Record<string, FormulaParameter>>,
  const O extends readonly string[] = [],
>(row: NamedRow<N, P, O>): FormulaRow {
  return row as unknown as FormulaRow;
}

/**
 * The losses that are a formula and nothing else: what `fuse` makes of a user's function is made of
 * these. Functional forms, modules, losses of typed arrays and tests iterate over the table. To add
 * one: its row here, and the lines that give it a name and a type in nn/ and typed/, as
 * CONTRIBUTING.md says. Rows are constants of their own, since a bundle has those that it uses.
 */
import { checkCast, type DType } from "../ndarray/dtype.js";
import { resultType } from "../ndarray/promotion.js";
import { checkBroadcastsInto, type Shape } from "../ndarray/shape.js";
import type { Expression } from "../formula/expression.js";
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
type Values<P> = { readonly [K in keyof P]: number };

/** A loss of operands with the names N and of parameters P. */
interface NamedRow<N extends readonly string[], P extends Readonly<Record<string, FormulaParameter>>> {
  /** Name of the function. */
  readonly name: string;
  /** Name of the module class. */
  readonly module: string;
  readonly operands: N;
  /** Value and gradients, as documentation. */
  readonly formula: string;
  readonly parameters: P;
  /** Whether it takes weights, by whose sum a weighted mean divides. */
  readonly takesWeight: boolean;
  /** Whether torch's deprecated arguments, sizeAverage and reduce, are understood. */
  readonly legacy: boolean;
  /** Throws torch's errors for operands that may not meet; without it they broadcast. */
  readonly check?: (operands: { readonly [K in keyof N]: FormulaOperand }) => void;
  /**
   * The term: of the operands, then of the parameters where there are any. Every operation is
   * rounded to the dtype of its operands, of halves as well.
   */
  readonly term: (...args: [...operands: Operands<N>, values: Values<P>]) => Expression;
  /**
   * The gradients by the operands in their order, from that of the term and what the term takes.
   * Only where torch has formulas of its own for them; else they are those of the term's operations.
   */
  readonly slopes?: (
    upstream: Expression,
    ...args: [...operands: Operands<N>, values: Values<P>]
  ) => { readonly [K in keyof N]: Expression };
}

/** A row of the table. */
export type FormulaRow = NamedRow<readonly string[], Readonly<Record<string, FormulaParameter>>>;

/** The row itself; the formula's operands and parameters take their types from their names. */
export function formulaRow<
  const N extends readonly string[],
  P extends Readonly<Record<string, FormulaParameter>>,
>(row: NamedRow<N, P>): FormulaRow {
  return row as unknown as FormulaRow;
}

/** As torch computes it: in place of the input, which the target has to fit. */
function fitInput([input, target]: readonly [FormulaOperand, FormulaOperand]): void {
  // A bool has no negation, which comes first.
  if (input.dtype === "bool") return;
  checkBroadcastsInto(input.shape, target.shape);
  checkCast(resultType([input, target]), input.dtype);
  checkCast("float32", input.dtype);
}

export const softMarginLoss = /* @__PURE__ */ formulaRow({
  name: "softMarginLoss",
  module: "SoftMarginLoss",
  operands: ["input", "target"],
  formula: "log(1 + exp(-input target)); slope -target z / (1 + z), z = exp(-input target)",
  parameters: {},
  takesWeight: false,
  legacy: true,
  check: fitInput,
  term: (input, target) => input.neg().mul(target).to(input.dtype).exp().log1p(),
  slopes: (upstream, input, target) => {
    const z = input.neg().mul(target).exp();
    const slope = (x: Expression): Expression => x.mul(z).to(input.dtype).mul(upstream.neg()).div(z.add(1));
    return [slope(target), slope(input)];
  },
});

export const formulaLosses = {
  softMarginLoss,
};

/** The losses of this table, by the names of their functions. */
export type FormulaLossName = keyof typeof formulaLosses;

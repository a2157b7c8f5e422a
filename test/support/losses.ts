/**
 * The losses of the tables, src/loss/losses.ts and src/loss/formulas.ts, by one call, and what exact
 * arithmetic makes of those with kernels.
 */
import { F, full } from "lossgrad";
import type { Tensor } from "lossgrad";
import type { FormulaRow } from "../../src/loss/formula-row.js";
import { lossesBeyondTorch } from "../../src/loss/beyond-torch.js";
import { type FormulaLossName, formulaLosses } from "../../src/loss/formulas.js";
import { losses } from "../../src/loss/losses.js";
import type { LossName, LossRow, ParameterName, Reduction } from "../../src/loss/losses.js";
import { toUnits } from "./rational.js";

export type Loss = LossName;
export type { Reduction };
export const LOSSES = Object.keys(losses) as Loss[];
export const rowOf = (loss: Loss): LossRow => losses[loss];

export type Formula = FormulaLossName;
/** The losses that are a formula, without kernels of their own. */
export const FORMULAS = Object.keys(formulaLosses) as Formula[];
/** Whether torch has a loss of the table. */
export const isTorchs = (loss: AnyLoss): boolean => !(loss in lossesBeyondTorch);
export const formulaOf = (loss: Formula): FormulaRow => formulaLosses[loss];
/** A loss with kernels or without. */
export type AnyLoss = Loss | Formula;
/** All losses that are functions of an input and a target, whatever numbers these hold. */
export const ALL_LOSSES: readonly AnyLoss[] = [
  ...LOSSES,
  ...FORMULAS.filter((loss) => {
    const { operands, refusals = [] } = formulaOf(loss);
    return operands.length === 2 && !refusals.some(({ operand }) => operands.includes(operand));
  }),
];
const isFormula = (loss: AnyLoss): loss is Formula => loss in formulaLosses;

/** What the tables say of a loss that tests of all of them go by. */
export interface Traits {
  /** Whether it has kernels of its own. */
  readonly prepared: boolean;
  readonly takesWeight: boolean;
  readonly legacy: boolean;
  /** Whose dtype the result has: that which both promote to, or that of one; null where they must agree. */
  readonly dtypeOf: "both" | "input" | "target" | null;
}
export function traitsOf(loss: AnyLoss): Traits {
  if (!isFormula(loss)) {
    const { weightedMean, legacy, inputDecidesDType } = rowOf(loss);
    const dtypeOf = inputDecidesDType ? "input" : "both";
    return { prepared: true, takesWeight: weightedMean !== null, legacy, dtypeOf };
  }
  const { weightedMean, legacy } = formulaOf(loss);
  return { prepared: false, takesWeight: weightedMean !== null, legacy, dtypeOf: dtypeOf(loss) };
}

/** What a loss of a float32 and a float64 shows. */
function dtypeOf(loss: Formula): Traits["dtypeOf"] {
  const [narrow, wide] = (["float32", "float64"] as const).map((dtype) => full([1], 0.5, { dtype }));
  try {
    if (callOf(loss)(narrow, wide).dtype === "float32") return "input";
    return callOf(loss)(wide, narrow).dtype === "float32" ? "target" : "both";
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

type WithWeights<Name extends Loss> = Name extends Loss
  ? (typeof losses)[Name]["weightedMean"] extends null
    ? never
    : Name
  : never;
/** The losses that take weights. */
export type Weighted = WithWeights<Loss>;
export const WEIGHTED = LOSSES.filter((loss) => rowOf(loss).weightedMean !== null) as Weighted[];

/** The losses whose parameter is an option, with its name. */
export const PARAMETERS = LOSSES.flatMap((loss) => {
  const { parameter } = rowOf(loss);
  return parameter ? [[loss, parameter.name] as const] : [];
});

/**
 * The options by which a loss takes its parameter, where it has one; its default where none is
 * given.
 */
export function parameterOf(loss: Loss, parameter?: number): Partial<Record<ParameterName, number>> {
  const row = rowOf(loss).parameter;
  return row && parameter !== undefined ? { [row.name]: parameter } : {};
}

/** A loss as tests call any of them. */
export type LossCall = (input: Tensor, target: Tensor, options?: object) => Tensor;
export const callOf = (loss: AnyLoss): LossCall => F[loss] as LossCall;

export function lossOf(
  loss: AnyLoss,
  input: Tensor,
  target: Tensor,
  reduction: Reduction,
  parameter?: number,
): Tensor {
  const own = isFormula(loss) ? {} : parameterOf(loss, parameter);
  return callOf(loss)(input, target, { reduction, ...own });
}

/** 1 in units of 2^-1074. */
const ONE = 1n << 1074n;
/** What exactLoss counts in: twice the square of a unit. */
export const EXACT_UNIT = 2n * ONE;

/** Each term of |d| and of the parameter by default, in units; as a number over EXACT_UNIT. */
const EXACT: Record<Loss, (d: bigint, parameter: bigint) => bigint> = {
  l1Loss: (d) => 2n * d * ONE,
  mseLoss: (d) => 2n * d * d,
  smoothL1Loss: (d) => (d < ONE ? d * d : (2n * d - ONE) * ONE),
  huberLoss: (d) => (d < ONE ? d * d : (2n * d - ONE) * ONE),
};

/**
 * Σ of the loss's terms as the formula has it, without any rounding, from the operands as they are
 * stored, by the default parameter. A whole number of units over EXACT_UNIT.
 */
export function exactLoss(loss: Loss, input: readonly number[], target: readonly number[]): bigint {
  const parameter = toUnits(rowOf(loss).parameter?.default ?? 0);
  let sum = 0n;
  input.forEach((x, i) => {
    const difference = toUnits(x) - toUnits(target[i]);
    sum += EXACT[loss](difference < 0n ? -difference : difference, parameter);
  });
  return sum;
}

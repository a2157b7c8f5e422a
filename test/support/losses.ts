/**
 * The losses of the table, src/loss/losses.ts, by one call, and what exact arithmetic makes of
 * them.
 */
import { F } from "lossgrad";
import type { Tensor } from "lossgrad";
import { losses } from "../../src/loss/losses.js";
import type { LossName, LossRow, ParameterName, Reduction } from "../../src/loss/losses.js";
import { toUnits } from "./rational.js";

export type Loss = LossName;
export type { Reduction };
export const LOSSES = Object.keys(losses) as Loss[];
export const rowOf = (loss: Loss): LossRow => losses[loss];

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
export const callOf = (loss: Loss): LossCall => F[loss];

export function lossOf(
  loss: Loss,
  input: Tensor,
  target: Tensor,
  reduction: Reduction,
  parameter?: number,
): Tensor {
  return callOf(loss)(input, target, { reduction, ...parameterOf(loss, parameter) });
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

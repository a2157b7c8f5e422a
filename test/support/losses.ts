/** The four losses by one call, and what exact arithmetic makes of them. */
import { F } from "lossgrad";
import type { Tensor } from "lossgrad";
import { toUnits } from "./rational.js";

export const LOSSES = ["l1Loss", "mseLoss", "smoothL1Loss", "huberLoss"] as const;
export type Loss = (typeof LOSSES)[number];
export type Reduction = "none" | "mean" | "sum";

/** beta and delta are 1 but where a loss is asked with `parameter`. */
export function lossOf(
  loss: Loss,
  input: Tensor,
  target: Tensor,
  reduction: Reduction,
  parameter = 1,
): Tensor {
  if (loss === "smoothL1Loss") return F.smoothL1Loss(input, target, { reduction, beta: parameter });
  if (loss === "huberLoss") return F.huberLoss(input, target, { reduction, delta: parameter });
  return F[loss](input, target, { reduction });
}

/** 1 in units of 2^-1074. */
const ONE = 1n << 1074n;
/** What exactLoss counts in: twice the square of a unit. */
export const EXACT_UNIT = 2n * ONE;

/**
 * Σ of the loss's terms as the formula has it, without any rounding, from the operands as they are stored; parameter 1. A whole
 * number of units over EXACT_UNIT.
 */
export function exactLoss(loss: Loss, input: readonly number[], target: readonly number[]): bigint {
  let sum = 0n;
  input.forEach((x, i) => {
    const difference = toUnits(x) - toUnits(target[i]);
    const d = difference < 0n ? -difference : difference;
    if (loss === "l1Loss") sum += 2n * d * ONE;
    else if (loss === "mseLoss") sum += 2n * d * d;
    else sum += d < ONE ? d * d : (2n * d - ONE) * ONE;
  });
  return sum;
}

/** beta of SmoothL1, delta of Huber, as a user gives them. */
import { describeValue } from "../core/describe.js";
import type { LossName, LossRow } from "./losses.js";

/** What a loss's options may hold. */
export interface ParameterOptions {
  readonly beta?: unknown;
  readonly delta?: unknown;
}

/** beta or delta, 0 for a loss without; torch's errors, and one for numbers that are not finite. */
export function readParameter(name: LossName, row: LossRow, options: ParameterOptions): number {
  if (!row.parameter) return 0;
  const { name: word, default: standard } = row.parameter;
  const { [word]: given = standard } = options;
  if (typeof given !== "number" && typeof given !== "boolean") {
    throw new TypeError(`${name}(): argument '${word}' must be float, not ${describeValue(given)}`);
  }
  const value = Number(given);
  if (!Number.isFinite(value)) throw new RangeError(`${name}: expected ${word} to be finite, got ${value}`);
  if (word === "beta" && value < 0)
    throw new RangeError("smooth_l1_loss does not support negative values for beta.");
  if (word === "delta" && value <= 0)
    throw new RangeError("huber_loss does not support non-positive values for delta.");
  return value;
}

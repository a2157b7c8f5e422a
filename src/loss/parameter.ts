/** The parameter of a loss's term, as a user gives it. */
import { isLossgradTensor } from "../ndarray/adapter.js";
import { describeValue } from "../core/describe.js";
import type { LossName, LossRow, ParameterName } from "./losses.js";

/** What a loss's options may hold. */
export type ParameterOptions = Readonly<Partial<Record<ParameterName, unknown>>>;

/**
 * beta of SmoothL1, say, 0 for a loss without; torch's errors, and one for numbers that are not
 * finite.
 */
export function readParameter(name: LossName, row: LossRow, options: ParameterOptions): number {
  if (!row.parameter) return 0;
  const { name: word, default: standard, refused, message } = row.parameter;
  const { [word as ParameterName]: option = standard } = options;
  const given = isLossgradTensor(option) ? valueOf(option) : option;
  if (typeof given !== "number" && typeof given !== "boolean") {
    throw new TypeError(`${name}(): argument '${word}' must be float, not ${describeValue(given)}`);
  }
  const value = Number(given);
  if (!Number.isFinite(value)) throw new RangeError(`${name}: expected ${word} to be finite, got ${value}`);
  if (value < 0 || (value === 0 && refused === "not positive")) throw new RangeError(message);
  return value;
}

/** The number of a 0-d tensor, as torch converts it; any other tensor as it is. */
function valueOf(tensor: object): unknown {
  const scalar = tensor as { ndim: number; requiresGrad: boolean; item(): unknown };
  const value = scalar.ndim === 0 && !scalar.requiresGrad ? scalar.item() : tensor;
  return typeof value === "bigint" ? Number(value) : value;
}

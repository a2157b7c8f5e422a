/** The parameter of a loss's term, as a user gives it. */
import { isLossgradTensor } from "../ndarray/adapter.js";
import { describeValue } from "../core/describe.js";
import type { LossName, LossRow, ParameterName } from "./losses.js";

/** What a loss's options may hold. */
export type ParameterOptions = Readonly<Partial<Record<ParameterName, unknown>>>;

/** What a parameter may be. */
export interface ParameterRange {
  /** Finite values that it must not have, by torch's message. */
  readonly refused?: "negative" | "not positive" | "no share";
  readonly message?: string;
  /** Whether -Infinity is a value as well. */
  readonly endless?: true;
}

/**
 * beta of SmoothL1, say, 0 for a loss without; torch's errors, and one for numbers that are not
 * finite.
 */
export function readParameter(name: LossName, row: LossRow, options: ParameterOptions): number {
  if (!row.parameter) return 0;
  const { name: word, default: standard } = row.parameter;
  const { [word as ParameterName]: given = standard } = options;
  return readNumber(name, word, given, row.parameter);
}

/** A number that an option gives; torch's errors, and one for numbers that are not finite. */
export function readNumber(
  caller: string,
  word: string,
  option: unknown,
  { refused, message, endless }: ParameterRange,
): number {
  const given = isLossgradTensor(option) ? valueOf(option) : option;
  if (typeof given !== "number" && typeof given !== "boolean") {
    throw new TypeError(`${caller}(): argument '${word}' must be float, not ${describeValue(given)}`);
  }
  const value = Number(given);
  if (!Number.isFinite(value) && !(endless && value === -Infinity)) {
    throw new RangeError(
      `${caller}: expected ${word} to be finite${endless ? " or -Infinity" : ""}, got ${value}`,
    );
  }
  if (refused && isRefused(refused, value)) throw new RangeError(message);
  return value;
}

function isRefused(range: NonNullable<ParameterRange["refused"]>, value: number): boolean {
  return value < 0 || (range === "not positive" && value === 0) || (range === "no share" && value > 1);
}

/** The number of a 0-d tensor, as torch converts it; any other tensor as it is. */
function valueOf(tensor: object): unknown {
  const scalar = tensor as { ndim: number; requiresGrad: boolean; item(): unknown };
  const value = scalar.ndim === 0 && !scalar.requiresGrad ? scalar.item() : tensor;
  return typeof value === "bigint" ? Number(value) : value;
}

/** The reduction that a user asked for: the current argument, and the two that it replaced. */
import { describeValue } from "../core/describe.js";
import { warn } from "../core/warnings.js";
import { type Reduction, REDUCTIONS } from "./losses.js";

/**
 * The reduction that torch's deprecated arguments stand for; warns. Null when neither is given.
 *
 *     reduce false: none, whatever sizeAverage is;   sizeAverage false: sum;   else mean
 */
export function legacyReduction(
  sizeAverage: boolean | null | undefined,
  reduce: boolean | null | undefined,
): Reduction | null {
  const average = readFlag("sizeAverage", sizeAverage);
  const reduced = readFlag("reduce", reduce);
  if (average === null && reduced === null) return null;
  const reduction = reduced === false ? "none" : average === false ? "sum" : "mean";
  warn(`sizeAverage and reduce args will be deprecated, please use reduction='${reduction}' instead.`);
  return reduction;
}

function readFlag(word: string, value: boolean | null | undefined): boolean | null {
  const flag = value ?? null;
  if (flag === null || typeof flag === "boolean") return flag;
  throw new TypeError(`${word}: expected a boolean or null, got ${describeValue(flag)}; use reduction`);
}

/** Throws torch's error unless `value` is a reduction; warns of the mean's old name, which weighted losses do not know. */
export function checkReduction(value: unknown, weighted: boolean): Reduction {
  if ((REDUCTIONS as readonly unknown[]).includes(value)) return value as Reduction;
  if (value === "elementwise_mean" && !weighted) {
    warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.");
    return "mean";
  }
  const shown = typeof value === "string" ? value : describeValue(value);
  throw new RangeError(
    weighted
      ? `Invalid reduction mode: ${shown}. Expected one of 'none', 'mean', 'sum'.`
      : `${shown} is not a valid value for reduction`,
  );
}

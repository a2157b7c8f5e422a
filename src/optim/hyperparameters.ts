/** Hyperparameters, checked as torch checks them. */
import { describeValue } from "../core/describe.js";
import { takeOptions } from "../core/options.js";

/** The options that were given, and the defaults of others. */
export function withDefaults<H extends object>(caller: string, options: Partial<H>, defaults: H): H {
  const taken = takeOptions<Partial<H>>(caller, options, Object.keys(defaults) as (keyof H & string)[]);
  const given = Object.entries(taken).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/**
 * Throws unless `value` is a number from 0 to below `end`, in torch's words: "Invalid learning
 * rate: -1".
 */
export function checkFrom0(value: unknown, words: string, end = Infinity): void {
  if (typeof value !== "number") {
    throw new TypeError(`Invalid ${words}: expected a number, got ${describeValue(value)}`);
  }
  if (!(value >= 0 && value < end)) throw new RangeError(`Invalid ${words}: ${value}`);
}

/** Throws unless `value` is a boolean. */
export function checkFlags(flags: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(flags)) {
    if (typeof value === "boolean") continue;
    throw new TypeError(`Invalid ${name}: expected a boolean, got ${describeValue(value)}`);
  }
}

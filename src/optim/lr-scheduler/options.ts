/** The options of schedules, taken and checked. */
import { describeValue } from "../../core/describe.js";
import { takeOptions } from "../../core/options.js";

/** Stands in the place of a default for an option that must be given. */
export const REQUIRED = Symbol("required");

/**
 * The options that were given, and the defaults of others.
 *
 * @throws TypeError for misspelt options, those that lack, and those that are no numbers or booleans
 *   where the default is one
 */
export function readOptions<O extends object>(
  caller: string,
  options: O | undefined,
  defaults: { readonly [K in keyof O]-?: O[K] | typeof REQUIRED },
): Required<O> {
  const names = Object.keys(defaults) as (keyof O & string)[];
  const taken = takeOptions<Partial<O>>(caller, options ?? {}, names);
  const entries = names.map((name) => {
    const standard: unknown = defaults[name];
    const value: unknown = taken[name] === undefined ? standard : taken[name];
    if (value === REQUIRED) throw new TypeError(`${caller}() missing 1 required argument: '${name}'`);
    const kind = typeof standard;
    if ((kind === "number" || kind === "boolean") && !isOfKind(kind, value)) {
      throw new TypeError(`${caller}: expected ${name} to be a ${kind}, got ${describeValue(value)}`);
    }
    return [name, value];
  });
  return Object.fromEntries(entries) as Required<O>;
}

/** Of a number's kind are also lists, of one for each group, which perGroup checks. */
function isOfKind(kind: string, value: unknown): boolean {
  return typeof value === kind || (kind === "number" && Array.isArray(value));
}

/** Throws unless the values are finite numbers. */
export function checkNumbers(caller: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== "number") {
      throw new TypeError(`${caller}: expected ${name} to be a number, got ${describeValue(value)}`);
    }
    if (!Number.isFinite(value)) {
      throw new RangeError(`${caller}: expected ${name} to be a finite number, got ${value}`);
    }
  }
}

/** Throws unless the values are finite numbers above 0; torch divides by them. */
export function checkPeriods(caller: string, values: Readonly<Record<string, unknown>>): void {
  checkNumbers(caller, values);
  for (const [name, value] of Object.entries(values)) {
    if ((value as number) > 0) continue;
    throw new RangeError(`${caller}: expected ${name} to be above 0, got ${describeValue(value)}`);
  }
}

/** A number for each group: those of a list, or one for all. */
export function perGroup(name: string, value: unknown, groups: number): number[] {
  const list: unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : Array<unknown>(groups).fill(value);
  if (list.length !== groups) {
    throw new RangeError(
      `${name} must have the same length as optimizer.paramGroups. ` +
        `${name} has ${list.length} values, paramGroups has ${groups}.`,
    );
  }
  checkNumbers(name, Object.fromEntries(list.entries()));
  return list as number[];
}

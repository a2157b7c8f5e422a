/** Checks of options objects. */
import { describeValue } from "./describe.js";

/** Throws unless `options` is an object whose keys are all `allowed`: a misspelt option must not be ignored. */
export function checkOptionNames(caller: string, options: unknown, allowed: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${caller}: expected options as an object, got ${describeValue(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!allowed.includes(key))
      throw new TypeError(`${caller}() got an unexpected keyword argument '${key}'`);
  }
}

/** Throws unless `value` is a boolean; `word` names the option. */
export function checkFlag(caller: string, word: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TypeError(`${caller}: expected ${word} to be a boolean, got ${describeValue(value)}`);
}

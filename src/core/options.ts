/** Checks of options objects. */
import { describeValue } from "./describe.js";

/** Throws unless `options` is an object whose keys are all `allowed`: a misspelt option must not be ignored. */
export function checkOptionNames(caller: string, options: unknown, allowed: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${caller}: expected options as an object, got ${describeValue(options)}${formOf(options, allowed)}`,
    );
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

/** How to write what stands in the options' place, as in torch, where arguments need no name. */
function formOf(value: unknown, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  if (typeof value === "string" && allowed.includes("reduction")) return `; write { reduction: "${value}" }`;
  return `; write { ${allowed.join(", ")} } with those that you need`;
}

/** Throws for more arguments than a function takes: torch may have an option there, which must not be ignored. */
export function checkNoMore(caller: string, rest: readonly unknown[]): void {
  if (rest.length === 0) return;
  const [first] = rest;
  if (typeof first === "object" && first !== null) checkOptionNames(caller, first, []);
  if (first === undefined) return;
  throw new TypeError(`${caller}: expected no further arguments, got ${describeValue(first)}`);
}

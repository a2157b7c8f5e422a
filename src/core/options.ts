/**
 * What users hand over besides tensors: options and lists. A getter, a proxy or an iterator of
 * theirs may answer something else the second time, and may dispose of an operand or replace it
 * when it is asked. So options and lists are taken first, whole and once; operands are looked at
 * afterwards, when no code of the user's can run any more.
 */
import { describeValue } from "./describe.js";

declare const TAKEN: unique symbol;
/**
 * Options that were taken: plain values. Functions that compute ask for these, so that nobody hands
 * them what a user gave.
 */
export type Taken<O> = Readonly<O> & { readonly [TAKEN]: true };

/**
 * The options of a call, each read once. Throws unless `options` is an object whose keys are all
 * among `names`: a misspelt option must not be ignored, nor one that the object inherits.
 */
export function takeOptions<O extends object>(
  caller: string,
  options: O,
  names: readonly (keyof O & string)[],
): Taken<O> {
  checkIsOptions(caller, options, names);
  // A spread takes half the time of a loop (measured: 15 ns for an option or two).
  const taken = { ...options };
  checkOptionNames(caller, taken, names);
  if (Object.getPrototypeOf(options) !== Object.prototype) {
    for (const name of names) if (!Object.hasOwn(taken, name)) taken[name] = options[name];
  }
  return taken as Taken<O>;
}

/** Throws unless `options` is an object whose keys are all `allowed`. */
export function checkOptionNames(caller: string, options: unknown, allowed: readonly string[]): void {
  checkIsOptions(caller, options, allowed);
  for (const key of Object.keys(options)) {
    if (!allowed.includes(key)) {
      const way = formOfKey(key, allowed);
      throw new TypeError(`${caller}() got an unexpected keyword argument '${key}'${way}`);
    }
  }
}

/** The name here of an option that is written as in Python, or those that there are. */
function formOfKey(key: string, allowed: readonly string[]): string {
  const name = key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (name !== key && allowed.includes(name)) return `; write ${name}`;
  return allowed.length === 0 ? "" : `; it takes ${allowed.join(", ")}`;
}

/** A typed array is no options object, and has a key for each of its elements. */
function checkIsOptions(
  caller: string,
  options: unknown,
  allowed: readonly string[],
): asserts options is object {
  const isObject = typeof options === "object" && options !== null;
  if (isObject && !Array.isArray(options) && !ArrayBuffer.isView(options)) return;
  throw new TypeError(
    `${caller}: expected options as an object, got ${describeValue(options)}${formOf(options, allowed)}`,
  );
}

export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

/** Throws unless `value` is a boolean; `word` names the option. */
export function checkFlag(caller: string, word: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TypeError(`${caller}: expected ${word} to be a boolean, got ${describeValue(value)}`);
}

/** The length of an array, read once: a proxy's may be anything. */
export function lengthOf(caller: string, list: readonly unknown[]): number {
  const length: unknown = list.length;
  if (Number.isSafeInteger(length) && (length as number) >= 0) return length as number;
  throw new TypeError(
    `${caller}: expected an array with a length, got one of length ${describeValue(length)}`,
  );
}

/**
 * What `read` makes of the elements of an array, each read once, by index: its iterator may be the
 * user's own. `read` throws at what it does not take, so that a hole ends the reading of a sparse
 * array at once. `checkLength` may refuse the length before.
 */
export function takeList<T>(
  caller: string,
  list: readonly unknown[],
  read: (element: unknown, index: number) => T,
  checkLength?: (length: number) => void,
): T[] {
  const length = lengthOf(caller, list);
  checkLength?.(length);
  const taken: T[] = [];
  for (let i = 0; i < length; i++) taken.push(read(list[i], i));
  return taken;
}

/** How to write what stands in the options' place, as in torch, where arguments need no name. */
function formOf(value: unknown, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  if (typeof value === "string" && allowed.includes("reduction")) return `; write { reduction: "${value}" }`;
  return `; write { ${allowed.join(", ")} } with those that you need`;
}

/**
 * Throws for more arguments than a function takes: torch may have an option there, which must not
 * be ignored.
 */
export function checkNoMore(caller: string, rest: readonly unknown[]): void {
  if (rest.length === 0) return;
  const [first] = rest;
  if (typeof first === "object" && first !== null) checkOptionNames(caller, first, []);
  if (first === undefined) return;
  throw new TypeError(`${caller}: expected no further arguments, got ${describeValue(first)}`);
}

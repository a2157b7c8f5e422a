import { InputError, listed, quoted } from "../../input-error.js";
import { chooseColumn } from "../columns/choose.js";
import type { Line } from "./lines.js";

/** Stands for what Python writes and JSON has not; no text of a file is the same string. */
const MARK = "\u0000lossgrad:";
const WORDS: ReadonlyMap<unknown, number> = new Map([
  [`${MARK}NaN`, NaN],
  [`${MARK}Infinity`, Infinity],
  [`${MARK}-Infinity`, -Infinity],
]);
/** A text, or one of those words outside of a text. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** The value of a line. @throws InputError for what is no JSON */
export function parseLine({ text, number }: Line, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const way = /^\s*\[[^\]]*$/.test(text) ? "; a list over several lines is saved as one value a line" : "";
    const marked = text.replace(TOKEN, (token) =>
      token.startsWith('"') ? token : `"\\u0000lossgrad:${token}"`,
    );
    try {
      if (marked !== text) return JSON.parse(marked);
    } catch {
      // The first error tells of the line as it is.
    }
    throw new InputError(`${path}: line ${number}: not readable as JSON: ${(error as Error).message}${way}`);
  }
}

/** A number, or undefined for what is none. Booleans are 1 and 0. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return WORDS.get(value);
}

/** Whether a number has more digits than float64 has room for. */
export function isOverflow(value: unknown): boolean {
  return value === Infinity || value === -Infinity;
}

/** How a message shows a value. */
export function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" ? "an object" : JSON.stringify(value);
}

/** Takes one field out of the value of each line; of values that are no objects, the value itself. */
export class FieldPicker {
  readonly name: string | undefined;
  #found = false;

  /** `first` is the first line's value, whose fields an error names. */
  constructor(
    private readonly path: string,
    private readonly first: unknown,
    wish: string | undefined,
  ) {
    const names = isObject(first) ? Object.keys(first) : [];
    if (isObject(first)) this.name = wish ?? names[chooseColumn(path, names, undefined)];
    else if (wish !== undefined)
      throw new InputError(`${path}: no column ${quoted(wish)}; the first line has ${shown(first)}`);
  }

  /** The value of the field; null where it is missing. */
  pick(value: unknown, line: number): unknown {
    if (this.name === undefined) return value;
    if (!isObject(value))
      throw new InputError(`${this.path}: line ${line}: expected an object, got ${shown(value)}`);
    const found = fieldOf(value, this.name);
    if (found === undefined) return null;
    this.#found = true;
    return found;
  }

  /** A name that no line has is a mistake, not a column without values. */
  finish(): void {
    if (this.name === undefined || this.#found) return;
    const names = isObject(this.first) ? Object.keys(this.first) : [];
    throw new InputError(`${this.path}: no column ${quoted(this.name)}; the first line has ${listed(names)}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field by its name, or by the names of those that it lies in, with dots. */
function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const outer = name.slice(0, dot);
    if (!Object.hasOwn(value, outer)) continue;
    const found = fieldOf((value as Record<string, unknown>)[outer], name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

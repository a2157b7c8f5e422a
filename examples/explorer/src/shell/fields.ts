/**
 * How a value of a panel is written in a link, and read from one that anybody may have mistyped.
 */

export interface Field<T> {
  readonly initial: T;
  /** Null for what is no such value. */
  parse(text: string): T | null;
  print(value: T): string;
}

export interface Bounds<T = number> {
  readonly min: number;
  readonly max: number;
  readonly initial: T;
}

function parseNumber(text: string, { min, max }: { min: number; max: number }): number | null {
  const value = text.trim() === "" ? NaN : Number(text);
  return value >= min && value <= max ? value : null;
}

export function number(bounds: Bounds): Field<number> {
  return { initial: bounds.initial, parse: (text) => parseNumber(text, bounds), print: String };
}

export function integer(bounds: Bounds): Field<number> {
  const parse = (text: string): number | null => {
    const value = parseNumber(text, bounds);
    return value !== null && Number.isInteger(value) ? value : null;
  };
  return { initial: bounds.initial, parse, print: String };
}

/** Exactly as many numbers as `initial` has. */
export function numbers(bounds: Bounds<readonly number[]>): Field<readonly number[]> {
  const parse = (text: string): number[] | null => {
    const values = text.split(",").map((part) => parseNumber(part, bounds));
    const complete = values.filter((value) => value !== null);
    return complete.length === values.length && values.length === bounds.initial.length ? complete : null;
  };
  return { initial: bounds.initial, parse, print: (values) => values.join(",") };
}

export function oneOf<T extends string>(options: readonly T[], initial: T): Field<T> {
  return { initial, parse: (text) => options.find((option) => option === text) ?? null, print: String };
}

export function flag(initial: boolean): Field<boolean> {
  const values: Partial<Record<string, boolean>> = { "1": true, "0": false };
  return { initial, parse: (text) => values[text] ?? null, print: (value) => (value ? "1" : "0") };
}

/** Any text of at most so many characters. */
export function text(most: number): Field<string> {
  return { initial: "", parse: (value) => (value.length <= most ? value : null), print: String };
}

/** Some of the options, in their order; none, if that is asked for. */
export function someOf<T extends string>(
  options: readonly T[],
  initial: readonly T[],
  { none = false } = {},
): Field<readonly T[]> {
  const parse = (text: string): T[] | null => {
    if (none && text === "") return [];
    const words = text.split(",");
    const known = options.filter((option) => words.includes(option));
    return known.length === new Set(words).size ? known : null;
  };
  return { initial, parse, print: (values) => values.join(",") };
}

/** Rows of a fixed number of numbers, such as `3:1.5:2~7:0:4`; at most `most` of them. */
export function rows(bounds: {
  most: number;
  ranges: readonly (readonly [number, number])[];
}): Field<readonly (readonly number[])[]> {
  const { most, ranges } = bounds;
  const parseRow = (text: string): number[] | null => {
    const cells = text.split(":");
    const values = ranges.map(([min, max], i) => parseNumber(cells[i] ?? "", { min, max }));
    const complete = values.filter((value) => value !== null);
    return cells.length === ranges.length && complete.length === ranges.length ? complete : null;
  };
  const parse = (text: string): number[][] | null => {
    const all = text.split("~").map(parseRow);
    const complete = all.filter((row) => row !== null);
    return complete.length === all.length && all.length <= most ? complete : null;
  };
  return { initial: [], parse, print: (values) => values.map((row) => row.join(":")).join("~") };
}

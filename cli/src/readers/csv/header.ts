import { InputError, listed, quoted } from "../../input-error.js";
import { isMissing, optionsFor, PLAIN, toNumber, type NumberFormat } from "./number-format.js";

/** Whether the first row names the columns: said by the user, or told from the row. */
export const headerChoices = ["auto", "yes", "no"] as const;
export type HeaderChoice = (typeof headerChoices)[number];

/** What the first row says: the column to read, its name, and whether the row is data itself. */
export interface Heading {
  index: number;
  name: string;
  isData: boolean;
  width: number;
  /** What was decided for the user and could have been meant otherwise. */
  notes: string[];
}

interface Wish {
  header: HeaderChoice;
  column?: string;
  format: NumberFormat;
}

/** Reads the first row of a table. @throws InputError where it leaves open what to read */
export function readHeading(row: string[], wish: Wish, path: string): Heading {
  const kind = wish.header === "auto" ? kindOfRow(row, wish.format, path) : wish.header;
  const notes: string[] = [];
  if (kind === "pandas" && row[0] !== "") {
    const way = "--header no reads it as data";
    notes.push(`the first line, ${quoted(row.join(","))}, is read as a header as pandas writes it; ${way}`);
  }
  const names = kind === "no" ? undefined : row;
  const index = findColumn(names, row.length, wish.column, path, notes);
  return { index, name: names ? names[index] : String(index + 1), isData: !names, width: row.length, notes };
}

/**
 * A row of numbers is data. There is one exception: pandas names columns without a name 0, 1, 2, …,
 * and writes nothing above an index. Where a blank leaves it open whether numbers are names, we
 * ask.
 */
function kindOfRow(row: string[], format: NumberFormat, path: string): "yes" | "no" | "pandas" {
  const afterIndex = row.length > 1 && row[0] === "" ? row.slice(1) : row;
  if (afterIndex.every((cell, i) => cell === String(i))) return "pandas";
  if (!row.every((cell) => isMissing(cell) || looksNumeric(cell, format))) return "yes";
  if (row.some((cell) => cell !== "") && row.includes("")) {
    const way = "--header yes if these are names, --header no if they are data";
    throw new InputError(`${path}: expected names or numbers in the first line, got ${listed(row)}; ${way}`);
  }
  return row.every((cell) => cell === "") ? "yes" : "no";
}

/**
 * A number in this format, or in another: then it is no name either, and its cell tells the
 * option.
 */
function looksNumeric(cell: string, format: NumberFormat): boolean {
  return (
    toNumber(cell, format) !== undefined || toNumber(cell, PLAIN) !== undefined || optionsFor(cell).length > 0
  );
}

function findColumn(
  names: string[] | undefined,
  width: number,
  column: string | undefined,
  path: string,
  notes: string[],
): number {
  if (column !== undefined) return findNamed(names, width, column, path);
  if (width === 1) return 0;
  if (!names)
    throw new InputError(`${path}: expected one column, got ${width} without a header; ${byPlace(width)}`);
  const named = names.filter((name) => !isIndexName(name));
  if (isIndexName(names[0]) && width === 2 && named.length === 1) {
    notes.push(`the first column has no name and is taken for an index; column ${quoted(names[1])} is read`);
    return 1;
  }
  const unnamed = named.length < width ? ` and ${width - named.length} without a name` : "";
  const found = named.length > 0 ? `${listed(named)}${unnamed}` : `${width} without a name`;
  const way = named.length > 0 ? "choose one with --column" : byPlace(width);
  throw new InputError(`${path}: expected one column, got ${width}: ${found}; ${way}`);
}

/** What pandas writes above an index: nothing, and this when it has read that back. */
function isIndexName(name: string): boolean {
  return name === "" || /^Unnamed: \d+$/.test(name);
}

function byPlace(width: number): string {
  return `choose one by its place with --column, from "#1" to "#${width}"`;
}

function findNamed(names: string[] | undefined, width: number, column: string, path: string): number {
  const index = names?.indexOf(column) ?? -1;
  if (names && index >= 0) {
    if (!names.includes(column, index + 1)) return index;
    const way = `choose one by its place, such as --column "#${index + 1}"`;
    throw new InputError(`${path}: expected one column ${quoted(column)}, got several of that name; ${way}`);
  }
  const place = /^#(\d{1,9})$/.exec(column)?.[1];
  if (place !== undefined && Number(place) >= 1 && Number(place) <= width) return Number(place) - 1;
  const found = names ? `the header has ${listed(names)}` : `there is no header; ${byPlace(width)}`;
  throw new InputError(`${path}: no column ${quoted(column)}; ${found}`);
}

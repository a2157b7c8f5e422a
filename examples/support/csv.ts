import { CsvError, parse } from "csv-parse/sync";
import { InputError } from "./input-error.js";

/** A decimal number, or what numpy writes for the values that have no digits. */
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const special = /^([+-]?)(nan|inf|infinity)$/i;

/**
 * Reads one column of numbers from CSV text.
 *
 * A first line of numbers only is data, not a header. `column` may be left out where there is only one.
 * `path` names the file in errors, which also tell the line and the column.
 */
export function readColumn(text: string, path: string, column?: string): Float64Array {
  const values: number[] = [];
  let index = -1;
  let name = "";
  const takeRow = (row: string[], line: number) => {
    if (index < 0) {
      const header = row.every((cell) => toNumber(cell) !== undefined) ? undefined : row;
      index = findColumn(header, row.length, path, column);
      name = header ? header[index] : "1";
      if (header) return;
    }
    values.push(readCell(row[index], path, line, name));
  };
  try {
    parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      on_record: (row: string[], { lines }) => (takeRow(row, lines), null),
    });
  } catch (error) {
    if (error instanceof CsvError) throw new InputError(`${path}: not readable as CSV: ${error.message}`);
    throw error;
  }
  if (index < 0) throw new InputError(`${path}: the file is empty; expected a column of numbers`);
  if (values.length === 0) throw new InputError(`${path}: there is a header but no row under it`);
  return Float64Array.from(values);
}

function findColumn(header: string[] | undefined, width: number, path: string, column?: string): number {
  if (column === undefined) {
    if (width === 1) return 0;
    const choice = header
      ? `choose one of ${header.join(", ")} with --column`
      : "and no header to choose one by";
    throw new InputError(`${path}: ${width} columns, ${choice}`);
  }
  const index = header?.indexOf(column) ?? -1;
  if (index >= 0) return index;
  const found = header ? `the header has ${header.join(", ")}` : "there is no header";
  throw new InputError(`${path}: no column "${column}"; ${found}`);
}

function readCell(cell: string, path: string, line: number, column: string): number {
  const value = toNumber(cell);
  if (value !== undefined) return value;
  const found = cell === "" ? "nothing" : `"${cell}"`;
  throw new InputError(`${path}: line ${line}, column ${column}: expected a number, got ${found}`);
}

function toNumber(cell: string): number | undefined {
  if (number.test(cell)) return Number(cell);
  const match = special.exec(cell);
  if (!match) return undefined;
  if (match[2].toLowerCase() === "nan") return NaN;
  return match[1] === "-" ? -Infinity : Infinity;
}

/** How tables are written: options that may be given twice, for the predictions and the targets. */
import type { Command } from "commander";
import { quoted, UsageError } from "../input-error.js";
import type { CsvOptions } from "../readers/csv/column.js";
import { headerChoices } from "../readers/csv/header.js";
import { isEncoding } from "../readers/csv/text.js";

const OPTIONS = {
  header: ["whether", "yes, no, or auto: a first line of numbers is data, of names a header"],
  delimiter: [
    "mark",
    'what divides cells, such as ";" or tab; otherwise a comma, or a tab in a file named .tsv',
  ],
  decimal: ["mark", 'what stands before decimals: "." or ","; otherwise a point'],
  thousands: ["mark", "what stands between groups of three digits; otherwise nothing"],
  comment: ["mark", 'what lines begin with that are no data, such as "#"'],
  encoding: ["name", "of the text, such as windows-1252; otherwise by its byte order mark, or UTF-8"],
} as const;

/** The texts of each option, as they were given. */
export type GivenCsvOptions = Partial<Record<keyof typeof OPTIONS, string[]>>;
export const CSV_OPTIONS = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];

/** For options that may be given more than once. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

export function addCsvOptions(command: Command): void {
  command.optionsGroup(
    "Options of CSV, which may be given twice: first for the predictions, then for the targets:",
  );
  for (const [name, [value, help]] of Object.entries(OPTIONS))
    command.option(`--${name} <${value}>`, help, collect);
}

/** How one of the files is written. @throws UsageError for a mark or a name that there is not */
export function readCsvOptions(given: GivenCsvOptions, at: 0 | -1): { csv: CsvOptions; encoding?: string } {
  const text = (name: keyof typeof OPTIONS): string | undefined => given[name]?.at(at);
  const decimal = oneOf("decimal", text("decimal"), [".", ","]) ?? ".";
  const thousands = oneOf("thousands", text("thousands"), [",", ".", " ", "'", "_", ""]) ?? "";
  if (decimal === thousands) {
    const way = decimal === "," ? "a decimal comma" : 'a decimal point, which --decimal "," changes';
    throw new UsageError(
      `--thousands: expected another mark than --decimal, got ${quoted(thousands)}, ${way}`,
    );
  }
  const encoding = text("encoding");
  if (encoding !== undefined && !isEncoding(encoding)) {
    throw new UsageError(
      `--encoding: expected a name such as utf-16le or windows-1252, got ${quoted(encoding)}`,
    );
  }
  const csv = {
    header: oneOf("header", text("header"), headerChoices),
    delimiter: delimiterOf(text("delimiter")),
    comment: mark("comment", text("comment")),
    format: { decimal, thousands },
  };
  return { csv, encoding };
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  const shown = choices.map((one) => (/^\w+$/.test(one) ? one : `"${one}"`)).join(", ");
  throw new UsageError(`--${name}: expected one of ${shown}, got ${quoted(value)}`);
}

function delimiterOf(value: string | undefined): string | undefined {
  return value === "tab" || value === "\\t" ? "\t" : mark("delimiter", value);
}

/** A mark that cannot be taken for a part of a number, of a quote, or of a line's end. */
function mark(name: string, value: string | undefined): string | undefined {
  if (value === undefined || /^[^\d"\r\n+-]{1,8}$/.test(value)) return value;
  throw new UsageError(`--${name}: expected a mark such as ";" or "#", got ${quoted(value)}`);
}

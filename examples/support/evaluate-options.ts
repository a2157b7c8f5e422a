import { parseArgs } from "node:util";
import type { PairOptions } from "./dataset.js";
import { floatDtypes, type FloatDtype } from "./float-dtypes.js";
import { InputError, quoted } from "../../cli/src/input-error.js";
import { headerChoices } from "../../cli/src/readers/csv/header.js";
import { WAIT_SECONDS, type ReadOptions } from "./readers/file.js";
import { isEncoding } from "../../cli/src/readers/csv/text.js";

interface OptionRow {
  type: "string" | "boolean";
  /** What stands for the value in the help. */
  value?: string;
  /** Whether it may be given twice: first for the predictions, then for the targets. */
  perFile?: boolean;
  /** The only kind of file that it is for. */
  kind?: "CSV" | ".npz";
  help: string;
}

const missingChoices = ["refuse", "skip"] as const;

/** All options: the parser, the help, and the errors are made from this table. */
export const optionRows = {
  column: { type: "string", value: "NAME", perFile: true, kind: "CSV", help: 'the column to read, or its place, such as "#2"' },
  header: { type: "string", value: "WHETHER", perFile: true, kind: "CSV", help: "yes, no, or auto: a first line of numbers is data, of names a header" },
  delimiter: { type: "string", value: "MARK", perFile: true, kind: "CSV", help: 'what divides cells, such as ";" or tab; otherwise a comma' },
  decimal: { type: "string", value: "MARK", perFile: true, kind: "CSV", help: 'what stands before decimals: "." or ","; otherwise a point' },
  thousands: { type: "string", value: "MARK", perFile: true, kind: "CSV", help: "what stands between groups of three digits; otherwise nothing" },
  comment: { type: "string", value: "MARK", perFile: true, kind: "CSV", help: 'what lines begin with that are no data, such as "#"' },
  encoding: { type: "string", value: "NAME", perFile: true, kind: "CSV", help: "of the text, such as windows-1252; otherwise by its byte order mark, or UTF-8" },
  missing: { type: "string", value: "HOW", kind: "CSV", help: "skip leaves out pairs with an empty cell, NA or null, and counts them; otherwise refuse" },
  array: { type: "string", value: "NAME", perFile: true, kind: ".npz", help: "the array to read from an .npz that has several" },
  wait: { type: "string", value: "SECONDS", help: `how long a pipe may bring nothing; otherwise ${WAIT_SECONDS}` },
  dtype: { type: "string", value: "DTYPE", help: `${floatDtypes.join(", ")}; otherwise float32 for CSV and an .npy's own` },
  help: { type: "boolean", help: "this text" },
} as const satisfies Record<string, OptionRow>; // prettier-ignore

type OptionName = keyof typeof optionRows;
const rows = Object.entries(optionRows) as [OptionName, OptionRow][];

export const usage = `Usage: npm start -- [options] [predictions targets]

Evaluates predictions against targets, two files of equal shape, with every loss and reduction.
Without files: tomorrow's temperature in Seattle forecast by today's.

A file is CSV, or numpy's .npy or .npz; also compressed by gzip, and from a pipe.

Options:
${rows.map(([name, { value = "", help }]) => `  ${`--${name} ${value}`.padEnd(19)} ${help}`).join("\n")}

Options of how to read a file may be given twice: first for the predictions, then for the targets.
docs/evaluate.md says more, with examples.`;

export interface Request {
  help: boolean;
  paths: string[];
  options: PairOptions;
}

type Values = Partial<Record<OptionName, (string | boolean)[]>>;

/** Reads the command line. @throws InputError that names what is wrong, and what there is */
export function parseOptions(args: string[]): Request {
  const { values, positionals } = parse(args);
  const text = (name: OptionName) => (values[name] ?? []) as string[];
  for (const [name, { perFile }] of rows) {
    const most = perFile ? 2 : 1;
    if (name !== "help" && text(name).length > most) {
      const once = perFile ? "at most twice, once for each file" : "at most once";
      throw new InputError(`--${name}: expected it ${once}, got it ${text(name).length} times`);
    }
  }
  const wait = text("wait").at(0);
  if (wait !== undefined && !(Number(wait) > 0 && Number(wait) <= 86400)) {
    throw new InputError(`--wait: expected seconds, above 0 and up to 86400, got ${quoted(wait)}`);
  }
  const shared = {
    keepMissing: oneOf("missing", text("missing").at(0), missingChoices) === "skip",
    waitSeconds: wait === undefined ? undefined : Number(wait),
  };
  const given = (kind: string) =>
    rows.filter(([name, row]) => row.kind === kind && name in values).map(([name]) => `--${name}`);
  return {
    help: values.help !== undefined,
    paths: positionals,
    options: {
      dtype: oneOf("dtype", text("dtype").at(0), floatDtypes) satisfies FloatDtype | undefined,
      predictions: readOptions((name) => text(name).at(0), shared),
      targets: readOptions((name) => text(name).at(-1), shared),
      asked: { CSV: given("CSV"), ".npz": given(".npz") },
    },
  };
}

function parse(args: string[]): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(rows.map(([name, { type }]) => [name, { type, multiple: true }]));
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== "option" || Object.hasOwn(options, token.name)) continue;
    const known = rows.map(([name]) => `--${name}`).join(", ");
    throw new InputError(`expected one of the options ${known}, got ${quoted(token.rawName)}`);
  }
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    // An option that lacks its value, or has one that it does not take.
    throw new InputError((error as Error).message.replace(/\s+/g, " "));
  }
}

function readOptions(
  text: (name: OptionName) => string | undefined,
  { keepMissing, waitSeconds }: { keepMissing: boolean; waitSeconds: number | undefined },
): ReadOptions {
  const decimal = oneOf("decimal", text("decimal"), [".", ","]) ?? ".";
  const thousands = oneOf("thousands", text("thousands"), [",", ".", " ", "'", "_", ""]) ?? "";
  if (decimal === thousands) {
    const way = decimal === "," ? "a decimal comma" : 'a decimal point, which --decimal "," changes';
    throw new InputError(
      `--thousands: expected another mark than --decimal, got ${quoted(thousands)}, ${way}`,
    );
  }
  const encoding = text("encoding");
  if (encoding !== undefined && !isEncoding(encoding)) {
    throw new InputError(
      `--encoding: expected a name such as utf-16le or windows-1252, got ${quoted(encoding)}`,
    );
  }
  return {
    csv: {
      column: text("column"),
      header: oneOf("header", text("header"), headerChoices),
      delimiter: delimiterOf(text("delimiter")),
      comment: mark("comment", text("comment")),
      format: { decimal, thousands },
      keepMissing,
    },
    encoding,
    array: text("array"),
    waitSeconds,
  };
}

function oneOf<T extends string>(
  name: OptionName,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  const shown = choices.map((one) => (/^\w+$/.test(one) ? one : `"${one}"`)).join(", ");
  throw new InputError(`--${name}: expected one of ${shown}, got ${quoted(value)}`);
}

function delimiterOf(value: string | undefined): string | undefined {
  return value === "tab" || value === "\\t" ? "\t" : mark("delimiter", value);
}

/** A mark that cannot be taken for a part of a number, of a quote, or of a line's end. */
function mark(name: OptionName, value: string | undefined): string | undefined {
  if (value === undefined || /^[^\d"\r\n+-]{1,8}$/.test(value)) return value;
  throw new InputError(`--${name}: expected a mark such as ";" or "#", got ${quoted(value)}`);
}

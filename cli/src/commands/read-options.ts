/** How files are read: options that may be given twice, for the predictions and the targets. */
import { type Command, InvalidArgumentError } from "commander";
import { listed, UsageError } from "../input-error.js";
import { DTYPES } from "../readers/dtypes.js";
import type { ReadOptions } from "../readers/open.js";
import { WAIT_SECONDS } from "../sources/file.js";
import { addCsvOptions, collect, CSV_OPTIONS, type GivenCsvOptions, readCsvOptions } from "./csv-options.js";

export interface GivenReadOptions extends GivenCsvOptions {
  prediction?: string;
  target?: string;
  column?: string[];
  tensor?: string[];
  array?: string[];
  raw?: string[];
  wait?: number;
}

/** The formats that have use for an option; where there is none, all tables have. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  array: ["npz"],
  tensor: ["safetensors"],
  raw: ["raw"],
  ...Object.fromEntries(CSV_OPTIONS.map((name) => [name, ["csv"]])),
  encoding: ["csv", "jsonl"],
};
/** Options that may be given twice, first for the predictions, then for the targets. */
const TWICE = ["column", "tensor", "array", "raw", ...CSV_OPTIONS] as const;
/** Formats without columns. */
const NO_TABLES = ["npy", "npz", "safetensors", "raw", "png", "jpeg"];
/** Those among them that name an array of a file. */
const NAMES = ["column", "tensor", "array"] as const;
/** What else names the array that is read for a role. */
const NAMED_BY = {
  prediction: "prediction",
  target: "target",
  weight: "weightColumn",
  mask: "maskColumn",
  by: "by",
} as const;
/** Formats that have one array, without a name. */
const NAMELESS = ["npy", "raw", "png", "jpeg"];

export function addReadOptions(command: Command): void {
  command
    .option("--prediction <column>", "of one table of both: the column, or the tensor, of the predictions")
    .option("--target <column>", "and that of the targets")
    .option("--weight-column <name>", "the column of the weights, of --weight or of the predictions' file")
    .option("--mask-column <name>", "the column of the mask, of --mask or of the predictions' file");
  addFileOptions(command);
}

/** Those of files that have one array each. */
export function addFileOptions(command: Command): void {
  command
    .option("--column <name>", 'the column to read, or its place, such as "#2"; may be given twice', collect)
    .option("--array <name>", "the array of an npz; may be given twice", collect)
    .option("--tensor <name>", "the tensor of a safetensors file; may be given twice", collect)
    .option(
      "--raw <dtype>",
      `read files without a header as elements of ${Object.keys(DTYPES).join(", ")}; may be given twice`,
      collect,
    )
    .option("--wait <seconds>", `how long a pipe may bring nothing; otherwise ${WAIT_SECONDS}`, seconds);
  addCsvOptions(command);
}

const DAY = 86_400;

function seconds(value: string): number {
  const count = /^[\d.]{1,9}$/.test(value) ? Number(value) : NaN;
  if (count > 0 && count <= DAY) return count;
  throw new InvalidArgumentError(`Expected seconds, above 0 and up to ${DAY}.`);
}

/** How to read the predictions and the targets. @throws UsageError */
export function readOptionsOf(given: GivenReadOptions, keepMissing: boolean): [ReadOptions, ReadOptions] {
  for (const name of TWICE) {
    const times = given[name]?.length ?? 0;
    if (times > 2)
      throw new UsageError(`--${name}: expected it at most twice, once for each file, got it ${times} times`);
  }
  checkNamedOnce(given);
  const how = (name: string | undefined, at: 0 | -1): ReadOptions => {
    const { csv, encoding } = readCsvOptions(given, at);
    const [column, tensor, array] = NAMES.map((kind) => name ?? given[kind]?.at(at));
    const raw = given.raw?.at(at);
    return { column, tensor, array, raw, csv, keepMissing, encoding, waitSeconds: given.wait };
  };
  return [how(given.prediction, 0), how(given.target, -1)];
}

/** What --prediction or --target names is named by no other option. */
function checkNamedOnce(given: GivenReadOptions): void {
  const sides = (["prediction", "target"] as const).filter((side) => given[side] !== undefined);
  for (const name of NAMES) {
    if ((given[name]?.length ?? 0) <= 2 - sides.length) continue;
    const words = sides.map((side) => `--${side}`).join(" and ");
    throw new UsageError(
      `--${name}: expected no other name than that of ${words}, got ${listed(given[name]!)}`,
    );
  }
}

/** The formats of the files, by what they are read for. */
export type Formats = Readonly<Partial<Record<keyof typeof NAMED_BY, readonly string[]>>>;

/**
 * An option that no file has use for is a misunderstanding.
 *
 * @throws UsageError that names it, and the formats of the files
 */
export function checkUsed(given: GivenReadOptions, formats: Formats): void {
  for (const name of TWICE) {
    const count = given[name]?.length ?? 0;
    for (let at = 0; at < count; at++) {
      const asked = formatsFor(name, given, formats, count === 1 ? null : at);
      if (asked.some((format) => hasUse(name, format))) continue;
      const users = Object.hasOwn(FORMATS, name) ? `a file of ${FORMATS[name].join(" or ")}` : "a table";
      throw new UsageError(`--${name}: expected ${users}, got ${[...new Set(asked)].join(" and ")}`);
    }
  }
  for (const role of Object.keys(formats) as (keyof Formats)[]) {
    const option = NAMED_BY[role];
    if ((given as Readonly<Record<string, unknown>>)[option] === undefined) continue;
    if (!formats[role]!.every((format) => NAMELESS.includes(format))) continue;
    const flag = option.replace("Column", "-column");
    throw new UsageError(
      `--${flag}: expected a file of several columns or arrays, got ${formats[role]!.join(" and ")}`,
    );
  }
}

function hasUse(name: string, format: string): boolean {
  return Object.hasOwn(FORMATS, name) ? FORMATS[name].includes(format) : !NO_TABLES.includes(format);
}

/** The formats of the files that an option is for: all, or if it is given twice those of one side. */
function formatsFor(
  name: (typeof TWICE)[number],
  given: GivenReadOptions,
  formats: Formats,
  side: number | null,
): string[] {
  const isName = (NAMES as readonly string[]).includes(name);
  return Object.entries(formats).flatMap(([role, found]) => {
    const isSide = role === "prediction" || role === "target";
    if (isName && !(isSide && given[role] === undefined)) return [];
    if (side !== null && (role === "target") !== (side === 1)) return [];
    return found;
  });
}

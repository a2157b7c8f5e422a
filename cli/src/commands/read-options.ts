/** How files are read: options that may be given twice, for the predictions and the targets. */
import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../input-error.js";
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
/** Formats without columns. */
const NO_TABLES = ["npy", "npz", "safetensors", "raw", "png", "jpeg"];
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
  for (const name of ["column", "tensor", "array", "raw", ...CSV_OPTIONS] as const) {
    const times = given[name]?.length ?? 0;
    if (times > 2)
      throw new UsageError(`--${name}: expected it at most twice, once for each file, got it ${times} times`);
  }
  const how = (name: string | undefined, at: 0 | -1): ReadOptions => {
    const { csv, encoding } = readCsvOptions(given, at);
    const [column, tensor, array] = (["column", "tensor", "array"] as const).map(
      (kind) => name ?? given[kind]?.at(at),
    );
    const raw = given.raw?.at(at);
    return { column, tensor, array, raw, csv, keepMissing, encoding, waitSeconds: given.wait };
  };
  return [how(given.prediction, 0), how(given.target, -1)];
}

/**
 * An option that no file has use for is a misunderstanding.
 *
 * @throws UsageError that names it, and the formats of the files
 */
export function checkUsed(given: GivenReadOptions, formats: readonly string[]): void {
  const found = [...new Set(formats)].join(" and ");
  for (const [name, users] of Object.entries(FORMATS)) {
    if (given[name as keyof GivenReadOptions] === undefined) continue;
    if (formats.some((format) => users.includes(format))) continue;
    throw new UsageError(`--${name}: expected a file of ${users.join(" or ")}, got ${found}`);
  }
  if (given.column !== undefined && formats.every((format) => NO_TABLES.includes(format)))
    throw new UsageError(`--column: expected a table, got ${found}`);
  for (const name of ["prediction", "target"] as const) {
    if (given[name] === undefined || !formats.every((format) => NAMELESS.includes(format))) continue;
    throw new UsageError(`--${name}: expected a file of several columns or arrays, got ${found}`);
  }
}

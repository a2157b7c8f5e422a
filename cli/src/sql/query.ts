/**
 * The query that computes the state of an evaluation where the data lie. Sums are exact: each number
 * is a whole number of 53 bits times a power of two, and whole numbers add up by exponents, in
 * whatever order rows, threads and machines come.
 */
import { Metrics, type MetricsJSON } from "lossgrad/metrics";
import { metricsOf } from "../evaluation/metrics.js";
import type { Shard } from "../evaluation/shard.js";
import type { Request } from "../evaluation/tally.js";
import { UsageError } from "../input-error.js";
import { identifier, textLiteral } from "./names.js";
import { Columns, SqlNumber } from "./number.js";
import { termsOf } from "./terms.js";

export const FORMAT = "lossgrad clickhouse";
export const VERSION = 1;

export const ROLES = ["prediction", "target", "weight", "mask", "by"] as const;
export type Role = (typeof ROLES)[number];
/** The columns of the table by what they are to the evaluation. */
export interface RoleNames extends Readonly<Partial<Record<Role, string>>> {
  readonly prediction: string;
  readonly target: string;
  /** The column that numbers the rows from 0. */
  readonly place?: string;
}

/** What a query says of itself in its result. */
export interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly options: Omit<Request, "asked"> & {
    readonly losses: readonly string[];
    readonly metrics: readonly string[];
  };
  readonly names: RoleNames;
  readonly shard: Shard;
  /** What each entry of a group's list is. */
  readonly entries: readonly string[];
}

/** Where the columns are. */
export interface Source {
  readonly names: RoleNames;
  /** What stands behind FROM. */
  readonly from: string;
  readonly shard: Shard;
}

/** The metrics without elements, which say what has to be added up. */
export function emptyState({ asked, nan }: Request): MetricsJSON {
  return new Metrics(metricsOf(asked, { nan })).toJSON();
}

/** @throws UsageError for what a query cannot compute */
export function queryOf(request: Request, { names, from, shard }: Source): string {
  const columns = new Columns();
  const entries = entriesOf(request, names, columns);
  const { asked, ...options } = request;
  const header: Header = {
    format: FORMAT,
    version: VERSION,
    options: { losses: asked.losses, metrics: asked.metrics, ...options },
    names,
    shard,
    entries: Object.keys(entries),
  };
  const levels = [...rowLevels(request, names), ...columns.levels];
  const rows = levels.reduce(
    (inner, level) => `SELECT *,\n  ${level.join(",\n  ")}\nFROM (\n${inner}\n)`,
    readFrom(names, from),
  );
  return `SELECT ${textLiteral(JSON.stringify(header))} AS lossgrad, groupArray(entries) AS states
FROM (
SELECT [
  ${Object.values(entries).join(",\n  ")}
] AS entries
FROM (
${rows}
)${names.by === undefined ? "" : "\nGROUP BY label"}
)
FORMAT JSONEachRow
`;
}

/** The columns themselves, by names of the query's own, which no column of the table can take. */
function readFrom(names: RoleNames, from: string): string {
  const columns = (Object.entries(names) as [string, string][]).map(
    ([role, name]) => `source.${identifier(name)} AS ${role}_column`,
  );
  return `SELECT ${columns.join(", ")} FROM ${from} AS source`;
}

/** The numbers of each row, and what is known of it: each level is made of what is below. */
function rowLevels({ nan }: Request, names: RoleNames): string[][] {
  const { weight, mask, by, place } = names;
  const roles = ["prediction", "target", ...(weight === undefined ? [] : ["weight"])];
  const types = ROLES.filter((role) => names[role] !== undefined);
  return [
    [
      ...types.map((role) => `toTypeName(${role}_column) AS ${role}_type`),
      ...roles.map((role) => `isNull(${role}_column) AS ${role}_missing`),
      ...roles.map((role) => `ifNull(toFloat64(${role}_column), nan) AS ${role}`),
      ...(mask === undefined ? [] : ["ifNull(toFloat64(mask_column), nan) AS mask"]),
      ...(by === undefined ? [] : ["toString(by_column) AS label"]),
      ...(place === undefined ? [] : ["ifNull(toInt64(place_column), -1) AS place"]),
    ],
    [
      ...roles.map(
        (role) => `ifNull(${role} != ${role}_column, 0) AND NOT isNaN(${role}) AS ${role}_rounded`,
      ),
      `${mask === undefined ? "1" : "mask != 0"} AS held`,
      `${roles.map((role) => `isNaN(${role})`).join(" OR ")} AS is_nan`,
    ],
    ["held AND is_nan AS has_nan", `held${nan === "propagate" ? "" : " AND NOT is_nan"} AS kept`],
  ];
}

/** What is told of each group, or of all, as expressions of texts. */
function entriesOf(request: Request, names: RoleNames, columns: Columns): Record<string, string> {
  const [{ sums, maximum, histogram }] = emptyState(request).outputs;
  const number = (text: string): SqlNumber => new SqlNumber(columns, text);
  const [prediction, target] = [number("prediction"), number("target")];
  const weight = names.weight === undefined ? null : number("weight");
  const row = { prediction, target, weight, difference: prediction.sub(target) };
  const error = row.difference.abs().text;
  const entries: Record<string, string> = { rows: "toString(count())" };
  for (const role of ROLES) {
    if (names[role] === undefined) continue;
    entries[`${role} type`] = `any(${role}_type)`;
    if (role === "mask" || role === "by") continue;
    for (const what of ["missing", "rounded"])
      entries[`${role} ${what}`] = `toString(countIf(${role}_${what}))`;
  }
  entries.masked = "toString(countIf(NOT held))";
  entries.nan = "toString(countIf(has_nan))";
  if (names.mask !== undefined) entries["neither 0 nor 1"] = "toString(countIf(NOT (mask IN (0, 1))))";
  if (names.by !== undefined) entries.group = "label";
  if (weight) entries["sum weights 0"] = sumOf("weight", columns);
  for (const key of Object.keys(sums))
    termsOf(key, row, request.asked.made, columns).forEach(({ text }, i) => {
      entries[`sum ${key} ${i}`] = sumOf(text, columns);
    });
  if (histogram) {
    if (weight)
      throw new UsageError(
        "--weight-column: expected no quantiles beside weights, which a query does not count; leave out median and q…",
      );
    entries.histogram = histogramOf(error, columns);
  }
  if (maximum) Object.assign(entries, maximumOf(error, columns));
  if (names.place !== undefined) Object.assign(entries, placesOf(request, error, columns));
  return entries;
}

/**
 * An exact sum: to each exponent's bits (1 for those of subnormal numbers) the sum of the whole
 * numbers that have it; and how many numbers are Infinity (2047), -Infinity (2048) and NaN (2049).
 */
function sumOf(number: string, columns: Columns): string {
  const bits = columns.define(`reinterpretAsUInt64(${number})`);
  const exponent = columns.define(`toUInt16(bitAnd(bitShiftRight(${bits}, 52), 2047))`);
  const key = columns.define(
    `multiIf(${exponent} < 2047, greatest(${exponent}, 1), isNaN(${number}), 2049, ${number} > 0, 2047, 2048)`,
  );
  const digits = `bitAnd(${bits}, 4503599627370495) + if(${exponent} = 0, 0, 4503599627370496)`;
  const whole = columns.define(`if(${exponent} = 2047, 1, if(${number} < 0, -1, 1) * toInt128(${digits}))`);
  return `toString(sumMapIf(map(toUInt16(${key}), toInt128(${whole})), kept))`;
}

/** How many numbers each bucket has, by the upper bits, as the sketch of quantiles counts them. */
function histogramOf(error: string, columns: Columns): string {
  const bucket = columns.define(
    `if(isNaN(${error}), 262080, toUInt32(bitShiftRight(reinterpretAsUInt64(${error}), 45)))`,
  );
  return `toString(sumMapIf(map(toUInt32(${bucket}), toUInt64(1)), kept))`;
}

/** The bits of the largest error, and how many errors are NaN. */
function maximumOf(error: string, columns: Columns): Record<string, string> {
  const isNumber = columns.define(`kept AND NOT isNaN(${error})`);
  return {
    maximum: `toString(reinterpretAsUInt64(maxIf(${error}, ${isNumber})))`,
    "errors that are NaN": `toString(countIf(kept AND isNaN(${error})))`,
  };
}

/** The places of the largest errors: NaN first, and of equal ones the first row. */
function placesOf({ worst }: Request, error: string, columns: Columns): Record<string, string> {
  const size = columns.define(`if(isNaN(${error}), 0., -${error})`);
  const pair = `(NOT isNaN(${error}), ${size}, place, reinterpretAsUInt64(prediction), reinterpretAsUInt64(target))`;
  const largest = `groupArraySortedIf(${Math.max(worst, 1)})(${pair}, kept)`;
  return {
    "first rows": "toString(countIf(place = 0))",
    "rows without a place": "toString(countIf(place < 0))",
    worst: `toString(arrayMap(one -> (one.3, one.4, one.5), ${largest}))`,
  };
}

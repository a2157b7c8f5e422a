import Table from "cli-table3";
import type { Result, WorstPair } from "../evaluation/result.js";
import { visible } from "../input-error.js";
import { bracketed } from "../readers/reader.js";
import { digits } from "./numbers.js";

/** A table: of names in its first column and numbers in the others, unless `numbers` says which. */
export interface Rows {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The columns that are aligned at the right. */
  readonly numbers?: readonly number[];
}

/** The table in lines of characters. */
export function drawn({ head, rows, numbers }: Rows): string {
  const table = new Table({
    head: head.map(visible),
    colAligns: head.map((_, i) => ((numbers ? numbers.includes(i) : i > 0) ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => row.map(visible)));
  return table.toString();
}

/** The metrics, or those of each output. */
export function metricTable({ results, counts }: Result): Rows {
  if (!Array.isArray(counts)) {
    const rows = Object.entries(results).map(([name, value]) => [name, shown(value)]);
    return { head: ["metric", "value"], rows };
  }
  const columns = Object.values(results) as unknown[][];
  const rows = counts.map((_, i) => [String(i), ...columns.map((values) => shown(values[i]))]);
  return { head: ["output", ...Object.keys(results)], rows };
}

/** The pairs with the largest errors. */
export function worstTable(worst: readonly WorstPair[]): Rows {
  const rows = worst.map(({ index, prediction, target, error }) => [
    bracketed(index),
    ...[prediction, target, error].map(digits),
  ]);
  return { head: ["at", "prediction", "target", "error"], rows };
}

/** A number, or the largest error with its index. */
export function shown(value: unknown): string {
  if (typeof value === "number") return digits(value);
  const { value: largest, index } = value as { value: number; index: readonly number[] | null };
  return index ? `${digits(largest)} at ${bracketed(index)}` : digits(largest);
}

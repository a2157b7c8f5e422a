import Table from "cli-table3";
import { visible } from "../input-error.js";
import { bracketed } from "../readers/reader.js";
import { digits } from "./numbers.js";

/** A table of which the first column has names, and the others numbers. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: head.map(visible),
    colAligns: head.map((_, i) => (i === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => row.map(visible)));
  return table.toString();
}

/** A number, or the largest error with its index. */
export function shown(value: unknown): string {
  if (typeof value === "number") return digits(value);
  const { value: largest, index } = value as { value: number; index: readonly number[] | null };
  return index ? `${digits(largest)} at ${bracketed(index)}` : digits(largest);
}

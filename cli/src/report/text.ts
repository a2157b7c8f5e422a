import Table from "cli-table3";
import type { Inputs, Result } from "../evaluation/evaluate.js";
import { visible } from "../input-error.js";
import { type ArrayReader, bracketed } from "../readers/reader.js";
import { counted, digits, withUnit } from "./numbers.js";

/** What an evaluation found, as lines that a person reads. */
export function textReport(inputs: Inputs, result: Result): string[] {
  const lines = headLines(inputs, result);
  if (result.partial) lines.push("PARTIAL: interrupted before all was read");
  return [...lines, ...countLines(result), tableOf(result), throughput(inputs, result)];
}

/** What was compared, and what was decided for the user. */
export function headLines({ prediction, target, weight, mask }: Inputs, { notes }: Result): string[] {
  return [
    visible(`${prediction.name} (${kindOf(prediction)}) against ${target.name} (${kindOf(target)})`),
    ...(weight ? [visible(`weighted by ${weight.name} (${kindOf(weight)})`)] : []),
    ...(mask ? [visible(`where ${mask.name} (${kindOf(mask)}) is not 0`)] : []),
    ...notes.map((note) => visible(`note: ${note}`)),
  ];
}

function kindOf({ format, dtype }: ArrayReader): string {
  return `${format}, ${dtype}`;
}

export function countLines({ shape, counts, elements }: Result): string[] {
  const what = shape ? `, shape ${bracketed(shape)}` : "";
  const all = Array.isArray(counts) ? counts : [counts];
  const sum = (key: "count" | "masked" | "nan"): number => all.reduce((total, one) => total + one[key], 0);
  const [masked, nan] = [sum("masked"), sum("nan")];
  const out = [
    ...(masked > 0 ? [`${counted(masked)} masked`] : []),
    ...(nan > 0 ? [`${counted(nan)} with a NaN`] : []),
  ];
  return [
    `${counted(elements)} pairs${what}`,
    ...(out.length > 0 ? [`${counted(sum("count"))} count; left out: ${out.join(", ")}`] : []),
  ];
}

function tableOf({ results, counts }: Result): string {
  const outputs = Array.isArray(counts) ? counts.length : null;
  const head = outputs === null ? ["metric", "value"] : ["output", ...Object.keys(results)];
  const table = new Table({
    head,
    colAligns: head.map((_, i) => (i === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  if (outputs === null) table.push(...Object.entries(results).map(([name, value]) => [name, shown(value)]));
  for (let i = 0; i < (outputs ?? 0); i++) {
    table.push([String(i), ...Object.values(results).map((values) => shown((values as unknown[])[i]))]);
  }
  return table.toString();
}

/** A number, or the largest error with its index. */
export function shown(value: unknown): string {
  if (typeof value === "number") return digits(value);
  const { value: largest, index } = value as { value: number; index: readonly number[] | null };
  return index ? `${digits(largest)} at ${bracketed(index)}` : digits(largest);
}

function throughput(inputs: Inputs, { elements, seconds }: Result): string {
  const readers = Object.values(inputs) as (ArrayReader | undefined)[];
  const bytes = readers.reduce((sum, reader) => sum + (reader?.bytesRead ?? 0), 0);
  const rates = [withUnit(elements / seconds, "pairs/s"), withUnit(bytes / seconds, "B/s")];
  return [withUnit(seconds, "s"), ...rates].join(", ");
}

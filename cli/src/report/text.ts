import type { Described, Result, WorstPair } from "../evaluation/result.js";
import { visible } from "../input-error.js";
import { bracketed } from "../readers/reader.js";
import { groupLines } from "./groups.js";
import { counted, digits, withUnit } from "./numbers.js";
import { shown, tableOf } from "./table.js";

/** What an evaluation found, as lines that a person reads. */
export function textReport(result: Result): string[] {
  const { data, dtype, shard, worst, groups } = result;
  const { prediction, target, weight, mask, by } = data as Record<string, Described | undefined>;
  const lines = [
    visible(`${described(prediction)} against ${described(target)}${dtype === null ? "" : `, in ${dtype}`}`),
    ...(weight ? [visible(`weighted by ${described(weight)}`)] : []),
    ...(mask ? [visible(`where ${described(mask)} is not 0`)] : []),
    ...result.notes.map((note) => visible(`note: ${note}`)),
  ];
  if (result.partial) lines.push("PARTIAL: interrupted before all was read");
  if (shard.of > 1) lines.push(`PARTIAL: shard ${shard.index}/${shard.of}`);
  return [
    ...lines,
    ...countLines(result),
    metricTable(result),
    ...(worst.length > 0 ? [`the largest errors`, worstTable(worst)] : []),
    ...(groups && groups.length > 0 ? groupLines(groups, visible(by!.name)) : []),
    throughput(result),
  ];
}

function described(array: Described | undefined): string {
  return array ? `${array.name} (${array.format}, ${array.dtype})` : "";
}

function countLines({ shape, counts, elements }: Result): string[] {
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

function metricTable({ results, counts }: Result): string {
  if (!Array.isArray(counts)) {
    return tableOf(
      ["metric", "value"],
      Object.entries(results).map(([name, value]) => [name, shown(value)]),
    );
  }
  return tableOf(
    ["output", ...Object.keys(results)],
    counts.map((_, i) => [
      String(i),
      ...Object.values(results).map((values) => shown((values as unknown[])[i])),
    ]),
  );
}

function worstTable(worst: readonly WorstPair[]): string {
  return tableOf(
    ["at", "prediction", "target", "error"],
    worst.map(({ index, prediction, target, error }) => [
      bracketed(index),
      ...[prediction, target, error].map(digits),
    ]),
  );
}

function throughput({ elements, seconds, bytes }: Result): string {
  const rates = [withUnit(elements / seconds, "pairs/s"), withUnit(bytes / seconds, "B/s")];
  return [withUnit(seconds, "s"), ...rates].join(", ");
}

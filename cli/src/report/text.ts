import type { Described, Result } from "../evaluation/result.js";
import { missingShards, shardWords } from "../evaluation/shard.js";
import { visible } from "../input-error.js";
import { bracketed } from "../readers/reader.js";
import { groupLines } from "./groups.js";
import { counted, withUnit } from "./numbers.js";
import { drawn, metricTable, worstTable } from "./table.js";

/** What an evaluation found, as lines that a person reads. */
export function textReport(result: Result): string[] {
  const { data, worst, groups } = result;
  const { by } = data as Record<string, Described | undefined>;
  return [
    ...headLines(result),
    drawn(metricTable(result)),
    ...(worst.length > 0 ? [`the largest errors`, drawn(worstTable(worst))] : []),
    ...(groups && groups.length > 0 ? groupLines(groups, visible(by!.name)) : []),
    // A query does not tell how long it took.
    ...(result.seconds > 0 ? [throughput(result)] : []),
  ];
}

/** What was compared, what was decided for the user, and how many pairs there were. */
export function headLines({ data, dtype, notes, partial, shards, ...counts }: Result): string[] {
  const { prediction, target, weight, mask } = data as Record<string, Described | undefined>;
  return [
    visible(`${described(prediction)} against ${described(target)}${dtype === null ? "" : `, in ${dtype}`}`),
    ...(weight ? [visible(`weighted by ${described(weight)}`)] : []),
    ...(mask ? [visible(`where ${described(mask)} is not 0`)] : []),
    ...notes.map((note) => visible(`note: ${note}`)),
    ...(partial ? ["PARTIAL: interrupted before all was read"] : []),
    ...(missingShards(shards).ranges.length > 0 ? [`PARTIAL: shard ${shardWords(shards)}`] : []),
    ...countLines(counts),
  ];
}

function described(array: Described | undefined): string {
  return array ? `${array.name} (${array.format}, ${array.dtype})` : "";
}

function countLines({ shape, counts, elements }: Pick<Result, "shape" | "counts" | "elements">): string[] {
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

function throughput({ elements, seconds, bytes }: Result): string {
  const rates = [withUnit(elements / seconds, "pairs/s"), withUnit(bytes / seconds, "B/s")];
  return [withUnit(seconds, "s"), ...rates].join(", ");
}

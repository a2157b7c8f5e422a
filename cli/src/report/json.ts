import type { Result } from "../evaluation/result.js";
import { missingShards, onlyShard, type Shards } from "../evaluation/shard.js";

/** What an evaluation found, for programs: numbers have all their digits. */
export function jsonReport(result: Result): string {
  const { data, shape, dtype, shards, elements, counts, results, worst, groups } = result;
  const { partial, seconds, bytes, notes } = result;
  return JSON.stringify(
    {
      ...data,
      shape,
      ...(dtype === null ? {} : { dtype }),
      ...partOf(shards),
      elements,
      counts,
      results,
      worst,
      ...(groups ? { groups } : {}),
      partial,
      seconds,
      bytes,
      notes,
    },
    inWords,
    2,
  );
}

/** Which part of the data it is of, unless of all. */
function partOf(shards: Shards): object {
  const shard = onlyShard(shards);
  if (missingShards(shards).ranges.length === 0) return {};
  return shard ? { shard } : { shards };
}

/** Numbers that JSON lacks become words. */
export function inWords(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

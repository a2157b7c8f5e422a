import type { Result } from "../evaluation/result.js";

/** What an evaluation found, for programs: numbers have all their digits. */
export function jsonReport(result: Result): string {
  const { data, shape, dtype, shard, elements, counts, results, worst, groups } = result;
  const { partial, seconds, bytes, notes } = result;
  return JSON.stringify(
    {
      ...data,
      shape,
      ...(dtype === null ? {} : { dtype }),
      ...(shard.of === 1 ? {} : { shard }),
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

/** Numbers that JSON lacks become words. */
export function inWords(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

import type { Result } from "../evaluation/result.js";
import { HIDDEN } from "../input-error.js";
import { missingShards, onlyShard, type Shards } from "../evaluation/shard.js";

/** What an evaluation found, for programs: numbers have all their digits. */
export function jsonReport(result: Result): string {
  const { data, shape, dtype, shards, elements, counts, results, worst, groups } = result;
  const { partial, seconds, bytes, notes } = result;
  return printedJson({
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
  });
}

/**
 * The value as JSON that is printed: numbers that JSON lacks are words, and what a terminal would
 * obey or hide is an escape. Line ends are JSON.stringify's own.
 */
export function printedJson(value: unknown): string {
  return JSON.stringify(value, inWords, 2).replace(HIDDEN, (hidden) =>
    hidden === "\n" ? hidden : escapesOf(hidden),
  );
}

/** A character as JSON's escapes, one for each of its UTF-16 units. */
function escapesOf(character: string): string {
  return character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
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

import type { ElementCounts } from "lossgrad/metrics";
import type { ArrayReader } from "../readers/reader.js";
import { indexIn } from "./indices.js";
import { unlisted } from "./metrics.js";
import type { Shards } from "./shard.js";
import type { Request, Tally } from "./tally.js";

/** An array, as reports and states describe it. */
export interface Described extends Pick<ArrayReader, "name" | "format" | "shape"> {
  readonly dtype: string;
}

/** Where the results come from. */
export interface Origin {
  /** The arrays by their roles: prediction, target, weight, mask, by. */
  readonly data: Readonly<Record<string, Described>>;
  readonly shape: readonly number[] | null;
  readonly order: "C" | "F";
  /** What predictions and targets were rounded to. */
  readonly dtype: string | null;
}

/** How an evaluation went. */
export interface Course {
  /** Which parts of the data were evaluated. */
  readonly shards: Shards;
  /** How many pairs were evaluated. */
  readonly elements: number;
  /** Whether it was ended before all was read. */
  readonly partial: boolean;
  readonly seconds: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

export interface WorstPair {
  readonly index: readonly number[];
  readonly prediction: number;
  readonly target: number;
  readonly error: number;
}

export interface GroupResult {
  readonly group: string;
  readonly counts: ElementCounts;
  readonly results: Readonly<Record<string, unknown>>;
}

export interface Result extends Origin, Course {
  readonly results: Readonly<Record<string, unknown>>;
  readonly counts: ElementCounts | ElementCounts[];
  readonly worst: readonly WorstPair[];
  /** From the worst to the best by the first metric; those of which it is NaN come last. */
  readonly groups: readonly GroupResult[] | null;
}

/** What a tally amounts to. */
export function resultOf(tally: Tally, { perOutput }: Request, origin: Origin, course: Course): Result {
  const { shape, order } = origin;
  const rest = perOutput === undefined || !shape ? shape : shape.filter((_, i) => i !== at(perOutput, shape));
  const read = (word: string, one: unknown): unknown => indexed(unlisted(word, one), order, rest);
  const results = Object.entries(tally.metrics.compute()).map(([word, value]): [string, unknown] => [
    word,
    perOutput === undefined ? read(word, value) : (value as unknown[]).map((one) => read(word, one)),
  ]);
  const worst = tally.worst.map(({ place, prediction, target }) => {
    return { index: indexIn(shape, order, place), prediction, target, error: prediction - target };
  });
  return {
    ...origin,
    ...course,
    results: Object.fromEntries(results),
    counts: tally.metrics.counts,
    worst,
    groups: tally.groups && groupsOf(tally),
  };
}

function at(dimension: number, shape: readonly number[]): number {
  return dimension < 0 ? dimension + shape.length : dimension;
}

/** The largest error has an index of its element, which is told in the array's dimensions. */
function indexed(value: unknown, order: "C" | "F", shape: readonly number[] | null): unknown {
  if (typeof value !== "object" || value === null || !("index" in value)) return value;
  const { index } = value as { index: number | null };
  return { ...value, index: index === null ? null : indexIn(shape, order, index) };
}

function groupsOf(tally: Tally): GroupResult[] {
  const groups = tally.groups!.entries.map(([group, metrics]): GroupResult => {
    const results = Object.entries(metrics.compute()).map(([word, value]): [string, unknown] => {
      const one = unlisted(word, value);
      // An index within a group is none of the array's.
      return [word, typeof one === "object" && one !== null ? (one as { value: number }).value : one];
    });
    return { group, counts: metrics.counts as ElementCounts, results: Object.fromEntries(results) };
  });
  const ranked = groups.map((group) => ({ group, badness: badnessOf(group) }));
  ranked.sort((a, b) => {
    if (Number.isNaN(a.badness) || Number.isNaN(b.badness))
      return Number(Number.isNaN(a.badness)) - Number(Number.isNaN(b.badness)) || byLabel(a.group, b.group);
    return a.badness === b.badness ? byLabel(a.group, b.group) : a.badness < b.badness ? 1 : -1;
  });
  return ranked.map(({ group }) => group);
}

function byLabel(a: GroupResult, b: GroupResult): number {
  return a.group < b.group ? -1 : 1;
}

/** Scores of which more is better. */
const SCORES = ["r2", "pearson", "explained-variance"];

/** How bad a group is by the first metric: losses are; scores are the less the higher. */
export function badnessOf({ results }: GroupResult): number {
  const [[word, value]] = Object.entries(results) as [string, number][];
  if (word === "bias") return Math.abs(value);
  return SCORES.includes(word) ? -value : value;
}

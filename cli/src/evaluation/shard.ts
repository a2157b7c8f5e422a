/** Which part of the data is evaluated: one of `of`, which are counted from 0. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Shard = { index: 0, of: 1 };
const MOST_SHARDS = 1_000_000;

/** Reads "2/8"; null for what is none. */
export function parseShard(text: string): Shard | null {
  const [, index, of] = (/^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? []).map(Number);
  return of >= 1 && of <= MOST_SHARDS && index < of ? { index, of } : null;
}

/**
 * Which of `of` shards there are: ranges, each from one shard up to before another, in ascending
 * order and not touching each other.
 */
export interface Shards {
  readonly of: number;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

export function shardsOf({ index, of }: Shard): Shards {
  return { of, ranges: [[index, index + 1]] };
}

/** The one shard that there is; null of several. */
export function onlyShard({ of, ranges }: Shards): Shard | null {
  const [[from, to], ...more] = ranges;
  return more.length === 0 && to === from + 1 ? { index: from, of } : null;
}

/** The shards that both have; null for none. */
export function commonShard(a: Shards, b: Shards): number | null {
  for (const [from, to] of a.ranges) {
    const other = b.ranges.find(([start, end]) => start < to && from < end);
    if (other) return Math.max(from, other[0]);
  }
  return null;
}

/** All shards of two that have none in common. */
export function joinedShards(a: Shards, b: Shards): Shards {
  const ranges: [number, number][] = [];
  for (const [from, to] of [...a.ranges, ...b.ranges].sort(([x], [y]) => x - y)) {
    const last = ranges.at(-1);
    if (last?.[1] === from) last[1] = to;
    else ranges.push([from, to]);
  }
  return { of: a.of, ranges };
}

/** Those that are not among them. */
export function missingShards({ of, ranges }: Shards): Shards {
  const ends = [0, ...ranges.flat(), of];
  const gaps = Array.from({ length: ends.length / 2 }, (_, i) => [ends[2 * i], ends[2 * i + 1]] as const);
  return { of, ranges: gaps.filter(([from, to]) => from < to) };
}

/** The first of them as words such as 1/8, and how many more there are. */
export function shardWords({ of, ranges }: Shards): string {
  const most = 10;
  const count = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const words: string[] = [];
  for (const [from, to] of ranges)
    for (let i = from; i < to && words.length < most; i++) words.push(`${i}/${of}`);
  return count > most ? `${words.join(", ")} and ${count - most} more` : words.join(", ");
}

/** What of the elements a shard reads. */
export type Part =
  /** Those from `start` to `end`, which is null for the last. */
  | { readonly start: number; readonly end: number | null }
  /** Each `of`-th chunk. */
  | Shard;

/**
 * Shards of arrays whose length is known are ranges, which begin with whole `units` of elements.
 * Of others, each takes its turn with chunks, which they all read.
 */
export function partOf(shard: Shard, numel: number | null, unit: number): Part {
  const { index, of } = shard;
  if (numel === null) return shard;
  const units = numel / unit;
  const bound = (i: number): number => Math.floor((units / of) * i) * unit;
  return { start: bound(index), end: index === of - 1 ? null : bound(index + 1) };
}

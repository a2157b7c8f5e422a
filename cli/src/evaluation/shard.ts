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

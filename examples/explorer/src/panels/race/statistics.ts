/** What several rounds come to. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How many times as fast as `base`: the median of what each round says, since a round hits both
 * alike.
 */
export function speedUp(base: readonly number[], seconds: readonly number[]): number {
  const rounds = Math.min(base.length, seconds.length);
  return median(Array.from({ length: rounds }, (_, round) => base[round] / seconds[round]));
}

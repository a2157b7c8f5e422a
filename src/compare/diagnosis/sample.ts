/** Places that stand for all, always the same ones, and what is usual among numbers. */

/** The golden ratio's fraction: its multiples spread evenly however many there are. */
const SPREAD = 0.6180339887498949;

/** `count` places among `numel`, or all of them, spread evenly. */
export function sampleOf(numel: number, count: number): number[] {
  if (numel <= count) return Array.from({ length: numel }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.floor(((i * SPREAD) % 1) * numel));
}

/** The median; NaN of no numbers. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = Float64Array.from(numbers).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Where the axes of a chart have numbers, if their scale is logarithmic: at powers only, never more
 * than there is room for.
 */

const MOST = 8;
const CROWDED = 100;

/** Powers of `base` from `low` to `high`, both above 0: every one, or every second, third …. */
export function powers(low: number, high: number, base: number): number[] {
  const exponent = (value: number): number => (base === 2 ? Math.log2(value) : Math.log10(value));
  const first = Math.ceil(exponent(low) - 1e-9);
  const last = Math.floor(exponent(high) + 1e-9);
  const every = Math.ceil((last - first + 1) / MOST);
  const splits: number[] = [];
  for (let power = first; power <= last; power += every) splits.push(base ** power);
  return splits;
}

/** 0, and powers of ten on both sides. */
export function symmetricPowers(low: number, high: number): number[] {
  // Beside a long axis ±1 would touch 0.
  const first = Math.max(high, -low) > CROWDED ? 10 : 1;
  const above = high >= first ? powers(first, high, 10) : [];
  const below = -low >= first ? powers(first, -low, 10) : [];
  const zero = low <= 0 && high >= 0 ? [0] : [];
  return [...below.reverse().map((value) => -value), ...zero, ...above];
}

/** A range that begins and ends at powers of ten, so that the axis has at least two numbers. */
export function wholeDecades(values: readonly number[]): [number, number] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return [10 ** low, 10 ** Math.max(high, low + 1)];
}

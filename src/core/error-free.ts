/** What sums and products of numbers lose to their rounding. */

/** 2^27 + 1, which splits a float64 into two numbers of 26 bits (Veltkamp, 1968). */
export const SPLITTER = 2 ** 27 + 1;

function upperHalf(x: number): number {
  const scaled = x * SPLITTER;
  return scaled - (scaled - x);
}

/** What a · b loses to the product's rounding (Dekker, 1971); NaN where a part is out of range. */
export function lostByProduct(a: number, b: number, product: number): number {
  const p = upperHalf(a);
  const q = upperHalf(b);
  const aRest = a - p;
  const bRest = b - q;
  return aRest * bRest - (product - p * q - aRest * q - p * bRest);
}

/** What a + b loses to the sum's rounding (Knuth's TwoSum, 1969). */
export function lostBySum(a: number, b: number, sum: number): number {
  const kept = sum - a;
  return a - (sum - kept) + (b - kept);
}

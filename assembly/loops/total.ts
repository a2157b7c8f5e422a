/**
 * The sum of one block of signed numbers. Two-term (compensated) addition in f64, four chains to
 * hide its latency. Writes three f64 at `out`: the sum, what its rounding lost, and Σ|x|, from
 * which the caller bounds the error left.
 */
import { loadWide, nextHigh, nextLow } from "../lanes";

export function total<S>(x: usize, n: i32, out: usize): void {
  let low0 = f64x2.splat(0),
    low1 = f64x2.splat(0);
  let high0 = f64x2.splat(0),
    high1 = f64x2.splat(0);
  let magnitude0 = f64x2.splat(0),
    magnitude1 = f64x2.splat(0);
  const step = 2 * sizeof<S>();
  for (; n >= 4; n -= 4) {
    const a = loadWide<S>(x, 2);
    const b = loadWide<S>(x + step, 2);
    low0 = nextLow<f64>(low0, high0, a);
    high0 = nextHigh<f64>(high0, a);
    magnitude0 = f64x2.add(magnitude0, f64x2.abs(a));
    low1 = nextLow<f64>(low1, high1, b);
    high1 = nextHigh<f64>(high1, b);
    magnitude1 = f64x2.add(magnitude1, f64x2.abs(b));
    x += 2 * step;
  }
  for (; n > 0; n -= 2) {
    const a = loadWide<S>(x, n);
    low0 = nextLow<f64>(low0, high0, a);
    high0 = nextHigh<f64>(high0, a);
    magnitude0 = f64x2.add(magnitude0, f64x2.abs(a));
    x += step;
  }
  low0 = f64x2.add(nextLow<f64>(low0, high0, high1), low1);
  high0 = f64x2.add(high0, high1);
  const other = i64x2.shuffle(high0, high0, 1, 0);
  const low = nextLow<f64>(low0, high0, other);
  const lost = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low0, 1);
  const magnitude = f64x2.add(magnitude0, magnitude1);
  store<f64>(out, f64x2.extract_lane(high0, 0) + f64x2.extract_lane(high0, 1));
  store<f64>(out, lost, 8);
  store<f64>(out, f64x2.extract_lane(magnitude, 0) + f64x2.extract_lane(magnitude, 1), 16);
}

/** Σ x[i] of 64-bit integers, wrapping. */
export function totalIntegers(x: usize, n: i32): i64 {
  let sum = i64x2.splat(0);
  for (; n >= 2; n -= 2) {
    sum = i64x2.add(sum, v128.load(x));
    x += 16;
  }
  if (n > 0) sum = i64x2.add(sum, v128.load64_zero(x));
  return i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1);
}

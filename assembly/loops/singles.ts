/**
 * Sums of rows of f32 that become f32 again. f64 adds them without further ado: where both ends of
 * the interval in which the exact sum lies give the same f32, what was lost cannot show. Else the
 * kernels of sums.ts add the numbers in two terms.
 */
import { magnitudeMask } from "../lanes";

/** Twice what an addition loses: the interval's ends, and magnitudes, are rounded as well. */
const LOST: f64 = 2.220446049250313e-16;
/** Room for these few roundings, in additions. */
const MORE: i32 = 64;

/** What a sum of n numbers can have lost, in units of its magnitude. */
@inline
function errorOf(n: i32): f64 {
  return <f64>(n + MORE) * LOST;
}

/**
 * Writes the sums of `rows` rows, over `divisor`, at `out`. Returns false as soon as one is not
 * certain, or not finite.
 */
export function singleSums(x: usize, rows: i32, length: i32, divisor: f64, out: usize): bool {
  const mask = magnitudeMask<f32>(length);
  const error = errorOf(length);
  for (; rows > 0; rows--) {
    let a = f64x2.splat(0),
      b = f64x2.splat(0);
    let c = f64x2.splat(0),
      d = f64x2.splat(0);
    let sizes = f32x4.splat(0);
    let left = length;
    for (; left >= 8; left -= 8) {
      const v = v128.load(x);
      const w = v128.load(x, 16);
      sizes = f32x4.add(sizes, f32x4.add(v128.and(v, mask), v128.and(w, mask)));
      a = f64x2.add(a, f64x2.promote_low_f32x4(v));
      b = f64x2.add(b, f64x2.promote_low_f32x4(v128.load64_zero(x, 8)));
      c = f64x2.add(c, f64x2.promote_low_f32x4(w));
      d = f64x2.add(d, f64x2.promote_low_f32x4(v128.load64_zero(x, 24)));
      x += 32;
    }
    let sum = total(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
    const upper = i64x2.shuffle(sizes, sizes, 1, 1);
    let magnitude = total(f64x2.add(f64x2.promote_low_f32x4(sizes), f64x2.promote_low_f32x4(upper)));
    for (; left > 0; left--) {
      const v = <f64>load<f32>(x);
      sum += v;
      magnitude += abs(v);
      x += 4;
    }
    const lost = error * magnitude;
    if (!isCertain((sum - lost) / divisor, (sum + lost) / divisor)) return false;
    store<f64>(out, sum / divisor);
    out += 8;
  }
  return true;
}

/** Writes the sums of the squares; certain are those whose roots are. */
export function singleSquares(x: usize, rows: i32, length: i32, out: usize): bool {
  const error = errorOf(length);
  for (; rows > 0; rows--) {
    let a = f64x2.splat(0),
      b = f64x2.splat(0);
    let c = f64x2.splat(0),
      d = f64x2.splat(0);
    let left = length;
    for (; left >= 8; left -= 8) {
      a = f64x2.add(a, square(x));
      b = f64x2.add(b, square(x + 8));
      c = f64x2.add(c, square(x + 16));
      d = f64x2.add(d, square(x + 24));
      x += 32;
    }
    let sum = total(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
    for (; left > 0; left--) {
      const v = <f64>load<f32>(x);
      sum += v * v;
      x += 4;
    }
    const lost = error * sum;
    if (!isCertain(sqrt(sum - lost), sqrt(sum + lost))) return false;
    store<f64>(out, sum);
    out += 8;
  }
  return true;
}

/** The squares of two f32, which f64 holds. */
@inline
function square(x: usize): v128 {
  const v = f64x2.promote_low_f32x4(v128.load64_zero(x));
  return f64x2.mul(v, v);
}

@inline
function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** NaN is not. */
@inline
function isCertain(least: f64, most: f64): bool {
  return <f32>least == <f32>most;
}

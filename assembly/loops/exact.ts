/**
 * Sums of a few numbers of f32 each, which f64 adds without rounding: 24 bits of each, 22 by which
 * their exponents differ, 1, and 6 for up to 2^6 numbers make the 53 of an f64.
 */
import { constant, magnitudeMask } from "../lanes";

/** Numbers of a sum, at most. */
export const MOST: i32 = 64;
/** A difference of 22 in the exponent, as one of the bits of f32. */
export const SPREAD: i32 = 22 << 23;
const INFINITE: u32 = 0x7f800000;
/** Numbers that are looked at together stay in a first-level cache. */
const BATCH: i32 = 4096;

/**
 * Writes the sums along the middle dimension of [outer, length, inner], over `divisor`, at `out`.
 * Rows are `stride` bytes apart, and length is at most MOST. Returns false as soon as there are
 * numbers that are not so, or infinite.
 */
export function exactSums(
  x: usize,
  outer: i32,
  length: i32,
  inner: i32,
  stride: usize,
  divisor: f64,
  out: usize,
): bool {
  if (inner == 1) return ofRows(x, outer, length, divisor, out);
  const width = BATCH / max(length, 1);
  for (; outer > 0; outer--) {
    for (let c = 0; c < inner; c += width) {
      const columns = min(width, inner - c);
      const from = x + <usize>c * 4;
      if (!areExact(from, length, columns, stride)) return false;
      ofColumns(from, length, columns, stride, divisor, out + <usize>c * 8);
    }
    x += <usize>length * stride;
    out += <usize>inner * 8;
  }
  return true;
}

function ofRows(x: usize, rows: i32, length: i32, divisor: f64, out: usize): bool {
  const together = BATCH / max(length, 1);
  const bytes = <usize>length * 4;
  const divisors = f64x2.splat(divisor);
  for (; rows > 0; rows -= together) {
    const now = min(rows, together);
    if (!areExact(x, 1, now * length, 0)) return false;
    let r = 0;
    for (; r + 2 <= now; r += 2) {
      v128.store(out, f64x2.div(twoSums(x, x + bytes, length), divisors));
      x += 2 * bytes;
      out += 16;
    }
    if (r < now) {
      v128.store64_lane(out, f64x2.div(twoSums(x, x, length), divisors), 0);
      x += bytes;
      out += 8;
    }
  }
  return true;
}

/** Σ of n numbers at x, and of n at y. */
@inline
function twoSums(x: usize, y: usize, n: i32): v128 {
  let a = f64x2.splat(0),
    b = f64x2.splat(0);
  let c = f64x2.splat(0),
    d = f64x2.splat(0);
  for (; n >= 4; n -= 4) {
    a = f64x2.add(a, f64x2.promote_low_f32x4(v128.load64_zero(x)));
    b = f64x2.add(b, f64x2.promote_low_f32x4(v128.load64_zero(x, 8)));
    c = f64x2.add(c, f64x2.promote_low_f32x4(v128.load64_zero(y)));
    d = f64x2.add(d, f64x2.promote_low_f32x4(v128.load64_zero(y, 8)));
    x += 16;
    y += 16;
  }
  a = f64x2.add(a, b);
  c = f64x2.add(c, d);
  let sums = f64x2.add(i64x2.shuffle(a, c, 0, 2), i64x2.shuffle(a, c, 1, 3));
  for (; n > 0; n--) {
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(v128.load32_lane(y, v128.load32_zero(x), 1)));
    x += 4;
    y += 4;
  }
  return sums;
}

/** Of `columns` columns of `rows` numbers. */
function ofColumns(x: usize, rows: i32, columns: i32, stride: usize, divisor: f64, out: usize): void {
  const divisors = f64x2.splat(divisor);
  for (; columns >= 4; columns -= 4) {
    let a = f64x2.splat(0),
      b = f64x2.splat(0);
    let p = x;
    for (let r = rows; r > 0; r--) {
      a = f64x2.add(a, f64x2.promote_low_f32x4(v128.load64_zero(p)));
      b = f64x2.add(b, f64x2.promote_low_f32x4(v128.load64_zero(p, 8)));
      p += stride;
    }
    v128.store(out, divisor == 1 ? a : f64x2.div(a, divisors));
    v128.store(out, divisor == 1 ? b : f64x2.div(b, divisors), 16);
    x += 16;
    out += 32;
  }
  for (; columns > 0; columns--) {
    let sum: f64 = 0;
    for (let r = 0; r < rows; r++) sum += <f64>load<f32>(x + <usize>r * stride);
    store<f64>(out, sum / divisor);
    x += 4;
    out += 8;
  }
}

/** Whether f64 adds any MOST of these numbers, in `rows` rows of n, without rounding. */
export function areExact(x: usize, rows: i32, n: i32, stride: usize): bool {
  const mask = magnitudeMask<f32>(n);
  const one = constant(1, n);
  let largest = i32x4.splat(0);
  // Of the numbers that are not 0, less 1: 0 becomes the greatest.
  let least = i32x4.splat(-1);
  for (; rows > 0; rows--) {
    let p = x;
    let left = n;
    for (; left >= 8; left -= 8) {
      const bits = v128.and(v128.load(p), mask);
      const next = v128.and(v128.load(p, 16), mask);
      largest = i32x4.max_u(largest, i32x4.max_u(bits, next));
      least = i32x4.min_u(least, i32x4.min_u(i32x4.sub(bits, one), i32x4.sub(next, one)));
      p += 32;
    }
    if (left >= 4) {
      const bits = v128.and(v128.load(p), mask);
      largest = i32x4.max_u(largest, bits);
      least = i32x4.min_u(least, i32x4.sub(bits, one));
      p += 16;
      left -= 4;
    }
    for (; left > 0; left--) {
      const bits = v128.and(v128.load32_splat(p), mask);
      largest = i32x4.max_u(largest, bits);
      least = i32x4.min_u(least, i32x4.sub(bits, one));
      p += 4;
    }
    x += stride;
  }
  largest = i32x4.max_u(largest, i64x2.shuffle(largest, largest, 1, 0));
  least = i32x4.min_u(least, i64x2.shuffle(least, least, 1, 0));
  const most = max(<u32>i32x4.extract_lane(largest, 0), <u32>i32x4.extract_lane(largest, 1));
  const fewest = min(<u32>i32x4.extract_lane(least, 0), <u32>i32x4.extract_lane(least, 1));
  return most < INFINITE && <i32>(most - fewest) < SPREAD;
}

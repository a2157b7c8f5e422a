/**
 * Rows of n numbers, one for each class: their exponentials over the sum of these. The largest of a
 * row is taken off first, so that nothing overflows:
 *
 *     softmax       exp(x - max) / Σ exp(x - max)
 *     logSoftmax    x - max - log Σ exp(x - max)
 *     logSumExp     max + log Σ exp(x - max)
 *
 * Sums are of float64. A NaN makes the sum NaN and so the whole row, and so does an infinite
 * maximum, whose difference from itself is NaN, as in torch; logSumExp is that infinity then.
 */
import { lanes, loadTail, splat, storeTail } from "../lanes";
import { expOfNegative } from "../math/exponential";
import { log } from "../math/logarithm";

/** The largest of n numbers but NaN, in all lanes; -Infinity of none. */
export function rowMaximum<C>(x: usize, n: i32): v128 {
  const width = lanes<C>();
  let a = splat<C>(-Infinity);
  if (n < width) {
    for (; n > 0; n--) {
      a = v128.pmax<C>(a, v128.splat<C>(load<C>(x)));
      x += sizeof<C>();
    }
    return a;
  }
  let b = a;
  // The last vector overlaps the one before: of the same numbers, the largest stays.
  const last = x + <usize>(n - width) * sizeof<C>();
  for (; x + 16 < last; x += 32) {
    a = v128.pmax<C>(a, v128.load(x));
    b = v128.pmax<C>(b, v128.load(x, 16));
  }
  if (x < last) a = v128.pmax<C>(a, v128.load(x));
  a = v128.pmax<C>(v128.pmax<C>(a, b), v128.load(last));
  a = v128.pmax<C>(a, i64x2.shuffle(a, a, 1, 0));
  return sizeof<C>() == 4 ? v128.pmax<C>(a, i32x4.shuffle(a, a, 1, 0, 3, 2)) : a;
}

/** All ones in the first k lanes. */
@inline
export function firstLanes<C>(k: i32): v128 {
  if (sizeof<C>() == 4) return i32x4.gt_s(i32x4.splat(k), i32x4(0, 1, 2, 3));
  return i64x2.gt_s(i64x2.splat(k), i64x2(0, 1));
}

/** Two float64 sums with the lanes of a vector added to them. */
@inline
export function added<C>(sums: v128, v: v128): v128 {
  if (sizeof<C>() == 8) return f64x2.add(sums, v);
  const pairs = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1)));
  return f64x2.add(sums, pairs);
}

@inline
export function total(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/**
 * Σ exp(x - m); the terms go to out, unless that is 0. Four vectors a turn, since an exponential is
 * a long chain of operations that wait for each other.
 */
export function rowExponentials<C>(x: usize, n: i32, m: v128, out: usize): f64 {
  const width = lanes<C>();
  let sums = f64x2.splat(0);
  for (; n >= 4 * width; n -= 4 * width) {
    const e = expOfNegative<C>(v128.sub<C>(v128.load(x), m));
    const f = expOfNegative<C>(v128.sub<C>(v128.load(x, 16), m));
    const g = expOfNegative<C>(v128.sub<C>(v128.load(x, 32), m));
    const h = expOfNegative<C>(v128.sub<C>(v128.load(x, 48), m));
    sums = added<C>(added<C>(added<C>(added<C>(sums, e), f), g), h);
    x += 64;
    if (!out) continue;
    v128.store(out, e);
    v128.store(out, f, 16);
    v128.store(out, g, 32);
    v128.store(out, h, 48);
    out += 64;
  }
  for (; n > 0; n -= width) {
    const whole = n >= width;
    let e = expOfNegative<C>(v128.sub<C>(whole ? v128.load(x) : loadTail<C, C>(x, n), m));
    if (!whole) e = v128.and(e, firstLanes<C>(n));
    sums = added<C>(sums, e);
    x += 16;
    if (!out) continue;
    if (whole) v128.store(out, e);
    else storeTail<C, C>(out, e, n);
    out += 16;
  }
  return total(sums);
}

@inline
export function logarithm(x: f64): f64 {
  return f64x2.extract_lane(log<f64>(f64x2.splat(x)), 0);
}

/** x[i] = x[i] / divisor */
function divideRow<C>(x: usize, n: i32, divisor: v128): void {
  const width = lanes<C>();
  for (; n >= width; n -= width) {
    v128.store(x, v128.div<C>(v128.load(x), divisor));
    x += 16;
  }
  if (n > 0) storeTail<C, C>(x, v128.div<C>(loadTail<C, C>(x, n), divisor), n);
}

/** out[i] = (x[i] - a) - b */
function shiftRow<C>(x: usize, out: usize, n: i32, a: v128, b: v128): void {
  const width = lanes<C>();
  for (; n >= width; n -= width) {
    v128.store(out, v128.sub<C>(v128.sub<C>(v128.load(x), a), b));
    x += 16;
    out += 16;
  }
  if (n > 0) storeTail<C, C>(out, v128.sub<C>(v128.sub<C>(loadTail<C, C>(x, n), a), b), n);
}

export function softmax<C>(x: usize, out: usize, rows: i32, n: i32): void {
  const bytes = <usize>n * sizeof<C>();
  for (; rows > 0; rows--) {
    const sum = rowExponentials<C>(x, n, rowMaximum<C>(x, n), out);
    divideRow<C>(out, n, splat<C>(sum));
    x += bytes;
    out += bytes;
  }
}

export function logSoftmax<C>(x: usize, out: usize, rows: i32, n: i32): void {
  const bytes = <usize>n * sizeof<C>();
  for (; rows > 0; rows--) {
    const m = rowMaximum<C>(x, n);
    shiftRow<C>(x, out, n, m, splat<C>(logarithm(rowExponentials<C>(x, n, m, 0))));
    x += bytes;
    out += bytes;
  }
}

/** Whether one of n numbers is NaN. */
function hasNaN<C>(x: usize, n: i32): bool {
  for (; n > 0; n--) {
    if (isNaN(load<C>(x))) return true;
    x += sizeof<C>();
  }
  return false;
}

/** One number for each row. */
export function logSumExp<C>(x: usize, out: usize, rows: i32, n: i32): void {
  const bytes = <usize>n * sizeof<C>();
  for (; rows > 0; rows--) {
    const m = rowMaximum<C>(x, n);
    const largest = v128.extract_lane<C>(m, 0);
    if (isFinite(largest)) {
      store<C>(out, <C>(<f64>largest + logarithm(rowExponentials<C>(x, n, m, 0))));
    } else {
      store<C>(out, hasNaN<C>(x, n) ? <C>NaN : largest);
    }
    x += bytes;
    out += sizeof<C>();
  }
}

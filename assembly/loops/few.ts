/**
 * Sums of a few numbers each, which f64 adds without rounding, as it does where their exponents lie
 * close together. In bits of what is added, of the exponents' difference, and for 2^6 numbers:
 *
 *     f32                               24 + 22 + 1 + 6 = 53
 *     f64, its first 27 bits            27 + 20     + 6 = 53
 *     f64, its last 26 bits             26 + 20 + 1 + 6 = 53
 *
 * So the two parts of f64 are added apart, and the result is rounded once, when they are joined.
 */
import { constant, magnitudeMask } from "../lanes";

/** Numbers of a sum, at most. */
export const MOST: i32 = 64;
/** Bytes that are looked at together: half of a first-level cache. */
const BATCH: i32 = 16384;

/** How far exponents lie apart at most, as a difference of the numbers' upper (or only) 32 bits. */
@inline
export function spread<S>(): i32 {
  return sizeof<S>() == 4 ? 22 << 23 : 20 << 20;
}

/** Upper 32 bits of what is infinite, or could become so. */
@inline
function limit<S>(): u32 {
  return sizeof<S>() == 4 ? 0x7f800000 : (2047 - 8) << 20;
}

/**
 * Writes the sums along the middle dimension of [outer, length, inner], over `divisor`, at `out`.
 * Rows are `stride` bytes apart, and length is at most MOST. Returns false as soon as there are
 * numbers that are not so, or not finite.
 */
export function exactSums<S>(
  x: usize,
  outer: i32,
  length: i32,
  inner: i32,
  stride: usize,
  divisor: f64,
  out: usize,
): bool {
  const together = BATCH / (max(length, 1) * sizeof<S>());
  if (inner == 1) return ofRows<S>(x, outer, length, together, divisor, out);
  for (; outer > 0; outer--) {
    for (let c = 0; c < inner; c += together) {
      const columns = min(together, inner - c);
      const from = x + <usize>c * sizeof<S>();
      if (!areExact<S>(from, length, columns, stride)) return false;
      ofColumns<S>(from, length, columns, stride, divisor, out + <usize>c * 8);
    }
    x += <usize>length * stride;
    out += <usize>inner * 8;
  }
  return true;
}

function ofRows<S>(x: usize, rows: i32, length: i32, together: i32, divisor: f64, out: usize): bool {
  const bytes = <usize>length * sizeof<S>();
  const divisors = f64x2.splat(divisor);
  for (; rows > 0; rows -= together) {
    const now = min(rows, together);
    if (!areExact<S>(x, 1, now * length, 0)) return false;
    let r = 0;
    for (; r + 2 <= now; r += 2) {
      v128.store(out, f64x2.div(twoRows<S>(x, x + bytes, length), divisors));
      x += 2 * bytes;
      out += 16;
    }
    if (r < now) {
      v128.store64_lane(out, f64x2.div(twoRows<S>(x, x, length), divisors), 0);
      x += bytes;
      out += 8;
    }
  }
  return true;
}

/** The first 27 bits of f64; f32 as it is. */
@inline
function upper<S>(x: v128, mask: v128): v128 {
  return sizeof<S>() == 4 ? x : v128.and(x, mask);
}

/** sum + what `upper` leaves of x. */
@inline
function addRest<S>(sum: v128, x: v128, part: v128): v128 {
  return sizeof<S>() == 4 ? sum : f64x2.add(sum, f64x2.sub(x, part));
}

@inline
function upperMask(n: i32): v128 {
  return i64x2.splat(~0x3ffffff | (<i64>(n >> 31)));
}

/** Two numbers as f64. */
@inline
function two<S>(p: usize): v128 {
  return sizeof<S>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(p)) : v128.load(p);
}

/** The sums of n numbers at x, and of n at y. */
@inline
function twoRows<S>(x: usize, y: usize, n: i32): v128 {
  const mask = upperMask(n);
  const step: usize = 2 * sizeof<S>();
  let a = f64x2.splat(0),
    b = f64x2.splat(0);
  let restA = f64x2.splat(0),
    restB = f64x2.splat(0);
  for (; n >= 2; n -= 2) {
    const v = two<S>(x);
    const w = two<S>(y);
    const upperV = upper<S>(v, mask);
    const upperW = upper<S>(w, mask);
    a = f64x2.add(a, upperV);
    b = f64x2.add(b, upperW);
    restA = addRest<S>(restA, v, upperV);
    restB = addRest<S>(restB, w, upperW);
    x += step;
    y += step;
  }
  let sums = acrossLanes(a, b);
  let rests = sizeof<S>() == 4 ? sums : acrossLanes(restA, restB);
  if (n > 0) {
    const v = f64x2.replace_lane(f64x2.splat(<f64>load<S>(x)), 1, <f64>load<S>(y));
    const upperV = upper<S>(v, mask);
    sums = f64x2.add(sums, upperV);
    rests = addRest<S>(rests, v, upperV);
  }
  return sizeof<S>() == 4 ? sums : f64x2.add(sums, rests);
}

/** (a0 + a1, b0 + b1) */
@inline
function acrossLanes(a: v128, b: v128): v128 {
  return f64x2.add(i64x2.shuffle(a, b, 0, 2), i64x2.shuffle(a, b, 1, 3));
}

function ofColumns<S>(x: usize, rows: i32, columns: i32, stride: usize, divisor: f64, out: usize): void {
  const mask = upperMask(rows);
  const divisors = f64x2.splat(divisor);
  const step: usize = 2 * sizeof<S>();
  for (; columns >= 4; columns -= 4) {
    let a = f64x2.splat(0),
      b = f64x2.splat(0);
    let restA = f64x2.splat(0),
      restB = f64x2.splat(0);
    let p = x;
    for (let r = rows; r > 0; r--) {
      const v = two<S>(p);
      const w = two<S>(p + step);
      const upperV = upper<S>(v, mask);
      const upperW = upper<S>(w, mask);
      a = f64x2.add(a, upperV);
      b = f64x2.add(b, upperW);
      restA = addRest<S>(restA, v, upperV);
      restB = addRest<S>(restB, w, upperW);
      p += stride;
    }
    if (sizeof<S>() == 8) {
      a = f64x2.add(a, restA);
      b = f64x2.add(b, restB);
    }
    v128.store(out, divisor == 1 ? a : f64x2.div(a, divisors));
    v128.store(out, divisor == 1 ? b : f64x2.div(b, divisors), 16);
    x += 2 * step;
    out += 32;
  }
  for (; columns > 0; columns--) {
    store<f64>(out, oneColumn<S>(x, rows, stride) / divisor);
    x += sizeof<S>();
    out += 8;
  }
}

function oneColumn<S>(x: usize, rows: i32, stride: usize): f64 {
  const mask = upperMask(rows);
  let sum = f64x2.splat(0),
    rest = f64x2.splat(0);
  for (; rows > 0; rows--) {
    const v = f64x2.splat(<f64>load<S>(x));
    const upperV = upper<S>(v, mask);
    sum = f64x2.add(sum, upperV);
    rest = addRest<S>(rest, v, upperV);
    x += stride;
  }
  return f64x2.extract_lane(f64x2.add(sum, rest), 0);
}

@inline
function less<S>(bits: v128, one: v128): v128 {
  return sizeof<S>() == 4 ? i32x4.sub(bits, one) : i64x2.sub(bits, one);
}

/** Whether any MOST of these numbers, in `rows` rows of n, are added exactly. */
export function areExact<S>(x: usize, rows: i32, n: i32, stride: usize): bool {
  const mask = magnitudeMask<S>(n);
  const one = sizeof<S>() == 4 ? constant(1, n) : i64x2.splat(1 | (<i64>(n >> 31)));
  let largest = i32x4.splat(0);
  // Of the numbers that are not 0, less 1: 0 becomes the greatest.
  let least = i32x4.splat(-1);
  const width = 16 / sizeof<S>();
  for (; rows > 0; rows--) {
    let p = x;
    let left = n;
    for (; left >= 2 * width; left -= 2 * width) {
      const bits = v128.and(v128.load(p), mask);
      const next = v128.and(v128.load(p, 16), mask);
      largest = i32x4.max_u(largest, i32x4.max_u(bits, next));
      least = i32x4.min_u(least, i32x4.min_u(less<S>(bits, one), less<S>(next, one)));
      p += 32;
    }
    for (; left > 0; left--) {
      const v = sizeof<S>() == 4 ? v128.load32_splat(p) : v128.load64_splat(p);
      const bits = v128.and(v, mask);
      largest = i32x4.max_u(largest, bits);
      least = i32x4.min_u(least, less<S>(bits, one));
      p += sizeof<S>();
    }
    x += stride;
  }
  largest = i32x4.max_u(largest, i64x2.shuffle(largest, largest, 1, 0));
  least = i32x4.min_u(least, i64x2.shuffle(least, least, 1, 0));
  if (sizeof<S>() == 4) {
    largest = i32x4.max_u(largest, i32x4.shuffle(largest, largest, 1, 0, 3, 2));
    least = i32x4.min_u(least, i32x4.shuffle(least, least, 1, 0, 3, 2));
  }
  // The upper words of f64 stand in the odd lanes.
  const most = <u32>i32x4.extract_lane(largest, 1);
  const fewest = <u32>i32x4.extract_lane(least, 1);
  return most < limit<S>() && <i32>(most - fewest) < spread<S>();
}

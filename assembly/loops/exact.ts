/**
 * The exact sum of one block, in whatever order: the state of core/exact-sum.ts, written at `out`.
 *
 * Where every number is a multiple of 2^low and less than 2^top, a sum of n of them is a multiple
 * of 2^low below n 2^top; float64 adds without rounding as long as that is at most 2^(low + 53).
 * What reaches further is cut into slices first (Demmel and Nguyen, Fast Reproducible
 * Floating-Point Summation, 2013). A running sum that begins at M = 1.5 · 2^e takes from each
 * number what stands above 2^(e - 53), and stays in M's binade, where that is exact:
 *
 *     number        |........ top ................................ low ........|
 *     first sum          |--- 53 bits from e = top + log2(n) + 1 ---|
 *     second sum                                   |--- of what is left, 53 bits ---|
 *
 * So the exponents of a part of a block decide how many slices it takes, and none of them rounds.
 * Exponents further apart, Inf and NaN are added one by one.
 */
import { loadWide } from "../lanes";

/**
 * Numbers that are looked at together: 16 KiB of f32 stay in a first-level cache for the second
 * look.
 */
const PART = 4096;
/** The same where a longer part needs too many slices: few of its numbers may be the reason. */
const SHORT = 64;

/**
 * The layout of a state, in f64: limbs, how many +Inf, -Inf and NaN, and how many additions wait
 * for carries.
 */
const LIMBS = 67;
const POSITIVE: usize = 8 * LIMBS;
const PENDING: usize = POSITIVE + 24;
const LENGTH: usize = LIMBS + 4;

/** Σ x[i], exactly, for n <= 2^19. */
export function exact<S>(x: usize, n: i32, out: usize): void {
  for (let i: usize = 0; i < LENGTH; i++) store<f64>(out + 8 * i, 0);
  // Two numbers may become three slices.
  store<f64>(out + PENDING, n + 2);
  addParts<S>(x, n, out, PART);
}

/** Adds n numbers to the state, `length` at a time. */
function addParts<S>(x: usize, n: i32, out: usize, length: i32): void {
  for (; n > 0; n -= length) {
    addPart<S>(x, min(n, length), out);
    x += length * sizeof<S>();
  }
}

/** Adds n <= PART numbers to the state. */
function addPart<S>(x: usize, n: i32, out: usize): void {
  let top = i64x2.splat(0);
  let low = i64x2.splat(-1);
  const step: usize = 16;
  let p = x;
  let left = n;
  for (; left >= 16 / <i32>sizeof<S>(); left -= 16 / <i32>sizeof<S>()) {
    const size = magnitude<S>(v128.load(p));
    top = i32x4.max_u(top, size);
    low = i32x4.min_u(low, aboveZero<S>(size));
    p += step;
  }
  for (; left > 0; left--) {
    const size = magnitude<S>(one<S>(p));
    top = i32x4.max_u(top, size);
    low = i32x4.min_u(low, aboveZero<S>(size));
    p += sizeof<S>();
  }
  const highest = exponent<S>(largest<S>(top));
  const lowest = exponent<S>(sizeof<S>() == 4 ? smallest<S>(low) + 1 : smallest<S>(low));
  const digits = sizeof<S>() == 4 ? 24 : 53;
  const bias = sizeof<S>() == 4 ? 126 : 1022;
  // 2^above is more than any of the numbers, each of which is a multiple of 2^below.
  const above = highest - bias;
  const below = max(lowest, 1) - bias - digits;
  if (highest == 2 * bias + 3) {
    addWidely<S>(x, n, out);
    return;
  }
  if (smallest<S>(low) == -1) return;
  const more = 32 - clz(n - 1);
  if (above - below + more <= 53) {
    slices<S>(x, n, out, 0, 0, 1);
    return;
  }
  const e = max(above + more + 1, -960);
  if (e > 1023) {
    addWidely<S>(x, n, out);
    return;
  }
  const f = e - 52 + more;
  if (e + more <= below + 106) slices<S>(x, n, out, scale(e), 0, 2);
  else if (f + more <= below + 106) slices<S>(x, n, out, scale(e), scale(max(f, -960)), 3);
  else addWidely<S>(x, n, out);
}

/** 1.5 · 2^e */
@inline
function scale(e: i32): f64 {
  return reinterpret<f64>(((<u64>(e + 1023)) << 52) | ((<u64>1) << 51));
}

@inline
function magnitude<S>(v: v128): v128 {
  return sizeof<S>() == 4 ? v128.and(v, i32x4.splat(0x7fffffff)) : v128.and(v, i64x2.splat(i64.MAX_VALUE));
}

/**
 * Sizes for a minimum that zeros have no part in: f32's bits less one, or f64's with all bits set
 * for a zero.
 */
@inline
function aboveZero<S>(size: v128): v128 {
  if (sizeof<S>() == 4) return i32x4.sub(size, i32x4.splat(1));
  return v128.or(size, i64x2.eq(size, i64x2.splat(0)));
}

/** One number and zeros. */
@inline
function one<S>(p: usize): v128 {
  return sizeof<S>() == 4 ? v128.load32_zero(p) : v128.load64_zero(p);
}

/** The upper 32 bits of the largest number: of f64, every other lane says nothing. */
@inline
function largest<S>(v: v128): u32 {
  const b = <u32>i32x4.extract_lane(v, 1);
  const d = <u32>i32x4.extract_lane(v, 3);
  if (sizeof<S>() == 8) return max(b, d);
  return max(max(<u32>i32x4.extract_lane(v, 0), <u32>i32x4.extract_lane(v, 2)), max(b, d));
}

@inline
function smallest<S>(v: v128): u32 {
  const b = <u32>i32x4.extract_lane(v, 1);
  const d = <u32>i32x4.extract_lane(v, 3);
  if (sizeof<S>() == 8) return min(b, d);
  return min(min(<u32>i32x4.extract_lane(v, 0), <u32>i32x4.extract_lane(v, 2)), min(b, d));
}

/** The exponent's bits. */
@inline
function exponent<S>(upper: u32): i32 {
  return <i32>(sizeof<S>() == 4 ? upper >> 23 : upper >> 20);
}

/**
 * Adds the numbers in one, two or three slices, of which the upper begin at m1 and m2. Each slice
 * has two running sums, `a` and `b`, which hide the latency of their additions.
 */
@inline
function slices<S>(x: usize, n: i32, out: usize, m1: f64, m2: f64, count: i32): void {
  const first = f64x2.splat(m1);
  const second = f64x2.splat(m2);
  const zero = f64x2.splat(0);
  let a1 = first,
    b1 = first;
  let a2 = second,
    b2 = second;
  let a3 = zero,
    b3 = zero;
  const step = 2 * sizeof<S>();
  for (; n >= 4; n -= 4) {
    let a = loadWide<S>(x, 2);
    let b = loadWide<S>(x + step, 2);
    if (count > 1) {
      const a0 = a1;
      const b0 = b1;
      a1 = f64x2.add(a0, a);
      b1 = f64x2.add(b0, b);
      a = f64x2.sub(a, f64x2.sub(a1, a0));
      b = f64x2.sub(b, f64x2.sub(b1, b0));
    }
    if (count > 2) {
      const a0 = a2;
      const b0 = b2;
      a2 = f64x2.add(a0, a);
      b2 = f64x2.add(b0, b);
      a = f64x2.sub(a, f64x2.sub(a2, a0));
      b = f64x2.sub(b, f64x2.sub(b2, b0));
    }
    a3 = f64x2.add(a3, a);
    b3 = f64x2.add(b3, b);
    x += 2 * step;
  }
  for (; n > 0; n -= 2) {
    let a = loadWide<S>(x, n);
    if (count > 1) {
      const a0 = a1;
      a1 = f64x2.add(a0, a);
      a = f64x2.sub(a, f64x2.sub(a1, a0));
    }
    if (count > 2) {
      const a0 = a2;
      a2 = f64x2.add(a0, a);
      a = f64x2.sub(a, f64x2.sub(a2, a0));
    }
    a3 = f64x2.add(a3, a);
    x += step;
  }
  if (count > 1) add(together(a1, b1, first), out);
  if (count > 2) add(together(a2, b2, second), out);
  add(together(a3, b3, zero), out);
}

/** What two running sums that began at `start` took in. */
function together(a: v128, b: v128, start: v128): f64 {
  const sum = f64x2.add(f64x2.sub(a, start), f64x2.sub(b, start));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Adds numbers that slices do not hold. */
function addWidely<S>(x: usize, n: i32, out: usize): void {
  if (n > SHORT) {
    addParts<S>(x, n, out, SHORT);
    return;
  }
  for (; n > 0; n--) {
    const v = <f64>load<S>(x);
    if (isFinite(v)) add(v, out);
    else count(v, out);
    x += sizeof<S>();
  }
}

/** Adds a finite number to the state, as core/exact-sum.ts does. */
function add(v: f64, out: usize): void {
  const bits = reinterpret<i64>(v);
  const e = (<i32>(bits >> 52)) & 0x7ff;
  const fraction = bits & 0xfffffffffffff;
  const mantissa = e == 0 ? fraction : fraction | 0x10000000000000;
  const position = max(e - 1, 0);
  const shift = <i64>(position & 31);
  const limb = out + ((<usize>(position >> 5)) << 3);
  const lower = mantissa << shift;
  // The bits that the shift moves beyond 64, in two steps: a shift by 64 would be one by 0.
  const upper = (mantissa >> 32) >> (32 - shift);
  const sign = bits >> 63;
  put(limb, signed(lower & 0xffffffff, sign));
  put(limb + 8, signed((lower >> 32) & 0xffffffff, sign));
  put(limb + 16, signed(upper, sign));
}

/** The number, or where the sign is -1 its negative. */
@inline
function signed(digit: i64, sign: i64): f64 {
  return <f64>((digit ^ sign) - sign);
}

@inline
function put(place: usize, v: f64): void {
  store<f64>(place, load<f64>(place) + v);
}

/** Counts what is not finite. */
function count(v: f64, out: usize): void {
  put(out + POSITIVE + (v > 0 ? 0 : v < 0 ? 8 : 16), 1);
}

/** Sums of long blocks of f16, which take fewer steps to decode where there is no Inf and no NaN. */
import { constant, f16, magnitudeMask, nextHigh, nextLow, oneHalf, shifted, splat } from "../lanes";
import { finish, reduce, SCALE } from "./reduce";
import { valueAt } from "./vectors";

/**
 * The difference of f16 in the upper 16 bits that are neither Inf nor NaN; 2^-112 of it where the
 * term copies bits, for the sum to be scaled. Small as the shifted numbers are, subtraction is
 * exact and as fast as ever where they are subnormal in f32, which multiplication is not.
 */
@inline
function finiteDifference<T>(a: v128, b: v128, bits: v128, scale: v128): v128 {
  const d = f32x4.sub(shifted(a, bits), shifted(b, bits));
  return changetype<T>(0).bitwise() ? d : f32x4.mul(d, scale);
}

/** The sum of the terms at two words of finite f16. */
@inline
function finitePair<T>(a: v128, b: v128, p: v128, mask: v128, half: v128, bits: v128, scale: v128): v128 {
  const d = finiteDifference<T>(i32x4.shl(a, 16), i32x4.shl(b, 16), bits, scale);
  const e = finiteDifference<T>(a, b, bits, scale);
  return f32x4.add(valueAt<T, f32>(d, p, mask, half), valueAt<T, f32>(e, p, mask, half));
}

/** The larger of `top` and the magnitudes of two words of f16, as integers. */
@inline
function highest(top: v128, a: v128, b: v128, magnitude: v128): v128 {
  return i16x8.max_u(top, i16x8.max_u(v128.and(a, magnitude), v128.and(b, magnitude)));
}

/**
 * Σ term(x[i] - y[i]) of a long block of f16, the same bits as of `reduce`: Inf and NaN are looked for on the way,
 * and where there are any, the block is added once more, with care.
 */
@inline
export function sumF16<T>(x: usize, y: usize, n: i32, p: f64): f64 {
  const vp = splat<f32>(p);
  const mask = magnitudeMask<f32>(n);
  const half = oneHalf<f32>(n);
  const bits = constant(0x8fffe000, n);
  const scale = constant(0x77800000, n);
  const magnitude = constant(0x7fff7fff, n);
  const zero = i64x2.splat(0);
  let low = zero;
  let high = zero;
  let top = zero;
  let at: usize = 0;
  let left = n;
  do {
    let a = v128.load(x + at);
    let b = v128.load(y + at);
    let c = v128.load(x + at, 16);
    let d = v128.load(y + at, 16);
    top = highest(highest(top, a, b, magnitude), c, d, magnitude);
    const even = finitePair<T>(a, b, vp, mask, half, bits, scale);
    let s = f32x4.add(even, finitePair<T>(c, d, vp, mask, half, bits, scale));
    at += 32;
    left -= 16;
    if (left >= 16) {
      a = v128.load(x + at);
      b = v128.load(y + at);
      c = v128.load(x + at, 16);
      d = v128.load(y + at, 16);
      top = highest(highest(top, a, b, magnitude), c, d, magnitude);
      const next = finitePair<T>(a, b, vp, mask, half, bits, scale);
      s = f32x4.add(s, f32x4.add(next, finitePair<T>(c, d, vp, mask, half, bits, scale)));
      at += 32;
      left -= 16;
    }
    low = nextLow<f32>(low, high, s);
    high = nextHigh<f32>(high, s);
  } while (left >= 16);
  if (v128.any_true(i16x8.gt_u(top, i16x8.splat(0x7bff)))) {
    return reduce<T, f32, f16, f32>(x, y, 0, 0, n, p, 0, 0, false, false, false);
  }
  if (changetype<T>(0).bitwise()) {
    low = f64x2.mul(low, f64x2.splat(SCALE));
    high = f64x2.mul(high, f64x2.splat(SCALE));
  }
  return finish<T, f32, f16, f32>(
    x + at,
    y + at,
    0,
    0,
    left,
    vp,
    vp,
    vp,
    vp,
    mask,
    half,
    low,
    high,
    false,
    false,
  );
}

/** Whether two long blocks of f16 hold neither Inf nor NaN, but for their last few elements. */
@inline
export function areFinite(x: usize, y: usize, n: i32): bool {
  const magnitude = constant(0x7fff7fff, n);
  let a = i64x2.splat(0);
  let b = a;
  do {
    a = i16x8.max_u(a, v128.and(v128.load(x), magnitude));
    b = i16x8.max_u(b, v128.and(v128.load(y), magnitude));
    a = i16x8.max_u(a, v128.and(v128.load(x, 16), magnitude));
    b = i16x8.max_u(b, v128.and(v128.load(y, 16), magnitude));
    x += 32;
    y += 32;
    n -= 16;
  } while (n >= 16);
  return !v128.any_true(i16x8.gt_u(i16x8.max_u(a, b), i16x8.splat(0x7bff)));
}

/**
 * The passes of a loss over one block: the sum of its terms, alone or together with the gradient.
 * Both are one loop, so that they give the same bits.
 *
 * Terms are added pairwise over eight vectors in C, then into wide running sums (lanes.ts); the
 * last few of the block go into the wide sums directly. Blocks have a fixed length and this order
 * is the only one, so the inputs alone decide the bits. Why eight: on 4 Mi f32 terms, random or
 * constant, 0.25 ULP from the exact sum or less, at 85-95 % of the speed of plain f32 sums
 * (measured); everything in f64 halves the speed in cache, and sixteen gained 4 to 9 % there. In a
 * short block the few groups of eight do not average out, so it goes into the wide sums directly:
 * with groups, 1.9 ULP were seen at 64 elements.
 */
import {
  constant,
  f16,
  isF16,
  lanes,
  leftOut,
  leftOutOfTail,
  load,
  loadTail,
  magnitudeMask,
  nextHigh,
  nextLow,
  oneHalf,
  shifted,
  splat,
  storeBits,
  storeBitsTail,
  stored,
  total,
} from "../lanes";
import { keepWhere } from "./masks";
import { isGiven, quad, slopeAt, valueAt } from "./vectors";

/** Elements from which on terms are added pairwise in C first. */
export const PAIRWISE = 512;
/** The value of f16's bits over that of the same bits moved under f32's, see `shifted`. */
const SCALE: f64 = 2 ** 112;

/**
 * Adds up one block. Why the loop looks as it does (found in V8's machine code): it ends with its
 * condition, so that V8 11 makes constants before it instead of anew in each turn; and four vectors
 * are added up before the next four are loaded, behind a condition, since V8 11 would put all loads
 * of a stretch without branches first, more than there are registers. `finite`: f16 without Inf and
 * NaN, but for the last few elements. `masked`: where a byte at `keep` is 0, the element does not
 * count.
 */
@inline
function reduce<T, C, S, R>(
  x: usize,
  y: usize,
  keep: usize,
  out: usize,
  n: i32,
  p: f64,
  norm: f64,
  q: f64,
  slopes: bool,
  finite: bool,
  masked: bool,
): f64 {
  const width = lanes<C>();
  const step = <usize>width * sizeof<S>();
  const vp = splat<C>(p);
  const vq = splat<C>(q);
  const term = changetype<T>(0);
  let vnorm = splat<C>(norm);
  let rest = term.rest<C>(vq, vnorm);
  if (term.bitwise()) {
    rest = stored<S>(rest);
    vnorm = stored<S>(vnorm);
  }
  const mask = magnitudeMask<C>(n);
  const half = oneHalf<C>(n);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);

  if (n >= PAIRWISE) {
    const upper = constant(finite ? 0x8fffe000 : 0xffff0000, n);
    do {
      let s = quad<T, C, S, R>(
        x,
        y,
        keep,
        out,
        vp,
        vq,
        vnorm,
        rest,
        mask,
        half,
        upper,
        slopes,
        finite,
        masked,
      );
      x += 4 * step;
      y += 4 * step;
      if (masked) keep += 4 * width;
      out += 4 * step;
      n -= 4 * width;
      if (n >= 4 * width) {
        s = v128.add<C>(
          s,
          quad<T, C, S, R>(x, y, keep, out, vp, vq, vnorm, rest, mask, half, upper, slopes, finite, masked),
        );
        x += 4 * step;
        y += 4 * step;
        if (masked) keep += 4 * width;
        out += 4 * step;
        n -= 4 * width;
      }
      low = nextLow<C>(low, high, s);
      high = nextHigh<C>(high, s);
    } while (n >= 4 * width);
    if (finite) {
      low = f64x2.mul(low, f64x2.splat(SCALE));
      high = f64x2.mul(high, f64x2.splat(SCALE));
    }
  }
  return finish<T, C, S, R>(x, y, keep, out, n, vp, vq, vnorm, rest, mask, half, low, high, slopes, masked);
}

/** The sum in (low, high) and of the last n terms, each vector added directly. */
@inline
function finish<T, C, S, R>(
  x: usize,
  y: usize,
  keep: usize,
  out: usize,
  n: i32,
  p: v128,
  q: v128,
  norm: v128,
  rest: v128,
  mask: v128,
  half: v128,
  low: v128,
  high: v128,
  slopes: bool,
  masked: bool,
): f64 {
  const width = lanes<C>();
  const step = <usize>width * sizeof<S>();
  for (; n >= width; n -= width) {
    const a = load<C, S>(x);
    let d = isGiven<T>() ? a : v128.sub<C>(a, load<C, S>(y));
    if (masked) d = v128.andnot(d, leftOut<C>(keep));
    if (slopes) storeBits<S>(out, slopeAt<T, C, S, R>(d, q, norm, rest, mask));
    const value = valueAt<T, C>(d, p, mask, half);
    low = nextLow<C>(low, high, value);
    high = nextHigh<C>(high, value);
    x += step;
    y += step;
    if (masked) keep += width;
    out += step;
  }
  if (n > 0) {
    // The padded lanes hold d = 0, whose term is 0.
    const a = loadTail<C, S>(x, n);
    let d = isGiven<T>() ? a : v128.sub<C>(a, loadTail<C, S>(y, n));
    if (masked) d = v128.andnot(d, leftOutOfTail<C>(keep, n));
    if (slopes) storeBitsTail<S>(out, slopeAt<T, C, S, R>(d, q, norm, rest, mask), n);
    const value = valueAt<T, C>(d, p, mask, half);
    low = nextLow<C>(low, high, value);
    high = nextHigh<C>(high, value);
  }
  return total<C>(low, high);
}

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
 * Σ term(x[i] - y[i]) of f16, the same bits as of `reduce`: Inf and NaN are looked for on the way,
 * and where there are any, the block is added once more, with care.
 */
@inline
function sumF16<T>(x: usize, y: usize, n: i32, p: f64): f64 {
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
function areFinite(x: usize, y: usize, n: i32): bool {
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

/** Σ term(x[i] - y[i]) */
export function sum<T, C, S>(x: usize, y: usize, n: i32, p: f64): f64 {
  if (isF16<S>() && n >= PAIRWISE) return sumF16<T>(x, y, n, p);
  return reduce<T, C, S, C>(x, y, 0, 0, n, p, 0, 0, false, false, false);
}

/** The same of the elements whose byte at `keep` is not 0. */
export function maskedSum<T, C, S>(x: usize, y: usize, keep: usize, n: i32, p: f64): f64 {
  return reduce<T, C, S, C>(x, y, keep, 0, n, p, 0, 0, false, false, true);
}

/** The same sum; and out[i] = norm · slope(x[i] - y[i]) with the parameter q, rounded as R */
export function sumAndSlope<T, C, S, R>(
  x: usize,
  y: usize,
  out: usize,
  n: i32,
  p: f64,
  norm: f64,
  q: f64,
): f64 {
  // The gradient may overwrite an operand, so that Inf and NaN must be looked for before.
  const term = changetype<T>(0);
  if (isF16<S>() && term.bitwise() && n >= PAIRWISE && areFinite(x, y, n)) {
    return reduce<T, C, S, R>(x, y, 0, out, n, p, norm, q, true, true, false);
  }
  return reduce<T, C, S, R>(x, y, 0, out, n, p, norm, q, true, false, false);
}

/** The same of the elements whose byte at `keep` is not 0; out[i] = 0 where it is. */
export function maskedSumAndSlope<T, C, S, R>(
  x: usize,
  y: usize,
  keep: usize,
  out: usize,
  n: i32,
  p: f64,
  norm: f64,
  q: f64,
): f64 {
  const sum = reduce<T, C, S, R>(x, y, keep, out, n, p, norm, q, true, false, true);
  // A slope of 0 times any other norm is -0 or NaN.
  if (!(norm > 0 && isFinite(<C>norm))) keepWhere<C>(keep, out, out, n);
  return sum;
}

/**
 * The sum of n terms that are computed already and stored in the computing type: the same bits as
 * if they were computed here. Those of halves are added as words of halves are.
 */
export function sumGiven<T, C>(x: usize, n: i32): f64 {
  return reduce<T, C, C, C>(x, 0, 0, 0, n, 0, 0, 0, false, false, false);
}

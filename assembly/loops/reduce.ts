/**
 * The passes of a loss over one block: the sum of its terms, alone or together with the gradient. Both are one loop,
 * so that they give the same bits.
 *
 * Terms are added pairwise over eight vectors in C, then into wide running sums (lanes.ts); what is left of the block
 * goes into the wide sums directly. Blocks have a fixed length and this order is the only one, so the inputs alone
 * decide the bits. Why eight: on 4 Mi f32 terms, random or constant, 0.25 ULP from the exact sum or less, at 85-95 %
 * of the speed of plain f32 sums (measured); everything in f64 halves the speed in cache, and sixteen are 5 % faster there.
 * In a short block the few groups of eight do not average out, so it goes into the wide sums directly: with groups, 1.9 ULP
 * were seen at 64 elements.
 *
 * A term T has, of d = x - y and z = |d|:
 *
 *     value(d, z, p, 0.5)               its value; p is its parameter
 *     slope(d, z, q, norm, rest)        norm · slope, where rest = rest(q, norm) is what the loop need not compute anew
 *     linear()                          whether a power of two may be taken out of d before, or out of the sum after
 */
import {
  constant,
  evens,
  isHalf,
  lanes,
  load,
  loadTail,
  magnitudeMask,
  nextHigh,
  nextLow,
  odds,
  oneHalf,
  quantize,
  splat,
  store,
  storeTail,
  total,
  word,
} from "../lanes";

/** Elements from which on terms are added pairwise in C first. */
const PAIRWISE = 512;

/** norm · slope at d, rounded as R. */
@inline
function slopeAt<T, C, R>(d: v128, q: v128, norm: v128, rest: v128, mask: v128): v128 {
  const rounded = quantize<R>(d);
  return changetype<T>(0).slope<C, R>(rounded, v128.and(rounded, mask), q, norm, rest);
}

@inline
function valueAt<T, C>(d: v128, p: v128, mask: v128, half: v128): v128 {
  return changetype<T>(0).value<C, C>(d, v128.and(d, mask), p, half);
}

/** The sum of the terms at two vectors, their gradients stored when `slopes`. */
@inline
function pair<T, C, S, R>(
  x: usize,
  y: usize,
  out: usize,
  p: v128,
  q: v128,
  norm: v128,
  rest: v128,
  mask: v128,
  half: v128,
  upper: v128,
  slopes: bool,
): v128 {
  if (isHalf<S>()) {
    const a = v128.load(x);
    const b = v128.load(y);
    const d = v128.sub<C>(evens<S>(a), evens<S>(b));
    const e = v128.sub<C>(odds<S>(a, upper), odds<S>(b, upper));
    if (slopes) {
      const even = slopeAt<T, C, R>(d, q, norm, rest, mask);
      v128.store(out, word<S>(even, slopeAt<T, C, R>(e, q, norm, rest, mask)));
    }
    return v128.add<C>(valueAt<T, C>(d, p, mask, half), valueAt<T, C>(e, p, mask, half));
  }
  const d = v128.sub<C>(v128.load(x), v128.load(y));
  if (slopes) v128.store(out, slopeAt<T, C, R>(d, q, norm, rest, mask));
  const e = v128.sub<C>(v128.load(x, 16), v128.load(y, 16));
  if (slopes) v128.store(out, slopeAt<T, C, R>(e, q, norm, rest, mask), 16);
  return v128.add<C>(valueAt<T, C>(d, p, mask, half), valueAt<T, C>(e, p, mask, half));
}

/** The same at four vectors. */
@inline
function quad<T, C, S, R>(
  x: usize,
  y: usize,
  out: usize,
  p: v128,
  q: v128,
  norm: v128,
  rest: v128,
  mask: v128,
  half: v128,
  upper: v128,
  slopes: bool,
): v128 {
  const width = lanes<C>();
  const next = <usize>(2 * width) * sizeof<S>();
  return v128.add<C>(
    pair<T, C, S, R>(x, y, out, p, q, norm, rest, mask, half, upper, slopes),
    pair<T, C, S, R>(x + next, y + next, out + next, p, q, norm, rest, mask, half, upper, slopes),
  );
}

/**
 * Adds up one block. Why the loop looks as it does (found in V8's machine code): it ends with its condition, so that V8 11 makes
 * constants before it instead of anew in each turn; and four vectors are added up before the next four are loaded, behind a condition,
 * since V8 11 would put all loads of a stretch without branches first, more than there are registers.
 */
@inline
function reduce<T, C, S, R>(
  x: usize,
  y: usize,
  out: usize,
  n: i32,
  p: f64,
  norm: f64,
  q: f64,
  slopes: bool,
): f64 {
  const width = lanes<C>();
  const step = <usize>width * sizeof<S>();
  const vp = splat<C>(p);
  const vq = splat<C>(q);
  const vnorm = splat<C>(norm);
  const rest = changetype<T>(0).rest<C>(vq, vnorm);
  const mask = magnitudeMask<C>(n);
  const half = oneHalf<C>(n);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);

  if (n >= PAIRWISE) {
    const upper = constant(0xffff0000, n);
    do {
      let s = quad<T, C, S, R>(x, y, out, vp, vq, vnorm, rest, mask, half, upper, slopes);
      x += 4 * step;
      y += 4 * step;
      out += 4 * step;
      n -= 4 * width;
      if (n >= 4 * width) {
        s = v128.add<C>(s, quad<T, C, S, R>(x, y, out, vp, vq, vnorm, rest, mask, half, upper, slopes));
        x += 4 * step;
        y += 4 * step;
        out += 4 * step;
        n -= 4 * width;
      }
      low = nextLow<C>(low, high, s);
      high = nextHigh<C>(high, s);
    } while (n >= 4 * width);
  }
  for (; n >= width; n -= width) {
    const d = v128.sub<C>(load<C, S>(x), load<C, S>(y));
    if (slopes) store<C, S>(out, slopeAt<T, C, R>(d, vq, vnorm, rest, mask));
    const value = valueAt<T, C>(d, vp, mask, half);
    low = nextLow<C>(low, high, value);
    high = nextHigh<C>(high, value);
    x += step;
    y += step;
    out += step;
  }
  if (n > 0) {
    // The padded lanes hold d = 0, whose term is 0.
    const d = v128.sub<C>(loadTail<C, S>(x, n), loadTail<C, S>(y, n));
    if (slopes) storeTail<C, S>(out, slopeAt<T, C, R>(d, vq, vnorm, rest, mask), n);
    const value = valueAt<T, C>(d, vp, mask, half);
    low = nextLow<C>(low, high, value);
    high = nextHigh<C>(high, value);
  }
  return total<C>(low, high);
}

/** Σ term(x[i] - y[i]) */
export function sum<T, C, S>(x: usize, y: usize, n: i32, p: f64): f64 {
  return reduce<T, C, S, C>(x, y, 0, n, p, 0, 0, false);
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
  return reduce<T, C, S, R>(x, y, out, n, p, norm, q, true);
}

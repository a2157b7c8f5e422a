/**
 * The terms at a few vectors, for the loops in reduce.ts. A term T has, of d = x - y and z = |d|:
 *
 *     value(d, z, p, 0.5)               its value; p is its parameter
 *     slope(d, z, q, norm, rest)        norm · slope, to be rounded; rest = rest(q, norm) is what the loop need not compute anew
 *     bitwise()                         whether value is z, and slope copies the bits of norm or rest, but for the sign
 *
 * What is the same at every vector is passed on from before the loop: see `constant` in lanes.ts.
 */
import {
  evens,
  isHalf,
  lanes,
  leftOutOfFour,
  leftOutOfOne,
  leftOutOfTwo,
  odds,
  quantize,
  shifted,
  stored,
  word,
} from "../lanes";
import { Given, GivenByHalves } from "../terms/given";

/** Whether x holds the terms themselves, and there is no y. */
@inline
export function isGiven<T>(): bool {
  return changetype<T>(0) instanceof Given || changetype<T>(0) instanceof GivenByHalves;
}

/**
 * norm · slope at d, as it is stored; its operations round as R. Where it copies bits, norm and
 * rest come as they are stored, so that a half needs no rounding.
 */
@inline
export function slopeAt<T, C, S, R>(d: v128, q: v128, norm: v128, rest: v128, mask: v128): v128 {
  const term = changetype<T>(0);
  const rounded = quantize<R>(d);
  const slope = term.slope<C, R>(rounded, v128.and(rounded, mask), q, norm, rest);
  return term.bitwise() ? slope : stored<S>(slope);
}

@inline
export function valueAt<T, C>(d: v128, p: v128, mask: v128, half: v128): v128 {
  return changetype<T>(0).value<C, C>(d, v128.and(d, mask), p, half);
}

/**
 * The sum of the terms at two vectors, their gradients stored when `slopes`. Where `masked`, `left`
 * says which elements are left out: their difference is 0, and so is their term, and their slope
 * for a norm that is positive and finite.
 */
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
  left: v128,
  slopes: bool,
  finite: bool,
  masked: bool,
): v128 {
  let d: v128;
  let e: v128;
  if (isHalf<S>()) {
    const a = v128.load(x);
    const b = v128.load(y);
    if (finite) {
      d = f32x4.sub(shifted(i32x4.shl(a, 16), upper), shifted(i32x4.shl(b, 16), upper));
      e = f32x4.sub(shifted(a, upper), shifted(b, upper));
    } else {
      d = v128.sub<C>(evens<S>(a), evens<S>(b));
      e = v128.sub<C>(odds<S>(a, upper), odds<S>(b, upper));
    }
    if (slopes) {
      const even = slopeAt<T, C, S, R>(d, q, norm, rest, mask);
      v128.store(out, word(even, slopeAt<T, C, S, R>(e, q, norm, rest, mask)));
    }
  } else if (changetype<T>(0) instanceof Given) {
    d = v128.load(x);
    e = v128.load(x, 16);
  } else if (changetype<T>(0) instanceof GivenByHalves) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    d = i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    e = i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  } else {
    d = v128.sub<C>(v128.load(x), v128.load(y));
    if (masked) d = v128.andnot(d, leftOutOfOne<C>(left, false));
    if (slopes) v128.store(out, slopeAt<T, C, S, R>(d, q, norm, rest, mask));
    e = v128.sub<C>(v128.load(x, 16), v128.load(y, 16));
    if (masked) e = v128.andnot(e, leftOutOfOne<C>(left, true));
    if (slopes) v128.store(out, slopeAt<T, C, S, R>(e, q, norm, rest, mask), 16);
  }
  return v128.add<C>(valueAt<T, C>(d, p, mask, half), valueAt<T, C>(e, p, mask, half));
}

/** The same at four vectors; `keep` is where the bytes of their mask lie. Halves have no masks. */
@inline
export function quad<T, C, S, R>(
  x: usize,
  y: usize,
  keep: usize,
  out: usize,
  p: v128,
  q: v128,
  norm: v128,
  rest: v128,
  mask: v128,
  half: v128,
  upper: v128,
  slopes: bool,
  finite: bool,
  masked: bool,
): v128 {
  const next = <usize>(2 * lanes<C>()) * sizeof<S>();
  const bytes = masked ? leftOutOfFour<C>(keep) : half;
  const first = masked ? leftOutOfTwo<C>(bytes, false) : half;
  const a = pair<T, C, S, R>(x, y, out, p, q, norm, rest, mask, half, upper, first, slopes, finite, masked);
  const second = masked ? leftOutOfTwo<C>(bytes, true) : half;
  x += next;
  y += next;
  out += next;
  return v128.add<C>(
    a,
    pair<T, C, S, R>(x, y, out, p, q, norm, rest, mask, half, upper, second, slopes, finite, masked),
  );
}

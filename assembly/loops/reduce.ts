/**
 * The loop of a loss over one block: the sum of its terms, alone or together with the gradient, so
 * that both have the same bits.
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
  lanes,
  leftOut,
  leftOutOfTail,
  load,
  loadTail,
  magnitudeMask,
  nextHigh,
  nextLow,
  oneHalf,
  splat,
  storeBits,
  storeBitsTail,
  stored,
  total,
} from "../lanes";
import { isGiven, quad, slopeAt, valueAt } from "./vectors";

/** Elements from which on terms are added pairwise in C first. */
export const PAIRWISE = 512;
/** The value of f16's bits over that of the same bits moved under f32's, see `shifted`. */
export const SCALE: f64 = 2 ** 112;

/**
 * Adds up one block. Why the loop looks as it does (found in V8's machine code): it ends with its
 * condition, so that V8 11 makes constants before it instead of anew in each turn; and four vectors
 * are added up before the next four are loaded, behind a condition, since V8 11 would put all loads
 * of a stretch without branches first, more than there are registers. `finite`: f16 without Inf and
 * NaN, but for the last few elements. `masked`: where a byte at `keep` is 0, the element does not
 * count.
 */
@inline
export function reduce<T, C, S, R>(
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
export function finish<T, C, S, R>(
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

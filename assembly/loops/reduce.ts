/**
 * The passes of a loss over one block: the sum of its terms, alone or together with the gradient. Both are one loop,
 * so that they give the same bits.
 *
 * Terms are added pairwise over eight vectors in C, then into wide running sums (lanes.ts); what is left of the block
 * goes into the wide sums directly. Blocks have a fixed length and this order is the only one, so the inputs alone
 * decide the bits. Why eight: on 4 Mi f32 terms, random or constant, 0.25 ULP from the exact sum or less, at 85-95 %
 * of the speed of plain f32 sums (measured); everything in f64 halves the speed in cache.
 * In a short block the few groups of eight do not average out, so it goes into the wide sums directly: with groups, 1.9 ULP
 * were seen at 64 elements.
 */
import { lanes, load, loadTail, nextHigh, nextLow, quantize, splat, store, storeTail, total } from "../lanes";

/** Elements from which on terms are added pairwise in C first. */
const PAIRWISE = 512;

/** The term at one vector, its gradient stored when `slopes`. */
@inline
function visit<T, C, S, R>(x: usize, y: usize, out: usize, p: v128, norm: v128, q: v128, slopes: bool): v128 {
  const term = changetype<T>(0);
  const d = v128.sub<C>(load<C, S>(x), load<C, S>(y));
  if (slopes) store<C, S>(out, term.slope<C, R>(quantize<R>(d), q, norm));
  return term.value<C, C>(d, p);
}

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
  const term = changetype<T>(0);
  const width = lanes<C>();
  const step = <usize>width * sizeof<S>();
  const vp = splat<C>(p);
  const vnorm = splat<C>(norm);
  const vq = splat<C>(q);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);

  const pairwise = n >= PAIRWISE;
  for (; pairwise && n >= 8 * width; n -= 8 * width) {
    const a = visit<T, C, S, R>(x, y, out, vp, vnorm, vq, slopes);
    const b = visit<T, C, S, R>(x + step, y + step, out + step, vp, vnorm, vq, slopes);
    const c = visit<T, C, S, R>(x + 2 * step, y + 2 * step, out + 2 * step, vp, vnorm, vq, slopes);
    const d = visit<T, C, S, R>(x + 3 * step, y + 3 * step, out + 3 * step, vp, vnorm, vq, slopes);
    const e = visit<T, C, S, R>(x + 4 * step, y + 4 * step, out + 4 * step, vp, vnorm, vq, slopes);
    const f = visit<T, C, S, R>(x + 5 * step, y + 5 * step, out + 5 * step, vp, vnorm, vq, slopes);
    const g = visit<T, C, S, R>(x + 6 * step, y + 6 * step, out + 6 * step, vp, vnorm, vq, slopes);
    const h = visit<T, C, S, R>(x + 7 * step, y + 7 * step, out + 7 * step, vp, vnorm, vq, slopes);
    const left = v128.add<C>(v128.add<C>(a, b), v128.add<C>(c, d));
    const right = v128.add<C>(v128.add<C>(e, f), v128.add<C>(g, h));
    const eight = v128.add<C>(left, right);
    low = nextLow<C>(low, high, eight);
    high = nextHigh<C>(high, eight);
    x += 8 * step;
    y += 8 * step;
    out += 8 * step;
  }
  for (; n >= width; n -= width) {
    const value = visit<T, C, S, R>(x, y, out, vp, vnorm, vq, slopes);
    low = nextLow<C>(low, high, value);
    high = nextHigh<C>(high, value);
    x += step;
    y += step;
    out += step;
  }
  if (n > 0) {
    // The padded lanes hold d = 0, whose term is 0.
    const d = v128.sub<C>(loadTail<C, S>(x, n), loadTail<C, S>(y, n));
    if (slopes) storeTail<C, S>(out, term.slope<C, R>(quantize<R>(d), vq, vnorm), n);
    const value = term.value<C, C>(d, vp);
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

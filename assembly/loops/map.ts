/**
 * Elementwise passes. One vector a turn; the tail goes through the same operator as a vector padded
 * with zeros, so that body and tail cannot disagree (a padded lane is never stored).
 *
 * An operator is a stateless class called through a null reference: it inlines completely. It must
 * be pure, and may do anything in lanes that are not stored. `out` may be one of the operands.
 */
import { lanes, load, loadTail, store, storeTail, splat } from "../lanes";

/** out[i] = op(x[i], p, q) */
export function unary<Op, C>(x: usize, out: usize, n: i32, p: f64, q: f64): void {
  const op = changetype<Op>(0);
  const width = lanes<C>();
  const vp = splat<C>(p);
  const vq = splat<C>(q);
  for (; n >= width; n -= width) {
    v128.store(out, op.vector<C>(v128.load(x), vp, vq));
    x += 16;
    out += 16;
  }
  if (n > 0) storeTail<C, C>(out, op.vector<C>(loadTail<C, C>(x, n), vp, vq), n);
}

/**
 * As unary, for a long operator: the tail calls the function that is part of the loop, so that the
 * binary has no second copy of it here.
 */
export function longUnary<Op, C>(x: usize, out: usize, n: i32, p: f64, q: f64): void {
  const op = changetype<Op>(0);
  const width = lanes<C>();
  const vp = splat<C>(p);
  const vq = splat<C>(q);
  for (; n >= width; n -= width) {
    v128.store(out, op.vector<C>(v128.load(x), vp, vq));
    x += 16;
    out += 16;
  }
  if (n > 0) storeTail<C, C>(out, op.called<C>(loadTail<C, C>(x, n)), n);
}

/**
 * out[i] = op(x[i], y[i], p, q, r). A step is 16 bytes for an operand that is read on, and 0 for a
 * scalar operand that lies splat at its pointer.
 */
export function binary<Op, C, S>(
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  out: usize,
  n: i32,
  p: f64,
  q: f64,
  r: f64,
): void {
  const op = changetype<Op>(0);
  const width = lanes<C>();
  const step = width * sizeof<S>();
  const vp = splat<C>(p);
  const vq = splat<C>(q);
  const vr = splat<C>(r);
  for (; n >= width; n -= width) {
    store<C, S>(out, op.vector<C>(load<C, S>(x), load<C, S>(y), vp, vq, vr));
    x += xStep;
    y += yStep;
    out += step;
  }
  if (n > 0) storeTail<C, S>(out, op.vector<C>(loadTail<C, S>(x, n), loadTail<C, S>(y, n), vp, vq, vr), n);
}

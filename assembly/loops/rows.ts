/** Rows of one length that follow each other: a loss's sum of each in one call, and each times its own factor. */
import { lanes, loadTail, storeTail } from "../lanes";
import { sum } from "./reduce";
import { smoothSum } from "./smooth";

/** Σ term(x[i] - y[i]) of one block; the term is T. */
@final
export class SumOf<T> {
  @inline
  block<C, S>(x: usize, y: usize, n: i32, p: f64): f64 {
    return sum<T, C, S>(x, y, n, p);
  }
}

/** The same of SmoothL1. */
@final
export class SmoothSumOf {
  @inline
  block<C, S>(x: usize, y: usize, n: i32, p: f64): f64 {
    return smoothSum<C, S>(x, y, n, p);
  }
}

/** The sum of each row, as of a block by itself: an f64 at out for each. */
export function lossOfRows<Op, C, S>(x: usize, y: usize, out: usize, rows: i32, length: i32, p: f64): void {
  const op = changetype<Op>(0);
  const bytes = <usize>length * sizeof<S>();
  for (; rows > 0; rows--) {
    store<f64>(out, op.block<C, S>(x, y, length, p));
    x += bytes;
    y += bytes;
    out += 8;
  }
}

/** out[r, i] = x[r, i] · factors[r] */
export function scaleRows<C>(x: usize, factors: usize, out: usize, rows: i32, length: i32): void {
  const width = lanes<C>();
  for (; rows > 0; rows--) {
    const factor = v128.splat<C>(load<C>(factors));
    let n = length;
    for (; n >= width; n -= width) {
      v128.store(out, v128.mul<C>(v128.load(x), factor));
      x += 16;
      out += 16;
    }
    if (n > 0) {
      storeTail<C, C>(out, v128.mul<C>(loadTail<C, C>(x, n), factor), n);
      x += <usize>n * sizeof<C>();
      out += <usize>n * sizeof<C>();
    }
    factors += sizeof<C>();
  }
}

/**
 * Rows of one length that follow each other: a loss's sum of each in one call, and each times its
 * own factor.
 */
import { isHalf, lanes, loadTail, storeTail } from "../lanes";
import { maskedSum, maskedSumAndSlope, sum, sumAndSlope } from "./passes";
import { smoothMaskedSum, smoothMaskedSumAndSlope, smoothSum, smoothSumAndSlope } from "./smooth";

/**
 * Halves that a mask leaves out come as zeros: their loops are long, and there is none that reads a
 * mask.
 */
@inline
function isMasked<S>(keep: usize): bool {
  return !isHalf<S>() && keep != 0;
}

/**
 * The passes over one block whose term is T, with the slope rounded as R; `keep` is 0 where all
 * elements count.
 */
@final
export class RowOf<T, R> {
  @inline
  sum<C, S>(x: usize, y: usize, keep: usize, n: i32, p: f64): f64 {
    return isMasked<S>(keep) ? maskedSum<T, C, S>(x, y, keep, n, p) : sum<T, C, S>(x, y, n, p);
  }

  @inline
  sumAndSlope<C, S>(x: usize, y: usize, keep: usize, out: usize, n: i32, p: f64, norm: f64, q: f64): f64 {
    return isMasked<S>(keep)
      ? maskedSumAndSlope<T, C, S, R>(x, y, keep, out, n, p, norm, q)
      : sumAndSlope<T, C, S, R>(x, y, out, n, p, norm, q);
  }
}

/** The same of SmoothL1. */
@final
export class SmoothRowOf {
  @inline
  sum<C, S>(x: usize, y: usize, keep: usize, n: i32, p: f64): f64 {
    return isMasked<S>(keep) ? smoothMaskedSum<C, S>(x, y, keep, n, p) : smoothSum<C, S>(x, y, n, p);
  }

  @inline
  sumAndSlope<C, S>(x: usize, y: usize, keep: usize, out: usize, n: i32, p: f64, norm: f64, q: f64): f64 {
    return isMasked<S>(keep)
      ? smoothMaskedSumAndSlope<C, S>(x, y, keep, out, n, p, norm, q)
      : smoothSumAndSlope<C, S>(x, y, out, n, p, norm, q);
  }
}

/** The sum of each row, as of a block by itself: an f64 at sums for each. */
export function sumRows<Op, C, S>(
  x: usize,
  y: usize,
  keep: usize,
  sums: usize,
  rows: i32,
  length: i32,
  p: f64,
): void {
  const op = changetype<Op>(0);
  const bytes = <usize>length * sizeof<S>();
  for (; rows > 0; rows--) {
    store<f64>(sums, op.sum<C, S>(x, y, keep, length, p));
    x += bytes;
    y += bytes;
    if (isMasked<S>(keep)) keep += length;
    sums += 8;
  }
}

/**
 * The same sums; and the gradient of each row in the same pass, with the norm that lies for it at
 * norms.
 */
export function sumAndSlopeRows<Op, C, S>(
  x: usize,
  y: usize,
  keep: usize,
  out: usize,
  sums: usize,
  norms: usize,
  rows: i32,
  length: i32,
  p: f64,
  q: f64,
): void {
  const op = changetype<Op>(0);
  const bytes = <usize>length * sizeof<S>();
  for (; rows > 0; rows--) {
    store<f64>(sums, op.sumAndSlope<C, S>(x, y, keep, out, length, p, load<f64>(norms), q));
    x += bytes;
    y += bytes;
    if (isMasked<S>(keep)) keep += length;
    out += bytes;
    sums += 8;
    norms += 8;
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

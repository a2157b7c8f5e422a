/** The passes of a loss over one block, each of them the one loop of reduce.ts. */
import { isF16 } from "../lanes";
import { areFinite, sumF16 } from "./halves";
import { keepWhere } from "./masks";
import { PAIRWISE, reduce } from "./reduce";

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

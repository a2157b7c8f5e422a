/**
 * SmoothL1's sums by way of Huber's. With beta = 2^-k, k >= 0, SmoothL1 is Huber of delta = beta divided by beta, in value and slope, and that
 * division is exact: the same bits, with one multiplication a block instead of two divisions an element. The limit on k keeps
 * delta (|d| - delta / 2) from underflow.
 */
import { Huber } from "../terms/huber";
import { Smooth } from "../terms/smooth";
import { sum, sumAndSlope } from "./reduce";

const LEAST: f64 = 2 ** -60;

@inline
function isPowerOfTwo(p: f64): bool {
  return p <= 1 && p >= LEAST && (reinterpret<u64>(p) & 0x000fffffffffffff) == 0;
}

export function smoothSum<C, S>(x: usize, y: usize, n: i32, p: f64): f64 {
  return isPowerOfTwo(p) ? sum<Huber, C, S>(x, y, n, p) / p : sum<Smooth, C, S>(x, y, n, p);
}

export function smoothSumAndSlope<C, S>(
  x: usize,
  y: usize,
  out: usize,
  n: i32,
  p: f64,
  norm: f64,
  q: f64,
): f64 {
  // A norm that overflows when it is scaled is not scaled.
  const scaled = norm / q;
  return p == q && isPowerOfTwo(p) && isFinite(<C>scaled)
    ? sumAndSlope<Huber, C, S, C>(x, y, out, n, p, scaled, q) / p
    : sumAndSlope<Smooth, C, S, C>(x, y, out, n, p, norm, q);
}

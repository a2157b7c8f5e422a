/**
 * SmoothL1's sums by way of Huber's. With beta = 2^-k, k >= 0, SmoothL1 is Huber of delta = beta
 * divided by beta, in value and slope, and that division is exact: the same bits, with one
 * multiplication a block instead of two divisions an element. The limit on k keeps delta (|d| -
 * delta / 2) from underflow.
 */
import { Huber } from "../terms/huber";
import { Smooth } from "../terms/smooth";
import { maskedSum, maskedSumAndSlope, sum, sumAndSlope } from "./passes";

const LEAST: f64 = 2 ** -60;

@inline
function isPowerOfTwo(p: f64): bool {
  return p <= 1 && p >= LEAST && (reinterpret<u64>(p) & 0x000fffffffffffff) == 0;
}

export function smoothSum<C, S>(x: usize, y: usize, n: i32, p: f64): f64 {
  return isPowerOfTwo(p) ? sum<Huber, C, S>(x, y, n, p) / p : sum<Smooth, C, S>(x, y, n, p);
}

export function smoothMaskedSum<C, S>(x: usize, y: usize, keep: usize, n: i32, p: f64): f64 {
  return isPowerOfTwo(p)
    ? maskedSum<Huber, C, S>(x, y, keep, n, p) / p
    : maskedSum<Smooth, C, S>(x, y, keep, n, p);
}

/**
 * Whether Huber's slope, of a norm so much larger, is that of SmoothL1: a norm that overflows when
 * it is scaled is not scaled.
 */
@inline
function isHuberSlope<C>(p: f64, q: f64, scaled: f64): bool {
  return p == q && isPowerOfTwo(p) && isFinite(<C>scaled);
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
  const scaled = norm / q;
  return isHuberSlope<C>(p, q, scaled)
    ? sumAndSlope<Huber, C, S, C>(x, y, out, n, p, scaled, q) / p
    : sumAndSlope<Smooth, C, S, C>(x, y, out, n, p, norm, q);
}

export function smoothMaskedSumAndSlope<C, S>(
  x: usize,
  y: usize,
  keep: usize,
  out: usize,
  n: i32,
  p: f64,
  norm: f64,
  q: f64,
): f64 {
  const scaled = norm / q;
  return isHuberSlope<C>(p, q, scaled)
    ? maskedSumAndSlope<Huber, C, S, C>(x, y, keep, out, n, p, scaled, q) / p
    : maskedSumAndSlope<Smooth, C, S, C>(x, y, keep, out, n, p, norm, q);
}

/**
 * x · scale + shift, rounded once, as processors with a fused multiplication and addition do and
 * PyTorch's samples show.
 */
import { ExactSum } from "../../core/exact-sum.js";

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
const exact = new ExactSum();

/** What a + b loses to the sum's rounding (Knuth's TwoSum, 1969). */
function lostBySum(a: number, b: number, sum: number): number {
  const kept = sum - a;
  return a - (sum - kept) + (b - kept);
}

/**
 * Of float32 numbers. Their product is exact in float64; its sum is rounded to an odd last place
 * there, so that the rounding to float32 decides as if it were the first (Boldo and Melquiond,
 * 2008).
 */
export function fusedFloat32(x: number, scale: number, shift: number): number {
  const product = x * scale;
  const sum = product + shift;
  const lost = lostBySum(product, shift, sum);
  if (lost === 0 || !Number.isFinite(sum)) return Math.fround(sum);
  float[0] = sum;
  if ((words[0] & 1) === 1) return Math.fround(sum);
  if (lost > 0 === sum > 0) {
    words[0] |= 1;
  } else {
    if (words[0] === 0) words[1] -= 1;
    words[0] -= 1;
  }
  return Math.fround(float[0]);
}

/** 2^27 + 1, which splits a float64 into two numbers of 26 bits (Veltkamp, 1968). */
const SPLITTER = 134217729;

function upperHalf(x: number): number {
  const scaled = x * SPLITTER;
  return scaled - (scaled - x);
}

/**
 * Of float64 numbers: the product and its rounding error (Dekker, 1971) are added to `shift`
 * exactly.
 */
export function fusedFloat64(x: number, scale: number, shift: number): number {
  const product = x * scale;
  const [a, b] = [upperHalf(x), upperHalf(scale)];
  const [c, d] = [x - a, scale - b];
  const lost = c * d - (product - a * b - c * b - a * d);
  if (!Number.isFinite(lost)) return product + shift;
  exact.reset();
  exact.add(product);
  exact.add(lost);
  exact.add(shift);
  return exact.value();
}

/**
 * x · scale + shift, rounded once, as processors with a fused multiplication and addition do and
 * PyTorch's samples show.
 */
import { lostByProduct, lostBySum } from "../../core/error-free.js";
import { ExactSum } from "../../core/exact-sum.js";

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
const exact = new ExactSum();

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

/**
 * Of float64 numbers: the product and its rounding error are added to `shift` exactly.
 */
export function fusedFloat64(x: number, scale: number, shift: number): number {
  const product = x * scale;
  const lost = lostByProduct(x, scale, product);
  if (!Number.isFinite(lost)) return product + shift;
  exact.reset();
  exact.add(product);
  exact.add(lost);
  exact.add(shift);
  return exact.value();
}

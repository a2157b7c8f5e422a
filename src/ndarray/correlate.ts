/** Windows along a dimension: weighted sums of neighbours. */
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { dtypes, isFloating } from "./dtype.js";
import { contiguous, convert } from "./elementwise.js";
import { layOut } from "./layout.js";
import { NdArray } from "./ndarray.js";

/**
 * Σ weights[k] · x[… + k …] along dimension `dim`, where whole windows are within: as many elements
 * as there are places for one. Halves are computed in float32 and rounded once.
 */
export function correlate(x: NdArray, dim: number, weights: readonly number[]): NdArray {
  if (!isFloating(x.dtype)) throw new TypeError(`correlate: expected a floating dtype, got ${x.dtype}`);
  const wide = x.dtype === "float64" ? "float64" : "float32";
  const { compute, size } = dtypes[wide];
  const whole = contiguous(convert(x, wide));
  const { outer, length, inner } = layOut(whole, [dim]);
  const places = Math.max(length - weights.length + 1, 0);
  const shape = x.shape.map((count, d) => (d === dim ? places : count));
  const out = NdArray.empty(wide, shape);
  if (out.numel === 0) return convert(out, x.dtype);
  const factors = NdArray.empty(wide, [weights.length]);
  const kernel = memory().kernels[`correlate_${compute as "f32" | "f64"}`];
  operate(() => {
    const [from, w, to] = [whole, factors, out].map((operand) => operand.address());
    const { f32, f64 } = memory();
    (size === 4 ? f32 : f64).set(weights, w / size);
    kernel(from, w, to, outer, length * inner, places * inner, weights.length, inner);
  });
  factors.storage.dispose();
  return convert(out, x.dtype);
}

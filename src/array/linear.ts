/** Matrix product. */
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { contiguous } from "./elementwise.js";
import { NdArray } from "./ndarray.js";

/** a (m, k) · b (k, n), both float32 or both float64. */
export function matmul(a: NdArray, b: NdArray): NdArray {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const left = contiguous(a);
  const right = contiguous(b);
  const out = NdArray.empty(a.dtype, [m, n]);
  const { kernels } = memory();
  const kernel = a.dtype === "float64" ? kernels.matmul_f64 : kernels.matmul_f32;
  operate(() => kernel(left.address(), right.address(), out.address(), m, k, n));
  return out;
}

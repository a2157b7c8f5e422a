/** Windows along height and width: weighted sums of neighbours. */
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { dtypes, isFloating } from "./dtype.js";
import { contiguous, convert } from "./elementwise.js";
import { NdArray } from "./ndarray.js";
import { numelOf } from "./shape.js";

/**
 * Bytes of the rows that are computed along the height before they are along the width: they stay in
 * the cache in between.
 */
const BAND = 1 << 17;

/**
 * Σ Σ weights[k] · weights[l] · x[…, i + k, j + l] where whole windows are within: along the height,
 * then along the width. Halves are computed in float32 and rounded once.
 */
export function correlate(x: NdArray, weights: readonly number[]): NdArray {
  if (!isFloating(x.dtype)) throw new TypeError(`correlate: expected a floating dtype, got ${x.dtype}`);
  const wide = x.dtype === "float64" ? "float64" : "float32";
  const { compute, size } = dtypes[wide];
  const whole = contiguous(convert(x, wide));
  const outer = x.shape.slice(0, -2);
  const [height, width] = whole.shape.slice(-2);
  const [rows, columns] = [height, width].map((count) => Math.max(count - weights.length + 1, 0));
  const out = NdArray.empty(wide, [...outer, rows, columns]);
  if (out.numel === 0) return convert(out, x.dtype);
  const factors = NdArray.empty(wide, [weights.length]);
  const most = Math.min(rows, Math.max(1, Math.floor(BAND / (width * size))));
  const band = NdArray.empty(wide, [most, width]);
  const kernel = memory().kernels[`correlate_${compute as "f32" | "f64"}`];
  operate(() => {
    const [from, w, between, to] = [whole, factors, band, out].map((operand) => operand.address());
    const { f32, f64 } = memory();
    (size === 4 ? f32 : f64).set(weights, w / size);
    for (let image = 0; image < numelOf(outer); image++) {
      for (let row = 0; row < rows; row += most) {
        const count = Math.min(most, rows - row);
        const above = from + (image * height + row) * width * size;
        const place = to + (image * rows + row) * columns * size;
        kernel(above, w, between, 1, 0, count * width, weights.length, width);
        kernel(between, w, place, count, width, columns, weights.length, 1);
      }
    }
  });
  for (const { storage } of [factors, band]) storage.dispose();
  return convert(out, x.dtype);
}

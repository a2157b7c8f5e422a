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
 * Σ Σ weights[k] · weights[l] · x[…, i + k - room, j + l - room] along the height, then along the
 * width, where whole windows are within an image with `room` zeros beyond each edge. Halves are
 * computed in float32 and rounded once.
 */
export function correlate(x: NdArray, weights: readonly number[], room: number): NdArray {
  if (!isFloating(x.dtype)) throw new TypeError(`correlate: expected a floating dtype, got ${x.dtype}`);
  const wide = x.dtype === "float64" ? "float64" : "float32";
  const { compute, size } = dtypes[wide];
  const whole = contiguous(convert(x, wide));
  const outer = x.shape.slice(0, -2);
  const [height, width] = whole.shape.slice(-2);
  const { length } = weights;
  const wider = width + 2 * room;
  const [rows, columns] = [height, width].map((count) => Math.max(count + 2 * room - length + 1, 0));
  const out = NdArray.empty(wide, [...outer, rows, columns]);
  if (out.numel === 0) return convert(out, x.dtype);
  const most = Math.min(rows, Math.max(1, Math.floor(BAND / (wider * size))));
  const scratch = [[length + 1], [most, wider], room > 0 ? [most + length - 1, wider] : [0]].map((shape) =>
    NdArray.empty(wide, shape),
  );
  const kernel = memory().kernels[`correlate_${compute as "f32" | "f64"}`];
  operate(() => {
    const [from, to, w, between, framed] = [whole, out, ...scratch].map((operand) => operand.address());
    const elements = size === 4 ? memory().f32 : memory().f64;
    // The last is the weight that rows are copied with: by JavaScript it takes far longer.
    elements.set([...weights, 1], w / size);
    const copy = (at: number, place: number): void => kernel(at, w + length * size, place, 1, 0, width, 1, 1);
    for (let image = 0; image < numelOf(outer); image++) {
      const start = from + image * height * width * size;
      for (let row = 0; row < rows; row += most) {
        const count = Math.min(most, rows - row);
        const above = room > 0 ? framed : start + row * width * size;
        if (room > 0) frame(row, count + length - 1);
        const place = to + (image * rows + row) * columns * size;
        kernel(above, w, between, 1, 0, count * wider, length, wider);
        kernel(between, w, place, count, wider, columns, length, 1);
      }

      // Rows from `row` on, with zeros beyond the edges; those beside them stay from band to band.
      function frame(row: number, count: number): void {
        const [first, last] = [Math.max(row, room), Math.min(row + count, room + height)];
        const zeros = (begin: number, end: number): void =>
          void elements.fill(0, framed / size + begin * wider, framed / size + end * wider);
        if (row === 0) zeros(0, count);
        else if (last < row + count) zeros(last - row, count);
        for (let i = first; i < last; i++) {
          const at = start + (i - room) * width * size;
          copy(at, framed + ((i - row) * wider + room) * size);
        }
      }
    }
  });
  for (const { storage } of scratch) storage.dispose();
  return convert(out, x.dtype);
}

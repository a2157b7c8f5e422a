/** Softmax, its logarithm, and the logarithm of the sum of exponentials, along dimensions. */
import type { RowName } from "../core/kernels.js";
import { operate } from "../core/operation.js";
import { type ClassLayout, forEachRows, Rooms, RowSource, rowsOf, RowTarget } from "./class-rows.js";
import { type DType, dtypes, isComplex, isFloating } from "./dtype.js";
import { convert } from "./elementwise.js";
import { layOut, reducedShape } from "./layout.js";
import { NdArray } from "./ndarray.js";
import type { Elements } from "./window.js";

/** Writes what `name` makes of the rows of `x` to `out`: as many elements, or one for each row. */
function rowwise(name: RowName, x: Elements, layout: ClassLayout, out: Elements): void {
  if (out.numel === 0) return;
  const tag = x.dtype === "float64" ? "f64" : "f32";
  const results = name === "logsumexp" ? { outer: rowsOf(layout), classes: 1, inner: 1 } : layout;
  const kernel = x.memory.kernels[`${name}_${tag}`];
  const rooms = new Rooms(x.memory);
  try {
    operate(() => {
      const source = new RowSource(x, layout, tag, 0, rooms);
      const target = new RowTarget(out, results, tag, 1, rooms);
      forEachRows(layout, (first, n) => {
        kernel(source.read(first, n), target.begin(first), n, layout.classes);
        target.end(first, n);
      });
    });
  } finally {
    rooms.give();
  }
}

/** torch's error for what has no exponentials of its own dtype. */
function checkFloating(torchName: string, dtype: DType): void {
  if (isFloating(dtype)) return;
  throw new TypeError(`"${torchName}_kernel_impl" not implemented for '${dtypes[dtype].torchName}'`);
}

/** Softmax or its logarithm along dimension `dim`. */
export function softmax(name: "softmax" | "logsoftmax", x: NdArray, dim: number): NdArray {
  const isLast = dim >= x.shape.length - 1;
  checkFloating(`${name === "softmax" ? "softmax" : "log_softmax"}${isLast ? "_lastdim" : ""}`, x.dtype);
  const out = NdArray.empty(x.dtype, x.shape);
  // A 0-d array takes dimension 0, and has none.
  const { outer, length, inner } = layOut(x, dim < x.shape.length ? [dim] : []);
  rowwise(name, x, { outer, classes: length, inner }, out);
  return out;
}

/** log Σ exp over dimensions; integers give float32. */
export function logSumExp(x: NdArray, dims: readonly number[] | undefined, keepdim: boolean): NdArray {
  if (isComplex(x.dtype)) {
    throw new TypeError(`logsumexp: expected real numbers, got ${x.dtype}`);
  }
  const reduced = dims ?? x.shape.map((_, d) => d);
  const { x: view, outer, length, inner } = layOut(isFloating(x.dtype) ? x : convert(x, "float32"), reduced);
  const out = NdArray.empty(view.dtype, reducedShape(x, reduced, keepdim));
  rowwise("logsumexp", view, { outer, classes: length, inner }, out);
  return out;
}

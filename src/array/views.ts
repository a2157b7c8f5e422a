/** Views: other shapes over the same storage. */
import { copy } from "./elementwise.js";
import { NdArray } from "./ndarray.js";

/** A view where the layout allows it, else a contiguous copy. */
export function reshape(x: NdArray, shape: readonly number[]): NdArray {
  return (x.contiguous ? x : copy(x, NdArray.empty(x.dtype, x.shape))).reshaped(shape);
}

/** Without dimensions of size 1: all of them, or those of `dims` that have it. */
export function squeeze(x: NdArray, dims?: readonly number[]): NdArray {
  const stays = (d: number): boolean => x.shape[d] !== 1 || (dims !== undefined && !dims.includes(d));
  return x.reshaped(
    x.shape.filter((_, d) => stays(d)),
    x.strides.filter((_, d) => stays(d)),
  );
}

export function unsqueeze(x: NdArray, dim: number): NdArray {
  const stride = dim < x.shape.length ? x.shape[dim] * x.strides[dim] : 1;
  return x.reshaped(
    [...x.shape.slice(0, dim), 1, ...x.shape.slice(dim)],
    [...x.strides.slice(0, dim), stride, ...x.strides.slice(dim)],
  );
}

export function transpose(x: NdArray, a: number, b: number): NdArray {
  const order = x.shape.map((_, d) => (d === a ? b : d === b ? a : d));
  return x.reshaped(
    order.map((d) => x.shape[d]),
    order.map((d) => x.strides[d]),
  );
}

/** Slice `index` of dimension 0. */
export function select(x: NdArray, index: number): NdArray {
  return new NdArray(
    x.storage,
    x.dtype,
    x.shape.slice(1),
    x.strides.slice(1),
    x.offset + index * x.strides[0],
  );
}

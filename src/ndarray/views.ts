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
  return permute(
    x,
    x.shape.map((_, d) => (d === a ? b : d === b ? a : d)),
  );
}

/** Where a slice of a dimension starts, how many elements it has, and how far apart they lie. */
export interface Range {
  readonly dim: number;
  readonly start: number;
  readonly length: number;
  readonly step: number;
}

export function slice(x: NdArray, { dim, start, length, step }: Range): NdArray {
  return new NdArray(
    x.storage,
    x.dtype,
    x.shape.map((size, d) => (d === dim ? length : size)),
    x.strides.map((stride, d) => (d === dim ? stride * step : stride)),
    x.offset + start * x.strides[dim],
  );
}

/** Element `index` of dimension `dim`, which goes. */
export function select(x: NdArray, dim: number, index: number): NdArray {
  return new NdArray(
    x.storage,
    x.dtype,
    x.shape.filter((_, d) => d !== dim),
    x.strides.filter((_, d) => d !== dim),
    x.offset + index * x.strides[dim],
  );
}

/** The dimensions in another order. */
export function permute(x: NdArray, order: readonly number[]): NdArray {
  return x.reshaped(
    order.map((d) => x.shape[d]),
    order.map((d) => x.strides[d]),
  );
}

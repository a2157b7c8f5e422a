/** How reductions see an array: as rows or columns of one dimension. */
import type { NdArray } from "./ndarray.js";
import { numelOf } from "./shape.js";
import { permute } from "./views.js";

/** Elements as [outer, length, inner], of which the middle is reduced. */
export interface Layout<X> {
  readonly x: X;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/**
 * Neighbouring dimensions are reduced where they lie; any others are brought to the end first, as
 * a view.
 */
export function layOut(x: NdArray, dims: readonly number[]): Layout<NdArray> {
  const [first, last] = [dims[0] ?? 0, dims[dims.length - 1] ?? -1];
  const neighbours = last - first + 1 === dims.length;
  const view = neighbours ? x : reducedLast(x, dims);
  const start = neighbours ? first : x.shape.length - dims.length;
  const end = start + dims.length;
  return {
    x: view,
    outer: numelOf(view.shape.slice(0, start)),
    length: numelOf(view.shape.slice(start, end)),
    inner: numelOf(view.shape.slice(end)),
  };
}

/** The view whose last dimensions are `dims`. */
export function reducedLast(x: NdArray, dims: readonly number[]): NdArray {
  return permute(x, [...x.shape.map((_, d) => d).filter((d) => !dims.includes(d)), ...dims]);
}

/**
 * The dimensions in the order in which elements lie in memory, the outermost first. Repeated ones
 * come before all others, so that what is read is as long as can be.
 */
export function memoryOrder({ shape, strides }: NdArray): number[] {
  const distance = (d: number): number => (strides[d] === 0 ? Infinity : strides[d]);
  return shape
    .map((_, d) => d)
    .sort((a, b) => (distance(a) === distance(b) ? a - b : distance(b) - distance(a)));
}

/** The shape of what is reduced along `dims`. */
export function reducedShape(x: NdArray, dims: readonly number[], keepdim: boolean): number[] {
  if (!keepdim) return x.shape.filter((_, d) => !dims.includes(d));
  return x.shape.map((size, d) => (dims.includes(d) ? 1 : size));
}

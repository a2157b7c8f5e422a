/** sum and mean as results: dtype, shape, and the one rounding at the end. */
import { type DType, dtypes, isComplex, isIntegral, roundFloat } from "./dtype.js";
import { part } from "./elementwise.js";
import { layOut, memoryOrder, reducedLast, reducedShape } from "./layout.js";
import { NdArray } from "./ndarray.js";
import { sumAll, sumInto, sumIntegersInto } from "./sums.js";
import { permute } from "./views.js";

/** Σ; integers and bools give int64. */
export function sum(x: NdArray, dims: readonly number[] | undefined, keepdim: boolean): NdArray {
  return reduce(x, dims, keepdim, isIntegral(x.dtype) ? "int64" : x.dtype, 1);
}

/** torch's error: integers have no mean. */
export function noIntegerMean(dtype: DType): TypeError {
  return new TypeError(
    "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. " +
      `Got: ${dtypes[dtype].torchName}`,
  );
}

/** Σ / n, divided in float64 before the only rounding; NaN for n = 0. */
export function mean(x: NdArray, dims: readonly number[] | undefined, keepdim: boolean): NdArray {
  if (isIntegral(x.dtype)) {
    throw noIntegerMean(x.dtype);
  }
  const n = (dims ?? x.shape.map((_, d) => d)).reduce((product, d) => product * x.shape[d], 1);
  return reduce(x, dims, keepdim, x.dtype, n);
}

function reduce(
  x: NdArray,
  dims: readonly number[] | undefined,
  keepdim: boolean,
  dtype: DType,
  divisor: number,
): NdArray {
  // Complex numbers are summed part by part.
  const parts = isComplex(x.dtype) ? [part(x, 0), part(x, 1)] : [x];
  if (dims === undefined && !keepdim) {
    const [re, im] = parts.map((numbers) => sumAll(numbers, divisor));
    return NdArray.scalar(dtype, im === undefined ? re : { re: Number(re), im: Number(im) });
  }
  const reduced = dims ?? x.shape.map((_, d) => d);
  const out = NdArray.empty(dtype, reducedShape(x, reduced, keepdim));
  const kept = out.reshaped(reducedShape(x, reduced, false));
  parts.forEach((numbers, i) => {
    sumOver(numbers, reduced, divisor, isComplex(dtype) ? part(kept, i as 0 | 1) : kept);
  });
  return out;
}

/** g / N as torch divides: in float32 for halves, N converted first, rounded once. */
export function divided(g: number, n: number, dtype: DType): number {
  return dtype === "float64" ? g / n : roundFloat(dtype, Math.fround(g / Math.fround(n)));
}

/**
 * Writes the sums over the dimensions `dims`, which ascend, to `out`, whose dimensions are those
 * that stay.
 */
export function sumOver(x: NdArray, dims: readonly number[], divisor: number, out: NdArray): void {
  if (!x.contiguous) {
    // The order of additions does not show: that of the memory is the quickest.
    const order = memoryOrder(x);
    const kept = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
    out = permute(
      out,
      order.filter((d) => kept.includes(d)).map((d) => kept.indexOf(d)),
    );
    x = permute(x, order);
    dims = order.flatMap((d, position) => (dims.includes(d) ? [position] : []));
  }
  const layout = layOut(x, dims);
  if (isIntegral(x.dtype)) sumIntegersInto(layout, out);
  else sumInto(layout, layout.inner === 1 ? layout.x : reducedLast(x, dims), divisor, out);
}

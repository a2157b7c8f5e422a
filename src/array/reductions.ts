/** sum and mean as results: dtype, shape, and the one rounding at the end. */
import { describeValue } from "../core/describe.js";
import { type DType, dtypes, isComplex, isIntegral } from "./dtype.js";
import { NdArray } from "./ndarray.js";
import { sumAll, sumOver } from "./sums.js";
import { encode } from "./dtype.js";

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
  if (isComplex(x.dtype)) throw new TypeError(`sum: expected a real tensor, got ${describeValue(x.dtype)}`);
  if (dims === undefined && !keepdim) return NdArray.scalar(dtype, sumAll(x, divisor));
  const reduced = dims ?? x.shape.map((_, d) => d);
  const kept = x.shape.map((size, d) => (reduced.includes(d) ? 1 : size));
  const out = NdArray.empty(dtype, keepdim ? kept : kept.filter((_, d) => !reduced.includes(d)));
  let numbers: { length: number; [index: number]: number | bigint } = [];
  sumOver(x, reduced, divisor, (row, value) => {
    // A view of the memory, which has no elements any more when a window made on the way lets the memory grow.
    if (numbers.length === 0) numbers = out.numbers();
    numbers[row] = encode(dtype, value);
  });
  return out;
}

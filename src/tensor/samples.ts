/** The stream that random tensors are filled from, and how arrays of each dtype are filled. */
import { copy } from "../ndarray/elementwise.js";
import { type DType, dtypes } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { operate } from "../core/operation.js";
import { Generator, type RandomDType } from "./generator.js";

let generator: Generator | null = null;

/** The stream: from an unforeseeable seed, unless manualSeed was called. */
export function defaultGenerator(): Generator {
  if (!generator) {
    generator = new Generator();
    generator.seed();
  }
  return generator;
}

/** Whether samples come in that dtype. */
export function isSampled(dtype: DType): dtype is RandomDType {
  return dtypes[dtype].category === "float";
}

/** Fills a contiguous array of a dtype that is sampled. */
export function fillWith(
  nd: NdArray,
  fill: (dtype: RandomDType, out: Float32Array | Float64Array) => void,
): void {
  const dtype = nd.dtype as RandomDType;
  if (dtype === "float64" || dtype === "float32") {
    operate(() => {
      fill(dtype, nd.numbers() as Float32Array | Float64Array);
    });
    return;
  }
  // Halves are sampled as float32 values, which the conversion does not change.
  const wide = NdArray.empty("float32", nd.shape);
  operate(() => {
    fill(dtype, wide.numbers() as Float32Array);
  });
  copy(wide, nd);
  wide.storage.dispose();
}

/** torch's errors for what has no normal distribution. */
export function checkNormal(dtype: DType, std: number): void {
  if (!(std >= 0)) throw new RangeError(`normal expects std >= 0.0, but found std ${std}`);
  if (isSampled(dtype)) return;
  throw new TypeError(`"normal_kernel_cpu" not implemented for '${dtypes[dtype].torchName}'`);
}

/** A new array of normal samples. */
export function normalSamples(dtype: DType, shape: readonly number[], mean: number, std: number): NdArray {
  const out = NdArray.empty(dtype, shape);
  fillWith(out, (type, numbers) => {
    defaultGenerator().fillNormal(type, numbers, mean, std);
  });
  return out;
}

/** A new array of uniform samples between two numbers. */
export function uniformSamples(dtype: DType, shape: readonly number[], from: number, to: number): NdArray {
  const out = NdArray.empty(dtype, shape);
  fillWith(out, (type, numbers) => {
    defaultGenerator().fillUniform(type, numbers, from, to);
  });
  return out;
}

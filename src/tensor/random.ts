/** Random tensors from one stream, which manualSeed starts over. */
import { copy } from "../array/elementwise.js";
import { NdArray } from "../array/ndarray.js";
import { operate } from "../core/operation.js";
import { readShapeAndOptions } from "./arguments.js";
import { readOptions, type ShapeArguments, type TensorOptions, typeOf, uninitialised } from "./creation.js";
import { Generator, type RandomDType } from "./generator.js";
import type { Tensor } from "./tensor.js";

let generator: Generator | null = null;

/** The stream of rand and randn: from an unforeseeable seed, unless manualSeed was called. */
function defaultGenerator(): Generator {
  if (!generator) {
    generator = new Generator();
    generator.seed();
  }
  return generator;
}

/**
 * Starts the stream of random numbers over: the same seed gives the numbers that torch.manual_seed gives there.
 *
 * @param seed an integer from -2^63 to 2^64 - 1
 * @throws TypeError for what is no number or bigint; RangeError for one out of range
 * @example
 * manualSeed(0);
 * String(rand([2])); // "tensor([0.4963, 0.7682])"
 */
export function manualSeed(seed: number | bigint): void {
  defaultGenerator().manualSeed(seed);
}

/**
 * Uniform samples of [0, 1), in a floating dtype; float32 by default. Bit for bit torch's after the same manualSeed.
 *
 * @throws TypeError for another dtype; as zeros
 * @example
 * manualSeed(0);
 * String(rand([2])); // "tensor([0.4963, 0.7682])"
 */
export function rand(shape: readonly number[], options?: TensorOptions): Tensor;
export function rand(...sizesAndOptions: ShapeArguments): Tensor;
export function rand(...args: unknown[]): Tensor {
  return sample("rand", args, (dtype, out) => {
    defaultGenerator().fillUniform(dtype, out);
  });
}

/**
 * Samples of the standard normal distribution, in a floating dtype; float32 by default.
 *
 * @throws as rand
 * @example
 * manualSeed(0);
 * String(randn([2])); // "tensor([ 1.5410, -0.2934])"
 */
export function randn(shape: readonly number[], options?: TensorOptions): Tensor;
export function randn(...sizesAndOptions: ShapeArguments): Tensor;
export function randn(...args: unknown[]): Tensor {
  return sample("randn", args, (dtype, out) => {
    defaultGenerator().fillNormal(dtype, out);
  });
}

function sample(
  caller: string,
  args: readonly unknown[],
  fill: (dtype: RandomDType, out: Float32Array | Float64Array) => void,
): Tensor {
  const { shape, options = {} } = readShapeAndOptions(caller, args);
  const wanted = readOptions(caller, options);
  const dtype = typeOf(wanted);
  if (dtype !== "float16" && dtype !== "bfloat16" && dtype !== "float32" && dtype !== "float64") {
    throw new TypeError(`${caller}: expected a floating dtype, got ${dtype}`);
  }
  const result = uninitialised(shape, wanted);
  if (dtype === "float64" || dtype === "float32") {
    operate(() => {
      fill(dtype, result.nd.numbers() as Float32Array | Float64Array);
    });
    return result;
  }
  // Halves are sampled as float32 values, which the conversion does not change.
  const wide = NdArray.empty("float32", result.shape);
  operate(() => {
    fill(dtype, wide.numbers() as Float32Array);
  });
  copy(wide, result.nd);
  wide.storage.dispose();
  return result;
}

/** Random tensors from one stream, which manualSeed starts over. */
import { broadcastShapes, checkShape } from "../ndarray/shape.js";
import { describeValue } from "../core/describe.js";
import { withGradMode } from "../autograd/mode.js";
import { readShapeAndOptions } from "./arguments.js";
import { readOptions, type ShapeArguments, type TensorOptions, typeOf, uninitialised } from "./creation.js";
import type { RandomDType } from "./generator.js";
import { checkNormal, defaultGenerator, fillWith, isSampled, normalSamples } from "./samples.js";
import { type Operand, Tensor } from "./tensor.js";

/**
 * Starts the stream of random numbers over: the same seed gives the numbers that torch.manual_seed
 * gives there.
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
 * Uniform samples of [0, 1), in a floating dtype; float32 by default. Bit for bit torch's after the
 * same manualSeed.
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

/**
 * Samples of the normal distribution: of one mean and standard deviation, or with one of each
 * element of a tensor. After the same manualSeed they are torch's.
 *
 * With numbers, a shape is needed, and options are those of zeros: a floating dtype, float32 by
 * default. With a tensor, the result has the shape that both broadcast to and the dtype of the
 * tensor, the mean's first; no gradient passes.
 *
 * @throws RangeError for a negative standard deviation; TypeError for another dtype, and for a
 *   shape beside a tensor; as zeros
 * @example
 * manualSeed(0);
 * String(normal(10, 0.5, [2])); // "tensor([10.7705,  9.8533])"
 * normal(zeros([3]), 1).shape; // [3]
 */
export function normal(mean: number, std: number, shape: readonly number[], options?: TensorOptions): Tensor;
export function normal(mean: Operand, std?: Operand): Tensor;
export function normal(
  mean: Operand,
  std: Operand = 1,
  shape?: readonly number[],
  options: TensorOptions = {},
): Tensor {
  if (mean instanceof Tensor || std instanceof Tensor) {
    if (shape === undefined) return normalAround(mean, std);
    throw new TypeError("normal: expected no shape beside a tensor, which has one; use expand()");
  }
  for (const [word, value] of [
    ["mean", mean],
    ["std", std],
  ] as [string, unknown][]) {
    if (typeof value === "number") continue;
    throw new TypeError(`normal: expected ${word} to be a number or a Tensor, got ${describeValue(value)}`);
  }
  const sizes = checkShape("normal", shape);
  const wanted = readOptions("normal", options);
  const dtype = typeOf(wanted);
  checkNormal(dtype, std);
  return new Tensor(normalSamples(dtype, sizes, mean, std)).requiresGrad_(wanted.requiresGrad);
}

/**
 * torch's way, which decides the bits: standard samples, times std, plus mean. A single std is part
 * of the samples.
 */
function normalAround(mean: Operand, std: Operand): Tensor {
  const [first, second] = [mean, std].map((x) => (x instanceof Tensor ? x : null));
  for (const operand of [first, second]) operand?.checkAlive("normal");
  const { dtype } = (first ?? second)!;
  checkNormal(dtype, typeof std === "number" ? std : 0);
  if (second && second.numel() > 0 && !(second.amin().item() >= 0)) {
    throw new RangeError("normal expects all elements of std >= 0.0");
  }
  const shape = broadcastShapes(first?.shape ?? [], second?.shape ?? []);
  return withGradMode(false, () => {
    const samples = new Tensor(normalSamples(dtype, shape, 0, typeof std === "number" ? std : 1));
    return (typeof std === "number" ? samples : samples.mul_(std)).add_(mean);
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
  if (!isSampled(dtype)) {
    throw new TypeError(`${caller}: expected a floating dtype, got ${dtype}`);
  }
  const result = uninitialised(shape, wanted);
  fillWith(result.nd, fill);
  return result;
}

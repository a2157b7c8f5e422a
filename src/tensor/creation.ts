/** Tensors from values. Arguments are checked before anything is allocated, so that a failed call leaves nothing behind. */
import { checkDType, checkFits, type DType, encode, isComplex, isFloating } from "../array/dtype.js";
import { copy, fill } from "../array/elementwise.js";
import { NdArray } from "../array/ndarray.js";
import { adapt, type HalfBits, isTensorLike, type RuntimeTensor } from "../array/adapter.js";
import type { TypedData } from "../array/typed.js";
import { checkShape } from "../array/shape.js";
import { readShapeAndOptions } from "./arguments.js";
import { describeValue } from "../core/describe.js";
import { checkFlag, checkOptionNames } from "../core/options.js";
import {
  checkValues,
  fromTyped,
  inferDType,
  type NestedData,
  readNested,
  readTyped,
  fromRuntimeTensor,
  runtimeDType,
  write,
} from "./data.js";
import { Tensor } from "./tensor.js";

export type { HalfBits, RuntimeTensor } from "../array/adapter.js";
export type { TypedData } from "../array/typed.js";
export type { NestedData } from "./data.js";

/** Options of a new tensor. */
export interface TensorOptions {
  /** Data type; by default that of the data, float32 for numbers. */
  dtype?: DType;
  /** Whether to record operations on the tensor. Only floating and complex dtypes can. */
  requiresGrad?: boolean;
}

/** What `tensor` makes a tensor of. */
export type TensorData = NestedData | TypedData | HalfBits | RuntimeTensor | Tensor;

/** Sizes one after the other, then perhaps options. */
export type ShapeArguments = number[] | [...number[], TensorOptions];

const OPTIONS = ["dtype", "requiresGrad"] as const;

/** Throws unless `options` are well-formed; returns the dtype, `fallback()` where none is given. */
export function readOptions(caller: string, options: TensorOptions, fallback: () => DType): DType {
  checkOptionNames(caller, options, OPTIONS);
  const { dtype, requiresGrad = false } = options;
  checkFlag(caller, "requiresGrad", requiresGrad);
  const type = dtype === undefined ? fallback() : checkDType(caller, dtype);
  if (requiresGrad && !isFloating(type) && !isComplex(type)) {
    throw new TypeError("Only Tensors of floating point and complex dtype can require gradients");
  }
  return type;
}

const float32 = (): DType => "float32";

/** The tensor of a finished array and options that were read. */
function finish(nd: NdArray, { requiresGrad = false }: TensorOptions): Tensor {
  return new Tensor(nd).requiresGrad_(requiresGrad);
}

/**
 * A tensor with the given values, which are copied.
 *
 * @param data a number, boolean, bigint or `{re, im}`, nested arrays of them, a typed array, or a tensor. Numbers give float32,
 *   booleans bool, bigints int64, complex values complex64. A typed array gives its own type; Uint16Array holds the bits of
 *   float16 or bfloat16, and Float32Array or Float64Array holds interleaved pairs when dtype is complex64 or complex128. A tensor of ONNX
 *   Runtime, tfjs, jax-js or numpy-ts gives its own dtype and shape; so does { data, dtype }, a Uint16Array and what its bits are.
 * @throws TypeError for data of another kind, ragged nesting, a bigint among numbers; RangeError for numbers that the integer dtype
 *   asked for cannot hold, and when the memory cannot hold the tensor
 * @example
 * String(tensor([[1, 2], [3, 4]])); // "tensor([[1., 2.],\n        [3., 4.]])"
 * String(tensor(new Float64Array([0.5]))); // "tensor([0.5000], dtype=float64)"
 * String(tensor(5, { dtype: "float16" })); // "tensor(5., dtype=float16)"
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (data instanceof Tensor) {
    data.checkAlive("tensor");
    const dtype = readOptions("tensor", options, () => data.dtype);
    return finish(copy(data.nd, NdArray.empty(dtype, data.shape, "user")), options);
  }
  if (ArrayBuffer.isView(data)) {
    checkOptionNames("tensor", options, OPTIONS);
    const source = readTyped(data, options.dtype);
    return finish(
      fromTyped(
        source,
        readOptions("tensor", options, () => source.fallback),
      ),
      options,
    );
  }
  if (isTensorLike(data)) {
    const adapted = adapt("tensor", "a tensor", data);
    const dtype = readOptions("tensor", options, () => runtimeDType(adapted));
    return finish(fromRuntimeTensor(adapted, dtype), options);
  }
  const { shape, values } = readNested(data);
  const dtype = readOptions("tensor", options, () => inferDType(values));
  checkValues(values, dtype);
  if (shape.length === 0) return finish(NdArray.scalar(dtype, values[0]), options);
  const nd = NdArray.empty(dtype, shape, "user");
  write(nd, values);
  return finish(nd, options);
}

/** A tensor of `shape`, already checked, with every element `value`. */
function filled(caller: string, shape: readonly number[], value: number, options: TensorOptions): Tensor {
  const dtype = readOptions(caller, options, float32);
  checkFits(value, dtype);
  const nd = NdArray.empty(dtype, shape, "user");
  return finish(fill(nd, value), options);
}

/**
 * A tensor of `shape` with every element `value`; float32 by default.
 *
 * @throws as zeros; TypeError for a value that is no number; RangeError for one that an integer dtype cannot hold
 * @example
 * String(full([2], 0.5)); // "tensor([0.5000, 0.5000])"
 */
export function full(shape: readonly number[], value: number, options: TensorOptions = {}): Tensor {
  const sizes = checkShape("full", shape);
  if (typeof value !== "number") throw new TypeError(`full: expected a number, got ${describeValue(value)}`);
  return filled("full", sizes, value, options);
}

/**
 * A tensor of `shape` with every element 0; float32 by default. Sizes may stand by themselves.
 *
 * @throws TypeError for a shape that is no array of numbers; RangeError for sizes that are no non-negative integers, and when the
 *   memory cannot hold the tensor
 * @example
 * String(zeros([2])); // "tensor([0., 0.])"
 * zeros(2, 3, { dtype: "float64" }).shape; // [2, 3]
 */
export function zeros(shape: readonly number[], options?: TensorOptions): Tensor;
export function zeros(...sizesAndOptions: ShapeArguments): Tensor;
export function zeros(...args: unknown[]): Tensor {
  const { shape, options = {} } = readShapeAndOptions("zeros", args);
  return filled("zeros", shape, 0, options);
}

/**
 * A tensor of `shape` with every element 1; float32 by default.
 *
 * @throws as zeros
 * @example
 * String(ones([2], { dtype: "bool" })); // "tensor([True, True])"
 */
export function ones(shape: readonly number[], options?: TensorOptions): Tensor;
export function ones(...sizesAndOptions: ShapeArguments): Tensor;
export function ones(...args: unknown[]): Tensor {
  const { shape, options = {} } = readShapeAndOptions("ones", args);
  return filled("ones", shape, 1, options);
}

/**
 * A tensor of whatever its memory held, to be filled by way of `array()`.
 *
 * @throws as zeros
 * @example
 * const x = empty([3]);
 * x.array().set([1, 2, 3]);
 * x.sum().item(); // 6
 */
export function empty(shape: readonly number[], options?: TensorOptions): Tensor;
export function empty(...sizesAndOptions: ShapeArguments): Tensor;
export function empty(...args: unknown[]): Tensor {
  const { shape, options = {} } = readShapeAndOptions("empty", args);
  return finish(NdArray.empty(readOptions("empty", options, float32), shape, "user"), options);
}

/**
 * Zeros of the shape and dtype of `like`.
 *
 * @throws TypeError when `like` is no tensor; as zeros
 * @example
 * String(zerosLike(tensor([1, 2]))); // "tensor([0., 0.])"
 */
export function zerosLike(like: Tensor, options: TensorOptions = {}): Tensor {
  return filledLike("zerosLike", like, 0, options);
}

/**
 * Ones of the shape and dtype of `like`.
 *
 * @throws TypeError when `like` is no tensor; as zeros
 * @example
 * String(onesLike(tensor([1, 2]))); // "tensor([1., 1.])"
 */
export function onesLike(like: Tensor, options: TensorOptions = {}): Tensor {
  return filledLike("onesLike", like, 1, options);
}

function filledLike(caller: string, like: unknown, value: number, options: TensorOptions): Tensor {
  if (!(like instanceof Tensor)) {
    throw new TypeError(`${caller}: expected a Tensor, got ${describeValue(like)}`);
  }
  like.checkAlive(caller);
  checkOptionNames(caller, options, OPTIONS);
  const { dtype = like.dtype, requiresGrad } = options;
  return filled(caller, like.shape, value, { dtype, requiresGrad });
}

/**
 * start, start + step, ... up to but without end; `arange(end)` starts at 0. Float32 by default: JavaScript's numbers are floats.
 *
 * @throws TypeError for arguments that are no numbers; RangeError for numbers that are not finite, a step of 0 or of the wrong sign,
 *   and when the memory cannot hold the tensor
 * @example
 * String(arange(3)); // "tensor([0., 1., 2.])"
 * String(arange(1, 2, 0.25)); // "tensor([1.0000, 1.2500, 1.5000, 1.7500])"
 */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: (number | TensorOptions | undefined)[]): Tensor {
  const count = args.findIndex((arg) => typeof arg !== "number");
  const numbers = (count < 0 ? args : args.slice(0, count)) as number[];
  const [options = {}, ...rest] = args.slice(numbers.length) as (TensorOptions | undefined)[];
  if (numbers.length < 1 || numbers.length > 3 || rest.length > 0) {
    throw new TypeError(
      `arange: expected 1 to 3 numbers, then options, got ${args.map(describeValue).join(", ")}`,
    );
  }
  for (const value of numbers) checkFinite("arange", value);
  const [start, end, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  if (step === 0) throw new RangeError("step must be nonzero");
  if ((end - start) / step < 0) {
    throw new RangeError("upper bound and larger bound inconsistent with step sign");
  }
  return sequence("arange", Math.ceil((end - start) / step), options, (i) => start + i * step);
}

/**
 * `steps` numbers evenly from start to end, both included; float32 by default.
 *
 * @throws TypeError for arguments that are no numbers; RangeError for numbers that are not finite, a negative number of steps, and
 *   when the memory cannot hold the tensor
 * @example
 * String(linspace(0, 1, 3)); // "tensor([0.0000, 0.5000, 1.0000])"
 */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  for (const value of [start, end]) checkFinite("linspace", value);
  if (!Number.isSafeInteger(steps)) {
    throw new TypeError(`linspace: expected steps to be an integer, got ${describeValue(steps)}`);
  }
  if (steps < 0) throw new RangeError("number of steps must be non-negative");
  checkOptionNames("linspace", options, OPTIONS);
  // From both ends towards the middle, in the precision of the result, as torch does.
  const round = options.dtype === "float64" ? (x: number): number => x : Math.fround;
  const step = round((end - start) / (steps - 1));
  return sequence("linspace", steps, options, (i) =>
    steps === 1 ? start : i < steps / 2 ? round(start + step * i) : round(end - step * (steps - i - 1)),
  );
}

function checkFinite(caller: string, value: unknown): void {
  if (typeof value !== "number")
    throw new TypeError(`${caller}: expected a number, got ${describeValue(value)}`);
  if (!Number.isFinite(value)) throw new RangeError(`${caller}: expected finite numbers, got ${value}`);
}

function sequence(
  caller: string,
  size: number,
  options: TensorOptions,
  valueAt: (i: number) => number,
): Tensor {
  const dtype = readOptions(caller, options, float32);
  if (isComplex(dtype)) throw new TypeError(`${caller}: expected a real dtype, got ${dtype}`);
  const nd = NdArray.empty(dtype, [size], "user");
  const numbers = nd.numbers() as Record<number, number | bigint>;
  for (let i = 0; i < size; i++) numbers[i] = encode(dtype, valueAt(i));
  return finish(nd, options);
}

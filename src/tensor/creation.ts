/**
 * Tensors from values. Arguments are checked before anything is allocated, so that a failed call
 * leaves nothing behind.
 */
import { checkDType, checkFits, type DType, encode, isComplex, isFloating } from "../ndarray/dtype.js";
import { copy, fill } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { adapt, type HalfBits, isTensorLike, notATensor, type RuntimeTensor } from "../ndarray/adapter.js";
import type { TypedData } from "../ndarray/typed.js";
import { checkShape } from "../ndarray/shape.js";
import { readShapeAndOptions } from "./arguments.js";
import { describeValue } from "../core/describe.js";
import { operate } from "../core/operation.js";
import { checkFlag, takeOptions } from "../core/options.js";
import { fromTyped, readRuntime, readTyped } from "./data.js";
import { fromNested, type NestedData } from "./nested.js";
import { Tensor } from "./tensor.js";

export type { HalfBits, RuntimeTensor } from "../ndarray/adapter.js";
export type { TypedData } from "../ndarray/typed.js";
export type { NestedData } from "./nested.js";

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

/** The options of a new tensor, taken and checked. */
interface Wanted {
  /** Null for that of the data, or float32. */
  readonly dtype: DType | null;
  readonly requiresGrad: boolean;
}

/** Takes the options of a new tensor. */
export function readOptions(caller: string, options: TensorOptions): Wanted {
  const { dtype, requiresGrad = false } = takeOptions(caller, options, OPTIONS);
  checkFlag(caller, "requiresGrad", requiresGrad);
  return { dtype: dtype === undefined ? null : checkDType(caller, dtype), requiresGrad };
}

/**
 * The dtype of a new tensor, `otherwise` where none was asked for; throws where it cannot require
 * grad and should.
 */
export function typeOf({ dtype, requiresGrad }: Wanted, otherwise: DType = "float32"): DType {
  const type = dtype ?? otherwise;
  if (requiresGrad && !isFloating(type) && !isComplex(type)) {
    throw new TypeError("Only Tensors of floating point and complex dtype can require gradients");
  }
  return type;
}

/** The tensor of a finished array. */
function finish(nd: NdArray, { requiresGrad }: Wanted): Tensor {
  return new Tensor(nd).requiresGrad_(requiresGrad);
}

/**
 * A tensor with the given values, which are copied.
 *
 * @param data a number, boolean, bigint or `{re, im}`, nested arrays of them, a typed array, or a
 *   tensor. Numbers give float32, booleans bool, bigints int64, complex values complex64.
 *   A typed array gives its own type, also as an innermost array; Uint32Array and BigUint64Array
 *   give int64. A Uint16Array needs a dtype: float16 or bfloat16 read it as the bits of halves, any
 *   other as numbers. Float32Array and Float64Array hold interleaved pairs when the dtype is
 *   complex64 or complex128. A tensor of ONNX Runtime, tfjs, jax-js or numpy-ts gives its own dtype
 *   and shape; so does { data, dtype }, a Uint16Array and what its bits are.
 * @throws TypeError for data of another kind, ragged nesting, a bigint among numbers; RangeError
 *   for numbers that the integer dtype asked for cannot hold, and when the memory cannot hold the
 *   tensor
 * @example
 * String(tensor([[1, 2], [3, 4]])); // "tensor([[1., 2.],\n        [3., 4.]])"
 * String(tensor(new Float64Array([0.5]))); // "tensor([0.5000], dtype=float64)"
 * String(tensor(5, { dtype: "float16" })); // "tensor(5., dtype=float16)"
 * String(tensor([Float64Array.of(1, 2), Float64Array.of(3, 4)]).sum()); // "tensor(10., dtype=float64)"
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  const wanted = readOptions("tensor", options);
  return finish(arrayOf(data, wanted), wanted);
}

function arrayOf(data: TensorData, wanted: Wanted): NdArray {
  if (data instanceof Tensor) {
    data.checkAlive("tensor");
    return copy(data.nd, NdArray.empty(typeOf(wanted, data.dtype), data.shape, "user"));
  }
  if (ArrayBuffer.isView(data)) {
    const source = readTyped(data, wanted.dtype);
    return fromTyped(source, typeOf(wanted, source.fallback));
  }
  if (isTensorLike(data)) {
    const adapted = adapt("tensor", "a tensor", data);
    const source = readRuntime(adapted, wanted.dtype);
    const nd = fromTyped(source, typeOf(wanted, source.fallback));
    return adapted.shape ? nd.reshaped(adapted.shape) : nd;
  }
  return fromNested(data, wanted.dtype, (inferred) => typeOf(wanted, inferred));
}

/** A tensor of `shape`, already checked, with every element `value`. */
function filled(shape: readonly number[], value: number, wanted: Wanted, otherwise?: DType): Tensor {
  const dtype = typeOf(wanted, otherwise);
  checkFits(value, dtype);
  return finish(fill(NdArray.empty(dtype, shape, "user"), value), wanted);
}

/**
 * A tensor of `shape` with every element `value`; float32 by default.
 *
 * @throws as zeros; TypeError for a value that is no number; RangeError for one that an integer
 * dtype cannot hold
 * @example
 * String(full([2], 0.5)); // "tensor([0.5000, 0.5000])"
 */
export function full(shape: readonly number[], value: number, options: TensorOptions = {}): Tensor {
  const sizes = checkShape("full", shape);
  if (typeof value !== "number") throw new TypeError(`full: expected a number, got ${describeValue(value)}`);
  return filled(sizes, value, readOptions("full", options));
}

/**
 * A tensor of `shape` with every element 0; float32 by default. Sizes may stand by themselves.
 *
 * @throws TypeError for a shape that is no array of numbers; RangeError for sizes that are no
 *   non-negative integers, and when the memory cannot hold the tensor
 * @example
 * String(zeros([2])); // "tensor([0., 0.])"
 * zeros(2, 3, { dtype: "float64" }).shape; // [2, 3]
 */
export function zeros(shape: readonly number[], options?: TensorOptions): Tensor;
export function zeros(...sizesAndOptions: ShapeArguments): Tensor;
export function zeros(...args: unknown[]): Tensor {
  const { shape, options = {} } = readShapeAndOptions("zeros", args);
  return filled(shape, 0, readOptions("zeros", options));
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
  return filled(shape, 1, readOptions("ones", options));
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
  return uninitialised(shape, readOptions("empty", options));
}

/** What `empty` gives for arguments that were read. */
export function uninitialised(shape: readonly number[], wanted: Wanted): Tensor {
  return finish(NdArray.empty(typeOf(wanted), shape, "user"), wanted);
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
  const wanted = readOptions(caller, options);
  if (!(like instanceof Tensor)) {
    throw notATensor(caller, "a Tensor", like);
  }
  like.checkAlive(caller);
  return filled(like.shape, value, wanted, like.dtype);
}

/**
 * start, start + step, ... up to but without end; `arange(end)` starts at 0. Float32 by default:
 * JavaScript's numbers are floats.
 *
 * @throws TypeError for arguments that are no numbers; RangeError for numbers that are not finite,
 *   a step of 0 or of the wrong sign, and when the memory cannot hold the tensor
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
  // Without the sign of -0, which the difference of equal numbers over a negative step has.
  const size = Math.ceil((end - start) / step) + 0;
  return sequence("arange", size, readOptions("arange", options), (i) => start + i * step);
}

/**
 * `steps` numbers evenly from start to end, both included; float32 by default.
 *
 * @throws TypeError for arguments that are no numbers; RangeError for numbers that are not finite,
 *   a negative number of steps, and when the memory cannot hold the tensor
 * @example
 * String(linspace(0, 1, 3)); // "tensor([0.0000, 0.5000, 1.0000])"
 */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  for (const value of [start, end]) checkFinite("linspace", value);
  if (!Number.isSafeInteger(steps)) {
    throw new TypeError(`linspace: expected steps to be an integer, got ${describeValue(steps)}`);
  }
  if (steps < 0) throw new RangeError("number of steps must be non-negative");
  const wanted = readOptions("linspace", options);
  // From both ends towards the middle, in the precision of the result, as torch does.
  const round = wanted.dtype === "float64" ? (x: number): number => x : Math.fround;
  const step = round((end - start) / (steps - 1));
  return sequence("linspace", steps + 0, wanted, (i) =>
    steps === 1 ? start : i < steps / 2 ? round(start + step * i) : round(end - step * (steps - i - 1)),
  );
}

function checkFinite(caller: string, value: unknown): void {
  if (typeof value !== "number")
    throw new TypeError(`${caller}: expected a number, got ${describeValue(value)}`);
  if (!Number.isFinite(value)) throw new RangeError(`${caller}: expected finite numbers, got ${value}`);
}

function sequence(caller: string, size: number, wanted: Wanted, valueAt: (i: number) => number): Tensor {
  const dtype = typeOf(wanted);
  if (isComplex(dtype)) throw new TypeError(`${caller}: expected a real dtype, got ${dtype}`);
  const nd = NdArray.empty(dtype, [size], "user");
  operate(() => {
    const numbers: Record<number, number | bigint> = nd.numbers();
    for (let i = 0; i < size; i++) numbers[i] = encode(dtype, valueAt(i));
  });
  return finish(nd, wanted);
}

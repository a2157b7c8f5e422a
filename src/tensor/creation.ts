/** Tensors from values. Data is read whole before anything is allocated, so that a failed call leaves nothing behind. */
import {
  checkDType,
  type Complex,
  type DType,
  dtypes,
  encode,
  isComplex,
  isFloating,
  type Scalar,
} from "../array/dtype.js";
import { copy, fill } from "../array/elementwise.js";
import { NdArray } from "../array/ndarray.js";
import { checkShape } from "../array/shape.js";
import { describeValue } from "../core/describe.js";
import { Tensor } from "./tensor.js";

export interface TensorOptions {
  /** Data type; by default that of the data, float32 for numbers. */
  dtype?: DType;
  /** Whether to record operations on the tensor. Only floating and complex dtypes can. */
  requiresGrad?: boolean;
}

/** Nested arrays of one depth and regular lengths, or one value. */
export type NestedData = Scalar | readonly NestedData[];
/** Any typed array, DataView apart. */
export type TypedData = ArrayBufferView & {
  readonly length: number;
  readonly [index: number]: number | bigint;
};
export type TensorData = NestedData | TypedData | Tensor;

/** dtypes of typed arrays by the array's name; Uint16Array holds halves, and `dtype` must say which. */
const typedArrays: Readonly<Record<string, DType>> = {
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Buffer: "uint8",
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
};

/** Makes the tensor; only here is a finished array given its options. */
function finish(caller: string, nd: NdArray, requiresGrad: unknown): Tensor {
  const result = new Tensor(nd);
  if (requiresGrad === true) result.requiresGrad_();
  else if (requiresGrad !== undefined && requiresGrad !== false) {
    throw new TypeError(
      `${caller}: expected requiresGrad to be a boolean, got ${describeValue(requiresGrad)}`,
    );
  }
  return result;
}

function checkOptions(caller: string, { dtype, requiresGrad }: TensorOptions, fallback: DType): DType {
  const type = dtype === undefined ? fallback : checkDType(caller, dtype);
  if (requiresGrad !== undefined && typeof requiresGrad !== "boolean") {
    throw new TypeError(
      `${caller}: expected requiresGrad to be a boolean, got ${describeValue(requiresGrad)}`,
    );
  }
  if (requiresGrad && !isFloating(type) && !isComplex(type)) {
    throw new TypeError("Only Tensors of floating point and complex dtype can require gradients");
  }
  return type;
}

/**
 * A tensor with the given values, which are copied.
 *
 * @param data a number, boolean, bigint or `{re, im}`, nested arrays of them, a typed array, or a tensor. Numbers give float32,
 *   booleans bool, bigints int64. A typed array gives its own type; Uint16Array holds the bits of float16 or
 *   bfloat16, and Float32Array or Float64Array holds interleaved pairs when dtype is complex64 or complex128.
 * @throws TypeError for data of another kind, ragged nesting, a bigint among numbers; RangeError when the memory cannot hold it
 * @example
 * String(tensor([[1, 2], [3, 4]])); // "tensor([[1., 2.],\n        [3., 4.]])"
 * String(tensor(new Float64Array([0.5]))); // "tensor([0.5000], dtype=float64)"
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (data instanceof Tensor) {
    data.checkAlive("tensor");
    const dtype = checkOptions("tensor", options, data.dtype);
    return finish("tensor", copy(data.nd, NdArray.empty(dtype, data.shape, "user")), options.requiresGrad);
  }
  if (ArrayBuffer.isView(data)) return fromTypedArray(data, options);
  const shape: number[] = [];
  const values: Scalar[] = [];
  flatten(data, 0, shape, values);
  const dtype = checkOptions("tensor", options, inferDType(values));
  if (shape.length === 0) {
    checkValue(values[0], dtype);
    return finish("tensor", NdArray.scalar(dtype, values[0]), options.requiresGrad);
  }
  for (const value of values) checkValue(value, dtype);
  const nd = NdArray.empty(dtype, shape, "user");
  write(nd, values);
  return finish("tensor", nd, options.requiresGrad);
}

/** Appends the values below `data` to `values`; the first path down decides the shape. */
function flatten(data: NestedData, depth: number, shape: number[], values: Scalar[]): void {
  if (!Array.isArray(data)) {
    if (depth !== shape.length) throw ragged(depth, shape[depth], 1);
    values.push(data as Scalar);
    return;
  }
  const items = data as readonly NestedData[];
  if (depth > 63) throw new RangeError("tensor: expected at most 64 dimensions");
  if (shape.length === depth) {
    if (values.length > 0) throw ragged(depth, 1, items.length);
    shape.push(items.length);
  } else if (shape[depth] !== items.length) {
    throw ragged(depth, shape[depth], items.length);
  }
  for (const item of items) flatten(item, depth + 1, shape, values);
}

function ragged(depth: number, expected: number, got: number): TypeError {
  return new TypeError(`expected sequence of length ${expected} at dim ${depth} (got ${got})`);
}

function inferDType(values: readonly Scalar[]): DType {
  let dtype: DType | null = null;
  for (const value of values) {
    if (typeof value === "object" && value !== null) return "complex64";
    if (typeof value === "number") dtype = "float32";
    else if (typeof value === "bigint") dtype ??= "int64";
    else if (typeof value === "boolean" && dtype === null) dtype = "bool";
  }
  if (dtype === "int64" && values.some((value) => typeof value !== "bigint")) {
    throw new TypeError(
      "tensor: expected bigints only, got bigints among other values; convert them or give a dtype",
    );
  }
  return dtype ?? "float32";
}

function checkValue(value: unknown, dtype: DType): void {
  if (typeof value === "number" || typeof value === "boolean") return;
  if (typeof value === "bigint") {
    if (dtypes[dtype].category === "integer" || dtype === "bool") return;
    throw new TypeError(`tensor: expected numbers for ${dtype}, got ${value}n; convert with Number()`);
  }
  if (isComplexValue(value)) {
    if (isComplex(dtype)) return;
    throw new TypeError(`tensor: expected numbers for ${dtype}, got a complex value; use dtype "complex64"`);
  }
  throw new TypeError(`tensor: expected numbers, booleans, bigints or {re, im}, got ${describeValue(value)}`);
}

function isComplexValue(value: unknown): value is Complex {
  const { re, im } = (value ?? {}) as Partial<Complex>;
  return typeof re === "number" && typeof im === "number";
}

/** Fills a contiguous array. */
function write(nd: NdArray, values: readonly Scalar[]): void {
  const numbers = nd.numbers() as Record<number, number | bigint>;
  values.forEach((value, i) => {
    if (!isComplex(nd.dtype)) {
      numbers[i] = encode(nd.dtype, value as number | bigint | boolean);
      return;
    }
    const { re, im } = typeof value === "object" ? value : { re: Number(value), im: 0 };
    numbers[2 * i] = re;
    numbers[2 * i + 1] = im;
  });
}

function fromTypedArray(data: ArrayBufferView, options: TensorOptions): Tensor {
  const { name } = data.constructor;
  const source = data as TypedData;
  const own = typedArrays[name] ?? null;
  const asked = options.dtype;
  const bits = name === "Uint16Array" && (asked === "float16" || asked === "bfloat16");
  if (
    !own &&
    (asked === undefined ||
      typeof source.length !== "number" ||
      (name === "Uint16Array" && !bits && isFloating(asked)))
  ) {
    throw new TypeError(
      name === "Uint16Array"
        ? `tensor: expected dtype "float16" or "bfloat16" with a Uint16Array, which holds their bits, got ${describeValue(asked)}`
        : `tensor: expected a typed array with a dtype of its own, got ${name}; give a dtype`,
    );
  }
  const dtype = checkOptions("tensor", options, own ?? "float32");
  const pairs = isComplex(dtype) && (own === "float32" || own === "float64");
  if (pairs && source.length % 2 === 1) {
    throw new RangeError(`tensor: expected pairs for ${dtype}, got an odd length of ${source.length}`);
  }
  const nd = NdArray.empty(dtype, [pairs ? source.length / 2 : source.length], "user");
  const numbers = nd.numbers();
  // Halves of the same type are copied as bits; what typed arrays convert by themselves is set; the rest goes value by value.
  if (bits || (own === "float16" && dtype === "float16")) {
    numbers.set(new Uint16Array(source.buffer, source.byteOffset, source.length) as never);
  } else if (own === dtype || pairs || isPlain(own, dtype)) {
    numbers.set(source as never);
  } else {
    write(nd, Array.from(source as unknown as ArrayLike<number | bigint>));
  }
  return finish("tensor", nd, options.requiresGrad);
}

/** Whether `set` of a typed array of `to` converts numbers of `from` as torch does. */
function isPlain(from: DType | null, to: DType): boolean {
  return from !== null && from !== "int64" && from !== "float16" && (to === "float32" || to === "float64");
}

/** A tensor of `shape` with every element `value`. */
export function full(shape: readonly number[], value: number, options: TensorOptions = {}): Tensor {
  const sizes = checkShape("full", shape);
  if (typeof value !== "number") throw new TypeError(`full: expected a number, got ${describeValue(value)}`);
  const dtype = checkOptions("full", options, "float32");
  const nd = NdArray.empty(dtype, sizes, "user");
  return finish("full", fillAny(nd, value), options.requiresGrad);
}

function fillAny(nd: NdArray, value: number): NdArray {
  return isComplex(nd.dtype) ? copy(NdArray.scalar("float64", value), nd) : fill(nd, value);
}

export function zeros(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return full(checkShape("zeros", shape), 0, options);
}

export function ones(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return full(checkShape("ones", shape), 1, options);
}

/** A tensor of whatever its memory held, to be filled by way of `array()`. */
export function empty(shape: readonly number[], options: TensorOptions = {}): Tensor {
  const sizes = checkShape("empty", shape);
  const dtype = checkOptions("empty", options, "float32");
  return finish("empty", NdArray.empty(dtype, sizes, "user"), options.requiresGrad);
}

export function zerosLike(like: Tensor, options: TensorOptions = {}): Tensor {
  like.checkAlive("zerosLike");
  return full(like.shape, 0, { dtype: like.dtype, ...options });
}

export function onesLike(like: Tensor, options: TensorOptions = {}): Tensor {
  like.checkAlive("onesLike");
  return full(like.shape, 1, { dtype: like.dtype, ...options });
}

/**
 * start, start + step, ... up to but without end; `arange(end)` starts at 0. Float32 by default: JavaScript's numbers are floats.
 *
 * @example
 * String(arange(3)); // "tensor([0., 1., 2.])"
 */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: (number | TensorOptions | undefined)[]): Tensor {
  const numbers = args.filter((arg): arg is number => typeof arg === "number");
  const options = args.find((arg) => typeof arg === "object") ?? {};
  for (const arg of args) {
    if (typeof arg === "number" ? !Number.isFinite(arg) : typeof arg !== "object" && arg !== undefined) {
      throw new RangeError(`arange: expected finite numbers, got ${describeValue(arg)}`);
    }
  }
  if (numbers.length === 0) throw new TypeError("arange: expected an end, got nothing");
  const [start, end, step] =
    numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  if (step === 0) throw new RangeError("step must be nonzero");
  if ((end - start) / step < 0)
    throw new RangeError("upper bound and larger bound inconsistent with step sign");
  const size = Math.ceil((end - start) / step);
  return sequence("arange", size, options, (i) => start + i * step);
}

/** `steps` numbers evenly from start to end, both included. */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  for (const value of [start, end]) {
    if (typeof value !== "number")
      throw new TypeError(`linspace: expected a number, got ${describeValue(value)}`);
  }
  if (!Number.isSafeInteger(steps) || steps < 0) throw new RangeError("number of steps must be non-negative");
  // From both ends towards the middle, in the precision of the result, as torch does.
  const round = options.dtype === "float64" ? (x: number): number => x : Math.fround;
  const step = round((end - start) / (steps - 1));
  return sequence("linspace", steps, options, (i) =>
    steps === 1 ? start : i < steps / 2 ? round(start + step * i) : round(end - step * (steps - i - 1)),
  );
}

function sequence(
  caller: string,
  size: number,
  options: TensorOptions,
  valueAt: (i: number) => number,
): Tensor {
  const dtype = checkOptions(caller, options, "float32");
  const nd = NdArray.empty(dtype, [size], "user");
  const numbers = nd.numbers() as Record<number, number | bigint>;
  if (isComplex(dtype)) throw new TypeError(`${caller}: expected a real dtype, got ${dtype}`);
  for (let i = 0; i < size; i++) numbers[i] = encode(dtype, valueAt(i));
  return finish(caller, nd, options.requiresGrad);
}

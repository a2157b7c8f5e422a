/** What users give as data: nested arrays and typed arrays. It is read and checked whole before anything is allocated. */
import {
  checkFits,
  type Complex,
  type DType,
  dtypes,
  encode,
  isComplex,
  isFloating,
  type Scalar,
} from "../array/dtype.js";
import { copy } from "../array/elementwise.js";
import { NdArray } from "../array/ndarray.js";
import { describeValue } from "../core/describe.js";
import { MAXIMUM_DIMENSIONS, memory } from "../core/memory.js";

/** Nested arrays of one depth and regular lengths, or one value. */
export type NestedData = Scalar | readonly NestedData[];
/** Any typed array, DataView apart. */
export type TypedData = ArrayBufferView & {
  readonly length: number;
  readonly [index: number]: number | bigint;
};

/** Nested arrays, flat. */
export interface Elements {
  readonly shape: readonly number[];
  readonly values: readonly Scalar[];
}

/** dtypes of typed arrays; Uint16Array holds halves, and `dtype` must say which. */
const typedArrays: Readonly<Record<string, DType>> = {
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
};

/** The elements of nested arrays in row-major order. */
export function readNested(data: NestedData): Elements {
  const shape: number[] = [];
  const values: Scalar[] = [];
  flatten(data, 0, shape, values);
  return { shape, values };
}

/** Appends the values below `data` to `values`; the first path down decides the shape. */
function flatten(data: NestedData, depth: number, shape: number[], values: Scalar[]): void {
  if (!Array.isArray(data)) {
    if (depth !== shape.length) {
      throw new TypeError(
        `tensor: expected an array of length ${shape[depth]} at dim ${depth}, got ${describeValue(data)}`,
      );
    }
    values.push(data as Scalar);
    return;
  }
  const items = data as readonly NestedData[];
  if (depth >= MAXIMUM_DIMENSIONS) {
    throw new RangeError(`tensor: expected at most ${MAXIMUM_DIMENSIONS} dimensions, got deeper nesting`);
  }
  if (shape.length === depth) {
    if (values.length > 0) {
      throw new TypeError(`tensor: expected a number beside numbers, got ${describeValue(items)}`);
    }
    shape.push(items.length);
  } else if (shape[depth] !== items.length) {
    throw new TypeError(`expected sequence of length ${shape[depth]} at dim ${depth} (got ${items.length})`);
  }
  // By index: iteration would end early or go on where `items` is a proxy or has an iterator of its own.
  for (let i = 0; i < shape[depth]; i++) flatten(items[i], depth + 1, shape, values);
}

/** The dtype of values for which none was given. */
export function inferDType(values: readonly Scalar[]): DType {
  const kinds = new Set(values.map((value) => typeof value));
  if (kinds.has("object")) return "complex64";
  if (kinds.has("bigint") && kinds.size > 1) {
    throw new TypeError(
      "tensor: expected bigints only, got bigints among other values; convert them or give a dtype",
    );
  }
  if (kinds.has("bigint")) return "int64";
  return kinds.has("boolean") && !kinds.has("number") ? "bool" : "float32";
}

/** Throws unless each of `values` can be an element of `dtype`. */
export function checkValues(values: readonly unknown[], dtype: DType): void {
  for (const value of values) checkValue(value, dtype);
}

function checkValue(value: unknown, dtype: DType): void {
  const integer = dtypes[dtype].category === "integer";
  if (typeof value === "boolean") return;
  if (typeof value === "number") {
    checkFits(value, dtype);
    return;
  }
  if (typeof value === "bigint") {
    if (!integer && dtype !== "bool") {
      throw new TypeError(`tensor: expected numbers for ${dtype}, got ${value}n; convert with Number()`);
    }
    checkFits(value, dtype);
    return;
  }
  if (!isComplexValue(value)) {
    throw new TypeError(
      `tensor: expected numbers, booleans, bigints or {re, im}, got ${describeValue(value)}`,
    );
  }
  if (!isComplex(dtype)) {
    throw new TypeError(`tensor: expected numbers for ${dtype}, got a complex value; use dtype "complex64"`);
  }
}

function isComplexValue(value: unknown): value is Complex {
  const { re, im } = (value ?? {}) as Partial<Complex>;
  return typeof re === "number" && typeof im === "number";
}

/** Fills a contiguous array. */
export function write(nd: NdArray, values: ArrayLike<Scalar>): void {
  const numbers = nd.numbers() as Record<number, number | bigint>;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!isComplex(nd.dtype)) {
      numbers[i] = encode(nd.dtype, value as number | bigint | boolean);
      continue;
    }
    const { re, im } = typeof value === "object" ? value : { re: Number(value), im: 0 };
    numbers[2 * i] = re;
    numbers[2 * i + 1] = im;
  }
}

const TYPED_ARRAY = Object.getPrototypeOf(Int8Array.prototype) as object;

/** The typed array's own name, whatever class of a user's extends it; undefined for a DataView. */
function nameOf(view: ArrayBufferView): string | undefined {
  return Reflect.get(TYPED_ARRAY, Symbol.toStringTag, view) as string | undefined;
}

/** A typed array as the one dimension of a tensor: how its elements are to be read. */
export interface TypedSource {
  readonly data: TypedData;
  /** The dtype of the elements; null where they are numbers of a type that no dtype has. */
  readonly own: DType | null;
  /** The dtype of a tensor for which none was given. */
  readonly fallback: DType;
}

/** Throws unless `view` is a typed array that goes with the dtype `asked`. */
export function readTyped(view: ArrayBufferView, asked: unknown): TypedSource {
  const data = view as TypedData;
  const name = nameOf(view);
  if (name === undefined) throw new TypeError("tensor: expected a typed array, got DataView");
  checkAttached(data);
  if (name === "Uint16Array") {
    if (asked === "float16" || asked === "bfloat16") return { data, own: asked, fallback: asked };
    if (asked === undefined || isFloating(asked as DType)) {
      throw new TypeError(
        'tensor: expected dtype "float16" or "bfloat16" with a Uint16Array, which holds their bits, got ' +
          describeValue(asked),
      );
    }
  }
  const own = typedArrays[name] ?? null;
  if (!own && asked === undefined) {
    throw new TypeError(`tensor: expected a typed array with a dtype of its own, got ${name}; give a dtype`);
  }
  return { data, own, fallback: own ?? "float32" };
}

/** A view of a buffer that is gone has no elements, which would pass for an empty tensor. */
function checkAttached(data: TypedData): void {
  if (data.length > 0) return;
  try {
    new Uint8Array(data.buffer);
  } catch {
    throw new TypeError(
      "tensor: expected a typed array in memory, got one whose buffer was detached; the arrays that array() returns are, " +
        "when the memory grows: call array() again",
    );
  }
}

/** A new array of `dtype` with the elements of `source`. */
export function fromTyped({ data, own }: TypedSource, dtype: DType): NdArray {
  const pairs = isComplex(dtype) && (own === "float32" || own === "float64");
  const length = pairs ? data.length / 2 : data.length;
  if (!Number.isInteger(length)) {
    throw new RangeError(`tensor: expected pairs for ${dtype}, got an odd length of ${data.length}`);
  }
  // The allocation may grow the memory, and so detach a view of it.
  const source = memory().owns(data.buffer) ? (data as unknown as Float64Array).slice() : data;
  const nd = NdArray.empty(dtype, [length], "user");
  if (own === dtype || pairs) {
    setNumbers(nd, source);
  } else if (own === null) {
    write(nd, source);
  } else {
    const unconverted = NdArray.empty(own, [length]);
    setNumbers(unconverted, source);
    copy(unconverted, nd);
    unconverted.storage.dispose();
  }
  return nd;
}

/** Sets the stored numbers, which for halves are bits. */
function setNumbers(nd: NdArray, data: TypedData): void {
  const half = nd.dtype === "float16" || nd.dtype === "bfloat16";
  const source = half ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  nd.numbers().set(source as never);
}

/** What users give as data: nested arrays and typed arrays. It is read and checked whole before anything is allocated. */
import {
  checkFits,
  type Complex,
  type DType,
  dtypes,
  encode,
  isComplex,
  isFloating,
  realOf,
  type Scalar,
} from "../array/dtype.js";
import type { Adapted } from "../array/adapter.js";
import { copy } from "../array/elementwise.js";
import { NdArray } from "../array/ndarray.js";
import { checkAttached, dtypeOf, nameOf, type TypedData } from "../array/typed.js";
import { describeValue } from "../core/describe.js";
import { MAXIMUM_DIMENSIONS, memory } from "../core/memory.js";
import { operate } from "../core/operation.js";

/** Nested arrays of one depth and regular lengths, or one value. */
export type NestedData = Scalar | readonly NestedData[];
/** Nested arrays, flat. */
export interface Elements {
  readonly shape: readonly number[];
  readonly values: readonly Scalar[];
}

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
  // Read before the operation: complex values may have getters.
  const stored = isComplex(nd.dtype) ? partsOf(values) : (values as ArrayLike<number | bigint | boolean>);
  operate(() => {
    const numbers: Record<number, number | bigint> = nd.numbers();
    for (let i = 0; i < stored.length; i++) numbers[i] = encode(realOf(nd.dtype), stored[i]);
  });
}

/** Real and imaginary parts by turns. */
function partsOf(values: ArrayLike<Scalar>): number[] {
  return Array.from(values).flatMap((value) =>
    typeof value === "object" ? [value.re, value.im] : [Number(value), 0],
  );
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
  checkAttached("tensor", "a typed array", data);
  if (name === "Uint16Array") {
    if (asked === "float16" || asked === "bfloat16") return { data, own: asked, fallback: asked };
    if (asked === undefined || isFloating(asked as DType)) {
      throw new TypeError(
        'tensor: expected dtype "float16" or "bfloat16" with a Uint16Array, which holds their bits, got ' +
          describeValue(asked),
      );
    }
  }
  const own = dtypeOf(data);
  if (!own && asked === undefined) {
    throw new TypeError(`tensor: expected a typed array with a dtype of its own, got ${name}; give a dtype`);
  }
  return { data, own, fallback: own ?? "float32" };
}

/** A new array of `dtype` with the elements of `source`. */
export function fromTyped({ data, own }: Pick<TypedSource, "data" | "own">, dtype: DType): NdArray {
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

/** The dtype of a tensor of what another runtime gave, where none was asked for. */
export function runtimeDType({ data, dtype }: Adapted): DType {
  if (dtype !== null) return dtype;
  throw new TypeError(`tensor: expected data with a dtype of its own, got ${nameOf(data)!}; give a dtype`);
}

/** A new array of `dtype` with the elements and the shape of another runtime's tensor. */
export function fromRuntimeTensor({ data, own, dtype: meant, shape }: Adapted, dtype: DType): NdArray {
  if (meant !== null && isComplex(meant) && !isComplex(dtype)) {
    throw new TypeError(`tensor: expected real numbers for ${dtype}, got ${meant}`);
  }
  // Real numbers become complex ones, where an array of numbers would be read as pairs.
  const stored = meant !== null && isComplex(meant) ? meant : own;
  let nd = fromTyped({ data, own }, stored ?? dtype);
  if (nd.dtype !== dtype) {
    const unconverted = nd;
    nd = copy(unconverted, NdArray.empty(dtype, unconverted.shape, "user"));
    unconverted.storage.dispose();
  }
  return shape ? nd.reshaped(shape) : nd;
}

/** Sets the stored numbers, which for halves are bits. */
function setNumbers(nd: NdArray, data: TypedData): void {
  const half = nd.dtype === "float16" || nd.dtype === "bfloat16";
  const source = half ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  operate(() => {
    nd.numbers().set(source as never);
  });
}

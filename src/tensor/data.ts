/**
 * Typed arrays and other runtimes' tensors as data. They are checked whole before anything is
 * allocated.
 */
import type { Adapted } from "../ndarray/adapter.js";
import { checkFits, type DType, encode, isComplex, type Scalar } from "../ndarray/dtype.js";
import { copy } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { dtypeOf, holding, nameOf, takeTyped, type TypedData } from "../ndarray/typed.js";
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";

/** A typed array: how its elements are to be read. */
export interface TypedSource {
  /** The elements, of a length that stays as it is. */
  readonly data: TypedData;
  /** The dtype of the elements; null where they are numbers of a type that no dtype has. */
  readonly own: DType | null;
  /** Whether two numbers, side by side, are one complex element. */
  readonly pairs: boolean;
  /** The dtype of a tensor for which none was given. */
  readonly fallback: DType;
}

/** Throws unless `view` is a typed array that goes with the dtype `asked`, null for none. */
export function readTyped(view: ArrayBufferView, asked: DType | null): TypedSource {
  const name = nameOf(view);
  if (name === undefined) throw new TypeError("tensor: expected a typed array, got DataView");
  const data = takeTyped("tensor", "a typed array", view as TypedData);
  if (name === "Uint16Array") {
    if (asked === "float16" || asked === "bfloat16")
      return { data, own: asked, pairs: false, fallback: asked };
    if (asked === null) {
      throw new TypeError(
        'tensor: expected a dtype with a Uint16Array: "float16" or "bfloat16" for the bits of halves, "int32" or "float32" for ' +
          "numbers; got none",
      );
    }
  }
  const own = dtypeOf(data);
  const pairs = asked !== null && isComplex(asked) && (own === "float32" || own === "float64");
  if (pairs && data.length % 2 !== 0) {
    throw new RangeError(`tensor: expected pairs for ${asked}, got an odd length of ${data.length}`);
  }
  return checked({ data, own, pairs, fallback: own ?? holding(data) }, asked);
}

/** The elements of another runtime's tensor that goes with the dtype `asked`. */
export function readRuntime({ data, own, dtype, numeric }: Adapted, asked: DType | null): TypedSource {
  if (asked === null && dtype === null && !numeric) {
    throw new TypeError(`tensor: expected data with a dtype of its own, got ${nameOf(data)!}; give a dtype`);
  }
  const pairs = dtype !== null && isComplex(dtype);
  if (pairs && asked !== null && !isComplex(asked)) {
    throw new TypeError(`tensor: expected real numbers for ${asked}, got ${dtype}`);
  }
  return checked({ data, own, pairs, fallback: dtype ?? own ?? holding(data) }, asked);
}

/** Unsigned numbers of 64 bits must fit into signed ones. */
function checked(source: TypedSource, asked: DType | null): TypedSource {
  if (source.data instanceof BigUint64Array && (asked ?? source.fallback) === "int64") {
    for (const value of source.data) checkFits(value, "int64");
  }
  return source;
}

/** How many elements of a tensor the typed array holds. */
export function lengthIn({ data, pairs }: TypedSource): number {
  return pairs ? data.length / 2 : data.length;
}

/** A new array of `dtype` with the elements of `source`. */
export function fromTyped(source: TypedSource, dtype: DType): NdArray {
  const outside = outsideOfMemory(source);
  const nd = NdArray.empty(dtype, [lengthIn(source)], "user");
  writeTyped(nd, outside);
  return nd;
}

/**
 * The same elements, copied where they lie in the linear memory: an allocation may grow it, and so
 * detach a view of it.
 */
export function outsideOfMemory(source: TypedSource): TypedSource {
  const { data } = source;
  return memory().owns(data.buffer) ? { ...source, data: (data as unknown as Float64Array).slice() } : source;
}

/**
 * Fills a contiguous array, which may be a part of a storage, with elements that lie outside of the
 * linear memory.
 */
export function writeTyped(nd: NdArray, { data, own, pairs }: TypedSource): void {
  if (own === nd.dtype || pairs) {
    setNumbers(nd, data);
  } else if (own === null) {
    writeValues(nd, data, data.length);
  } else {
    const unconverted = NdArray.empty(own, nd.shape);
    setNumbers(unconverted, data);
    copy(unconverted, nd);
    unconverted.storage.dispose();
  }
}

/** Writes the first `n` of `values` to the first elements of a contiguous array. */
export function writeValues(nd: NdArray, values: ArrayLike<Scalar>, n: number): void {
  operate(() => {
    storeValues(nd, values, n);
  });
}

function storeValues(nd: NdArray, values: ArrayLike<Scalar>, n: number): void {
  const { dtype } = nd;
  const numbers: Record<number, number | bigint> = nd.numbers();
  if (isComplex(dtype)) {
    for (let i = 0; i < n; i++) {
      const value = values[i];
      const { re, im } = typeof value === "object" ? value : { re: Number(value), im: 0 };
      numbers[2 * i] = re;
      numbers[2 * i + 1] = im;
    }
    return;
  }
  for (let i = 0; i < n; i++) numbers[i] = encode(dtype, values[i] as number | bigint | boolean);
}

/** Sets the stored numbers, which for halves are bits. */
function setNumbers(nd: NdArray, data: TypedData): void {
  const half = nd.dtype === "float16" || nd.dtype === "bfloat16";
  const source = half ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  operate(() => {
    nd.numbers().set(source as never);
  });
}

/** Typed arrays: which dtype their elements have, and whether they have any left. */
import type { DType } from "./dtype.js";

/** Any typed array, DataView apart. */
export type TypedData = ArrayBufferView & {
  readonly length: number;
  readonly [index: number]: number | bigint;
};

/** dtypes of typed arrays. Uint16Array holds halves, and somebody must say which. */
const DTYPES: Readonly<Record<string, DType>> = {
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

const TYPED_ARRAY = Object.getPrototypeOf(Int8Array.prototype) as object;

/** The typed array's own name, whatever class of a user's extends it; undefined for anything else, a DataView too. */
export function nameOf(value: unknown): string | undefined {
  return Reflect.get(TYPED_ARRAY, Symbol.toStringTag, value) as string | undefined;
}

/** The dtypes that hold the numbers of types that no dtype has. */
const HOLDING: Readonly<Record<string, DType>> = {
  Uint16Array: "int32",
  Uint32Array: "int64",
  BigUint64Array: "int64",
};

/** The dtype of a tensor of `data`, whose elements are numbers of a type that no dtype has. */
export function holding(data: TypedData): DType {
  return HOLDING[nameOf(data)!];
}

/** The dtype of the elements; null where they are numbers of a type that no dtype has, or bits. */
export function dtypeOf(data: TypedData): DType | null {
  return DTYPES[nameOf(data)!] ?? null;
}

/** What the array itself says of itself, whatever a class that extends it says. */
function ownOf<T>(data: TypedData, key: "length" | "buffer" | "byteOffset"): T {
  return Reflect.get(TYPED_ARRAY, key, data) as T;
}

/** A view of a buffer that is gone has no elements, which would pass for an empty one. `word` says whose it is. */
export function checkAttached(caller: string, word: string, data: TypedData): void {
  if (ownOf<number>(data, "length") > 0) return;
  try {
    // Throws for an array that has lost its place in the buffer, too.
    Uint8Array.prototype.keys.call(data);
  } catch {
    throw new TypeError(
      `${caller}: expected ${word} in memory, got one whose buffer was detached; the arrays that array() returns are, ` +
        "when the memory grows: call array() again",
    );
  }
}

type Kind = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedData;

/**
 * The elements that `data` has now, as a view of the engine's own class: a subclass may lie about its length, and an array over a buffer
 * that grows would change its length during a call.
 */
export function takeTyped(caller: string, word: string, data: TypedData): TypedData {
  checkAttached(caller, word, data);
  const kind = (globalThis as unknown as Record<string, Kind>)[nameOf(data)!];
  return new kind(ownOf(data, "buffer"), ownOf(data, "byteOffset"), ownOf(data, "length"));
}

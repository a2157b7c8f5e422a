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

/** The dtype of the elements; null where they are numbers of a type that no dtype has, or bits. */
export function dtypeOf(data: TypedData): DType | null {
  return DTYPES[nameOf(data)!] ?? null;
}

/** A view of a buffer that is gone has no elements, which would pass for an empty one. `word` says whose it is. */
export function checkAttached(caller: string, word: string, data: TypedData): void {
  if (data.length > 0) return;
  try {
    new Uint8Array(data.buffer);
  } catch {
    throw new TypeError(
      `${caller}: expected ${word} in memory, got one whose buffer was detached; the arrays that array() returns are, ` +
        "when the memory grows: call array() again",
    );
  }
}

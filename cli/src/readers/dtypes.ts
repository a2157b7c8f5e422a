/** What files store, and what lossgrad reads it as. */

/** The dtypes of the arrays that lossgrad reads. */
export type Held =
  "bfloat16" | "float16" | "float32" | "float64" | "int16" | "int32" | "int64" | "int8" | "uint8";

interface Stored {
  /** Bytes of an element in the file. */
  readonly size: 1 | 2 | 4 | 8;
  readonly held: Held;
  /** Makes numbers of the stored bytes, in this machine's byte order, where they are not held as stored. */
  readonly convert?: (bytes: Uint8Array, into: Elements) => void;
}

/** The elements of a chunk: a typed array as `allocate` of lossgrad/arrays makes it. */
export type Elements = ArrayBufferView & { readonly length: number };

/** What holds elements outside the linear memory; of halves their bits. */
export const ARRAYS = {
  bfloat16: Uint16Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
} as const satisfies Record<Held, new (length: number) => Elements>;

/** What holds elements as files store them; of halves their bits, of bools bytes. */
export const STORED_ARRAYS = {
  ...ARRAYS,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<Dtype, new (length: number) => Elements>;

export const DTYPES = {
  bfloat16: { size: 2, held: "bfloat16" },
  float16: { size: 2, held: "float16" },
  float32: { size: 4, held: "float32" },
  float64: { size: 8, held: "float64" },
  int8: { size: 1, held: "int8" },
  int16: { size: 2, held: "int16" },
  int32: { size: 4, held: "int32" },
  int64: { size: 8, held: "int64" },
  uint8: { size: 1, held: "uint8" },
  // Unsigned integers that lossgrad has no dtype for: in the narrowest one that holds them all.
  uint16: { size: 2, held: "int32", convert: ({ buffer, byteOffset, byteLength }, into) => {
    (into as Int32Array).set(new Uint16Array(buffer, byteOffset, byteLength / 2));
  } },
  uint32: { size: 4, held: "float64", convert: ({ buffer, byteOffset, byteLength }, into) => {
    (into as Float64Array).set(new Uint32Array(buffer, byteOffset, byteLength / 4));
  } },
  // From 2^53 on, the nearest float64.
  uint64: { size: 8, held: "float64", convert: ({ buffer, byteOffset, byteLength }, into) => {
    const from = new Uint32Array(buffer, byteOffset, byteLength / 4);
    const to = into as Float64Array;
    for (let i = 0; i < to.length; i++) to[i] = from[2 * i + 1] * 2 ** 32 + from[2 * i];
  } },
  bool: { size: 1, held: "uint8", convert: (bytes, into) => {
    const to = into as Uint8Array;
    for (let i = 0; i < to.length; i++) to[i] = bytes[i] === 0 ? 0 : 1;
  } },
} as const satisfies Record<string, Stored>; // prettier-ignore

export type Dtype = keyof typeof DTYPES;

export function storedAs(dtype: Dtype): Stored {
  return DTYPES[dtype];
}

/** How many of the stored integers are beyond 2^53, and no float64: they are rounded. */
export function countRounded(dtype: Dtype, { buffer, byteOffset, byteLength }: Uint8Array): number {
  if (dtype !== "int64" && dtype !== "uint64") return 0;
  const make = dtype === "int64" ? BigInt64Array : BigUint64Array;
  const integers = new make(buffer as ArrayBuffer, byteOffset, byteLength / 8);
  const halves = new Int32Array(buffer, byteOffset, byteLength / 4);
  let count = 0;
  for (let i = 0; i < integers.length; i++) {
    // Most are smaller, which the upper half tells without a bigint.
    const upper = halves[2 * i + 1];
    const small = upper < 2 ** 21 && upper >= (dtype === "int64" ? -(2 ** 21) : 0);
    if (!small && BigInt(Number(integers[i])) !== integers[i]) count++;
  }
  return count;
}

/** Turns the bytes of each element around, in place. They begin at a multiple of `size`. */
export function swapBytes({ buffer, byteOffset, byteLength }: Uint8Array, size: 1 | 2 | 4 | 8): void {
  if (size === 1) return;
  if (size === 2) {
    const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
    for (let i = 0; i < halves.length; i++) halves[i] = (halves[i] << 8) | (halves[i] >>> 8);
    return;
  }
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
  for (let i = 0; i < words.length; i++) words[i] = swapped(words[i]);
  if (size === 4) return;
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i];
    words[i] = words[i + 1];
    words[i + 1] = low;
  }
}

function swapped(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** The bytes of elements, wherever they lie. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

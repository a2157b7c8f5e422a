/** Typed arrays of each dtype, halves as their bits. */
import type { RealDType } from "../ndarray/naive.js";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../support/halves.js";
import type { Value } from "../support/kernels.js";

export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | BigInt64Array;

const ARRAYS = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export const SIZES: Readonly<Record<RealDType, number>> = Object.fromEntries(
  Object.entries(ARRAYS).map(([dtype, { BYTES_PER_ELEMENT }]) => [dtype, BYTES_PER_ELEMENT]),
) as Record<RealDType, number>;

/** `n` elements over a buffer. */
export function arrayOver(dtype: RealDType, buffer: ArrayBufferLike, offset: number, n: number): NumberArray {
  return new ARRAYS[dtype](buffer as ArrayBuffer, offset, n);
}

function encoded(dtype: RealDType, value: Value): Value {
  if (dtype === "float16") return toFloat16(Number(value));
  if (dtype === "bfloat16") return toBfloat16(Number(value));
  return dtype === "int64" ? BigInt(value) : Number(value);
}

/** The numbers as they are stored. */
export function bitsOf(dtype: RealDType, values: readonly Value[]): NumberArray {
  const array = new ARRAYS[dtype](values.length);
  store(array, dtype, values);
  return array;
}

export function store(array: NumberArray, dtype: RealDType, values: readonly Value[]): void {
  const cells = array as unknown as Value[];
  values.forEach((value, i) => (cells[i] = isBits(array, dtype) ? encoded(dtype, value) : value));
}

/** A Float16Array holds numbers. */
function isBits(array: NumberArray, dtype: RealDType): boolean {
  return array instanceof Uint16Array || dtype === "int64";
}

export function numbersIn(dtype: RealDType, array: NumberArray): Value[] {
  const values = Array.from<Value>(array as unknown as ArrayLike<Value>);
  if (!(array instanceof Uint16Array)) return values;
  const decode = dtype === "float16" ? fromFloat16 : fromBfloat16;
  return values.map((bits) => decode(Number(bits)));
}

/**
 * Arrays as the fixtures and the PyTorch process write them: raw bytes in hexadecimal, or the range
 * an answer may lie in.
 */
import { tensor } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { fromHex, toHex } from "./bytes.js";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "./halves.js";

export interface WireArray {
  dtype: DType;
  shape: number[];
  bytes: string;
  /**
   * The operand is this array expanded to a larger shape; gradients are those of the array itself.
   */
  expand?: number[];
}

/** Least and greatest acceptable answers, as float64: where rounding is free, in sums above all. */
interface WireRange {
  dtype: DType;
  shape: number[];
  low: string;
  high: string;
}

export type Expected = WireArray | WireRange;
export type Scalar = number | bigint | boolean;

type Typed =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array;

const TYPED: Record<DType, new (buffer: ArrayBuffer) => Typed> = {
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

/** The wire form of numbers, rounded to the dtype. */
export function encode(dtype: DType, shape: number[], values: readonly number[]): WireArray {
  let typed: ArrayBufferView;
  if (dtype === "float16") typed = Uint16Array.from(values, toFloat16);
  else if (dtype === "bfloat16") typed = Uint16Array.from(values, toBfloat16);
  else if (dtype === "int64") typed = BigInt64Array.from(values, BigInt);
  else {
    const made = new TYPED[dtype](new ArrayBuffer(values.length * bytesOf(dtype)));
    (made as Float64Array).set(values);
    typed = made;
  }
  return {
    dtype,
    shape,
    bytes: toHex(typed),
  };
}

/** Bytes of one number: half of one element, for complex. */
function bytesOf(dtype: DType): number {
  return new TYPED[dtype](new ArrayBuffer(8)).BYTES_PER_ELEMENT;
}

function typedOf(dtype: DType, hex: string): Typed {
  return new TYPED[dtype](fromHex(hex).buffer);
}

/** The numbers of a wire array, complex ones as pairs. */
export function numbersOf(dtype: DType, hex: string): Scalar[] {
  const typed: Iterable<number | bigint> = typedOf(dtype, hex);
  if (dtype === "float16") return Array.from(typed as Uint16Array, fromFloat16);
  if (dtype === "bfloat16") return Array.from(typed as Uint16Array, fromBfloat16);
  if (dtype === "bool") return Array.from(typed, (bit) => bit !== 0);
  return Array.from(typed);
}

/** A leaf tensor with the wire array's values. */
export function leafOf(wire: WireArray, requiresGrad = false): Tensor {
  const leaf = tensor(typedOf(wire.dtype, wire.bytes), { dtype: wire.dtype }).reshape(wire.shape);
  return requiresGrad ? leaf.requiresGrad_() : leaf;
}

/** The operand a wire array stands for: its leaf, or the leaf expanded. */
export function operandOf(wire: WireArray, leaf: Tensor): Tensor {
  return wire.expand ? leaf.expand(wire.expand) : leaf;
}

/** All numbers of a tensor in row-major order, complex ones as pairs. */
export function flatten(value: unknown): Scalar[] {
  if (Array.isArray(value)) return value.flatMap(flatten);
  if (typeof value === "object" && value !== null) {
    const { re, im } = value as { re: number; im: number };
    return [re, im];
  }
  return [value as Scalar];
}

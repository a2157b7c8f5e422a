/** Operands of the losses of typed arrays, and the losses by one call. */
import * as arrays from "lossgrad/arrays";
import { allocate } from "lossgrad/arrays";
import type { ArrayOperand, HalfBits, TypedData } from "lossgrad/arrays";
import type { DType, Tensor } from "lossgrad";
import { roundTo } from "../../src/ndarray/dtype.js";
import { hashOf, toHex } from "./bytes.js";
import type { Loss, Reduction } from "./losses.js";
import { SharedBuffer } from "./sharing.js";

export interface Options {
  reduction?: Reduction;
  weight?: ArrayOperand | null;
  mask?: ArrayOperand | null;
  dtype?: DType;
  out?: unknown;
  grad?: unknown;
  beta?: number;
  delta?: number;
}
interface ArrayLoss {
  (prediction: ArrayOperand, target: ArrayOperand | number, options?: Options): unknown;
  valueAndGrad(
    prediction: ArrayOperand,
    target: ArrayOperand | number,
    options?: Options,
  ): { value: unknown; grad: unknown };
}

/**
 * Every loss of the table: one that lossgrad/arrays lacks is undefined, and fails where it is
 * called.
 */
export const ARRAY_LOSSES = arrays as unknown as Readonly<Record<Loss, ArrayLoss>>;

/** Where an operand's bytes lie. */
export type Home = "foreign" | "in place" | "shared";
export const HOMES: readonly Home[] = ["foreign", "in place", "shared"];

/** The tensor's numbers as a typed array at `home`, tagged where they are bits. */
export function operandAt(home: Home, x: Tensor): ArrayOperand {
  const numbers = x.detach().clone().array().slice();
  const data = home === "in place" ? allocated(x) : copied(numbers, home === "shared");
  if (home === "in place") (data as Float32Array).set(numbers);
  const bits = data instanceof Uint16Array && (x.dtype === "float16" || x.dtype === "bfloat16");
  return bits && home !== "in place" ? { data, dtype: x.dtype } : data;
}

function allocated(x: Tensor): TypedData {
  return allocate(x.dtype as "float32", x.numel());
}

/** A copy that begins at an element, but at none of a vector's boundaries. */
function copied(numbers: Float32Array, shared: boolean): TypedData {
  const { BYTES_PER_ELEMENT: size, length } = numbers;
  const buffer = new (shared ? SharedBuffer : ArrayBuffer)((length + 1) * size);
  const data = new (numbers.constructor as typeof Float32Array)(buffer, size, length);
  data.set(numbers);
  return data;
}

/**
 * The bytes of an array or of tagged bits: short ones in hexadecimal, long ones as their hash,
 * which compares quickly.
 */
export function bytesOf(array: unknown): string {
  const { data = array } = array as Partial<HalfBits>;
  const view = data as ArrayBufferView;
  return view.byteLength <= 256 ? toHex(view) : hashOf(view);
}

/** The bytes of a tensor. */
export function tensorBytes(x: Tensor): string {
  return bytesOf(x.detach().clone().array());
}

/** A number as an element of `dtype` reads. */
export function rounded(dtype: DType, value: unknown): number {
  return roundTo(dtype, value as number) as number;
}

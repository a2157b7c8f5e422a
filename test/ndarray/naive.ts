/**
 * Arrays as lists of numbers and their elements one by one: what operations on arrays are held
 * against.
 */
import { type DType, dtypes } from "../../src/ndarray/dtype.js";
import { NdArray } from "../../src/ndarray/ndarray.js";
import { operate } from "../../src/core/operation.js";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../support/halves.js";
import { read, store } from "../support/kernels.js";
import type { Stored, Value } from "../support/kernels.js";
import type { Random } from "../support/random.js";

export type RealDType = Exclude<DType, "complex64" | "complex128">;

export const FLOATS = ["float16", "bfloat16", "float32", "float64"] as const satisfies DType[];
export const INTEGERS = ["uint8", "int8", "int16", "int32", "int64"] as const satisfies DType[];
export const REALS: readonly RealDType[] = ["bool", ...INTEGERS, ...FLOATS];

export function isFloat(dtype: DType): boolean {
  return (FLOATS as readonly DType[]).includes(dtype);
}

/** A contiguous array of the numbers; complex ones given as pairs. */
export function arrayOf(dtype: DType, shape: readonly number[], values: readonly Value[]): NdArray {
  const array = NdArray.empty(dtype, shape, "user");
  const tag = dtypes[dtype].storage;
  operate(() => {
    (array.numbers() as { set: (stored: Stored) => void }).set(store(tag, values));
  });
  return array;
}

/** The stored numbers of a contiguous array, complex ones as pairs. */
export function numbersOf(array: NdArray): Value[] {
  if (!array.contiguous) throw new Error("numbersOf: expected a contiguous array");
  return read(
    dtypes[array.dtype].storage,
    operate(() => array.numbers().slice()),
  );
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, size) => n * size, 1);
}

/** The elements of any view of real numbers, looked up one by one in its storage. */
export function elementsOf(view: NdArray): Value[] {
  const length = Math.floor(view.storage.bytes / dtypes[view.dtype].size);
  const all = numbersOf(new NdArray(view.storage, view.dtype, [length]));
  return offsetsOf(view).map((offset) => all[offset]);
}

/** Where the elements of a view lie in its storage, in row-major order. */
export function offsetsOf({ shape, strides, offset }: NdArray): number[] {
  const offsets = new Array<number>(sizeOf(shape)).fill(offset);
  // Each dimension in turn: runs of `inner` positions share its index, which comes around after
  // `size` of them.
  let inner = offsets.length;
  shape.forEach((size, d) => {
    inner /= size;
    for (let i = 0; i < offsets.length; i++) offsets[i] += (Math.floor(i / inner) % size) * strides[d];
  });
  return offsets;
}

/** `value` as the integer type wraps it, or as the float type rounds it. */
export function fit(dtype: RealDType, value: Value): Value {
  switch (dtype) {
    case "bool":
      return value == 0 ? 0 : 1;
    case "uint8":
      return Number(BigInt.asUintN(8, whole(value)));
    case "int8":
    case "int16":
    case "int32":
      return Number(BigInt.asIntN(8 * dtypes[dtype].size, whole(value)));
    case "int64":
      return BigInt.asIntN(64, whole(value));
    case "float16":
      return fromFloat16(toFloat16(Math.fround(Number(value))));
    case "bfloat16":
      return fromBfloat16(toBfloat16(Math.fround(Number(value))));
    case "float32":
      return Math.fround(Number(value));
    case "float64":
      return Number(value);
  }
}

/** Towards 0; NaN is 0, and what is past 64 bits their end. */
function whole(value: Value): bigint {
  if (typeof value === "bigint") return value;
  if (Number.isNaN(value)) return 0n;
  if (Math.abs(value) >= 2 ** 63) return value < 0 ? -(2n ** 63n) : 2n ** 63n - 1n;
  return BigInt(Math.trunc(value));
}

/** Numbers of the dtype: small ones, the ends of its range, and special values of floats. */
export function randomValues(dtype: RealDType, n: number, random: Random): Value[] {
  const special = isFloat(dtype)
    ? [0, -0, 1, -1, Infinity, -Infinity, NaN, 65504, 2 ** -24]
    : [0, 1, -1, 127, -128, 2 ** 31 - 1, -(2 ** 31)];
  return Array.from({ length: n }, () => {
    if (random.chance(0.2)) return fit(dtype, random.pick(special));
    const value = isFloat(dtype) ? random.normal() * 2 ** random.integer(-4, 4) : random.integer(-300, 300);
    return fit(dtype, value);
  });
}

/** A random shape of `n` elements at most. */
export function randomShape(random: Random, ndim: number, largest: number): number[] {
  return Array.from({ length: ndim }, () => random.integer(1, largest));
}

/**
 * A view of the given shape in any layout: in order, with its dimensions exchanged, repeated along
 * some, or a slice of more.
 */
export function randomView(dtype: RealDType, shape: readonly number[], random: Random): NdArray {
  const kind = random.integer(0, 3);
  const order = shape.map((_, d) => d);
  if (kind === 1) order.sort(() => random.next() - 0.5);
  const repeated = shape.map(() => kind === 2 && random.chance(0.5));
  const sizes = order.map((d) => (repeated[d] ? 1 : shape[d]));
  const [slices, slice] = kind === 3 ? [3, random.integer(0, 2)] : [1, 0];
  const count = sizeOf(sizes);
  const whole = arrayOf(dtype, [slices * count], randomValues(dtype, slices * count, random));
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    if (!repeated[order[i]]) strides[order[i]] = stride;
    stride *= sizes[i];
  }
  return new NdArray(whole.storage, dtype, shape, strides, slice * count);
}

/** The first position where two lists differ, in words; NaN equals NaN, -0 differs from 0. */
export function difference(found: readonly Value[], expected: readonly Value[]): string | null {
  if (found.length !== expected.length) return `${found.length} elements, expected ${expected.length}`;
  const at = found.findIndex((value, i) => !Object.is(value, expected[i]));
  return at < 0 ? null : `[${at}] of ${found.length}: ${show(found[at])}, expected ${show(expected[at])}`;
}

function show(value: Value): string {
  return Object.is(value, -0) ? "-0" : `${value}${typeof value === "bigint" ? "n" : ""}`;
}

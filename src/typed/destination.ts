/** Where results go that have an element for each of the operands': a given array, or a new one. */
import { type DType, dtypes } from "../ndarray/dtype.js";
import { overlapOf } from "../ndarray/overlap.js";
import { dtypeOf, nameOf, type TakenData, takeTyped, type TypedData } from "../ndarray/typed.js";
import { Float16Array, tagHalf } from "../ndarray/view.js";
import { describeValue } from "../core/describe.js";
import type { ReadOperand } from "./operands.js";

export interface Destination {
  /** What the caller gets back: the array, or the object that it came in. */
  readonly result: unknown;
  readonly data: TakenData;
  readonly length: number;
  readonly dtype: DType;
  /** Whether it is the very memory of an operand, which an element's result then replaces. */
  readonly replaces: boolean;
}

/**
 * What a caller gave to write to, as far as it can be read without knowing what will be written.
 */
export interface Given {
  readonly result: unknown;
  /** The array, or what stands in its place. */
  readonly data: unknown;
  /** The dtype that it says. */
  readonly tag: unknown;
}

/**
 * Reads what a caller gave to write to; its getters run here, and not again. Null where nothing was
 * given.
 */
export function readGiven(given: unknown): Given | null {
  if (given === undefined) return null;
  if (typeof given !== "object" || given === null) return { result: given, data: given, tag: undefined };
  const { data = given, dtype } = given as Partial<Record<"data" | "dtype", unknown>>;
  return { result: given, data, tag: dtype };
}

/** Throws where an array is given for a result that is a number. */
export function checkOut(caller: string, reduction: string, given: Given | null): void {
  if (reduction === "none" || given === null) return;
  throw new TypeError(`${caller}: expected out with reduction "none" only, got it with "${reduction}"`);
}

/**
 * `given`, checked, or a new array, for `like.length` elements of `dtype`; a new one of halves is
 * of the kind of `like`.
 */
export function destinationFor(
  caller: string,
  word: string,
  given: Given | null,
  dtype: DType,
  like: ReadOperand,
  operands: readonly ReadOperand[],
): Destination {
  if (given === null) {
    const result = create(dtype, like);
    return { result, data: result as TakenData, length: like.length, dtype, replaces: false };
  }
  const data = takeTyped(caller, word, dataOf(caller, word, dtype, given));
  const { length } = data;
  if (length !== like.length) {
    throw new RangeError(`${caller}: expected ${word} of length ${like.length}, got ${length}`);
  }
  const replaced = operands.filter((operand) => replaces(caller, word, data, operand.data));
  return { result: given.result, data, length, dtype, replaces: replaced.length > 0 };
}

function create(dtype: DType, like: ReadOperand): TypedData {
  const n = like.length;
  const bits = like.dtype === "float16" && nameOf(like.data) === "Uint16Array";
  if (dtype === "float16" && Float16Array && !bits) return new Float16Array(n);
  const { array, size } = dtypes[dtype];
  const made = new array(new ArrayBuffer(n * size), 0, n);
  return dtype === "float16" || dtype === "bfloat16" ? tagHalf(made as Uint16Array, dtype) : made;
}

/**
 * The array in `given`, which must hold elements of `dtype`: bits of halves by themselves, or with
 * a tag that says the same.
 */
function dataOf(caller: string, word: string, dtype: DType, { result, data, tag = dtype }: Given): TypedData {
  const bits = nameOf(data) === "Uint16Array" && (dtype === "float16" || dtype === "bfloat16");
  const fits = bits ? tag === dtype : nameOf(data) !== undefined && dtypeOf(data as TypedData) === dtype;
  if (fits) return data as TypedData;
  const kind = dtype === "float16" || dtype === "bfloat16" ? `${dtype}, or a Uint16Array of its bits` : dtype;
  const found = bits ? describeValue(tag) : (nameOf(data) ?? describeValue(result));
  throw new TypeError(`${caller}: expected ${word} to be a typed array of ${kind}, got ${found}`);
}

/** Whether both are the same memory; throws where they share a part of it. */
function replaces(caller: string, word: string, data: TakenData, operand: TakenData): boolean {
  const overlap = overlapOf(data, operand);
  if (overlap !== "part") return overlap === "same";
  throw new RangeError(
    `${caller}: expected ${word} to be an operand or apart from the operands, got one that overlaps an operand in part`,
  );
}

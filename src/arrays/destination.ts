/** Where results go that have an element for each of the operands': a given array, or a new one. */
import { type DType, dtypes } from "../array/dtype.js";
import { checkAttached, dtypeOf, nameOf, type TypedData } from "../array/typed.js";
import { Float16Array, tagHalf } from "../array/view.js";
import { describeValue } from "../core/describe.js";
import type { ReadOperand } from "./operands.js";

export interface Destination {
  /** What the caller gets back: the array, or the object that it came in. */
  readonly result: unknown;
  readonly data: TypedData;
  readonly dtype: DType;
  /** Whether it is the very memory of an operand, which an element's result then replaces. */
  readonly replaces: boolean;
}

/** `given`, checked, or a new array, for `like.data.length` elements of `dtype`; a new one of halves is of the kind of `like`. */
export function destinationFor(
  caller: string,
  word: string,
  given: unknown,
  dtype: DType,
  like: ReadOperand,
  operands: readonly ReadOperand[],
): Destination {
  if (given === undefined) {
    const data = create(dtype, like);
    return { result: data, data, dtype, replaces: false };
  }
  const data = dataOf(caller, word, given, dtype);
  checkAttached(caller, word, data);
  if (data.length !== like.data.length) {
    throw new RangeError(`${caller}: expected ${word} of length ${like.data.length}, got ${data.length}`);
  }
  const replaced = operands.filter((operand) => overlaps(caller, word, data, operand.data));
  return { result: given, data, dtype, replaces: replaced.length > 0 };
}

function create(dtype: DType, like: ReadOperand): TypedData {
  const n = like.data.length;
  const bits = like.dtype === "float16" && nameOf(like.data) === "Uint16Array";
  if (dtype === "float16" && Float16Array && !bits) return new Float16Array(n);
  const { array, size } = dtypes[dtype];
  const made = new array(new ArrayBuffer(n * size), 0, n);
  return dtype === "float16" || dtype === "bfloat16" ? tagHalf(made as Uint16Array, dtype) : made;
}

/** The array in `given`, which must hold elements of `dtype`: bits of halves by themselves, or with a tag that says the same. */
function dataOf(caller: string, word: string, given: unknown, dtype: DType): TypedData {
  const { data = given, dtype: tag = dtype } = (
    typeof given === "object" && given !== null ? given : {}
  ) as Partial<Record<"data" | "dtype", unknown>>;
  const bits = nameOf(data) === "Uint16Array" && (dtype === "float16" || dtype === "bfloat16");
  const fits = bits ? tag === dtype : nameOf(data) !== undefined && dtypeOf(data as TypedData) === dtype;
  if (fits) return data as TypedData;
  const kind = dtype === "float16" || dtype === "bfloat16" ? `${dtype}, or a Uint16Array of its bits` : dtype;
  const found = bits ? describeValue(tag) : (nameOf(data) ?? describeValue(given));
  throw new TypeError(`${caller}: expected ${word} to be a typed array of ${kind}, got ${found}`);
}

/** Whether both are the same memory; throws where they share a part of it. */
function overlaps(caller: string, word: string, data: TypedData, operand: TypedData): boolean {
  if (data.buffer !== operand.buffer) return false;
  const distance = data.byteOffset - operand.byteOffset;
  if (distance >= operand.byteLength || -distance >= data.byteLength) return false;
  if (distance === 0 && data.byteLength === operand.byteLength) return true;
  throw new RangeError(
    `${caller}: expected ${word} to be an operand or apart from the operands, got one that overlaps an operand in part`,
  );
}

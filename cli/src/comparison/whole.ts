/** Arrays that are held whole: a diagnosis looks at elements in any order. */
import type { Comparable } from "lossgrad/compare";
import { InputError } from "../input-error.js";
import { reorder } from "../readers/c-order.js";
import { ARRAYS, type Dtype, type Elements, storedAs } from "../readers/dtypes.js";
import { type ArrayReader, bracketed, numelOf } from "../readers/reader.js";

/** Each of the two arrays may have so many bytes. */
export const MOST_BYTES = 2 ** 31;
/** An array whose end alone tells how long it is grows from here. */
const FIRST_LENGTH = 2 ** 16;

/** The dtypes that files have and that are held in others; compared, they are themselves again. */
const UNSIGNED: Readonly<Partial<Record<Dtype, (elements: Elements) => Elements>>> = {
  uint16: (elements) => Uint16Array.from(elements as Int32Array),
  uint32: (elements) => Uint32Array.from(elements as Float64Array),
  uint64: (elements) => BigUint64Array.from(elements as Float64Array as Iterable<number>, BigInt),
};

/** @throws InputError for an array of more than 2 GiB, and what the reader throws */
export async function readWhole(reader: ArrayReader): Promise<Comparable> {
  const elements = await (reader.shape === null ? readToEnd(reader) : readShaped(reader, reader.shape));
  const data = UNSIGNED[reader.dtype]?.(elements) ?? elements;
  const shape = reader.shape ?? [elements.length];
  return { data, shape, dtype: reader.dtype } as unknown as Comparable;
}

async function readShaped(reader: ArrayReader, shape: readonly number[]): Promise<Elements> {
  const numel = numelOf(shape);
  checkSize(reader, numel);
  const make = ARRAYS[reader.held];
  // One more, so that the reader sees the end.
  const read = new make(numel + 1);
  await reader.read(read);
  const elements = (read as Uint8Array).subarray(0, numel);
  if (reader.order === "C") return elements;
  const inC = new make(numel);
  reorder(elements, inC as Uint8Array, shape);
  return inC;
}

async function readToEnd(reader: ArrayReader): Promise<Elements> {
  const make = ARRAYS[reader.held];
  let read = new make(FIRST_LENGTH) as Uint8Array;
  let length = 0;
  for (;;) {
    length += await reader.read(read.subarray(length));
    if (length < read.length) return read.subarray(0, length);
    checkSize(reader, 2 * length);
    const longer = new make(2 * length) as Uint8Array;
    longer.set(read);
    read = longer;
  }
}

function checkSize({ name, held, shape }: ArrayReader, numel: number): void {
  const bytes = numel * storedAs(held).size;
  if (bytes <= MOST_BYTES) return;
  const what = shape ? `shape ${bracketed(shape)}, ${bytes} bytes` : `more`;
  throw new InputError(
    `${name}: expected at most ${MOST_BYTES} bytes, since diff holds both arrays in memory, got ${what}; ` +
      "lossgrad evaluate takes files of any size",
  );
}

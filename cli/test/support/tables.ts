/** Tables that PyArrow and pandas wrote, and what NumPy has of them: test/fixtures/tables/write.py. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InputError } from "../../src/input-error.js";
import type { ArrayReader } from "../../src/readers/reader.js";
import { readAll } from "./arrays.js";

const pathOf = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/tables/${name}`, import.meta.url));

export const table = (name: string): Uint8Array => Uint8Array.from(readFileSync(pathOf(name)));

interface Expected {
  readonly dtype: string;
  /** Floats by the hexadecimal numbers of their bits. */
  readonly data: readonly (string | null)[];
  readonly shape?: readonly number[];
}

export const values = JSON.parse(readFileSync(pathOf("values.json"), "utf8")) as Record<string, Expected>;
// lossgrad reads such as float64.
values.uint64 = { ...values.uint64, data: values.uint64.data.map((one) => String(BigInt(Number(one)))) };

const BITS = { float16: Uint16Array, float32: Uint32Array, float64: BigUint64Array };

/** What a reader gives, as values.json has it. */
export async function asExpected(reader: ArrayReader): Promise<Expected> {
  const { dtype, held, shape } = reader;
  const elements = (await readAll(reader, 7)) as Float64Array<ArrayBuffer>;
  const data = dtype.startsWith("float")
    ? Array.from<number | bigint, string>(new BITS[held as "float64"](elements.buffer), hexadecimal)
    : Array.from(elements, (value) => (dtype === "uint64" ? BigInt(value) : value).toString());
  return shape?.length === 2 ? { dtype, data, shape } : { dtype, data };
}

function hexadecimal(word: number | bigint): string {
  return `0x${word.toString(16)}`;
}

/** The error of a file that is refused, or null where its numbers can be read. */
export async function outcomeOf(open: () => Promise<ArrayReader>): Promise<string | null> {
  try {
    await readAll(await open(), 64);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

import type { Dtype, Elements, Held } from "./dtypes.js";

/**
 * The numbers of an array in a file, of whatever format, read piece by piece into memory that the
 * caller owns: so two files are read in pieces of one length, straight into the linear memory, and
 * one piece while another is computed.
 */
export interface ArrayReader {
  /** The file, and the array in it where it has several: what messages begin with. */
  readonly name: string;
  readonly format: string;
  /** As the file says. */
  readonly dtype: Dtype;
  /** What `read` fills. */
  readonly held: Held;
  /** The sizes of the dimensions; null for a column whose end alone tells how long it is. */
  readonly shape: readonly number[] | null;
  /**
   * Whether the last index changes fastest ("C"), or the first ("F"): `read` goes through the
   * elements as they lie.
   */
  readonly order: "C" | "F";
  /** How many bytes of elements were read so far, as the file stores them. */
  readonly bytesRead: number;
  /** What was decided for the user, one sentence each. */
  readonly notes: readonly string[];
  /** What the numbers stand for, where they are places in a list of texts, which may grow. */
  readonly labels?: readonly string[];
  /** Fills `into` with the next elements, and says how many: fewer only at the end. */
  read(into: Elements): Promise<number>;
  /** Passes over the next elements without reading them, where the format allows. */
  skip?(count: number): Promise<void>;
  /** Whether it passes over elements without reading what they are made of. */
  readonly leaps?: boolean;
  close(): Promise<void>;
}

/** Passes over the next elements; `room` is for those that must be read. */
export async function skipElements(reader: ArrayReader, count: number, room: Elements): Promise<void> {
  if (reader.skip) return reader.skip(count);
  for (let left = count; left > 0;) {
    const piece = (room as Uint8Array).subarray(0, left);
    const read = await reader.read(piece);
    if (read < piece.length) return;
    left -= read;
  }
}

/** How many elements an array of this shape has. */
export function numelOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function bracketed(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** What is told of integers that float64 does not hold. */
export function roundedNote(count: number): string {
  const numbers = count === 1 ? "1 number is" : `${count.toLocaleString("en")} numbers are`;
  return `${numbers} beyond 2^53, rounded to float64`;
}

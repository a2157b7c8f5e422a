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
  /** Fills `into` with the next elements, and says how many: fewer only at the end. */
  read(into: Elements): Promise<number>;
  close(): Promise<void>;
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

/** Rows of classes: a prediction of numbers for each class, and a target that says which it is. */
import { InputError } from "../input-error.js";
import { type Allocate, COrderReader, isLinear, type Shaped } from "../readers/c-order.js";
import { numbersOf } from "../readers/numbers.js";
import { type ArrayReader, bracketed, numelOf } from "../readers/reader.js";
import type { Chunk } from "./chunks.js";
import { paired, type Pairing } from "./pairing.js";
import type { Request } from "./tally.js";

/**
 * Pairs predictions of shape [rows, classes] with targets, and what else there is one of for each
 * row.
 *
 * @throws InputError for arrays of other shapes
 */
export function pairedRows([prediction, ...others]: readonly ArrayReader[], allocate: Allocate): Pairing {
  const { name, shape, order } = prediction;
  const rows = paired(others, allocate);
  const count = rows.shape && numelOf(rows.shape);
  const fits = shape?.length === 2 && shape[1] > 0 && isLinear(rows.shape);
  if (!fits || (count !== null && count !== shape[0])) {
    const [got, other] = [shape, rows.shape].map((one) => (one ? bracketed(one) : "a single column"));
    throw new InputError(
      `expected predictions of shape [rows, classes] and a target for each row, got ${got} (${name}) and ${other} ` +
        `(${others[0].name})`,
    );
  }
  const inC =
    order === "F" && !isLinear(shape) ? new COrderReader(prediction as Shaped, allocate) : prediction;
  return {
    readers: [inC, ...rows.readers],
    widths: [shape[1], ...rows.widths],
    shape: [shape[0]],
    order: "C",
    notes: rows.notes,
  };
}

/** Which rows count, besides those of a class. */
export interface RowRules {
  /** The class of rows that count for nothing. */
  readonly ignoreIndex: number;
  readonly nan: Request["nan"];
  /** Bytes that are 0 for rows that are left out, whatever stands there. */
  readonly mask: Uint8Array | null;
}

/**
 * The chunk with its targets as int64, of integers or of whole numbers, as those of a column are.
 * Rows that are left out get the class that is ignored: those of a 0 in the mask, and those without
 * a class where NaN are left out.
 *
 * @throws InputError for what is no class, with its place
 */
export function withClasses(chunk: Chunk, target: ArrayReader, { ignoreIndex, nan, mask }: RowRules): Chunk {
  const [prediction, given, ...others] = chunk.elements;
  const [held, from, ...rest] = chunk.held;
  if (from === "int64") return chunk;
  const ignored = BigInt(ignoreIndex);
  const classes = BigInt64Array.from(numbersOf(given, from), (number, i) => {
    if (Number.isSafeInteger(number)) return BigInt(number);
    if (mask?.[i] === 0 || (nan === "omit" && Number.isNaN(number))) return ignored;
    const place = chunk.offset + i;
    throw new InputError(
      `${target.name}: expected classes, which are whole numbers, got ${number} at [${place}]`,
    );
  });
  return { ...chunk, elements: [prediction, classes, ...others], held: [held, "int64", ...rest] };
}

/** The error for the first class that rows have no number for; null where all have one. */
export function absentClass(
  { elements, length, offset }: Chunk,
  target: ArrayReader,
  { ignoreIndex, mask }: RowRules,
): InputError | null {
  const classes = elements[1] as BigInt64Array;
  const count = elements[0].length / length;
  const isAbsent = (one: bigint, i: number): boolean =>
    (one < 0n || one >= count) && one !== BigInt(ignoreIndex) && mask?.[i] !== 0;
  const at = classes.findIndex(isAbsent);
  if (at < 0) return null;
  return new InputError(
    `${target.name}: expected classes from 0 to ${count - 1}, got ${classes[at]} at [${offset + at}]`,
  );
}

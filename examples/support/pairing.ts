import { tensor, type Tensor } from "lossgrad";
import type { FloatDtype } from "./float-dtypes.js";
import { InputError } from "../../cli/src/input-error.js";
import type { Loaded } from "./readers/file.js";

/**
 * The shape that both sides are compared in. Dimensions of 1 tell nothing of the order of elements:
 * what differs by them alone, as a network's (n, 1) and a column's (n), is compared in the shorter.
 */
export function commonShape(first: Loaded, second: Loaded, notes: string[]): number[] {
  const [one, other] = [first, second].map(({ shape }) => bracketed(shape));
  if (one === other) return first.shape;
  const [oneSqueezed, otherSqueezed] = [first, second].map(({ shape }) =>
    bracketed(shape.filter((n) => n !== 1)),
  );
  if (oneSqueezed !== otherSqueezed) {
    const sides = `${one} (${first.path}) and ${other} (${second.path})`;
    const doubts = [...first.notes, ...second.notes].map((note) => `; ${note}`).join("");
    throw new InputError(`expected predictions and targets of one shape, got ${sides}${doubts}`);
  }
  const shape = first.shape.length < second.shape.length ? first.shape : second.shape;
  notes.push(`shapes ${one} and ${other} differ in dimensions of 1 only; compared as ${bracketed(shape)}`);
  return shape;
}

function bracketed(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Both sides without the pairs of which one is missing, so that what is left still belongs
 * together.
 */
export function withoutMissing(sides: readonly Loaded[], notes: string[]): Loaded["data"][] {
  const all = sides.map(({ data }) => data);
  if (sides.every(({ missing }) => missing.length === 0)) return all;
  const count = all[0].length;
  const isLeftOut = new Uint8Array(count);
  for (const { missing } of sides) for (const place of missing) isLeftOut[place] = 1;
  const left = isLeftOut.reduce((sum, one) => sum + one, 0);
  const where = sides
    .map(({ path, missing }) => `${missing.length.toLocaleString("en")} in ${path}`)
    .join(", ");
  const [leftText, countText] = [left, count].map((n) => n.toLocaleString("en"));
  if (left === count) throw new InputError(`each of the ${countText} pairs has a missing cell: ${where}`);
  notes.push(`${leftText} of ${countText} pairs are left out for missing cells: ${where}`);
  return all.map((data) => data.filter((_: unknown, i: number) => isLeftOut[i] === 0) as Loaded["data"]);
}

/** A tensor of the dtype, or of the float dtype that holds every value of the stored one. */
export function toTensor(
  data: Loaded["data"],
  stored: Loaded["dtype"],
  shape: number[],
  dtype?: FloatDtype,
): Tensor {
  const wanted = dtype ?? floatFor(stored);
  if (stored === "uint16" || stored === "uint32" || stored === "uint64") {
    // What tensors have no dtype for.
    return tensor(Float64Array.from(data as ArrayLike<number | bigint>, Number), { dtype: wanted }).reshape(
      shape,
    );
  }
  return tensor(data, { dtype: stored }).reshape(shape).to(wanted);
}

function floatFor(stored: Loaded["dtype"]): FloatDtype {
  if (stored === "float16" || stored === "float32" || stored === "float64") return stored;
  return /^u?int(32|64)$/.test(stored) ? "float64" : "float32";
}

/** What a reader decided, and which numbers are not what the file says. */
export function notesOf(
  { path, data, kind, overflowed, notes }: Loaded,
  dtype: FloatDtype | undefined,
): string[] {
  const own = notes.map((note) => `${path}: ${note}`);
  if (overflowed > 0) {
    const way = dtype === "float64" ? "" : "; --dtype float64 holds larger ones";
    own.push(`${path}: ${numbers(overflowed)} too large for ${dtype ?? "float32"}, read as infinity${way}`);
  }
  const rounded = kind === "CSV" ? 0 : countRounded(data);
  if (rounded > 0) own.push(`${path}: ${numbers(rounded)} beyond 2^53, rounded to float64`);
  return own;
}

function numbers(count: number): string {
  return count === 1 ? "1 number is" : `${count.toLocaleString("en")} numbers are`;
}

/** How many integers float64 does not hold. */
function countRounded(data: Loaded["data"]): number {
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return 0;
  let count = 0;
  for (const value of data) if (BigInt(Number(value)) !== value) count++;
  return count;
}

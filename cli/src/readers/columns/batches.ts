import { InputError } from "../../input-error.js";
import type { Source } from "../../sources/source.js";
import { bytesOf, countRounded, type Dtype, type Elements, type Held, storedAs } from "../dtypes.js";
import { MISSING_WAY, missingNote } from "../missing.js";
import { type ArrayReader, numelOf, roundedNote } from "../reader.js";

/** What a table's file says of one column. */
export interface Column {
  readonly name: string;
  readonly format: string;
  readonly dtype: Dtype;
  /** [rows], or [rows, length] of lists; null where the end of the file tells. */
  readonly shape: readonly number[] | null;
  /** Whether missing cells become NaN, or are an error. */
  readonly keepMissing: boolean;
  /** What else is told at the end, one sentence each. */
  readonly notes?: readonly string[];
  /** The texts that the elements are places in, where the column tells groups. */
  readonly labels?: readonly string[];
}

/** How a column is read. */
export interface TableOptions {
  /** Whether missing cells become NaN, or are an error. */
  readonly keepMissing: boolean;
  /** Whether the column tells groups: then its elements are places in a list of texts. */
  readonly labels: boolean;
}

/** Some elements of a column, one after another. */
export interface Batch {
  /** As the dtype stores them, in this machine's byte order, at a multiple of their size. */
  readonly stored: Uint8Array;
  /** The places of missing ones, in ascending order. */
  readonly missing: readonly number[];
}

/** A column that comes in batches, of a row group, a record batch or a piece of either. */
export class BatchReader implements ArrayReader {
  readonly order = "C";
  readonly held: Held;
  readonly #size: number;
  #batch: Batch = { stored: new Uint8Array(0), missing: [] };
  /** The place in the batch, and in the column, of the next element. */
  #place = 0;
  #at = 0;
  #missing = 0;
  #rounded = 0;

  constructor(
    private readonly source: Source,
    private readonly column: Column,
    private readonly batches: AsyncIterator<Batch>,
  ) {
    const { size, held } = storedAs(column.dtype);
    this.#size = size;
    // Integers have no NaN that would stand for a missing one.
    this.held = column.keepMissing && !hasNaN(held) ? "float64" : held;
  }

  get name(): string {
    return this.column.name;
  }
  get format(): string {
    return this.column.format;
  }
  get dtype(): Dtype {
    return this.column.dtype;
  }
  get shape(): readonly number[] | null {
    return this.column.shape;
  }
  get labels(): readonly string[] | undefined {
    return this.column.labels;
  }
  get bytesRead(): number {
    return this.#at * this.#size;
  }
  get notes(): readonly string[] {
    return [
      ...(this.#missing > 0 ? [missingNote(this.#missing)] : []),
      ...(this.#rounded > 0 ? [roundedNote(this.#rounded)] : []),
      ...(this.column.notes ?? []),
    ];
  }

  async read(into: Elements): Promise<number> {
    let length = 0;
    while (length < into.length && (await this.#fill())) {
      const there = this.#batch.stored.length / this.#size - this.#place;
      const count = Math.min(there, into.length - length);
      this.#take(count, (into as Float64Array).subarray(length, length + count));
      length += count;
    }
    return length;
  }

  async close(): Promise<void> {
    await this.batches.return?.();
    await this.source.close();
  }

  /** Whether an element is there to be taken. */
  async #fill(): Promise<boolean> {
    while (this.#place * this.#size === this.#batch.stored.length) {
      const next = await this.batches.next();
      if (next.done) return this.#end();
      this.#batch = next.value;
      this.#place = 0;
    }
    return true;
  }

  #end(): false {
    const { shape, name } = this.column;
    const numel = shape ? numelOf(shape) : this.#at;
    if (this.#at === numel) return false;
    throw new InputError(
      `${name}: expected ${numel.toLocaleString("en")} elements, got ${this.#at.toLocaleString("en")}`,
    );
  }

  #take(count: number, into: Elements): void {
    const { dtype } = this.column;
    const from = this.#place * this.#size;
    const stored = this.#batch.stored.subarray(from, from + count * this.#size);
    this.#rounded += countRounded(dtype, stored);
    const { convert, held } = storedAs(dtype);
    if (convert && held === this.held) convert(stored, into);
    else if (held === this.held) bytesOf(into).set(stored);
    else widen(dtype, stored, into as Float64Array);
    const missing = this.#batch.missing;
    for (let i = firstFrom(missing, this.#place); missing[i] < this.#place + count; i++)
      this.#takeMissing(missing[i] - this.#place, into);
    this.#place += count;
    this.#at += count;
  }

  #takeMissing(i: number, into: Elements): void {
    const { name, shape, keepMissing } = this.column;
    if (!keepMissing) {
      const at = this.#at + i;
      const length = shape?.[1];
      const index = length === undefined ? [at] : [Math.floor(at / length), at % length];
      throw new InputError(`${name}: expected a number, got null at [${index.join(", ")}]; ${MISSING_WAY}`);
    }
    this.#missing++;
    if (this.held === "float16") new Uint16Array(into.buffer, into.byteOffset, into.length)[i] = 0x7e00;
    else (into as Float64Array)[i] = NaN;
  }
}

/** A column whose batches are places in labels, all of which are there. */
export function labelReader(
  source: Source,
  column: Omit<Column, "dtype" | "labels">,
  batches: AsyncIterator<Batch>,
  { texts }: { readonly texts: readonly string[] },
): BatchReader {
  return new BatchReader(source, { ...column, dtype: "int32", keepMissing: false, labels: texts }, batches);
}

function hasNaN(held: Held): boolean {
  return held === "float16" || held === "float32" || held === "float64";
}

/** The integers as float64. */
function widen(dtype: Dtype, stored: Uint8Array, into: Float64Array): void {
  const integers = integersOf(dtype, stored);
  for (let i = 0; i < into.length; i++) into[i] = Number(integers[i]);
}

const INTEGERS = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
} as const;

function integersOf(
  dtype: Dtype,
  { buffer, byteOffset, byteLength }: Uint8Array,
): ArrayLike<number | bigint> {
  const make = INTEGERS[dtype as keyof typeof INTEGERS];
  return new make(buffer as ArrayBuffer, byteOffset, byteLength / storedAs(dtype).size);
}

/** The first entry of an ascending list that is `least` or more. */
function firstFrom(ascending: readonly number[], least: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

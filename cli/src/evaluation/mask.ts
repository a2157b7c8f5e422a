import { InputError } from "../input-error.js";
import type { Elements, Held } from "../readers/dtypes.js";
import type { ArrayReader } from "../readers/reader.js";
import { indexIn } from "./indices.js";

/** What holds a dtype's elements, and what 1 is among them; of halves their bits. */
const KINDS = {
  bfloat16: [Uint16Array, 0x3f80],
  float16: [Uint16Array, 0x3c00],
  float32: [Float32Array, 1],
  float64: [Float64Array, 1],
  int8: [Int8Array, 1],
  int16: [Int16Array, 1],
  int32: [Int32Array, 1],
  int64: [BigInt64Array, 1n],
} as const satisfies Record<Exclude<Held, "uint8">, unknown>;

/**
 * The bytes of a mask: booleans and bytes as they are, and numbers of other dtypes, such as those of
 * a column, where each is 0 or 1.
 */
export class MaskReader implements ArrayReader {
  readonly held = "uint8";
  #at = 0;

  constructor(private readonly from: ArrayReader) {}

  get name(): string {
    return this.from.name;
  }
  get format(): string {
    return this.from.format;
  }
  get dtype(): ArrayReader["dtype"] {
    return this.from.dtype;
  }
  get shape(): ArrayReader["shape"] {
    return this.from.shape;
  }
  get order(): ArrayReader["order"] {
    return this.from.order;
  }
  get bytesRead(): number {
    return this.from.bytesRead;
  }
  get notes(): readonly string[] {
    return this.from.notes;
  }

  async read(into: Elements): Promise<number> {
    const { held } = this.from;
    if (held === "uint8") return this.from.read(into);
    const [make, one] = KINDS[held];
    const numbers = new make(into.length);
    const count = await this.from.read(numbers);
    const to = into as Uint8Array;
    for (let i = 0; i < count; i++) {
      const number = numbers[i];
      if (number !== one && Number(number) !== 0) throw this.#fail(i, number, held);
      to[i] = number === one ? 1 : 0;
    }
    this.#at += count;
    return count;
  }

  close(): Promise<void> {
    return this.from.close();
  }

  #fail(i: number, number: number | bigint, held: Held): InputError {
    const { name, shape, order } = this.from;
    const index = indexIn(shape, order, this.#at + i).join(", ");
    const got = held === "float16" || held === "bfloat16" ? "another number" : String(number);
    return new InputError(`${name}: expected a mask of 0 and 1, got ${got} at [${index}]`);
  }
}

import { tensor, tidy } from "lossgrad";
import { bytesOf, type Elements, type Held } from "../readers/dtypes.js";
import { type ArrayReader, skipElements } from "../readers/reader.js";

export const FLOAT_DTYPES = ["float16", "bfloat16", "float32", "float64"] as const;
export type FloatDtype = (typeof FLOAT_DTYPES)[number];

/** Elements in this thread's own memory, as `tensor` takes them. */
const ARRAYS = {
  bfloat16: Uint16Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
} satisfies Record<Held, new (length: number) => Elements>;

/** An array whose elements are rounded to another dtype as they come. */
export class CastReader implements ArrayReader {
  #elements: Elements;
  /** How many finite numbers became infinite. */
  #overflowed = 0;

  constructor(
    private readonly from: ArrayReader,
    readonly held: FloatDtype,
  ) {
    this.#elements = new ARRAYS[from.held](0);
  }

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
    if (this.#overflowed === 0) return this.from.notes;
    const what =
      this.#overflowed === 1 ? "1 number is" : `${this.#overflowed.toLocaleString("en")} numbers are`;
    const way = "; --dtype float64 holds larger ones";
    return [...this.from.notes, `${what} too large for ${this.held}, read as infinity${way}`];
  }

  async read(into: Elements): Promise<number> {
    const { held } = this.from;
    const elements = this.#room(into.length);
    const count = await this.from.read(elements);
    tidy(() => {
      const stored = tensor((elements as Float64Array).subarray(0, count), { dtype: held });
      const cast = stored.to(this.held);
      const [before, after] = [stored, cast].map((x) => Number(x.isinf().sum().item()));
      this.#overflowed += after - before;
      bytesOf(into).set(bytesOf(cast.array()));
    });
    return count;
  }

  skip(count: number): Promise<void> {
    return skipElements(this.from, count, this.#room(Math.min(count, 2 ** 16)));
  }

  close(): Promise<void> {
    return this.from.close();
  }

  #room(length: number): Elements {
    if (this.#elements.length < length) this.#elements = new ARRAYS[this.from.held](length);
    return (this.#elements as Float64Array).subarray(0, length);
  }
}

import { tensor, tidy } from "lossgrad";
import { ARRAYS, bytesOf, type Elements } from "../readers/dtypes.js";
import { ReaderOver } from "../readers/over.js";
import { type ArrayReader, skipElements } from "../readers/reader.js";

export const FLOAT_DTYPES = ["float16", "bfloat16", "float32", "float64"] as const;
export type FloatDtype = (typeof FLOAT_DTYPES)[number];

/** An array whose elements are rounded to another dtype as they come. */
export class CastReader extends ReaderOver {
  #elements: Elements;
  /** How many finite numbers became infinite. */
  #overflowed = 0;

  constructor(
    from: ArrayReader,
    private readonly to: FloatDtype,
  ) {
    super(from);
    this.#elements = new ARRAYS[from.held](0);
  }

  override get held(): FloatDtype {
    return this.to;
  }

  override get notes(): readonly string[] {
    if (this.#overflowed === 0) return this.from.notes;
    const what =
      this.#overflowed === 1 ? "1 number is" : `${this.#overflowed.toLocaleString("en")} numbers are`;
    const way = "; --dtype float64 holds larger ones";
    return [...this.from.notes, `${what} too large for ${this.to}, read as infinity${way}`];
  }

  async read(into: Elements): Promise<number> {
    const { held } = this.from;
    const elements = this.#room(into.length);
    const count = await this.from.read(elements);
    tidy(() => {
      const stored = tensor((elements as Float64Array).subarray(0, count), { dtype: held });
      const cast = stored.to(this.to);
      const [before, after] = [stored, cast].map((x) => Number(x.isinf().sum().item()));
      this.#overflowed += after - before;
      bytesOf(into).set(bytesOf(cast.array()));
    });
    return count;
  }

  skip(count: number): Promise<void> {
    return skipElements(this.from, count, this.#room(Math.min(count, 2 ** 16)));
  }

  #room(length: number): Elements {
    if (this.#elements.length < length) this.#elements = new ARRAYS[this.from.held](length);
    return (this.#elements as Float64Array).subarray(0, length);
  }
}

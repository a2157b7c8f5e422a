import { InputError } from "../input-error.js";
import { ARRAYS, type Elements, type Held } from "../readers/dtypes.js";
import { ReaderOver } from "../readers/over.js";
import { indexIn } from "./indices.js";

/** What 1 is where it is not the number: of halves their bits. */
const ONE: Partial<Record<Held, number | bigint>> = { bfloat16: 0x3f80, float16: 0x3c00, int64: 1n };

/**
 * The bytes of a mask: booleans and bytes as they are, and numbers of other dtypes, such as those of
 * a column, where each is 0 or 1.
 */
export class MaskReader extends ReaderOver {
  /** How many elements were read before. */
  #at = 0;

  override get held(): "uint8" {
    return "uint8";
  }

  async read(into: Elements): Promise<number> {
    if (this.from.held === "uint8") return this.from.read(into);
    const elements: Elements = new ARRAYS[this.from.held](into.length);
    const count = await this.from.read(elements);
    this.#translate(elements, count, into);
    this.#at += count;
    return count;
  }

  #translate(elements: Elements, count: number, into: Elements): void {
    const { held } = this.from;
    const numbers = elements as Float64Array | BigInt64Array;
    const bytes = into as Uint8Array;
    const one = ONE[held] ?? 1;
    for (let i = 0; i < count; i++) {
      const number = numbers[i];
      if (number !== one && Number(number) !== 0) {
        const got = held === "float16" || held === "bfloat16" ? "another number" : String(number);
        const { name, shape, order } = this.from;
        const index = indexIn(shape, order, this.#at + i).join(", ");
        throw new InputError(`${name}: expected a mask of 0 and 1, got ${got} at [${index}]`);
      }
      bytes[i] = number === one ? 1 : 0;
    }
  }
}

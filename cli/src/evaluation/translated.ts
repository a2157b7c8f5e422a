import { InputError } from "../input-error.js";
import { ARRAYS, type Elements } from "../readers/dtypes.js";
import { ReaderOver } from "../readers/over.js";
import { indexIn } from "./indices.js";

/** A reader that makes each element of one of another reader's, or refuses it. */
export abstract class TranslatedReader extends ReaderOver {
  /** How many elements were read before. */
  #at = 0;

  /** Puts what is made of the first `count` elements into `into`. @throws what `refused` makes */
  protected abstract translate(elements: Elements, count: number, into: Elements): void;

  async read(into: Elements): Promise<number> {
    const elements: Elements = new ARRAYS[this.from.held](into.length);
    const count = await this.from.read(elements);
    this.translate(elements, count, into);
    this.#at += count;
    return count;
  }

  /** The error for the i-th of the elements that are being translated. */
  protected refused(i: number, expected: string, got: string): InputError {
    const { name, shape, order } = this.from;
    const index = indexIn(shape, order, this.#at + i).join(", ");
    return new InputError(`${name}: expected ${expected}, got ${got} at [${index}]`);
  }
}

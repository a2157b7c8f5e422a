/** Rows of classes: a prediction of numbers for each class, and a target that says which it is. */
import { InputError } from "../input-error.js";
import { type Allocate, COrderReader, isLinear, type Shaped } from "../readers/c-order.js";
import { ARRAYS, type Elements } from "../readers/dtypes.js";
import { numbersOf } from "../readers/numbers.js";
import { ReaderOver } from "../readers/over.js";
import { type ArrayReader, bracketed, numelOf } from "../readers/reader.js";
import { indexIn } from "./indices.js";
import { paired, type Pairing } from "./pairing.js";

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

/** Classes as int64, of integers or of whole numbers, as those of a column are. */
export class ClassReader extends ReaderOver {
  #at = 0;

  override get held(): "int64" {
    return "int64";
  }

  async read(into: Elements): Promise<number> {
    const { held } = this.from;
    const elements: Elements = new ARRAYS[held](into.length);
    const count = await this.from.read(elements);
    const numbers = numbersOf(elements, held);
    const classes = into as BigInt64Array;
    for (let i = 0; i < count; i++) {
      const number = numbers[i];
      if (!Number.isSafeInteger(number)) throw this.#fail(i, number);
      classes[i] = BigInt(number);
    }
    this.#at += count;
    return count;
  }

  #fail(i: number, number: number): InputError {
    const { name, shape, order } = this.from;
    const index = indexIn(shape, order, this.#at + i).join(", ");
    return new InputError(`${name}: expected classes, which are whole numbers, got ${number} at [${index}]`);
  }
}

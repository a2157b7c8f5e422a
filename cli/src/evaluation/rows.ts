/** Rows of classes: a prediction of numbers for each class, and a target that says which it is. */
import { InputError } from "../input-error.js";
import { type Allocate, COrderReader, isLinear, type Shaped } from "../readers/c-order.js";
import type { Elements } from "../readers/dtypes.js";
import { numbersOf } from "../readers/numbers.js";
import { type ArrayReader, bracketed, numelOf } from "../readers/reader.js";
import { paired, type Pairing } from "./pairing.js";
import { TranslatedReader } from "./translated.js";

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
export class ClassReader extends TranslatedReader {
  override get held(): "int64" {
    return "int64";
  }

  protected translate(elements: Elements, count: number, into: Elements): void {
    const numbers = numbersOf(elements, this.from.held);
    const classes = into as BigInt64Array;
    for (let i = 0; i < count; i++) {
      const number = numbers[i];
      if (!Number.isSafeInteger(number))
        throw this.refused(i, "classes, which are whole numbers", String(number));
      classes[i] = BigInt(number);
    }
  }
}

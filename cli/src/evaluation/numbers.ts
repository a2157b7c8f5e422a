import { numbersInto } from "../picture/numbers.js";
import type { Elements, Held } from "../readers/dtypes.js";

/** The elements as numbers: themselves where they are such, else in float64. */
export function numbersOf(elements: Elements, held: Held): Float64Array {
  if (held !== "int64" && held !== "float16" && held !== "bfloat16") return elements as Float64Array;
  const numbers = new Float64Array(elements.length);
  numbersInto(elements, held, numbers);
  return numbers;
}

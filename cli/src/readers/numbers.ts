import { tensor, tidy } from "lossgrad";
import type { Elements, Held } from "./dtypes.js";

/** Whether the elements of a dtype are numbers of JavaScript as they are held. */
function areNumbers(held: Held): boolean {
  return held !== "int64" && held !== "float16" && held !== "bfloat16";
}

/** The elements as numbers: themselves where they are such, else in float64. */
export function numbersOf(elements: Elements, held: Held): Float64Array {
  if (areNumbers(held)) return elements as Float64Array;
  const numbers = new Float64Array(elements.length);
  numbersInto(elements, held, numbers);
  return numbers;
}

/** Writes elements of any dtype to `into`, as float64. */
export function numbersInto(elements: Elements, held: Held, into: Float64Array): void {
  if (areNumbers(held)) {
    into.set(elements as Float64Array);
    return;
  }
  tidy(() => {
    const numbers = tensor(elements as Float64Array, { dtype: held }).to("float64");
    into.set(numbers.array<Float64Array>());
  });
}

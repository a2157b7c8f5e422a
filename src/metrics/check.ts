/** Parameters of metrics. */
import { describeValue } from "../core/describe.js";

export function checkPositive(caller: string, word: string, value: unknown): void {
  if (typeof value === "number" && value > 0 && value < Infinity) return;
  throw new RangeError(`${caller}: expected ${word} to be a number above 0, got ${describeValue(value)}`);
}

import { tensor, tidy } from "lossgrad";
import type { Elements, Held } from "../readers/dtypes.js";

/** Writes elements of any dtype to `into`, as float64. */
export function numbersInto(elements: Elements, held: Held, into: Float64Array): void {
  if (held !== "float16" && held !== "bfloat16" && held !== "int64") into.set(elements as Float32Array);
  else {
    tidy(() => {
      into.set(
        tensor(elements as Float64Array, { dtype: held })
          .to("float64")
          .array<Float64Array>(),
      );
    });
  }
}

import { type Elements, type Held } from "../readers/dtypes.js";

/** The bits of infinity: a half with more is NaN. */
const INFINITY = { float16: 0x7c00, bfloat16: 0x7f80 };

/** Where the first NaN is of those that count; -1 where there is none. */
export function firstNaN(elements: Elements, held: Held, counts: (place: number) => boolean): number {
  if (held !== "float16" && held !== "bfloat16")
    return (elements as Float64Array).findIndex((one, i) => Number.isNaN(one) && counts(i));
  const infinity = INFINITY[held];
  const bits = new Uint16Array(elements.buffer, elements.byteOffset, elements.length);
  return bits.findIndex((one, i) => (one & 0x7fff) > infinity && counts(i));
}

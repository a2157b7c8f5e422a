import type { Elements, Held } from "../readers/dtypes.js";

/** The elements as numbers, whatever they are held as. */
export function numbersOf(elements: Elements, held: Held): Float64Array {
  if (held === "int64") return Float64Array.from(elements as BigInt64Array, Number);
  if (held !== "float16" && held !== "bfloat16") return elements as Float64Array;
  const bits = new Uint16Array(elements.buffer, elements.byteOffset, elements.length);
  return Float64Array.from(bits, held === "float16" ? float16Of : bfloat16Of);
}

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** bfloat16 has the upper half of a float32's bits. */
function bfloat16Of(bits: number): number {
  words[0] = bits << 16;
  return floats[0];
}

function float16Of(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/**
 * float16 and bfloat16 as numbers and as bits.
 *
 *     float32     s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm     bias 127
 *     bfloat16    s eeeeeeee mmmmmmm                     the upper half of a float32
 *     float16     s eeeee mmmmmmmmmm                     bias 15
 *
 * A number is rounded to float32 first, and from there to 16 bits, each time to nearest, ties to
 * even. That is PyTorch's rule for float64 too. The two roundings may differ from a single one: 1 +
 * 2^-11 + 2^-40 gives the float16 1, though 1 + 2^-10 is nearer. NaN becomes the one quiet NaN
 * 0x7e00 or 0x7fc0.
 */

const float = new Float32Array(1);
const word = new Int32Array(float.buffer);

const INFINITY_32 = 0x7f800000;

/** The float16 nearest to `x`, as 16 bits: `toFloat16Bits(1) === 0x3c00`. */
export function toFloat16Bits(x: number): number {
  float[0] = x;
  const sign = (word[0] >>> 16) & 0x8000;
  const magnitude = word[0] & 0x7fffffff;
  if (magnitude >= 0x47800000) {
    // From 2^16 up: infinity or NaN. What rounds to infinity from below does so by itself.
    return magnitude > INFINITY_32 ? 0x7e00 : sign | 0x7c00;
  }
  if (magnitude < 0x38800000) {
    // Below 2^-14: subnormal. Next to 0.5 a float32's last place is 2^-24, float16's smallest step.
    float[0] = Math.abs(float[0]) + 0.5;
    return sign | (word[0] - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  // The bias falls from 127 to 15.
  return sign | ((rounded - (112 << 23)) >>> 13);
}

/** The number that 16 bits of float16 stand for: `fromFloat16Bits(0x3c00) === 1`. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  word[0] = ((bits & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13);
  return float[0];
}

/** `x` rounded to float16: `roundToFloat16(65519) === 65504`, and 65520 overflows to Infinity. */
export function roundToFloat16(x: number): number {
  return fromFloat16Bits(toFloat16Bits(x));
}

/** The bfloat16 nearest to `x`, as 16 bits: `toBFloat16Bits(1) === 0x3f80`. */
export function toBFloat16Bits(x: number): number {
  float[0] = x;
  const bits = word[0];
  if ((bits & 0x7fffffff) > INFINITY_32) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** The number that 16 bits of bfloat16 stand for: `fromBFloat16Bits(0x3f80) === 1`. */
export function fromBFloat16Bits(bits: number): number {
  word[0] = bits << 16;
  return float[0];
}

/** `x` rounded to bfloat16: `roundToBFloat16(257) === 256`. */
export function roundToBFloat16(x: number): number {
  return fromBFloat16Bits(toBFloat16Bits(x));
}

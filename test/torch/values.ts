/**
 * Random numbers of a dtype: ordinary ones, ties on a grid, raw bit patterns, and the special
 * values of the format.
 */
import type { DType } from "lossgrad";
import { numbersOf } from "../support/wire.js";
import type { Random } from "../support/random.js";

export type FloatType = "float16" | "bfloat16" | "float32" | "float64";

export const FLOATS: readonly FloatType[] = ["float16", "bfloat16", "float32", "float64"];
export const INTEGERS = ["int8", "int16", "int32", "int64", "uint8"] as const;

/** largest finite, least normal and least subnormal number */
const LIMITS: Record<FloatType, [number, number, number]> = {
  float16: [65504, 2 ** -14, 2 ** -24],
  bfloat16: [2 ** 128 - 2 ** 120, 2 ** -126, 2 ** -133],
  float32: [2 ** 128 - 2 ** 104, 2 ** -126, 2 ** -149],
  float64: [Number.MAX_VALUE, 2 ** -1022, Number.MIN_VALUE],
};
const BYTES: Record<FloatType, number> = { float16: 2, bfloat16: 2, float32: 4, float64: 8 };

export function isFloat(dtype: DType): dtype is FloatType {
  return (FLOATS as readonly DType[]).includes(dtype);
}

/** `count` numbers in one style, sprinkled with special values in some of the calls. */
export function floats(random: Random, dtype: FloatType, count: number): number[] {
  const style = random.weighted({ normal: 6, grid: 2, bits: 1.5, huge: 0.5, tiny: 0.5 });
  const scale = random.pick([1, 1, 1, 3, 0.01, 1000]);
  const specials = random.pick([0, 0, 0, 0.03, 0.4]);
  const [largest, normal] = LIMITS[dtype];
  const draw = {
    normal: () => random.normal() * scale,
    grid: () => onGrid(random),
    bits: () => fromBits(random, dtype),
    huge: () => (random.next() * 2 - 1) * largest,
    tiny: () => random.normal() * normal * random.pick([0.01, 1, 100]),
  }[style];
  return Array.from({ length: count }, () => (random.chance(specials) ? special(random, dtype) : draw()));
}

/** Multiples of 1/8 from -4 to 4: many ties, and sums and products without rounding. */
export function onGrid(random: Random): number {
  return random.integer(-32, 32) / 8;
}

export function special(random: Random, dtype: FloatType): number {
  const [largest, normal, least] = LIMITS[dtype];
  return random.pick([
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    largest,
    -largest,
    normal,
    -normal,
    least,
    -least,
    1,
    -1,
  ]);
}

export function integers(random: Random, dtype: DType, count: number): number[] {
  const small = random.chance(0.5);
  const bits = { int8: 8, int16: 16, int32: 32, int64: 53, uint8: 8, bool: 1 }[dtype as "int8"];
  const unsigned = dtype === "uint8" || dtype === "bool";
  const low = unsigned ? 0 : -(2 ** (bits - 1));
  return Array.from({ length: count }, () =>
    small && bits > 1 ? random.integer(unsigned ? 0 : -9, 9) : random.integer(low, low + 2 ** bits - 1),
  );
}

function fromBits(random: Random, dtype: FloatType): number {
  let hex = "";
  for (let i = 0; i < BYTES[dtype]; i++) hex += random.integer(0, 255).toString(16).padStart(2, "0");
  return numbersOf(dtype, hex)[0] as number;
}

/**
 * Exact arithmetic on floats: every finite float64 is a whole number of units of 2^-1074, held as a
 * bigint.
 */
import type { DType } from "lossgrad";

const UNIT_EXPONENT = -1074;

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

/** A finite number in units. */
export function toUnits(x: number): bigint {
  if (!Number.isFinite(x)) throw new RangeError(`toUnits: expected a finite number, got ${x}`);
  float[0] = x;
  const exponent = (bits[0] >> 52n) & 0x7ffn;
  const fraction = bits[0] & 0xfffffffffffffn;
  const units = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return x < 0 ? -units : units;
}

/** The exact sum, in units. */
export function sumUnits(values: Iterable<number>): bigint {
  let sum = 0n;
  for (const x of values) sum += toUnits(x);
  return sum;
}

interface Format {
  /** Bits of the significand, the hidden one included. */
  precision: number;
  /** Exponent of the smallest normal number, and of the first power of two that overflows. */
  least: number;
  overflow: number;
}

type FloatDType = Extract<DType, "float16" | "bfloat16" | "float32" | "float64">;

const FORMATS: Readonly<Record<FloatDType, Format>> = {
  float16: { precision: 11, least: -14, overflow: 16 },
  bfloat16: { precision: 8, least: -126, overflow: 128 },
  float32: { precision: 24, least: -126, overflow: 128 },
  float64: { precision: 53, least: -1022, overflow: 1024 },
};

export const FLOAT_DTYPES = Object.keys(FORMATS) as FloatDType[];
export type { FloatDType };

function bitLength(x: bigint): number {
  return x === 0n ? 0 : x.toString(16).length * 4 - Math.clz32(Number.parseInt(x.toString(16)[0], 16)) + 28;
}

/**
 * The exponent of a unit in the last place of the dtype at units / divisor, counted from one unit.
 */
function ulpShift(units: bigint, divisor: bigint, dtype: FloatDType): number {
  const { precision, least } = FORMATS[dtype];
  const magnitude = (units < 0n ? -units : units) / divisor;
  const exponent = Math.max(bitLength(magnitude) - 1 + UNIT_EXPONENT, least);
  return exponent - precision + 1 - UNIT_EXPONENT;
}

/**
 * |found - units / divisor| in units in the last place of the dtype at the exact value. Infinity
 * where only one overflows.
 */
export function errorInUlps(
  found: number,
  units: bigint,
  dtype: FloatDType,
  divisor: number | bigint = 1,
): number {
  const n = BigInt(divisor);
  if (!Number.isFinite(found)) return Object.is(found, roundUnits(units, dtype, divisor)) ? 0 : Infinity;
  const difference = toUnits(found) * n - units;
  const ulp = n << BigInt(ulpShift(units, n, dtype));
  // Forty binary digits after the point, rounded up: no error is lost.
  const scaled = (((difference < 0n ? -difference : difference) << 40n) + ulp - 1n) / ulp;
  return Number(scaled) * 2 ** -40;
}

/**
 * units / divisor rounded once to the dtype: to nearest, ties to even, to infinity past the largest
 * number.
 */
export function roundUnits(units: bigint, dtype: FloatDType, divisor: number | bigint = 1): number {
  if (units < 0n) return -roundUnits(-units, dtype, divisor);
  const n = BigInt(divisor);
  const shift = ulpShift(units, n, dtype);
  const ulp = n << BigInt(shift);
  let steps = units / ulp;
  const rest = 2n * (units - steps * ulp);
  if (rest > ulp || (rest === ulp && steps % 2n === 1n)) steps += 1n;
  const value = steps << BigInt(shift);
  if (bitLength(value) - 1 + UNIT_EXPONENT >= FORMATS[dtype].overflow) return Infinity;
  return toNumber(value);
}

/** A number of units that a float64 holds exactly. */
function toNumber(units: bigint): number {
  const excess = Math.max(bitLength(units) - 53, 0);
  // In two exact steps, as 2^-1074 * 2^excess need not be a float64 by itself.
  const scaled = Number(units >> BigInt(excess)) * 2 ** (Math.min(excess, 2000) + UNIT_EXPONENT);
  return excess > 2000 ? scaled * 2 ** (excess - 2000) : scaled;
}

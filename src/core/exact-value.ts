/**
 * The exact value of an `ExactSum` as integers, for whoever writes it down or divides it: sums that
 * are equal give equal values here, however they were added up.
 */
import { ExactSum } from "./exact-sum.js";

/**
 * A sum as integer · 2^exponent, with an odd integer or 0 · 2^0, and how many numbers were not
 * finite.
 */
export interface ExactValue {
  readonly integer: bigint;
  readonly exponent: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
  readonly nan: number;
}

/** The exponent of the smallest float64, in whose units a sum is counted. */
const LEAST = -1074;
const LIMBS = ExactSum.STATE_LENGTH - 4;
/** Less than the bits of the largest sum of 2^53 numbers, in units of 2^-1074. */
const MOST_BITS = 1024 + 53 - LEAST;

/** The finite part of `sum` in units of 2^-1074. */
export function unitsOf({ state }: ExactSum): bigint {
  let units = 0n;
  for (let i = LIMBS - 1; i >= 0; i--) units = (units << 32n) + BigInt(state[i]);
  return units;
}

export function exactValueOf(sum: ExactSum): ExactValue {
  const [positiveInfinity, negativeInfinity, nan] = sum.state.subarray(LIMBS);
  const units = unitsOf(sum);
  const zeros = units === 0n ? 0 : trailingZeros(units);
  return {
    integer: units >> BigInt(zeros),
    exponent: units === 0n ? 0 : zeros + LEAST,
    positiveInfinity,
    negativeInfinity,
    nan,
  };
}

/** The sum of that value; null for what no sum of at most 2^53 numbers has. */
export function exactSumOf(value: ExactValue): ExactSum | null {
  const { integer, exponent, positiveInfinity, negativeInfinity, nan } = value;
  const shift = exponent - LEAST;
  if (shift < 0 || bitLength(integer) + shift > MOST_BITS) return null;
  const sum = new ExactSum();
  let rest = (integer < 0n ? -integer : integer) << BigInt(shift);
  const sign = integer < 0n ? -1 : 1;
  for (let i = 0; rest > 0n; i++, rest >>= 32n) {
    // The last limb takes what is left, as it takes all carries.
    const digit = i < LIMBS - 1 ? rest & 0xffffffffn : rest;
    sum.state[i] = sign * Number(digit);
    if (digit === rest) break;
  }
  sum.state.set([positiveInfinity, negativeInfinity, nan], LIMBS);
  return sum;
}

function trailingZeros(units: bigint): number {
  let zeros = 0;
  for (; (units & 0xffffffffn) === 0n; units >>= 32n) zeros += 32;
  const low = Number(units & 0xffffffffn);
  return zeros + 31 - Math.clz32(low & -low);
}

/** How many bits the magnitude of `x` has. */
function bitLength(x: bigint): number {
  const hex = (x < 0n ? -x : x).toString(16);
  return 4 * hex.length - (Math.clz32(parseInt(hex[0], 16)) - 28);
}

/**
 * a / b, rounded once: the float64 nearest to the quotient of two sums, or what float64 gives where
 * one has none.
 */
export function quotientOf(a: ExactSum, b: ExactSum): number {
  if (!a.isFinite || !b.isFinite) return a.value() / b.value();
  const [dividend, divisor] = [unitsOf(a), unitsOf(b)];
  if (divisor === 0n || dividend === 0n) return a.value() / b.value();
  return ratioOf(dividend, divisor);
}

/** a / b, rounded once; for b = 0 what float64 gives. */
export function ratioOf(a: bigint, b: bigint): number {
  if (a === 0n || b === 0n) return signOf(a) / signOf(b);
  const size = roundedQuotient(magnitudeOf(a), magnitudeOf(b));
  return a < 0n === b < 0n ? size : -size;
}

/** √(a / b), rounded once; NaN for a negative quotient, and for 0 / 0. */
export function rootOfRatio(a: bigint, b: bigint): number {
  if (a === 0n || b === 0n || a < 0n !== b < 0n) return Math.sqrt(signOf(a) / signOf(b));
  const [dividend, divisor] = [magnitudeOf(a), magnitudeOf(b)];
  // The quotient in units of 2^-2half has 126 bits or more, and its root 63 or more: the last of
  // them stands for all that are cut off, so that float64 rounds as if it saw these.
  const half = Math.ceil((126 + bitLength(divisor) - bitLength(dividend)) / 2);
  const scaled = half > 0 ? dividend << BigInt(2 * half) : dividend;
  const unit = half > 0 ? divisor : divisor << BigInt(-2 * half);
  const quotient = scaled / unit;
  const root = integerRoot(quotient);
  const isExact = root * root === quotient && quotient * unit === scaled;
  return Number(isExact ? root : root | 1n) * 2 ** -half;
}

function magnitudeOf(x: bigint): bigint {
  return x < 0n ? -x : x;
}

function signOf(x: bigint): number {
  return x === 0n ? 0 : x < 0n ? -1 : 1;
}

/** ⌊√x⌋ of a positive integer, by Newton's method from above. */
function integerRoot(x: bigint): bigint {
  let root = 1n << BigInt((bitLength(x) + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/**
 * a / b of positive integers. The quotient is taken in units of 2^-1076, so that behind the last
 * bit of the smallest float64 there are two more; whether it is exact decides between a tie and
 * more.
 */
function roundedQuotient(a: bigint, b: bigint): number {
  const scaled = a << BigInt(2 - LEAST);
  const quotient = scaled / b;
  const cut = Math.max(bitLength(quotient) - 53, 2);
  let mantissa = quotient >> BigInt(cut);
  const rest = quotient - (mantissa << BigInt(cut));
  const half = 1n << BigInt(cut - 1);
  const isMore = quotient * b !== scaled || (mantissa & 1n) === 1n;
  if (rest > half || (rest === half && isMore)) mantissa += 1n;
  return Number(mantissa) * 2 ** (cut - 2 + LEAST);
}

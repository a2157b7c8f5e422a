/**
 * Distances in units in the last place: how many numbers of a dtype lie from one to the other. The
 * bits of floats, read as integers, count the numbers of one sign in their order.
 */
import { toBFloat16Bits, toFloat16Bits } from "../core/half.js";

/** The dtype whose numbers are counted; integers are their own count. */
export type UlpDType = "float64" | "float32" | "float16" | "bfloat16" | "integer";

/** How far apart the numbers next to 1 are, which says how much a dtype rounds. */
export const EPSILON: Readonly<Record<UlpDType, number>> = {
  float64: 2 ** -52,
  float32: 2 ** -23,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  integer: 0,
};

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/**
 * How many steps from one number of the dtype to the next lead from `a` to `b`: 0 between equal
 * ones, and between 0 and -0. Numbers that the dtype lacks are rounded to it first. NaN for a NaN.
 */
export function ulpDistance(dtype: UlpDType, a: number, b: number): number {
  if (a === b) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  return DISTANCES[dtype](a, b);
}

/** Where a number stands in the order of all float32. */
function place32(x: number): number {
  single[0] = x;
  return bits[0] < 0 ? -(bits[0] & 0x7fffffff) : bits[0];
}

/** The same of 16 bits, whichever halves they are of. */
function place16(half: number): number {
  return half & 0x8000 ? -(half & 0x7fff) : half;
}

/** Distances of numbers that are not the same, and not NaN. */
const DISTANCES: Readonly<Record<UlpDType, (a: number, b: number) => number>> = {
  float64: doubleDistance,
  float32: (a, b) => Math.abs(place32(a) - place32(b)),
  float16: (a, b) => Math.abs(place16(toFloat16Bits(a)) - place16(toFloat16Bits(b))),
  bfloat16: (a, b) => Math.abs(place16(toBFloat16Bits(a)) - place16(toBFloat16Bits(b))),
  integer: (a, b) => Math.abs(a - b),
};

/** In two words, since a float64 does not count to 2^63: exact where the distance is below 2^53. */
function doubleDistance(a: number, b: number): number {
  double[0] = Math.abs(a);
  const [lowA, highA] = [words[0] >>> 0, words[1]];
  double[0] = Math.abs(b);
  const [lowB, highB] = [words[0] >>> 0, words[1]];
  const sameSign = a >= 0 === b >= 0 && a !== 0 && b !== 0;
  return sameSign
    ? Math.abs((highA - highB) * 2 ** 32 + (lowA - lowB))
    : (highA + highB) * 2 ** 32 + (lowA + lowB);
}

/** Pairs whose distance is from `from` to `to` units in the last place. */
export interface UlpBucket {
  /** The least distance: 0, or a power of 2. */
  readonly from: number;
  /** The largest distance: 0, or one less than a power of 2. */
  readonly to: number;
  /** How many pairs are so far apart. */
  readonly count: number;
}

/** Counts distances by powers of 2. */
export class UlpHistogram {
  /** [0] is of equal ones, [1 + p] from 2^p on; integers of 64 bits are less than 2^65 apart. */
  readonly #counts = new Float64Array(67);

  add(distance: number): void {
    if (distance < 2 ** 31) this.#counts[32 - Math.clz32(distance)]++;
    else this.#counts[1 + Math.min(Math.floor(Math.log2(distance)), 65)]++;
  }

  /** In ascending order, from 0 up to the largest, without those in which there is none. */
  buckets(): UlpBucket[] {
    return Array.from(this.#counts, (count, i) =>
      i === 0 ? { from: 0, to: 0, count } : { from: 2 ** (i - 1), to: 2 ** i - 1, count },
    ).filter(({ count }) => count > 0);
  }
}

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
  if (dtype === "integer") return Math.abs(a - b);
  if (dtype === "float64") return doubleDistance(a, b);
  const place = PLACES[dtype];
  return Math.abs(place(a) - place(b));
}

/** Where a number stands in the order of all numbers of its dtype. */
const PLACES = {
  float32: (x: number): number => {
    single[0] = x;
    return bits[0] < 0 ? -(bits[0] & 0x7fffffff) : bits[0];
  },
  float16: (x: number): number => signed16(toFloat16Bits(x)),
  bfloat16: (x: number): number => signed16(toBFloat16Bits(x)),
};

function signed16(half: number): number {
  return half & 0x8000 ? -(half & 0x7fff) : half;
}

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
  readonly #counts = new Map<number, number>();

  add(distance: number): void {
    const power = distance < 1 ? -1 : Math.floor(Math.log2(distance));
    this.#counts.set(power, (this.#counts.get(power) ?? 0) + 1);
  }

  /** In ascending order, from 0 up to the largest, without those in which there is none. */
  buckets(): UlpBucket[] {
    return [...this.#counts]
      .sort(([a], [b]) => a - b)
      .map(([power, count]) =>
        power < 0 ? { from: 0, to: 0, count } : { from: 2 ** power, to: 2 ** (power + 1) - 1, count },
      );
  }
}

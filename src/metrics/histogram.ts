/**
 * A quantile sketch: how many numbers from 0 up fall into which of buckets that are as wide as they
 * are far from 0. A bucket is named by the upper bits of its numbers as float64,
 *
 *     sign 0 | exponent, 11 bits | first 7 bits of the fraction | 45 bits that are not looked at
 *
 * so that its ends are at most a factor of 1 + 2^-7 apart, and its middle is within 2^-8 of each of
 * its numbers. DDSketch (Masson, Rim and Lee, 2019) has the same promise by logarithms, which
 * engines round in their own ways; bits are the same everywhere. Counts are whole numbers: whoever
 * adds them up in whatever order gets the same.
 */
import { BLOCK } from "../core/block.js";

/** Bits of the fraction that name a bucket. */
const FRACTION = 7;
const PAGE = 2 ** FRACTION;
const PAGES = 2 ** 11;
/** The bits of the upper half of a float64 that are not looked at. */
const SHIFT = 20 - FRACTION;
const INFINITY = (PAGES - 1) * PAGE;
/** All that is NaN, whatever its bits. */
const NOT_A_NUMBER = INFINITY + PAGE / 2;
export const BUCKETS = PAGES * PAGE;

/** A bucket, and how many numbers it has. */
export type Bucket = readonly [bucket: number, count: number];

/** How many numbers of a block each bucket has, all 0 between blocks; and the buckets that have some. */
let tally: { readonly counts: Uint32Array; readonly found: Uint32Array } | undefined;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

export class Histogram {
  /** Buckets of one exponent each, where there are any. With holes it would be a slow dictionary. */
  private readonly pages = new Array<Float64Array | undefined>(PAGES).fill(undefined);
  /** How many numbers there are; NaN once a weight was no whole number from 0 up. */
  total = 0;

  /**
   * Adds the float64 whose upper halves are upper[first], upper[first + 2], and so on, at most a
   * block of them. They are counted in one table, whose buckets go to their pages then: a quarter
   * of the time that looking for the page of every number took.
   */
  addNumbers(upper: Uint32Array, first: number, n: number): void {
    const { counts, found } = (tally ??= {
      counts: new Uint32Array(BUCKETS),
      found: new Uint32Array(BLOCK + 1),
    });
    let distinct = 0;
    for (let i = first; i < first + 2 * n; i += 2) {
      const bucket = (upper[i] >>> SHIFT) & (BUCKETS - 1);
      const count = counts[bucket];
      // Without a branch, which numbers at random would mislead: 1 more where the count was 0.
      found[distinct] = bucket;
      distinct += (count - 1) >>> 31;
      counts[bucket] = count + 1;
    }
    for (let i = 0; i < distinct; i++) {
      this.add(found[i], counts[found[i]]);
      counts[found[i]] = 0;
    }
  }

  /** The same, each as often as its weight says. */
  addWeighted(upper: Uint32Array, first: number, weights: Float64Array): void {
    for (const [i, weight] of weights.entries()) {
      if (!(Number.isInteger(weight) && weight >= 0)) this.total = NaN;
      if (weight !== 0) this.add((upper[first + 2 * i] >>> SHIFT) & (BUCKETS - 1), weight);
    }
  }

  /** Adds numbers to a bucket, or takes some from it. */
  add(bucket: number, count: number): void {
    const page = (this.pages[bucket >>> FRACTION] ??= new Float64Array(PAGE));
    page[bucket & (PAGE - 1)] += count;
    this.total += count;
  }

  merge(other: Histogram): void {
    for (const [bucket, count] of other.buckets()) this.add(bucket, count);
  }

  /** The buckets that have numbers, from the lowest up. */
  buckets(): Bucket[] {
    const found: Bucket[] = [];
    let nans = 0;
    this.pages.forEach((page, index) => {
      page?.forEach((count, i) => {
        const bucket = index * PAGE + i;
        if (bucket > INFINITY) nans += count;
        else if (count !== 0) found.push([bucket, count]);
      });
    });
    if (nans > 0) found.push([NOT_A_NUMBER, nans]);
    return found;
  }

  /**
   * The quantiles `qs`, which lie from 0 to 1: between two numbers they are interpolated, as NumPy
   * does it. NaN where a number is NaN, and where there are none.
   */
  quantiles(qs: readonly number[]): number[] {
    const buckets = this.buckets();
    if (buckets.length === 0 || buckets[buckets.length - 1][0] === NOT_A_NUMBER) return qs.map(() => NaN);
    const ends: number[] = [];
    let end = 0;
    for (const [, count] of buckets) ends.push((end += count));
    const at = (rank: number): number => middleOf(buckets[ends.findIndex((last) => rank < last)][0]);
    return qs.map((q) => {
      const rank = q * (end - 1);
      const below = Math.floor(rank);
      const [low, high] = [at(below), at(Math.min(below + 1, end - 1))];
      // Of equal numbers, infinities among them, there is nothing between.
      return low === high || rank === below ? low : low + (high - low) * (rank - below);
    });
  }

  reset(): void {
    this.pages.fill(undefined);
    this.total = 0;
  }
}

/** The number that stands for a bucket: 0 for the one that begins there. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  if (bucket === INFINITY) return Infinity;
  words[0] = 0;
  words[1] = (bucket << SHIFT) | (1 << (SHIFT - 1));
  return float[0];
}

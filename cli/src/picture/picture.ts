/**
 * What is to be seen of predictions and targets, gathered in one pass: counts in bins, of bounded
 * size however many pairs there are.
 */
import type { Elements, Held } from "../readers/dtypes.js";
import { Bins, type BinsJSON, type Range } from "./bins.js";
import { type CountsJSON, countsToJSON, forEachCount, PictureError } from "./counts.js";
import { ErrorMap, type ErrorMapJSON } from "./error-map.js";
import type { ImageLayout } from "./image.js";
import { numbersInto } from "../readers/numbers.js";

/** Bins of a histogram, and along each side of a plane. */
const HISTOGRAM = 4096;
const PLANE = 512;
/** |error| by the upper bits of its float64: sixteen buckets of each power of two. */
const SIZES = 2 ** 15;

/** How many pairs have an |error| around `error`. */
export interface ErrorBucket {
  readonly error: number;
  readonly count: number;
}

/** A picture as a state holds it. */
export interface PictureJSON {
  readonly drawn: number;
  readonly leftOut: number;
  readonly residuals: BinsJSON;
  readonly predicted: BinsJSON;
  readonly errors: BinsJSON;
  readonly sizes: CountsJSON;
  /** Of images. */
  readonly map: ErrorMapJSON | null;
}

/** Predictions, or targets. */
interface Side {
  readonly elements: Elements;
  readonly held: Held;
}

export class Picture {
  /** How many pairs have which prediction - target. */
  readonly residuals = new Bins(HISTOGRAM);
  /** Which prediction comes with which target. */
  readonly predicted = new Bins(PLANE, PLANE);
  /** Which prediction - target comes with which target. */
  readonly errors = new Bins(PLANE, PLANE);
  /** Pairs that were drawn, and those left out since a number of theirs is infinite or NaN. */
  drawn = 0;
  leftOut = 0;
  /** Where in images the errors are; null where the arrays are none. */
  readonly map: ErrorMap | null;
  readonly #sizes = new Float64Array(SIZES);
  #room = new Float64Array(0);

  constructor(image: ImageLayout | null = null) {
    this.map = image && new ErrorMap(image);
  }

  /**
   * Takes pairs in, the first of which is the element at `offset`; where a byte of the mask is 0, the
   * pair is left out.
   */
  take(prediction: Side, target: Side, offset = 0, mask: Uint8Array | null = null): void {
    const n = prediction.elements.length;
    const [predictions, targets, residuals] = this.#rooms(n);
    numbersInto(prediction.elements, prediction.held, predictions);
    numbersInto(target.elements, target.held, targets);
    this.map?.take(offset, predictions, targets, mask);
    let kept = 0;
    for (let i = 0; i < n; i++) {
      if (mask?.[i] === 0) continue;
      const p = predictions[i];
      const t = targets[i];
      const d = p - t;
      // Of which all three are finite.
      if (d - d !== 0) {
        this.leftOut++;
        continue;
      }
      predictions[kept] = p;
      targets[kept] = t;
      residuals[kept++] = d;
    }
    if (kept === 0) return;
    this.drawn += kept;
    const [p, t, d] = [predictions, targets, residuals].map((x) => rangeOf(x, kept));
    const both: Range = [Math.min(p[0], t[0]), Math.max(p[1], t[1])];
    this.predicted.reach(both, both);
    this.predicted.add(kept, targets, predictions);
    this.errors.reach(t, d);
    this.errors.add(kept, targets, residuals);
    this.residuals.reach(d);
    this.residuals.add(kept, residuals);
    this.#takeSizes(residuals, kept);
  }

  toJSON(): PictureJSON {
    const { drawn, leftOut, residuals, predicted, errors } = this;
    const bins = { residuals: residuals.toJSON(), predicted: predicted.toJSON(), errors: errors.toJSON() };
    return { drawn, leftOut, ...bins, sizes: countsToJSON(this.#sizes), map: this.map?.toJSON() ?? null };
  }

  /** Takes in what another has seen: then this is the picture of both. @throws PictureError */
  merge({ drawn, leftOut, sizes, map, ...bins }: PictureJSON): void {
    if (![drawn, leftOut].every(Number.isSafeInteger)) throw new PictureError("expected counts of pairs");
    this.drawn += drawn;
    this.leftOut += leftOut;
    for (const name of ["residuals", "predicted", "errors"] as const) this[name].merge(bins[name]);
    forEachCount(sizes, SIZES, (bucket, count) => (this.#sizes[bucket] += count));
    if (map) this.map?.merge(map);
  }

  /** From the smallest |error| up. */
  get sizes(): ErrorBucket[] {
    const found: ErrorBucket[] = [];
    const bits = new Uint32Array(2);
    this.#sizes.forEach((count, bucket) => {
      if (count === 0) return;
      // The middle of a bucket; that of 0 stands for 0.
      bits[UPPER] = (bucket << 16) | (bucket === 0 ? 0 : 1 << 15);
      found.push({ error: new Float64Array(bits.buffer)[0], count });
    });
    return found;
  }

  /** Room for three times n numbers, which is used again. */
  #rooms(n: number): Float64Array[] {
    if (this.#room.length < 3 * n) this.#room = new Float64Array(3 * n);
    return [0, 1, 2].map((i) => this.#room.subarray(i * n, (i + 1) * n));
  }

  #takeSizes({ buffer, byteOffset }: Float64Array, n: number): void {
    const upper = new Uint32Array(buffer, byteOffset, 2 * n);
    for (let i = UPPER; i < 2 * n; i += 2) this.#sizes[(upper[i] >>> 16) & (SIZES - 1)]++;
  }
}

/** The word of a float64 that has its sign and exponent. */
const UPPER = new Uint32Array(Float64Array.of(1).buffer)[1] === 0 ? 0 : 1;

function rangeOf(x: Float64Array, n: number): Range {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < n; i++) {
    if (x[i] < low) low = x[i];
    if (x[i] > high) high = x[i];
  }
  return [low, high];
}

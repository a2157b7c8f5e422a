/** Where in images the errors are: the mean |error| of cells of pixels, in bounded memory. */
import { type CountsJSON, countsToJSON, forEachCount, PictureError } from "./counts.js";
import type { ImageLayout } from "./image.js";

/** So many cells along the longer side, at most. */
const MOST = 96;

/** An error map as a state holds it. */
export interface ErrorMapJSON {
  readonly pairs: CountsJSON;
  /** Sums of |error|, by the number of the power of two that they are multiples of. */
  readonly sums: readonly (readonly [number, CountsJSON])[];
}

/**
 * |error| is taken with 13 bits, and its bits are added as whole numbers: those of sixteen powers of two
 * to one sum. So sums are exact up to 2^24 pairs of a cell, and neither order nor parts show.
 */
const BITS = 12;
const POWERS = 16;
const PLANES = 2048 / POWERS;
/** The exponent of a float64 whose bits say 0. */
const BIAS = 1023;

/** The word of a float64 that has its sign and exponent. */
const UPPER = new Uint32Array(Float64Array.of(1).buffer)[1] === 0 ? 0 : 1;

export class ErrorMap {
  /** How many pixels a cell has along each side. */
  readonly step: number;
  readonly columns: number;
  readonly rows: number;
  readonly #pairs: Float64Array;
  readonly #sums = new Map<number, Float64Array>();

  constructor(readonly layout: ImageLayout) {
    const { height, width } = layout;
    this.step = Math.max(1, Math.ceil(Math.max(height, width) / MOST));
    this.columns = Math.ceil(width / this.step);
    this.rows = Math.ceil(height / this.step);
    this.#pairs = new Float64Array(this.columns * this.rows);
  }

  /** Takes pairs in, the first of which is the element at `offset`, but for masked and not finite ones. */
  take(offset: number, predictions: Float64Array, targets: Float64Array, mask: Uint8Array | null): void {
    const { height, width, down, right } = this.layout;
    const { step, columns } = this;
    const error = new Float64Array(1);
    const words = new Uint32Array(error.buffer);
    for (let i = 0; i < predictions.length; i++) {
      const d = predictions[i] - targets[i];
      if (d - d !== 0 || mask?.[i] === 0) continue;
      const row = Math.floor((Math.floor((offset + i) / down) % height) / step);
      const column = Math.floor((Math.floor((offset + i) / right) % width) / step);
      const cell = row * columns + column;
      this.#pairs[cell]++;
      error[0] = d;
      const upper = words[UPPER];
      const exponent = (upper >>> 20) & 2047;
      // What is smaller than all normal numbers is no error.
      if (exponent === 0) continue;
      const bits = (1 << BITS) | ((upper >>> (20 - BITS)) & ((1 << BITS) - 1));
      this.#sumsOf(Math.floor(exponent / POWERS))[cell] += bits * (1 << (exponent % POWERS));
    }
  }

  /** The mean |error| of each cell, row after row; NaN where there is none. */
  means(): Float64Array {
    const planes = [...this.#sums].sort(([a], [b]) => a - b);
    return this.#pairs.map((pairs, cell) => {
      if (pairs === 0) return NaN;
      // Divided first: the sum may be larger than any number.
      return planes.reduce((sum, [plane, sums]) => sum + (sums[cell] / pairs) * unitOf(plane), 0);
    });
  }

  toJSON(): ErrorMapJSON {
    const planes = [...this.#sums].sort(([a], [b]) => a - b);
    const sums = planes.map(([plane, one]) => [plane, countsToJSON(one)] as const);
    return { pairs: countsToJSON(this.#pairs), sums };
  }

  /** Takes in what another of the same layout has. @throws PictureError */
  merge({ pairs, sums }: ErrorMapJSON): void {
    forEachCount(pairs, this.#pairs.length, (cell, count) => (this.#pairs[cell] += count));
    if (!Array.isArray(sums)) throw new PictureError("expected sums of errors");
    for (const [plane, counts] of sums as readonly (readonly [number, CountsJSON])[]) {
      if (!Number.isInteger(plane) || plane < 0 || plane >= PLANES)
        throw new PictureError("expected sums of errors");
      const to = this.#sumsOf(plane);
      forEachCount(counts, to.length, (cell, count) => (to[cell] += count));
    }
  }

  #sumsOf(plane: number): Float64Array {
    let sums = this.#sums.get(plane);
    if (!sums) this.#sums.set(plane, (sums = new Float64Array(this.#pairs.length)));
    return sums;
  }
}

/** What 1 stands for in the sums of a plane. */
function unitOf(plane: number): number {
  return 2 ** (plane * POWERS - BIAS - BITS);
}

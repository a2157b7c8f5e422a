import { MaxError, type MetricOptions } from "lossgrad/metrics";
import type { Elements } from "../readers/dtypes.js";
import type { Chunk } from "./chunks.js";
import { numbersOf } from "../readers/numbers.js";

/** A pair of numbers, and where it comes among all. */
export interface Pair {
  readonly place: number;
  readonly prediction: number;
  readonly target: number;
}

/** Looking for the largest by a kernel pays from so many elements on. */
const SHORT = 2 ** 12;

/**
 * The pairs with the largest |p - t|, as many as `most`; those of equal errors as they come, and
 * NaN before all. Where the data are cut, and in which order parts are merged, does not show.
 */
export class Worst {
  #pairs: Pair[] = [];
  readonly #largest: MaxError;

  constructor(
    private readonly most: number,
    private readonly nan: MetricOptions["nan"],
  ) {
    this.#largest = new MaxError({ nan });
  }

  get pairs(): readonly Pair[] {
    return this.#pairs;
  }

  take({ offset, elements, held }: Chunk, mask: Elements | null): void {
    const [p, t] = elements;
    if (this.most === 0 || !this.#mayHoldWorse(p, t, mask)) return;
    const [predictions, targets] = [p, t].map((one, i) => numbersOf(one, held[i]));
    const kept = mask as Uint8Array | null;
    let least = this.#least;
    for (let i = 0; i < predictions.length; i++) {
      const error = Math.abs(predictions[i] - targets[i]);
      // What is not larger is no worse than what came before; NaN is larger than all.
      if (error <= least || kept?.[i] === 0) continue;
      if (Number.isNaN(error) && this.nan === "omit") continue;
      this.#add([{ place: offset + i, prediction: predictions[i], target: targets[i] }]);
      least = this.#least;
      if (Number.isNaN(least)) return;
    }
  }

  merge(pairs: readonly Pair[]): void {
    this.#add(pairs);
  }

  /** The error that a pair must pass; 0 where there is room for any. */
  get #least(): number {
    return this.#pairs.length < this.most ? 0 : sizeOf(this.#pairs[this.most - 1]);
  }

  #mayHoldWorse(p: Elements, t: Elements, mask: Elements | null): boolean {
    const least = this.#least;
    if (Number.isNaN(least)) return false;
    if (p.length < SHORT) return true;
    this.#largest.reset();
    this.#largest.update(p as Float64Array, t as Float64Array, { mask: mask as Uint8Array | null });
    const { value } = this.#largest.compute();
    return Number.isNaN(value) || value > least;
  }

  #add(pairs: readonly Pair[]): void {
    this.#pairs = [...this.#pairs, ...pairs].sort(byError).slice(0, this.most);
  }
}

function sizeOf({ prediction, target }: Pair): number {
  return Math.abs(prediction - target);
}

/** The largest first, NaN before all; of equal ones the first. */
function byError(a: Pair, b: Pair): number {
  const [x, y] = [a, b].map(sizeOf);
  const rank = Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  if (rank !== 0) return rank;
  return x === y || Number.isNaN(x) ? a.place - b.place : y > x ? 1 : -1;
}

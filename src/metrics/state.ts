/** What is known of the elements that came, of each output: all that metrics are computed of. */
import { ExactSum } from "../core/exact-sum.js";
import { Histogram } from "./histogram.js";
import { Maximum } from "./maximum.js";
import type { Plan } from "./plan.js";

/** How many elements came, and what became of them. */
export interface ElementCounts {
  /** Elements that count. */
  count: number;
  /** Elements that a mask left out. */
  masked: number;
  /** Elements that were left out since a number was NaN. */
  nan: number;
}

export class OutputState {
  readonly counts: ElementCounts = { count: 0, masked: 0, nan: 0 };
  /** The sum of the weights, 1 for an element without one. */
  readonly weights = new ExactSum();
  readonly sums: ReadonlyMap<string, ExactSum>;
  readonly maximum: Maximum | null;
  readonly histogram: Histogram | null;

  constructor({ sums, maximum, histogram }: Plan) {
    this.sums = new Map(sums.map(({ key }) => [key, new ExactSum()]));
    this.maximum = maximum ? new Maximum() : null;
    this.histogram = histogram ? new Histogram() : null;
  }

  /** How many elements came, whatever became of them. */
  get taken(): number {
    const { count, masked, nan } = this.counts;
    return count + masked + nan;
  }

  merge(other: OutputState): void {
    const { counts, weights, sums, maximum, histogram } = this;
    counts.count += other.counts.count;
    counts.masked += other.counts.masked;
    counts.nan += other.counts.nan;
    weights.merge(other.weights);
    for (const [key, sum] of sums) sum.merge(other.sums.get(key)!);
    maximum?.merge(other.maximum!.state);
    histogram?.merge(other.histogram!);
  }

  reset(): void {
    const { counts, weights, sums, maximum, histogram } = this;
    counts.count = counts.masked = counts.nan = 0;
    weights.reset();
    for (const sum of sums.values()) sum.reset();
    maximum?.reset();
    histogram?.reset();
  }
}

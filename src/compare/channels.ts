/** How each index of one dimension compares. */
import { ExactSum } from "../core/exact-sum.js";

/** How the elements at one index of the chosen dimension compare. */
export interface ChannelComparison {
  /** The index along the dimension. */
  readonly index: number;
  /** How many pairs there are. */
  readonly elements: number;
  /** How many of them are not equal within the tolerance. */
  readonly mismatches: number;
  /** How many pairs are of two finite numbers: those that the distances below are of. */
  readonly finite: number;
  /** The mean of |candidate - reference|; null without a finite pair. */
  readonly meanAbsolute: number | null;
  /** The mean of candidate - reference; null without a finite pair. */
  readonly bias: number | null;
  /** The largest |candidate - reference|; null without a finite pair. */
  readonly maxAbsolute: number | null;
}

export class ChannelTally {
  #elements = 0;
  #mismatches = 0;
  #finite = 0;
  #largest = 0;
  readonly #sum = new ExactSum();
  readonly #bias = new ExactSum();

  constructor(private readonly index: number) {}

  /** `difference` is not finite where one of the numbers is not. */
  add(difference: number, matches: boolean): void {
    this.#elements++;
    if (!matches) this.#mismatches++;
    if (!Number.isFinite(difference)) return;
    this.#finite++;
    const size = Math.abs(difference);
    this.#sum.add(size);
    this.#bias.add(difference);
    if (size > this.#largest) this.#largest = size;
  }

  result(): ChannelComparison {
    const [elements, mismatches, finite] = [this.#elements, this.#mismatches, this.#finite];
    const of = (value: () => number): number | null => (finite === 0 ? null : value());
    return {
      index: this.index,
      elements,
      mismatches,
      finite,
      meanAbsolute: of(() => this.#sum.dividedBy(finite)),
      bias: of(() => this.#bias.dividedBy(finite)),
      maxAbsolute: of(() => this.#largest),
    };
  }
}

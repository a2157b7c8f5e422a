/**
 * Losses of chunk after chunk, added up exactly: what the accumulators of tensors and of typed
 * arrays share. They know how to compute the unreduced loss of a chunk; this is where it goes.
 */
import { describeValue } from "../core/describe.js";
import { ExactSum } from "../core/exact-sum.js";
import { exactSumOf, exactValueOf, quotientOf } from "../core/exact-value.js";
import { type Taken, takeOptions } from "../core/options.js";
import type { AccumulatedLoss } from "./accumulated.js";
import { type AccumulatorState, type LossAccumulatorJSON, toBytes, toJSON } from "./accumulator-state.js";

/** How many of the terms were not finite. */
export interface NonFiniteCounts {
  /** Terms that were NaN. */
  nan: number;
  /** Terms that were +Infinity. */
  positiveInfinity: number;
  /** Terms that were -Infinity. */
  negativeInfinity: number;
}
/**
 * The unreduced loss of a chunk, which is added to `terms`, and its weights to `weights`; gives how
 * many terms there were.
 */
type Chunk = (terms: ExactSum, weights: ExactSum) => number;

export abstract class Accumulator {
  readonly #sum = new ExactSum();
  readonly #weights = new ExactSum();
  #count = 0;
  /** Sums of a chunk, which may fail in the middle. */
  readonly #terms = new ExactSum();
  readonly #factors = new ExactSum();
  readonly #loss: AccumulatedLoss;

  /** The name of the loss. */
  readonly loss: string;
  /** Its parameters, such as `{ beta: 1 }`; empty for a loss without. */
  readonly parameters: Readonly<Record<string, number>>;

  constructor(loss: AccumulatedLoss, parameters: object) {
    const names = loss.parameterNames;
    const values = loss.readParameters(
      takeOptions<Record<string, unknown>>("LossAccumulator", parameters as Record<string, unknown>, names),
    );
    for (const [name, value] of Object.entries(values)) {
      if (Number.isFinite(value)) continue;
      throw new RangeError(`LossAccumulator: expected ${name} to be finite, got ${value}`);
    }
    this.#loss = loss;
    this.loss = loss.name;
    this.parameters = Object.freeze(values);
  }

  /** How many elements were accumulated. */
  get count(): number {
    return this.#count;
  }

  /**
   * How many of the terms were NaN, +Infinity and -Infinity, which decide the sum when there are
   * any.
   */
  get nonFinite(): NonFiniteCounts {
    const { nan, positiveInfinity, negativeInfinity } = exactValueOf(this.#sum);
    return { nan, positiveInfinity, negativeInfinity };
  }

  /** The sum of all terms: the float64 nearest to the exact sum. An empty sum is 0. */
  sum(): number {
    return this.#sum.value();
  }

  /** The sum of all weights, in the same way; an element without a weight counts as 1. */
  weightSum(): number {
    return this.#weights.value();
  }

  /**
   * The mean of all terms: the float64 nearest to the exact quotient. It divides by what a weighted
   * mean of this loss divides by, the sum of the weights or for Huber their number; NaN when empty.
   */
  mean(): number {
    if (this.#loss.weightedMean !== "elements") return quotientOf(this.#sum, this.#weights);
    const count = new ExactSum();
    count.add(this.#count);
    return quotientOf(this.#sum, count);
  }

  /** The options of a chunk that the loss has, among those that the face knows. */
  protected optionsOf<O extends object>(given: O, names: readonly (keyof O & string)[]): Taken<O> {
    const { weightedMean, optionalNames } = this.#loss;
    const allowed = names.filter((name) => name !== "weight" || weightedMean !== null);
    return takeOptions("LossAccumulator.update", given, [...allowed, ...(optionalNames as typeof names)]);
  }

  /** Adds a chunk, or nothing when it fails. */
  protected add(chunk: Chunk): void {
    const [terms, factors] = [this.#terms, this.#factors];
    terms.reset();
    factors.reset();
    const count = this.#count + chunk(terms, factors);
    checkCount("LossAccumulator.update", count);
    this.#sum.merge(terms);
    this.#weights.merge(factors);
    this.#count = count;
  }

  /**
   * Adds all that was added to `other`, which stays as it is. Sums, counts and bytes are then those
   * of an accumulator that took all elements itself, whatever was merged with what and when.
   *
   * @throws TypeError for what is no accumulator; RangeError for one of another loss, or with other
   * parameters
   */
  merge(other: Accumulator): void {
    const caller = "LossAccumulator.merge";
    if (typeof other !== "object" || other === null || !(#sum in other)) {
      throw new TypeError(
        `${caller}: expected a LossAccumulator, got ${describeValue(other)}; one of another copy of lossgrad comes by ` +
          "fromBytes(other.toBytes())",
      );
    }
    const [own, others] = [this.#title(), other.#title()];
    if (own !== others)
      throw new RangeError(`${caller}: expected an accumulator of ${own}, got one of ${others}`);
    const count = this.#count + other.#count;
    checkCount(caller, count);
    this.#sum.merge(other.#sum);
    this.#weights.merge(other.#weights);
    this.#count = count;
  }

  /** Forgets all elements; the loss and its parameters stay. */
  reset(): void {
    this.#sum.reset();
    this.#weights.reset();
    this.#count = 0;
  }

  /** The loss and its parameters in words. */
  #title(): string {
    const shown = Object.entries(this.parameters).map(
      ([name, value]) => `${name} ${Object.is(value, -0) ? "-0" : value}`,
    );
    return shown.length > 0 ? `${this.loss} with ${shown.sort().join(", ")}` : this.loss;
  }

  #state(): AccumulatorState {
    const { loss, parameters, count } = this;
    return { loss, parameters, count, sum: exactValueOf(this.#sum), weights: exactValueOf(this.#weights) };
  }

  /**
   * The state, from which `fromBytes` makes the accumulator again, on any machine. Equal elements
   * give equal bytes, in whatever cut and order they came; at most about 700 of them.
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return toBytes(this.#state());
  }

  /**
   * The state as an object for `JSON.stringify`, from which `fromJSON` makes the accumulator again.
   */
  toJSON(): LossAccumulatorJSON {
    return toJSON(this.#state(), this.sum(), this.mean());
  }

  /** For people: the loss, its parameters, count and mean. */
  toString(): string {
    return `LossAccumulator(${this.#title()}, count ${this.#count}, mean ${this.mean()})`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** Puts the sums and the count of another into this one, which has its loss and parameter. */
  protected restore(state: AccumulatorState): this {
    this.#sum.merge(exactSumOf(state.sum)!);
    this.#weights.merge(exactSumOf(state.weights)!);
    this.#count = state.count;
    return this;
  }
}

function checkCount(caller: string, count: number): void {
  if (count <= Number.MAX_SAFE_INTEGER) return;
  throw new RangeError(`${caller}: expected at most 2^53 - 1 elements in all, got ${count}`);
}

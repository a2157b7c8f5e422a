/**
 * Losses of chunk after chunk, added up exactly: what the accumulators of tensors and of typed
 * arrays share. They know how to compute the unreduced loss of a chunk; this is where it goes.
 */
import { type FusedDescription, UNNAMED } from "../formula/mark.js";
import { describeValue } from "../core/describe.js";
import { ExactSum } from "../core/exact-sum.js";
import { exactSumOf, exactValueOf, quotientOf } from "../core/exact-value.js";
import { type Taken, takeOptions } from "../core/options.js";
import {
  type AccumulatorState,
  fromBytes,
  fromJSON,
  type LossAccumulatorJSON,
  toBytes,
  toJSON,
} from "./accumulator-state.js";
import { type LossName, type LossRow, losses } from "./losses.js";
import { type ParameterOptions, readParameter } from "./parameter.js";
import { readIgnoreIndex, readShareOfLabels } from "./row-checks.js";
import { type RowwiseLossName, rowwiseLosses, type RowwiseRow } from "./rowwise.js";

/** How many of the terms were not finite. */
export interface NonFiniteCounts {
  /** Terms that were NaN. */
  nan: number;
  /** Terms that were +Infinity. */
  positiveInfinity: number;
  /** Terms that were -Infinity. */
  negativeInfinity: number;
}
/** A loss that can be accumulated, built in or fused. */
export interface AccumulatedLoss {
  readonly name: string;
  readonly parameterNames: readonly string[];
  /** The options of a chunk that are operands of this loss alone, such as `posWeight`. */
  readonly optionalNames: readonly string[];
  /** What a weighted mean divides by; null where the loss takes no weights. */
  readonly weightedMean: "weights" | "elements" | null;
  /** The values of all parameters: those that are given, and the defaults of the others. */
  readParameters(given: Taken<Record<string, unknown>>): Record<string, number>;
}

/** The losses that accumulators know by name. */
export type AccumulatedName = LossName | "crossEntropy" | "nllLoss";

/** Whether a name is that of a loss of rows of classes. */
export function isRowwise(name: unknown): name is RowwiseLossName {
  return typeof name === "string" && Object.hasOwn(rowwiseLosses, name);
}

/** A loss of rows of classes, an element of which is a row. */
function rowwise(name: RowwiseLossName): AccumulatedLoss {
  const row: RowwiseRow = rowwiseLosses[name];
  return {
    name,
    parameterNames: row.own.filter((word) => word !== "weight"),
    optionalNames: [],
    weightedMean: "weights",
    readParameters: ({ ignoreIndex = -100, labelSmoothing = 0 }) => ({
      ignoreIndex: readIgnoreIndex(name, ignoreIndex) + 0,
      ...(row.takesProbabilities && { labelSmoothing: readShareOfLabels(name, labelSmoothing) }),
    }),
  };
}

/** Who accumulates, in messages. */
export const ACCUMULATOR = "LossAccumulator";

/** A loss of the tables. */
export function accumulatedBy(name: unknown): AccumulatedLoss {
  return isRowwise(name) ? rowwise(name) : builtIn(ACCUMULATOR, name, NAMES);
}

/** A loss of the table of elements; `known` are those that a caller has. */
export function builtIn(
  caller: string,
  name: unknown,
  known: readonly string[] = Object.keys(losses),
): AccumulatedLoss {
  if (typeof name !== "string" || !Object.hasOwn(losses, name)) {
    throw new TypeError(
      `${caller}: expected loss to be one of "${known.join('", "')}", got ${describeValue(name)}; other losses are ` +
        "handed over as functions",
    );
  }
  const loss = name as LossName;
  const row: LossRow = losses[loss];
  const parameterNames = row.parameter ? [row.parameter.name] : [];
  const { weightedMean } = row;
  const readParameters: AccumulatedLoss["readParameters"] = (given) => {
    // -0 is 0.
    const value = readParameter(loss, row, given as ParameterOptions) + 0;
    return Object.fromEntries(parameterNames.map((parameter) => [parameter, value]));
  };
  return { name: loss, parameterNames, optionalNames: [], weightedMean, readParameters };
}

/** What accumulates of the fused function `fn`: its name stands for it in states. */
export function fusedLoss(caller: string, fn: unknown, fused: FusedDescription | undefined): AccumulatedLoss {
  if (!fused) {
    throw new TypeError(
      `${caller}: expected loss to be a name or a function that fuse made, got ${describeValue(fn)}`,
    );
  }
  if (fused.name === UNNAMED) {
    throw new TypeError(
      `${caller}: expected a fused function with a name, which stands in its state, got one without; ` +
        'write fuse(function, { name: "…" })',
    );
  }
  return {
    name: fused.name,
    parameterNames: fused.parameterNames,
    optionalNames: fused.optionalNames,
    weightedMean: fused.traits.weightedMean,
    readParameters: (given) => ({ ...fused.readParameters(given) }),
  };
}

const NAMES = /* @__PURE__ */ [...Object.keys(losses), ...Object.keys(rowwiseLosses)];

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

/** The state that bytes or JSON hold: of the loss `fused`, or of one of the table. */
export function readState(
  caller: string,
  form: "bytes" | "JSON",
  given: unknown,
  fused: AccumulatedLoss | undefined,
): AccumulatorState {
  const state = form === "bytes" ? fromBytes(caller, given) : fromJSON(caller, given);
  const known = fused ? [fused.name] : NAMES;
  if (!known.includes(state.loss)) {
    const way = fused ? "" : "; a fused loss is handed over as the second argument";
    throw new RangeError(
      `${caller}: expected a state of ${known.join(", ")}, got one of ${describeValue(state.loss).slice(0, 80)}${way}`,
    );
  }
  const loss = fused ?? accumulatedBy(state.loss);
  const [expected, got] = [loss.parameterNames, Object.keys(state.parameters)].map((names) =>
    [...names].sort().join(", "),
  );
  if (got === expected) return state;
  throw new RangeError(
    `${caller}: expected a state of ${loss.name} with ${expected || "no parameter"}, got { ${got.slice(0, 80)} }`,
  );
}

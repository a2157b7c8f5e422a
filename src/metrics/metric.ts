/** The life cycle of metrics, and that of one alone. */
import { describeValue } from "../core/describe.js";
import { type Taken, takeOptions } from "../core/options.js";
import { recordOf, refused } from "../loss/state-format.js";
import { Collector } from "./collector.js";
import type { ChunkReader, Definition } from "./definition.js";
import {
  type Description,
  fromBytes,
  fromJSON,
  type MetricsJSON,
  type Owned,
  toBytes,
  toJSON,
} from "./metric-state.js";
import { NAN_POLICIES, type NanPolicy, Plan } from "./plan.js";
import type { Layout, MetricOperand, UpdateOptions } from "./request.js";
import type { ElementCounts } from "./state.js";

/** How many outputs there are: undefined for one without a dimension of its own. */
export type Outputs = number | undefined;
/** What there is of each output, in a list; or the one. */
export type PerOutput<C extends Outputs, V> = C extends number ? V[] : V;

/** Options of all metrics. */
export interface MetricOptions<C extends Outputs = Outputs> {
  /**
   * Compute one result for each of so many outputs, in a list. By default all elements make one
   * result.
   */
  numOutputs?: C;
  /**
   * The dimension of the operands that the outputs lie along: the last by default. Typed arrays
   * without a shape have their outputs side by side, or with 0 one after another.
   */
  dim?: number;
  /**
   * What becomes of elements of which a number is NaN: the result is NaN ("propagate", the
   * default), they are left out ("omit"), or `update` throws and adds nothing ("error").
   */
  nan?: NanPolicy;
}

export const OPTION_NAMES = ["numOutputs", "dim", "nan"] as const;

/** Options that were read, as descriptions hold them. */
export interface ReadOptions extends Layout {
  readonly nan: NanPolicy;
}

/** Options of a metric, its parameters among them, each read once. */
export function takeMetricOptions<O extends MetricOptions>(
  caller: string,
  options: O,
  names: readonly (keyof O & string)[] = [],
): Taken<O> & { readonly read: ReadOptions } {
  const taken = takeOptions(caller, options, [...OPTION_NAMES, ...names]);
  return { ...taken, read: readOptions(caller, taken) };
}

/** More would be a mistake, and take the memory of one. */
const MOST_OUTPUTS = 2 ** 24;

export function readOptions(caller: string, options: MetricOptions): ReadOptions {
  const { numOutputs, dim, nan = "propagate" } = options;
  if (!NAN_POLICIES.includes(nan)) {
    throw new TypeError(
      `${caller}: expected nan to be "${NAN_POLICIES.join('", "')}", got ${describeValue(nan)}`,
    );
  }
  if (numOutputs === undefined) {
    if (dim === undefined) return { numOutputs: null, dim: -1, nan };
    throw new TypeError(`${caller}: expected numOutputs beside dim, which is the dimension of the outputs`);
  }
  if (!Number.isInteger(numOutputs) || numOutputs < 1 || numOutputs > MOST_OUTPUTS) {
    throw new RangeError(
      `${caller}: expected numOutputs to be a whole number from 1 to 2^24, got ${describeValue(numOutputs)}`,
    );
  }
  if (dim !== undefined && (!Number.isInteger(dim) || Math.abs(dim) > 64)) {
    throw new RangeError(`${caller}: expected dim to be a dimension, got ${describeValue(dim)}`);
  }
  return { numOutputs, dim: (dim ?? -1) + 0, nan };
}

/** Metrics that take the same chunks: what one and several have in common. */
export abstract class Evaluation<C extends Outputs> {
  readonly #title: string;
  readonly #collector: Collector;
  readonly #description: Description;
  readonly #reads: ChunkReader | undefined;
  /** How many outputs there are results for; undefined for one result. */
  readonly numOutputs: C;
  /** The dimension of the outputs. */
  readonly dim: number;
  /** What becomes of elements of which a number is NaN. */
  readonly nan: NanPolicy;

  /** @internal */
  constructor(
    title: string,
    definitions: readonly Definition<unknown>[],
    description: object,
    { numOutputs, dim, nan }: ReadOptions,
  ) {
    this.#title = title;
    this.#description = Object.freeze({ ...description, numOutputs, dim, nan });
    // Those that go together read the same.
    this.#reads = definitions[0].reads;
    const weightless = definitions.find((one) => one.weightless !== undefined)?.weightless;
    const plan = new Plan(
      definitions.map(({ needs }) => needs),
      nan,
    );
    this.#collector = new Collector(plan, { numOutputs, dim }, weightless);
    this.numOutputs = (numOutputs ?? undefined) as C;
    this.dim = dim;
    this.nan = nan;
  }

  /**
   * How many elements count, and how many were left out by masks and for a NaN; of each output
   * where there are several.
   *
   * @example
   * const mae = new MeanAbsoluteError({ nan: "omit" });
   * mae.update(Float32Array.of(1, NaN, 3), 0, { mask: Uint8Array.of(1, 1, 0) });
   * mae.counts; // { count: 1, masked: 1, nan: 1 }
   */
  get counts(): PerOutput<C, ElementCounts> {
    return this.perOutput(({ counts }) => ({ ...counts }));
  }

  /**
   * The results of all elements that came.
   *
   * @example
   * const mae = new MeanAbsoluteError();
   * mae.compute(); // NaN
   */
  abstract compute(): unknown;

  /**
   * Adds a chunk: predictions, and as many targets or one for all. All terms are computed in
   * float64, whatever the operands' dtypes, and added exactly.
   *
   * @throws TypeError for what is no operand, and options that there are not; RangeError for
   *   operands that do not go together, and with `nan: "error"` for a NaN
   * @example
   * const mae = new MeanAbsoluteError();
   * mae.update(Float32Array.of(1, 2), Float32Array.of(1, 4), { weight: Float32Array.of(1, 3) });
   * mae.update(Float64Array.of(NaN, 5), 3, { mask: Uint8Array.of(0, 1) });
   * mae.compute(); // 1.6
   */
  update(prediction: MetricOperand, target: MetricOperand | number, options: UpdateOptions = {}): void {
    const caller = `${this.#title}.update`;
    const chunk = this.#reads?.(caller, prediction, target, options) ?? { prediction, target, options };
    this.#collector.update(caller, chunk.prediction, chunk.target, chunk.options);
  }

  /**
   * Adds all that came to `other`, which stays as it is. Results and bytes are then those of
   * metrics that took all elements themselves, whatever was merged with what and when.
   *
   * @throws TypeError for what is none; RangeError for other metrics, or with other parameters or
   *   options
   * @example
   * const [total, shard] = [new RootMeanSquaredError(), new RootMeanSquaredError()];
   * total.update(Float32Array.of(3), 0);
   * shard.update(Float32Array.of(3), 6);
   * total.merge(shard);
   * total.compute(); // 3
   */
  merge(other: Evaluation<Outputs>): void {
    const caller = `${this.#title}.merge`;
    if (typeof other !== "object" || other === null || !(#collector in other)) {
      throw new TypeError(
        `${caller}: expected a ${this.#title}, got ${describeValue(other)}; one of another copy of lossgrad comes by ` +
          "fromBytes(other.toBytes())",
      );
    }
    const [own, others] = [this.#description, other.#description].map((text) => JSON.stringify(text));
    if (own !== others) throw new RangeError(`${caller}: expected a state of ${own}, got one of ${others}`);
    this.#collector.merge(caller, other.#collector);
  }

  /**
   * Forgets all elements.
   *
   * @example
   * const mae = new MeanAbsoluteError();
   * mae.update(Float32Array.of(3), 0);
   * mae.reset();
   * mae.counts.count; // 0
   */
  reset(): void {
    this.#collector.reset();
  }

  /**
   * The state as bytes, which `fromBytes` reads. Metrics that took the same elements have the same
   * bytes.
   *
   * @example
   * const r2 = new R2Score();
   * r2.update(Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 4));
   * R2Score.fromBytes(r2.toBytes()).compute(); // 0.7857142857142857
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return toBytes(this.#description, this.#collector.outputs);
  }

  /**
   * The state for `JSON.stringify`; `fromJSON` reads what `JSON.parse` brings back.
   *
   * @example
   * const bias = new MeanBiasError();
   * bias.update(Float32Array.of(1, 2), 1);
   * const text = JSON.stringify(bias);
   * MeanBiasError.fromJSON(JSON.parse(text)).compute(); // 0.5
   */
  toJSON(): MetricsJSON {
    return toJSON(this.#description, this.#collector.outputs, this.compute());
  }

  /** @internal */
  protected perOutput<V>(value: (state: Collector["outputs"][number]) => V): PerOutput<C, V> {
    const values = this.#collector.outputs.map(value);
    return (this.numOutputs === undefined ? values[0] : values) as PerOutput<C, V>;
  }

  /** @internal What reading a state fills. */
  get owned(): Owned {
    return {
      plan: this.#collector.plan,
      outputs: this.#collector.outputs,
      description: this.#description,
    };
  }

  /**
   * The metrics and their results.
   *
   * @example
   * const mae = new MeanAbsoluteError();
   * mae.update(Float32Array.of(1, 2), 0);
   * String(mae); // "MeanAbsoluteError(1.5)"
   */
  toString(): string {
    return `${this.#title}(${JSON.stringify(this.toJSON().approximately)})`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A class of metrics. */
export type MetricClass<M> = new (options?: never) => M;

/**
 * A metric of predictions and targets that come chunk after chunk.
 *
 * `V` is what it gives of one output, `C` the number of outputs.
 */
export abstract class Metric<V = unknown, C extends Outputs = Outputs> extends Evaluation<C> {
  readonly #definition: Definition<V>;
  /** Its name, also where a bundler shortened that of the class. */
  readonly name: string;

  /** @internal */
  constructor(definition: Definition<V>, options: ReadOptions) {
    const { name, parameters } = definition;
    super(name, [definition], { metric: name, parameters }, options);
    this.#definition = definition;
    this.name = name;
  }

  /** The parameters of the metric. */
  get parameters(): Readonly<Record<string, unknown>> {
    return this.#definition.parameters;
  }

  /**
   * The metric of all elements that came: of each output where there are several.
   *
   * @example
   * const largest = new MaxError({ numOutputs: 2 });
   * largest.update(Float32Array.of(1, 10, 2, 20), 0);
   * largest.compute().map(({ value }) => value); // [2, 20]
   */
  compute(): PerOutput<C, V> {
    return this.perOutput((state) => this.#definition.value(state));
  }

  /**
   * A metric of the same elements, on its own from now on.
   *
   * @example
   * const mae = new MeanAbsoluteError();
   * const copy = mae.clone();
   * copy.update(Float32Array.of(2), 0);
   * [mae.counts.count, copy.compute()]; // [0, 2]
   */
  clone(): this {
    const copy = this.like(optionsIn(`${this.name}.clone`, this.owned.description));
    copy.merge(this);
    return copy;
  }

  /** @internal A metric of this class, without elements. */
  protected like(options: object): this {
    return new (this.constructor as new (options: object) => this)(options);
  }

  /** @internal */
  get definition(): Definition<V> {
    return this.#definition;
  }

  /**
   * The metric whose `toBytes` gave these bytes.
   *
   * @throws TypeError for what is no Uint8Array; RangeError for bytes that are not all of a state
   *   of this metric, were changed, or come from a newer version
   * @example
   * const mae = new MeanAbsoluteError();
   * mae.update(Float32Array.of(2), 0);
   * MeanAbsoluteError.fromBytes(mae.toBytes()).compute(); // 2
   */
  static fromBytes<M extends Metric>(this: MetricClass<M>, bytes: Uint8Array): M {
    const caller = `${new this().name}.fromBytes`;
    return fromBytes(caller, bytes, (description) => remade(caller, this, description));
  }

  /**
   * The metric whose `toJSON` gave this object, as `JSON.parse` brings it back.
   *
   * @throws TypeError for what is no such object; RangeError for one of another metric, one that
   *   was changed, or comes from a newer version
   * @example
   * const mse = new MeanSquaredError();
   * mse.update(Float32Array.of(2), 0);
   * MeanSquaredError.fromJSON(JSON.parse(JSON.stringify(mse))).compute(); // 4
   */
  static fromJSON<M extends Metric>(this: MetricClass<M>, json: unknown): M {
    const caller = `${new this().name}.fromJSON`;
    return fromJSON(caller, json, (description) => remade(caller, this, description));
  }
}

/** A metric of this class without elements, as the description says. */
function remade<M extends Metric>(caller: string, type: MetricClass<M>, description: Description): M {
  const { name } = new type();
  checkName(caller, name, description.metric);
  const made = new type(optionsIn(caller, description) as never);
  checkDescription(caller, made, description);
  return made;
}

/** Throws unless a state is one of the metric `name`. */
export function checkName(caller: string, name: string, found: unknown): void {
  if (found === name) return;
  const other = typeof found === "string" ? found.slice(0, 80) : "other metrics";
  throw refused(caller, `a state of ${name}`, `one of ${other}`);
}

/** Parameters and options of a description, as constructors take them. */
export function optionsIn(caller: string, { parameters, ...layout }: Description): Record<string, unknown> {
  return { ...recordOf(caller, "parameters", parameters), ...layoutIn(layout) };
}

/** The options that all metrics have. */
export function layoutIn({ numOutputs, dim, nan }: Description): MetricOptions {
  return (numOutputs === null ? { nan } : { numOutputs, dim, nan }) as MetricOptions;
}

/** Throws unless what was made of a description is described so: there is one way to write it. */
export function checkDescription(caller: string, made: Evaluation<Outputs>, description: Description): void {
  const [expected, got] = [made.owned.description, description].map((text) => JSON.stringify(text));
  if (got === expected) return;
  throw refused(caller, `a description as in ${expected}`, got.slice(0, 200));
}

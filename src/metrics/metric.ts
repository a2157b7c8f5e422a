/** A metric by itself. */
import { refused } from "../loss/state-format.js";
import type { Definition } from "./definition.js";
import { checkDescription, Evaluation, type PerOutput } from "./evaluation.js";
import { optionsIn, type Outputs, type ReadOptions } from "./metric-options.js";
import { type Description, fromBytes, fromJSON } from "./metric-state.js";

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

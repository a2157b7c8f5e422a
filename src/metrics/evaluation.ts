/** The life cycle of metrics that take the same chunks: one, or several. */
import { describeValue } from "../core/describe.js";
import { refused } from "../loss/state-format.js";
import { Collector } from "./collector.js";
import type { ChunkReader, Definition } from "./definition.js";
import type { Outputs, ReadOptions } from "./metric-options.js";
import { type Description, type MetricsJSON, type Owned, toBytes, toJSON } from "./metric-state.js";
import { type NanPolicy, Plan } from "./plan.js";
import type { MetricOperand, UpdateOptions } from "./request.js";
import type { ElementCounts } from "./state.js";

/** What there is of each output, in a list; or the one. */
export type PerOutput<C extends Outputs, V> = C extends number ? V[] : V;

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

/** Throws unless what was made of a description is described so: there is one way to write it. */
export function checkDescription(caller: string, made: Evaluation<Outputs>, description: Description): void {
  const [expected, got] = [made.owned.description, description].map((text) => JSON.stringify(text));
  if (got === expected) return;
  throw refused(caller, `a description as in ${expected}`, got.slice(0, 200));
}

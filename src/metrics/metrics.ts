/** Several metrics of the same data, in one pass. */
import { describeValue } from "../core/describe.js";
import { recordOf, refused } from "../loss/state-format.js";
import { CrossEntropy, NegativeLogLikelihood } from "./class-rows.js";
import { ExplainedVariance, PearsonCorrCoef, R2Score } from "./correlation.js";
import {
  MaxError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanBiasError,
  MeanSquaredError,
  MeanSquaredLogError,
  RootMeanSquaredError,
  SymmetricMeanAbsolutePercentageError,
} from "./errors.js";
import type { OutputState } from "./state.js";
import { type FusedLoss, meanLossOf } from "./mean-loss.js";
import { optionsIn, type Outputs } from "./metric-options.js";
import { checkDescription, Evaluation } from "./evaluation.js";
import { Metric, type MetricClass } from "./metric.js";
import { type Description, fromBytes, fromJSON } from "./metric-state.js";
import { AbsoluteErrorQuantiles, MedianAbsoluteError } from "./quantiles.js";

/** A metric, of however many outputs. */
export type AnyMetric = Pick<Metric, "compute" | "name" | "parameters">;
/** Metrics by the names that their results have. */
export type MetricRecord = Readonly<Record<string, AnyMetric>>;
/** How many outputs they have. */
type OutputsOf<M extends MetricRecord> = M[keyof M] extends { readonly numOutputs: infer C extends Outputs }
  ? C
  : Outputs;
/** The result of each metric, by its name. */
export type MetricResults<M extends MetricRecord> = { [K in keyof M]: ReturnType<M[K]["compute"]> };

/** The metrics that options say all of, by the names that states have for them. */
const KINDS: Readonly<Record<string, MetricClass<Metric>>> = {
  AbsoluteErrorQuantiles,
  CrossEntropy,
  ExplainedVariance,
  MaxError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanBiasError,
  MeanSquaredError,
  MeanSquaredLogError,
  MedianAbsoluteError,
  NegativeLogLikelihood,
  PearsonCorrCoef,
  R2Score,
  RootMeanSquaredError,
  SymmetricMeanAbsolutePercentageError,
};

const NAME = "Metrics";

/**
 * Several metrics of the same data: each chunk is read once, and what metrics have in common is
 * added up once. All have the same `numOutputs`, `dim` and `nan`, which those that are handed over
 * say.
 *
 * @throws TypeError for what are no metrics; RangeError for metrics of other options than the
 *   first, and for such as have elements already
 * @example
 * const metrics = new Metrics({ mae: new MeanAbsoluteError(), r2: new R2Score() });
 * metrics.update(Float32Array.of(2.5, 0), Float32Array.of(3, -0.5));
 * const shard = new Metrics({ mae: new MeanAbsoluteError(), r2: new R2Score() });
 * shard.update(Float32Array.of(2, 8), Float32Array.of(2, 7));
 * metrics.merge(Metrics.fromBytes(shard.toBytes()));
 * metrics.compute(); // { mae: 0.5, r2: 0.9486081370449678 }
 */
export class Metrics<M extends MetricRecord = MetricRecord> extends Evaluation<OutputsOf<M>> {
  readonly #metrics: Readonly<Record<string, Metric>>;

  constructor(metrics: M) {
    const entries = readMetrics(metrics);
    const [[, first]] = entries;
    // States have them in the order of their names, whoever wrote them in which.
    const described = entries
      .map(([key, { name, parameters }]): [string, object] => [key, { metric: name, parameters }])
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const { numOutputs = null, dim, nan } = first;
    super(
      NAME,
      entries.map(([, { definition }]) => definition),
      { metrics: Object.fromEntries(described) },
      { numOutputs, dim, nan },
    );
    this.#metrics = Object.freeze(Object.fromEntries(entries));
  }

  /**
   * The results of all elements that came, by the metrics' names.
   *
   * @example
   * const metrics = new Metrics({ mae: new MeanAbsoluteError(), largest: new MaxError() });
   * metrics.update(Float32Array.of(1, 3), 0);
   * metrics.compute(); // { mae: 2, largest: { value: 3, index: 1 } }
   */
  compute(): MetricResults<M> {
    const results = Object.entries(this.#metrics).map(([key, { definition }]): [string, unknown] => [
      key,
      this.perOutput((state: OutputState): unknown => definition.value(state)),
    ]);
    return Object.fromEntries(results) as MetricResults<M>;
  }

  /**
   * Metrics of the same elements, on their own from now on.
   *
   * @example
   * const metrics = new Metrics({ mae: new MeanAbsoluteError() });
   * metrics.clone().update(Float32Array.of(1), 0);
   * metrics.counts.count; // 0
   */
  clone(): Metrics<M> {
    const copy = new Metrics(this.#metrics as unknown as M);
    copy.merge(this);
    return copy;
  }

  /**
   * The metrics whose `toBytes` gave these bytes. Those with fused losses take the functions
   * besides.
   *
   * @throws TypeError for what is no Uint8Array; RangeError for bytes that are not all of a state,
   *   were changed, or come from a newer version
   * @example
   * const metrics = new Metrics({ rmse: new RootMeanSquaredError() });
   * metrics.update(Float32Array.of(3), 0);
   * Metrics.fromBytes(metrics.toBytes()).compute(); // { rmse: 3 }
   */
  static fromBytes<M extends MetricRecord = MetricRecord>(
    bytes: Uint8Array,
    losses: readonly FusedLoss[] = [],
  ): Metrics<M> {
    const caller = `${NAME}.fromBytes`;
    return fromBytes(caller, bytes, (description) => remade<M>(caller, description, losses));
  }

  /**
   * The metrics whose `toJSON` gave this object, as `JSON.parse` brings it back. Those with fused
   * losses take the functions besides.
   *
   * @throws TypeError for what is no such object; RangeError for one that was changed, or comes
   *   from a newer version
   * @example
   * const metrics = new Metrics({ huber: new MeanLoss("huberLoss") });
   * metrics.update(Float32Array.of(3), 0);
   * Metrics.fromJSON(JSON.parse(JSON.stringify(metrics))).compute(); // { huber: 2.5 }
   */
  static fromJSON<M extends MetricRecord = MetricRecord>(
    json: unknown,
    losses: readonly FusedLoss[] = [],
  ): Metrics<M> {
    const caller = `${NAME}.fromJSON`;
    return fromJSON(caller, json, (description) => remade<M>(caller, description, losses));
  }
}

/** The metrics, each read once and checked. */
function readMetrics(metrics: unknown): [string, Metric][] {
  if (typeof metrics !== "object" || metrics === null || Array.isArray(metrics)) {
    throw new TypeError(
      `${NAME}: expected metrics by name, as in { mae: new MeanAbsoluteError() }, got ${describeValue(metrics)}`,
    );
  }
  const entries = Object.entries(metrics).map(([key, metric]): [string, Metric] => {
    if (metric instanceof Metric) return [key, metric as Metric];
    throw new TypeError(`${NAME}: expected ${key} to be a metric, got ${describeValue(metric)}`);
  });
  if (entries.length === 0) throw new TypeError(`${NAME}: expected a metric at least, got none`);
  for (const [key, metric] of entries) checkAlike(key, metric, entries[0]);
  checkSources(entries);
  return entries;
}

function checkAlike(key: string, metric: Metric, [first, like]: [string, Metric]): void {
  for (const word of ["numOutputs", "dim", "nan"] as const) {
    if (metric[word] === like[word]) continue;
    throw new RangeError(
      `${NAME}: expected metrics of one ${word}, got ${String(like[word])} in ${first} and ${String(metric[word])} in ${key}`,
    );
  }
  if (metric.definition.reads !== like.definition.reads) {
    throw new RangeError(
      `${NAME}: expected metrics that read the same, got ${first} of ${readBy(like)} and ${key} of ${readBy(metric)}; ` +
        "those that read rows have metrics of their own",
    );
  }
  if (metric.owned.outputs.every(({ taken }) => taken === 0)) return;
  throw new RangeError(
    `${NAME}: expected metrics without elements, got ${key} with some; merge takes those in`,
  );
}

function readBy({ definition, name }: Metric): string {
  return definition.reads ? `rows, as its ${name} reads them` : "elements";
}

/** Throws where two functions of one name would be taken for one. */
function checkSources(entries: readonly [string, Metric][]): void {
  const sources = new Map<string, unknown>();
  for (const [word, { definition }] of entries) {
    for (const { key, source } of definition.needs.sums) {
      if (sources.has(key) && sources.get(key) !== source) {
        throw new RangeError(`${NAME}: expected losses of different names, got another one in ${word}`);
      }
      sources.set(key, source);
    }
  }
}

function remade<M extends MetricRecord>(
  caller: string,
  description: Description,
  losses: readonly FusedLoss[],
): Metrics<M> {
  const { metrics, ...layout } = description;
  const entries = Object.entries(recordOf(caller, "metrics", metrics)).map(([key, one]): [string, Metric] => [
    key,
    metricOf(caller, { ...recordOf(caller, key, one), ...layout }, losses),
  ]);
  if (entries.length === 0) throw refused(caller, "a state of metrics", "one of none");
  const made = new Metrics<M>(Object.fromEntries(entries) as object as M);
  checkDescription(caller, made, description);
  return made;
}

function metricOf(caller: string, description: Description, losses: readonly FusedLoss[]): Metric {
  const { metric } = description;
  if (metric === "MeanLoss") {
    const { loss } = recordOf(caller, "parameters", description.parameters);
    const fused = losses.find(({ name }) => name === loss);
    return meanLossOf(caller, description, fused);
  }
  if (typeof metric === "string" && Object.hasOwn(KINDS, metric)) {
    return new KINDS[metric](optionsIn(caller, description) as never);
  }
  const other = `one of ${describeValue(metric).slice(0, 80)}`;
  throw refused(caller, "a state of metrics that there are", other);
}

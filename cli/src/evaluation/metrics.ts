/** The metrics that a command asks for by name. */
import {
  AbsoluteErrorQuantiles,
  type AnyMetric,
  ExplainedVariance,
  MaxError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanBiasError,
  MeanSquaredError,
  MeanSquaredLogError,
  type MetricOptions,
  MedianAbsoluteError,
  PearsonCorrCoef,
  R2Score,
  RootMeanSquaredError,
  SymmetricMeanAbsolutePercentageError,
} from "lossgrad/metrics";
import { listed, quoted, UsageError } from "../input-error.js";
import { type Loss, lossBy, lossWords } from "./losses.js";

type Make = (options: MetricOptions) => AnyMetric;

export const METRICS = {
  mae: (options) => new MeanAbsoluteError(options),
  mse: (options) => new MeanSquaredError(options),
  rmse: (options) => new RootMeanSquaredError(options),
  bias: (options) => new MeanBiasError(options),
  max: (options) => new MaxError(options),
  median: (options) => new MedianAbsoluteError(options),
  r2: (options) => new R2Score(options),
  pearson: (options) => new PearsonCorrCoef(options),
  "explained-variance": (options) => new ExplainedVariance(options),
  mape: (options) => new MeanAbsolutePercentageError(options),
  smape: (options) => new SymmetricMeanAbsolutePercentageError(options),
  msle: (options) => new MeanSquaredLogError(options),
} as const satisfies Record<string, Make>;

/** Quantiles of |error| by a number, as in q0.9. */
const QUANTILE = /^q(0(?:\.\d+)?|1(?:\.0+)?|\.\d+)$/;

/** The one quantile that a word such as q0.9 asked for, out of a list; all else as it is. */
export function unlisted(word: string, value: unknown): unknown {
  return QUANTILE.test(word) ? (value as readonly number[])[0] : value;
}

/** What is computed where nothing is asked for. Quantiles count elements, and take no weights. */
function usualMetrics(weighted: boolean): string[] {
  const quantiles = weighted ? [] : ["median", "q0.9", "q0.99"];
  return ["mae", "rmse", "bias", ...quantiles, "max", "r2", "pearson"];
}

/** The losses and metrics that a command asks for. */
export interface Asked {
  /** The words that asked. */
  readonly losses: readonly string[];
  readonly metrics: readonly string[];
  /** The losses themselves. */
  readonly made: readonly Loss[];
  /** Whether predictions are rows of numbers, one for each class that a target may be. */
  readonly rows: boolean;
}

/** What the texts of --loss and --metric ask for. @throws UsageError for such as there are not */
export function askedFor(losses: readonly string[], metrics: readonly string[], weighted: boolean): Asked {
  const lossesAsked = distinct("loss", lossWords(losses), losses);
  const named = distinct(
    "metric",
    metrics.flatMap((text) => text.split(",")),
    metrics,
  );
  const words = named.length + lossesAsked.length > 0 ? named : usualMetrics(weighted);
  for (const word of words) metricBy(word, {});
  const made = lossesAsked.map((word) => lossBy(word, isMetric));
  const keys = made.map(({ key }) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice !== undefined)
    throw new UsageError(`--loss: expected each name once, got ${quoted(twice)} twice`);
  const row = made.find(({ rows }) => rows);
  if (row && keys.length + words.length > 1) {
    throw new UsageError(
      `--loss ${row.key}: expected it by itself, since other losses and metrics take one prediction for each target`,
    );
  }
  return { losses: lossesAsked, metrics: words, made, rows: row !== undefined };
}

/** The metrics by the names of their results, without elements. */
export function metricsOf({ metrics, made }: Asked, options: MetricOptions): Record<string, AnyMetric> {
  const found = [
    ...made.map(({ key, make }): [string, AnyMetric] => [key, make(options)]),
    ...metrics.map((word): [string, AnyMetric] => [word, metricBy(word, options)]),
  ];
  return Object.fromEntries(found);
}

function isMetric(word: string): boolean {
  return Object.hasOwn(METRICS, word) || QUANTILE.test(word);
}

function metricBy(word: string, options: MetricOptions): AnyMetric {
  const quantile = QUANTILE.exec(word)?.[1];
  if (quantile !== undefined)
    return new AbsoluteErrorQuantiles({ ...options, quantiles: [Number(quantile)] });
  if (Object.hasOwn(METRICS, word)) return METRICS[word as keyof typeof METRICS](options);
  throw new UsageError(
    `--metric: expected some of ${Object.keys(METRICS).join(", ")}, or a quantile of |error| such as q0.9, got ${quoted(word)}`,
  );
}

/** The words, each once. */
function distinct(option: string, given: readonly string[], texts: readonly string[]): string[] {
  const words = given.map((word) => word.trim());
  if (words.includes(""))
    throw new UsageError(`--${option}: expected names with commas between them, got ${listed(texts)}`);
  return [...new Set(words)];
}

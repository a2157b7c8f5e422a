/** The metrics that a command asks for by name. */
import {
  AbsoluteErrorQuantiles,
  type AnyMetric,
  ExplainedVariance,
  MaxError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanBiasError,
  MeanLoss,
  MeanSquaredError,
  MeanSquaredLogError,
  type MetricOptions,
  MedianAbsoluteError,
  PearsonCorrCoef,
  R2Score,
  RootMeanSquaredError,
  SymmetricMeanAbsolutePercentageError,
} from "lossgrad/metrics";
import { softMarginLoss } from "lossgrad/arrays";
import { listed, quoted, UsageError } from "../input-error.js";

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

interface LossRow {
  readonly parameter?: string;
  readonly make: (options: MetricOptions, parameter: object) => AnyMetric;
}

export const LOSSES = {
  l1: { make: (options) => new MeanLoss("l1Loss", options) },
  mse: { make: (options) => new MeanLoss("mseLoss", options) },
  "smooth-l1": {
    parameter: "beta",
    make: (options, beta) => new MeanLoss("smoothL1Loss", { ...options, ...beta }),
  },
  huber: {
    parameter: "delta",
    make: (options, delta) => new MeanLoss("huberLoss", { ...options, ...delta }),
  },
  "soft-margin": { make: (options) => new MeanLoss(softMarginLoss, options) },
} as const satisfies Record<string, LossRow>;

/** The one quantile that a word such as q0.9 asked for, out of a list; all else as it is. */
export function unlisted(word: string, value: unknown): unknown {
  return QUANTILE.test(word) ? (value as readonly number[])[0] : value;
}

/** What is computed where nothing is asked for. Quantiles count elements, and take no weights. */
export function usualMetrics(weighted: boolean): string[] {
  const quantiles = weighted ? [] : ["median", "q0.9", "q0.99"];
  return ["mae", "rmse", "bias", ...quantiles, "max", "r2", "pearson"];
}

/** Metrics by the words that asked for them. @throws UsageError for such as there are not */
export function metricsByName(
  metrics: readonly string[],
  losses: readonly string[],
  options: MetricOptions,
): Record<string, AnyMetric> {
  const found = [
    ...losses.map((word): [string, AnyMetric] => [word, lossBy(word, options)]),
    ...metrics.map((word): [string, AnyMetric] => [word, metricBy(word, options)]),
  ];
  return Object.fromEntries(found);
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

function lossBy(word: string, options: MetricOptions): AnyMetric {
  const [name, value, ...rest] = word.split("=") as [string, string?, ...string[]];
  const row: LossRow | undefined = Object.hasOwn(LOSSES, name)
    ? LOSSES[name as keyof typeof LOSSES]
    : undefined;
  if (!row || rest.length > 0) {
    throw new UsageError(`--loss: expected some of ${Object.keys(LOSSES).join(", ")}, got ${quoted(word)}`);
  }
  if (value === undefined) return row.make(options, {});
  const { parameter } = row;
  if (parameter === undefined)
    throw new UsageError(`--loss: expected ${name} without a parameter, got ${quoted(word)}`);
  const number = value.trim() === "" ? NaN : Number(value);
  try {
    return row.make(options, { [parameter]: number });
  } catch (error) {
    throw new UsageError(`--loss ${word}: ${(error as Error).message}`);
  }
}

/** The words of a list such as "l1,mse", each once. */
export function wordsOf(option: string, texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => text.split(",")).map((word) => word.trim());
  if (words.includes(""))
    throw new UsageError(`--${option}: expected names with commas between them, got ${listed(texts)}`);
  return [...new Set(words)];
}

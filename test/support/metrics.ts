/** All metrics, for tests that go through them. */
import {
  AbsoluteErrorQuantiles,
  ExplainedVariance,
  MaxError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanBiasError,
  MeanLoss,
  MeanSquaredError,
  MeanSquaredLogError,
  MedianAbsoluteError,
  PearsonCorrCoef,
  R2Score,
  RootMeanSquaredError,
  SymmetricMeanAbsolutePercentageError,
} from "lossgrad/metrics";
import type { Metric, MetricOptions } from "lossgrad/metrics";

/** Metrics by name, made with options. */
export const METRICS = {
  AbsoluteErrorQuantiles: (options: MetricOptions = {}) =>
    new AbsoluteErrorQuantiles({ quantiles: [0, 0.25, 0.5, 0.9, 1], ...options }),
  ExplainedVariance: (options?: MetricOptions) => new ExplainedVariance(options),
  MaxError: (options?: MetricOptions) => new MaxError(options),
  MeanAbsoluteError: (options?: MetricOptions) => new MeanAbsoluteError(options),
  MeanAbsolutePercentageError: (options?: MetricOptions) => new MeanAbsolutePercentageError(options),
  MeanBiasError: (options?: MetricOptions) => new MeanBiasError(options),
  MeanLoss: (options: MetricOptions = {}) => new MeanLoss("huberLoss", { delta: 0.5, ...options }),
  MeanSquaredError: (options?: MetricOptions) => new MeanSquaredError(options),
  MeanSquaredLogError: (options?: MetricOptions) => new MeanSquaredLogError(options),
  MedianAbsoluteError: (options?: MetricOptions) => new MedianAbsoluteError(options),
  PearsonCorrCoef: (options?: MetricOptions) => new PearsonCorrCoef(options),
  R2Score: (options?: MetricOptions) => new R2Score(options),
  RootMeanSquaredError: (options?: MetricOptions) => new RootMeanSquaredError(options),
  SymmetricMeanAbsolutePercentageError: (options?: MetricOptions) =>
    new SymmetricMeanAbsolutePercentageError(options),
} as const satisfies Record<string, (options?: MetricOptions) => Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** Those that take weights which are no whole numbers. */
export const WEIGHTED = METRIC_NAMES.filter((name) => !/Quantiles|Median/.test(name));

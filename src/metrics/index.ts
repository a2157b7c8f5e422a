/** Metrics that stream and merge. */
export type { HalfBits, LossgradTensor, RuntimeTensor } from "../ndarray/adapter.js";
export type { TypedData } from "../ndarray/typed.js";
export type { LossName } from "../loss/losses.js";
export type { ExactSumJSON } from "../loss/state-format.js";
export type { ArrayOperand } from "../typed/operands.js";
export {
  CrossEntropy,
  type CrossEntropyOptions,
  NegativeLogLikelihood,
  type NegativeLogLikelihoodOptions,
} from "./class-rows.js";
export { ExplainedVariance, PearsonCorrCoef, R2Score } from "./correlation.js";
export {
  type EpsilonOptions,
  type LargestError,
  MaxError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanBiasError,
  MeanSquaredError,
  MeanSquaredLogError,
  RootMeanSquaredError,
  SymmetricMeanAbsolutePercentageError,
} from "./errors.js";
export { type FusedLoss, MeanLoss, type MeanLossOptions } from "./mean-loss.js";
export { type MetricOptions, type Outputs } from "./metric-options.js";
export { Evaluation, type PerOutput } from "./evaluation.js";
export { Metric } from "./metric.js";
export type { Description, MetricsJSON, OutputJSON } from "./metric-state.js";
export { type AnyMetric, type MetricRecord, type MetricResults, Metrics } from "./metrics.js";
export type { NanPolicy } from "./plan.js";
export { AbsoluteErrorQuantiles, MedianAbsoluteError, type QuantileOptions } from "./quantiles.js";
export type { MetricOperand, UpdateOptions } from "./request.js";
export type { ElementCounts } from "./state.js";

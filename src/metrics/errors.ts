/** Metrics of errors: means of what the differences of predictions and targets are. */
import { describeValue } from "../core/describe.js";
import { ratioOf, rootOfRatio, unitsOf } from "../core/exact-value.js";
import { type Definition, meanOf, sumOf } from "./definition.js";
import { type MetricOptions, type Outputs, takeMetricOptions } from "./metric-options.js";
import { Metric } from "./metric.js";
import {
  absoluteErrors,
  absolutePercentageErrors,
  predictions,
  type Quantity,
  squaredErrors,
  squaredLogErrors,
  symmetricPercentageErrors,
  targets,
} from "./quantity.js";
import type { OutputState } from "./state.js";

/** The smallest number that a percentage divides by. */
export interface EpsilonOptions<C extends Outputs = Outputs> extends MetricOptions<C> {
  /** Above 0; 1.17e-6 by default, as in torchmetrics. scikit-learn has 2.220446049250313e-16. */
  epsilon?: number;
}
/** The largest error, and where it is. */
export interface LargestError {
  /** max |prediction - target|; NaN where one is NaN, and of no elements. */
  value: number;
  /**
   * The place of that element among those of its output, counted from 0; of several, the first.
   * Null for no elements, and where shards that did not say their `offset` were merged.
   */
  index: number | null;
}

const EPSILON = 1.17e-6;

function checkEpsilon(caller: string, value: unknown): void {
  if (typeof value === "number" && value > 0 && value < Infinity) return;
  throw new RangeError(`${caller}: expected epsilon to be a number above 0, got ${describeValue(value)}`);
}

function mean(name: string, quantity: Quantity, parameters: object = {}): Definition<number> {
  return {
    name,
    parameters: { ...parameters },
    needs: { sums: [quantity] },
    value: (state) => meanOf(state, quantity),
  };
}

/**
 * Mean absolute error (MAE): Σ w |p - t| / Σ w.
 *
 * @example
 * const mae = new MeanAbsoluteError();
 * mae.update(Float32Array.of(2.5, 0, 2, 8), Float32Array.of(3, -0.5, 2, 7));
 * mae.compute(); // 0.5
 *
 * const columns = new MeanAbsoluteError({ numOutputs: 2 });
 * columns.update(Float32Array.of(1, 10, 2, 20), Float32Array.of(1, 12, 3, 24));
 * columns.compute(); // [0.5, 3]
 */
export class MeanAbsoluteError<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "MeanAbsoluteError";
    super(mean(name, absoluteErrors), takeMetricOptions(name, options).read);
  }
}

/**
 * Mean squared error (MSE): Σ w (p - t)² / Σ w.
 *
 * @example
 * const mse = new MeanSquaredError({ nan: "omit" });
 * mse.update(Float64Array.of(1, NaN, 3), Float64Array.of(2, 2, 5));
 * mse.compute(); // 2.5
 * mse.counts; // { count: 2, masked: 0, nan: 1 }
 */
export class MeanSquaredError<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "MeanSquaredError";
    super(mean(name, squaredErrors), takeMetricOptions(name, options).read);
  }
}

/**
 * Root mean squared error (RMSE): √(Σ w (p - t)² / Σ w), of each output by itself.
 *
 * @example
 * const rmse = new RootMeanSquaredError({ numOutputs: 2 });
 * rmse.update(Float32Array.of(0, 0, 6, 8), 0);
 * rmse.compute(); // [4.242640687119285, 5.656854249492381]
 */
export class RootMeanSquaredError<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "RootMeanSquaredError";
    const definition = { ...mean(name, squaredErrors), value: rootOfMean };
    super(definition, takeMetricOptions(name, options).read);
  }
}

function rootOfMean(state: OutputState): number {
  const sum = sumOf(state, squaredErrors);
  if (!sum.isFinite || !state.weights.isFinite) return Math.sqrt(meanOf(state, squaredErrors));
  return rootOfRatio(unitsOf(sum), unitsOf(state.weights));
}

/**
 * Mean absolute percentage error (MAPE): Σ w |p - t| / max(|t|, epsilon) over Σ w, as a fraction
 * and not in hundredths.
 *
 * @throws RangeError for an epsilon that is not above 0
 * @example
 * const mape = new MeanAbsolutePercentageError();
 * mape.update(Float32Array.of(1, 10, 1e6), Float32Array.of(0.5, 8, 1e6));
 * mape.compute(); // 0.4166666666666667
 */
export class MeanAbsolutePercentageError<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: EpsilonOptions<C> = {}) {
    const name = "MeanAbsolutePercentageError";
    const { read, epsilon = EPSILON } = takeMetricOptions(name, options, ["epsilon"]);
    checkEpsilon(name, epsilon);
    super(mean(name, absolutePercentageErrors(epsilon), { epsilon }), read);
  }
}

/**
 * Symmetric mean absolute percentage error (sMAPE): Σ w 2 |p - t| / max(|p| + |t|, epsilon) over
 * Σ w. It is 2 at most, whatever the dtype and however large the numbers.
 *
 * @throws RangeError for an epsilon that is not above 0
 * @example
 * const smape = new SymmetricMeanAbsolutePercentageError();
 * smape.update(Float32Array.of(1, 3e38), Float32Array.of(3, -3e38));
 * smape.compute(); // 1.5
 */
export class SymmetricMeanAbsolutePercentageError<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: EpsilonOptions<C> = {}) {
    const name = "SymmetricMeanAbsolutePercentageError";
    const { read, epsilon = EPSILON } = takeMetricOptions(name, options, ["epsilon"]);
    checkEpsilon(name, epsilon);
    super(mean(name, symmetricPercentageErrors(epsilon), { epsilon }), read);
  }
}

/**
 * Mean squared logarithmic error (MSLE): Σ w (log(1 + p) - log(1 + t))² / Σ w. NaN where a number
 * is below -1.
 *
 * @example
 * const msle = new MeanSquaredLogError();
 * msle.update(Float64Array.of(0, Math.E - 1), Float64Array.of(0, 0));
 * msle.compute(); // 0.5
 */
export class MeanSquaredLogError<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "MeanSquaredLogError";
    super(mean(name, squaredLogErrors), takeMetricOptions(name, options).read);
  }
}

/**
 * Mean bias error: Σ w (p - t) / Σ w, positive where predictions are too large. It is made of the
 * exact sums of both, so that nothing is lost where they are large and alike.
 *
 * @example
 * const bias = new MeanBiasError();
 * bias.update(Float64Array.of(1e16, 3), Float64Array.of(1e16, 1));
 * bias.compute(); // 1
 */
export class MeanBiasError<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "MeanBiasError";
    const needs = { sums: [predictions, targets] };
    super({ name, parameters: {}, needs, value: bias }, takeMetricOptions(name, options).read);
  }
}

function bias(state: OutputState): number {
  const [p, t] = [sumOf(state, predictions), sumOf(state, targets)];
  const { weights } = state;
  if (![p, t, weights].every(({ isFinite }) => isFinite)) return (p.value() - t.value()) / weights.value();
  return ratioOf(unitsOf(p) - unitsOf(t), unitsOf(weights));
}

/**
 * The largest error, max |p - t|, and the index of its element, which counts from the beginning of
 * all data: shards say by `offset` where they begin. Weights do not change how large an error is.
 *
 * @example
 * const [first, second] = [new MaxError(), new MaxError()];
 * first.update(Float32Array.of(1, 2), 0);
 * second.update(Float32Array.of(1, -5), 0, { offset: 2 });
 * first.merge(second);
 * first.compute(); // { value: 5, index: 3 }
 */
export class MaxError<C extends Outputs = undefined> extends Metric<LargestError, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "MaxError";
    const needs = { sums: [], maximum: true } as const;
    super({ name, parameters: {}, needs, value: largest }, takeMetricOptions(name, options).read);
  }
}

function largest({ maximum }: OutputState): LargestError {
  const { value, index, firsts } = maximum!.state;
  if (index < 0) return { value: NaN, index: null };
  return { value, index: firsts > 1 ? null : index };
}

/**
 * Metrics that compare the errors, or the predictions, with how the targets vary. All are quotients
 * of exact sums, so that nothing cancels, and none passes 1.
 */
import type { ExactSum } from "../core/exact-sum.js";
import { ratioOf, rootOfRatio, unitsOf } from "../core/exact-value.js";
import { sumOf } from "./definition.js";
import { type MetricOptions, type Outputs, takeMetricOptions } from "./metric-options.js";
import { Metric } from "./metric.js";
import {
  predictions,
  products,
  squaredErrors,
  squaredPredictions,
  squaredTargets,
  targets,
} from "./quantity.js";
import type { OutputState } from "./state.js";

/** Sums as whole numbers of one unit; null where one is not finite. */
function wholesOf(...sums: ExactSum[]): bigint[] | null {
  return sums.every(({ isFinite }) => isFinite) ? sums.map(unitsOf) : null;
}

/**
 * Whether a variance, as `spread` over the square of the weights, is too small to be told from what
 * squares in float64 lose below 2^-1074; or negative, as weights below 0 make it.
 */
function isLost(spread: bigint, weights: bigint): boolean {
  return spread < 0n || (spread > 0n && spread << 1000n < weights * weights);
}

/** 1 - a / b; of a target that does not vary, 1 for no error at all and else 0. */
function score(a: bigint, b: bigint): number {
  if (b === 0n) return a === 0n ? 1 : 0;
  return ratioOf(b - a, b);
}

/**
 * Coefficient of determination, R²: 1 - Σ w (p - t)² / Σ w (t - t̄)², where t̄ is the weighted mean of
 * the targets. 1 at most. Of fewer than two elements it is NaN; of targets that are all the same it
 * is 1 where every prediction is right, and else 0, as in scikit-learn.
 *
 * The squares of float64 must not be beyond float64, whose range ends at numbers of 1e154, and a
 * variance below 1e-301 gives NaN. float32 and smaller dtypes have no such case.
 *
 * @example
 * const r2 = new R2Score();
 * r2.update(Float32Array.of(2.5, 0, 2, 8), Float32Array.of(3, -0.5, 2, 7));
 * r2.compute(); // 0.9486081370449678
 */
export class R2Score<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "R2Score";
    const needs = { sums: [squaredErrors, targets, squaredTargets] };
    super({ name, parameters: {}, needs, value: r2 }, takeMetricOptions(name, options).read);
  }
}

function r2(state: OutputState): number {
  const errors = sumOf(state, squaredErrors);
  const wholes = wholesOf(state.weights, sumOf(state, targets), sumOf(state, squaredTargets));
  if (!wholes || state.counts.count < 2) return NaN;
  const [w, t, tt] = wholes;
  const spread = w * tt - t * t;
  if (isLost(spread, w)) return NaN;
  return errors.isFinite ? score(unitsOf(errors) * w, spread) : -errors.value();
}

/**
 * Explained variance: 1 - Var(p - t) / Var(t), which forgives a constant error. 1 at most; of
 * targets that are all the same it is 1 where all errors are the same, and else 0, as in
 * scikit-learn. The range of float64 is that of `R2Score`.
 *
 * @example
 * const score = new ExplainedVariance();
 * score.update(Float32Array.of(2.5, 0, 2, 8), Float32Array.of(3, -0.5, 2, 7));
 * score.compute(); // 0.9571734475374732
 */
export class ExplainedVariance<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "ExplainedVariance";
    super(
      { name, parameters: {}, needs: { sums: MOMENTS }, value: explained },
      takeMetricOptions(name, options).read,
    );
  }
}

function explained(state: OutputState): number {
  const moments = momentsOf(state);
  if (!moments) return NaN;
  const { w, p, t, pp, tt, pt } = moments;
  const spread = w * tt - t * t;
  if (w === 0n || isLost(spread, w)) return NaN;
  const errors = w * (pp - 2n * pt + tt) - (p - t) * (p - t);
  // Squares below float64's range may leave less than nothing.
  return score(errors < 0n ? 0n : errors, spread);
}

/**
 * Pearson's correlation coefficient: Σ w (p - p̄) (t - t̄) / √(Σ w (p - p̄)² · Σ w (t - t̄)²), rounded
 * once. From -1 to 1; NaN where predictions or targets are all the same. The range of float64 is
 * that of `R2Score`.
 *
 * @example
 * const pearson = new PearsonCorrCoef();
 * pearson.update(Float32Array.of(2.5, 0, 2, 8), Float32Array.of(3, -0.5, 2, 7));
 * pearson.compute(); // 0.9848696184482701
 */
export class PearsonCorrCoef<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "PearsonCorrCoef";
    super(
      { name, parameters: {}, needs: { sums: MOMENTS }, value: pearson },
      takeMetricOptions(name, options).read,
    );
  }
}

function pearson(state: OutputState): number {
  const moments = momentsOf(state);
  if (!moments) return NaN;
  const { w, p, t, pp, tt, pt } = moments;
  const [ofPredictions, ofTargets] = [w * pp - p * p, w * tt - t * t];
  const together = w * pt - p * t;
  if ([ofPredictions, ofTargets].some((spread) => spread === 0n || isLost(spread, w))) return NaN;
  const size = rootOfRatio(together * together, ofPredictions * ofTargets);
  return together < 0n ? -size : size;
}

/** The sums of predictions and targets, of their squares, and of their products. */
const MOMENTS = [predictions, targets, squaredPredictions, squaredTargets, products];

interface Moments {
  readonly w: bigint;
  readonly p: bigint;
  readonly t: bigint;
  readonly pp: bigint;
  readonly tt: bigint;
  readonly pt: bigint;
}

function momentsOf(state: OutputState): Moments | null {
  const wholes = wholesOf(state.weights, ...MOMENTS.map((quantity) => sumOf(state, quantity)));
  if (!wholes) return null;
  const [w, p, t, pp, tt, pt] = wholes;
  return { w, p, t, pp, tt, pt };
}

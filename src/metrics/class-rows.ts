/** Losses of rows of classes, as metrics. */
import { describeValue } from "../core/describe.js";
import { quotientOf } from "../core/exact-value.js";
import { nameOf } from "../ndarray/typed.js";
import { readIgnoreIndex, readShareOfLabels } from "../loss/row-checks.js";
import { crossEntropy, nllLoss, type RowwiseRow } from "../loss/rowwise.js";
import { type Definition, sumOf } from "./definition.js";
import { type MetricOptions, takeMetricOptions } from "./metric-options.js";
import { Metric } from "./metric.js";
import { exact } from "./quantity.js";
import { readRowChunk, type RowRules } from "./row-chunk.js";

/** What a negative log likelihood takes. */
export interface NegativeLogLikelihoodOptions extends Pick<MetricOptions, "nan"> {
  /** A factor for each class, finite. The mean divides by the sum of those of the targets. */
  weight?: ArrayLike<number> | null;
  /** The target of rows that count for nothing; -100 by default. */
  ignoreIndex?: number;
}

/** What a cross-entropy takes. */
export interface CrossEntropyOptions extends NegativeLogLikelihoodOptions {
  /** What share of each target is spread evenly over all classes, from 0 (default) to 1. */
  labelSmoothing?: number;
}

/** Of each row, its loss and what a mean divides by for it. */
const losses = exact("losses", "prediction");
const divisors = exact("divisors", "target");

/**
 * Mean cross-entropy of the softmax of logits: -weight[t] log softmax(x)[t] of each row x whose
 * class is t, over the sum of weight[t]; what scikit-learn calls log_loss.
 *
 * `update` takes logits [n, C], or [n, C, d1, …], and a class for each row, as integers of any type;
 * logits without a shape are rows that follow each other. Its `weight` and `mask` have an element
 * for each row: the class's factor and the row's own both count. Rows whose target is
 * `ignoreIndex` count as masked, whatever stands there. Rows are computed in float64, whatever
 * their dtype is, and added exactly. A row without a finite logit, or with NaN, gives NaN.
 *
 * @throws TypeError for options of another type, or that it does not have; RangeError for weights
 *   that are not finite, and for a labelSmoothing above 1
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 * @example
 * const total = new CrossEntropy();
 * total.update(new Float32Array([2, 1, 0, 0, 3, 0]), Int32Array.of(0, 2));
 * total.update(new Float32Array([1, 0, 0]), Int32Array.of(-100));
 * total.compute(); // 1.7512644604326708
 * total.counts; // { count: 2, masked: 1, nan: 0 }
 */
export class CrossEntropy extends Metric<number, undefined> {
  constructor(options: CrossEntropyOptions = {}) {
    super(...readMetric("CrossEntropy", crossEntropy, options));
  }
}

/**
 * Mean negative log likelihood of log-probabilities: -weight[t] x[t] of each row x whose class is t,
 * over the sum of weight[t].
 *
 * `update` takes what that of CrossEntropy does, with log-probabilities, as `F.logSoftmax` gives
 * them, in the place of logits.
 *
 * @throws TypeError for options of another type, or that it does not have; RangeError for weights
 *   that are not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 * @example
 * const total = new NegativeLogLikelihood();
 * total.update(new Float32Array([-0.5, -1, -2, -0.25]), Int32Array.of(0, 1));
 * total.compute(); // 0.375
 */
export class NegativeLogLikelihood extends Metric<number, undefined> {
  constructor(options: NegativeLogLikelihoodOptions = {}) {
    super(...readMetric("NegativeLogLikelihood", nllLoss, options));
  }
}

type Given = CrossEntropyOptions & MetricOptions<undefined>;

/** What a metric is made of, by its name and the row of the table. */
function readMetric(
  name: string,
  row: RowwiseRow,
  options: CrossEntropyOptions,
): ConstructorParameters<typeof Metric<number, undefined>> {
  const given = takeMetricOptions<Given>(name, options, row.own as readonly (keyof CrossEntropyOptions)[]);
  checkOutputs(name, given.numOutputs);
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0 } = given;
  const rules = {
    weight: readClassWeights(name, weight),
    ignoreIndex: readIgnoreIndex(name, ignoreIndex) + 0,
    ...(row.takesProbabilities && { labelSmoothing: readShareOfLabels(name, labelSmoothing) }),
  };
  return [definitionOf(name, row, rules), given.read];
}

function definitionOf(name: string, row: RowwiseRow, rules: RowRules): Definition<number> {
  return {
    name,
    parameters: { ...rules },
    needs: { sums: [losses, divisors] },
    reads: (caller, prediction, target, options) =>
      readRowChunk(caller, row, rules, { prediction, target, options }),
    value: (state) => quotientOf(sumOf(state, losses), sumOf(state, divisors)),
  };
}

function checkOutputs(name: string, numOutputs: unknown): void {
  if (numOutputs === undefined) return;
  throw new TypeError(`${name}: expected no numOutputs, since a row of classes has one result`);
}

/** The numbers of a weight, as states hold them; null where all classes count the same. */
function readClassWeights(name: string, given: unknown): readonly number[] | null {
  if (given === null) return null;
  if (!Array.isArray(given) && nameOf(given) === undefined) {
    throw new TypeError(`${name}: expected weight to be an array of numbers, got ${describeValue(given)}`);
  }
  const weights = Array.from(given as ArrayLike<unknown>);
  return Object.freeze(
    weights.map((one, i) => {
      if (typeof one === "number" && Number.isFinite(one)) return one + 0;
      throw new RangeError(
        `${name}: expected weight to be of finite numbers, got ${describeValue(one)} at ${i}`,
      );
    }),
  );
}

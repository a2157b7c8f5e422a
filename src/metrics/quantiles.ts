/** Quantiles of |error|, by a sketch: see histogram.ts. */
import { describeValue } from "../core/describe.js";
import { takeList } from "../core/options.js";
import { type MetricOptions, type Outputs, takeMetricOptions } from "./metric-options.js";
import { Metric } from "./metric.js";
import type { OutputState } from "./state.js";

/** Which quantiles. */
export interface QuantileOptions<C extends Outputs = Outputs> extends MetricOptions<C> {
  /** Numbers from 0 to 1; 0.5, 0.9 and 0.99 by default. */
  quantiles?: readonly number[];
}

const NEEDS = { sums: [], histogram: true } as const;
const QUANTILES = [0.5, 0.9, 0.99];
const MOST_QUANTILES = 1000;

/**
 * Quantiles of |p - t|, interpolated between elements as NumPy does it. Each is within 2^-8 (0.4 %)
 * of the true one, since a constant-size sketch has counts of buckets and not the elements: those
 * of float64's normal numbers, from 2.3e-308 up, and smaller ones as near as 1e-310.
 *
 * Weights are whole numbers here, that say how often an element counts.
 *
 * @throws TypeError for quantiles that are no list; RangeError for one that is not from 0 to 1
 * @example
 * const quantiles = new AbsoluteErrorQuantiles({ quantiles: [0.5, 0.75] });
 * quantiles.update(Float32Array.of(1, -2, 3, 4, 5), 0);
 * quantiles.compute(); // [3.0078125, 4.015625]
 */
export class AbsoluteErrorQuantiles<C extends Outputs = undefined> extends Metric<number[], C> {
  constructor(options: QuantileOptions<C> = {}) {
    const name = "AbsoluteErrorQuantiles";
    const taken = takeMetricOptions(name, options, ["quantiles"]);
    const quantiles = readQuantiles(name, taken.quantiles ?? QUANTILES);
    const definition = {
      name,
      parameters: { quantiles },
      needs: NEEDS,
      value: ({ histogram }: OutputState) => histogram!.quantiles(quantiles),
    };
    super(definition, taken.read);
  }
}

function readQuantiles(caller: string, given: unknown): readonly number[] {
  if (!Array.isArray(given)) {
    throw new TypeError(
      `${caller}: expected quantiles as a list of numbers, as in [0.5, 0.9], got ${describeValue(given)}`,
    );
  }
  const read = (q: unknown): number => {
    if (typeof q === "number" && q >= 0 && q <= 1) return q + 0;
    throw new RangeError(`${caller}: expected quantiles from 0 to 1, got ${describeValue(q)}`);
  };
  return Object.freeze(
    takeList(caller, given, read, (length) => {
      if (length <= MOST_QUANTILES) return;
      throw new RangeError(`${caller}: expected at most ${MOST_QUANTILES} quantiles, got ${length}`);
    }),
  );
}

/**
 * Median absolute error: the quantile 0.5 of |p - t|, with the precision and the weights that
 * `AbsoluteErrorQuantiles` have.
 *
 * @example
 * const median = new MedianAbsoluteError();
 * median.update(Float64Array.of(1, 1, 1e6), 0);
 * median.compute(); // 1.00390625
 */
export class MedianAbsoluteError<C extends Outputs = undefined> extends Metric<number, C> {
  constructor(options: MetricOptions<C> = {}) {
    const name = "MedianAbsoluteError";
    super({ name, parameters: {}, needs: NEEDS, value: median }, takeMetricOptions(name, options).read);
  }
}

function median({ histogram }: OutputState): number {
  return histogram!.quantiles([0.5])[0];
}

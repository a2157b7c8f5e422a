/** Metrics beside those of scikit-learn and SciPy, whose values test/fixtures/metrics.py wrote. */
import { MeanAbsolutePercentageError } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import text from "../fixtures/metrics.json?raw";
import { METRICS, type MetricName } from "../support/metrics.js";

interface Case {
  readonly name: string;
  readonly prediction: number[];
  readonly target: number[];
  readonly weight: number[] | null;
  readonly expected: Readonly<Record<string, number | string>>;
}
const { cases } = JSON.parse(text) as { cases: Case[] };

/** scikit-learn's smallest divisor. */
const EPSILON = 2 ** -52;
/** A few roundings of theirs; the quantiles' own error besides. */
const ROUNDING = 1e-13;
const SKETCH = 2 ** -8;

function valueOf(name: string, { prediction, target, weight }: Case): number {
  const metric =
    name === "MeanAbsolutePercentageError"
      ? new MeanAbsolutePercentageError({ epsilon: EPSILON })
      : METRICS[name as MetricName]();
  const options = weight ? { weight: Float64Array.from(weight) } : {};
  metric.update(Float64Array.from(prediction), Float64Array.from(target), options);
  const value = metric.compute() as number | { value: number };
  return typeof value === "number" ? value : value.value;
}

describe.each(cases)("$name", (one) => {
  it.each(Object.entries(one.expected))("has the %s of the others", (name, expected) => {
    const value = valueOf(name, one);
    if (expected === "nan") expect(value).toBeNaN();
    else {
      const tolerance = name === "MedianAbsoluteError" ? SKETCH : ROUNDING;
      expect(Math.abs(value - Number(expected))).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(Number(expected))),
      );
    }
  });
});

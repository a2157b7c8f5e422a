/** Quantiles of |error|: near the true ones, whatever the numbers. */
import { AbsoluteErrorQuantiles, MedianAbsoluteError } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import { Random } from "../support/random.js";
import { expectError } from "../support/refuse.js";

const QUANTILES = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1];
/** What the documentation promises, and the roundings of an interpolation. */
const ERROR = 2 ** -8 * (1 + 1e-12);

/** The quantiles by sorting, interpolated as NumPy does it. */
function exact(values: Float64Array, qs: readonly number[]): number[] {
  const sorted = values.map(Math.abs).sort();
  return qs.map((q) => {
    const rank = q * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
    return low + (high - low) * (rank - Math.floor(rank));
  });
}

function quantilesOf(values: Float64Array | Float32Array, weight?: Float32Array): number[] {
  const metric = new AbsoluteErrorQuantiles({ quantiles: QUANTILES });
  metric.update(values, 0, { weight });
  return metric.compute();
}

function expectNear(values: Float64Array): void {
  quantilesOf(values).forEach((found, i) => {
    const expected = exact(values, QUANTILES)[i];
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(ERROR * expected);
  });
}

describe("quantiles", () => {
  const random = new Random(1);
  it.each<[string, () => number]>([
    ["normal numbers", () => random.normal()],
    ["numbers of all sizes", () => random.normal() * 10 ** random.integer(-300, 300)],
    ["a few numbers often", () => random.integer(1, 3)],
    [
      "powers of two and their neighbours",
      () => 2 ** random.integer(-9, 9) * (1 - random.integer(0, 1) * 2 ** -53),
    ],
    ["numbers and zeros", () => (random.chance(0.5) ? 0 : random.normal())],
  ])("of %s are within 2^-8", (_, next) => {
    for (const n of [1, 2, 3, 10, 1000]) expectNear(new Float64Array(n).map(next));
  });
  it("of the ends of every kind of bucket are within 2^-8", () => {
    for (let i = 0; i < 128; i++) {
      for (const end of [1 + i / 128, 1 + (i + 1) / 128 - 2 ** -52]) expectNear(Float64Array.of(end));
    }
  });
  it("of numbers below the normal ones are nearly 0", () => {
    expect(Math.max(...quantilesOf(Float64Array.of(5e-324, 1e-310)))).toBeLessThan(2e-310);
  });
  it("of infinities are infinite, and not between", () => {
    const values = Float64Array.of(1, Infinity, -Infinity);
    expect(quantilesOf(values).slice(-4)).toEqual([Infinity, Infinity, Infinity, Infinity]);
    expect(quantilesOf(values)[0]).toBeCloseTo(1, 2);
  });
  it("count elements as often as their weights say", () => {
    const values = Float64Array.of(1, 5, 9);
    const often = Float64Array.of(1, 1, 1, 9, 9);
    expect(quantilesOf(values, Float32Array.of(3, 0, 2))).toEqual(quantilesOf(often));
  });
  it.each([0.5, -1, NaN, Infinity])("refuse %s as a weight, and add nothing", (weight) => {
    const metric = new MedianAbsoluteError();
    const update = (): void =>
      metric.update(Float64Array.of(1, 2), 0, { weight: Float64Array.of(1, weight) });
    expectError(update, RangeError, "expected whole numbers from 0 up as weights");
    expect(metric.counts.count).toBe(0);
    metric.update(Float64Array.of(1), 0);
    expect(metric.counts.count).toBe(1);
    expect(metric.compute()).toBeCloseTo(1, 2);
  });
  it.each<[unknown, ErrorConstructor | RangeErrorConstructor | TypeErrorConstructor]>([
    [0.5, TypeError],
    [[2], RangeError],
    [[-0.1], RangeError],
    [[NaN], RangeError],
    [["0.5"], RangeError],
    [Array<number>(1001).fill(0), RangeError],
  ])("refuse %j as what is asked for", (quantiles, kind) => {
    expectError(
      () => new AbsoluteErrorQuantiles({ quantiles: quantiles as number[] }),
      kind,
      "AbsoluteErrorQuantiles: expected",
    );
  });
});

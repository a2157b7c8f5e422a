/** Values of metrics against exact arithmetic on integers, and at edges. */
import {
  ExplainedVariance,
  MaxError,
  MeanAbsoluteError,
  MeanBiasError,
  MeanSquaredError,
  PearsonCorrCoef,
  R2Score,
  RootMeanSquaredError,
  SymmetricMeanAbsolutePercentageError,
} from "lossgrad/metrics";
import type { Metric } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import { METRIC_NAMES, METRICS } from "../support/metrics.js";
import { Random } from "../support/random.js";
import { roundUnits, toUnits } from "../support/rational.js";

const ONE = 1n << 1074n;
const MAX = Number.MAX_VALUE;

type Numbers = Float32Array | Float64Array;
interface Data {
  readonly p: Numbers;
  readonly t: Numbers;
  readonly w: Numbers | null;
}

/** Data whose moments cancel, since they lie far from 0 beside how they vary. */
function data(array: new (length: number) => Numbers, weighted: boolean, seed: number, n = 40): Data {
  const random = new Random(seed);
  const filled = (next: () => number): Numbers => new array(n).map(next);
  const p = filled(() => 1000 + random.normal());
  const t = p.map((x) => x + random.normal() * 0.1);
  return { p, t, w: weighted ? filled(() => random.next() * 3) : null };
}

const DATA: [string, Data][] = [
  ["float32", data(Float32Array, false, 1)],
  ["float64", data(Float64Array, false, 2)],
  ["float32 with weights", data(Float32Array, true, 3)],
  ["float64 with weights", data(Float64Array, true, 4)],
];

const unitsOf = (x: Numbers): bigint[] => Array.from(x, toUnits);
const sum = (terms: readonly bigint[]): bigint => terms.reduce((a, b) => a + b, 0n);
/** a / b, rounded once. */
const quotient = (a: bigint, b: bigint): number =>
  roundUnits(b < 0n ? -a * ONE : a * ONE, "float64", b < 0n ? -b : b);

/** Σ w (x - x̄)(y - ȳ) times Σ w, in units to the fourth, by deviations from x̄ = Σ w x / Σ w. */
function spread(x: readonly bigint[], y: readonly bigint[], w: readonly bigint[]): bigint {
  const all = sum(w);
  const [meanX, meanY] = [x, y].map((values) => sum(values.map((value, i) => value * w[i])));
  const terms = w.map((weight, i) => weight * (x[i] * all - meanX) * (y[i] * all - meanY));
  return sum(terms) / all;
}

function exact({ p, t, w }: Data) {
  const [ps, ts] = [unitsOf(p), unitsOf(t)];
  const ws = w ? unitsOf(w) : ps.map(() => ONE);
  return { ps, ts, ws, ds: ps.map((x, i) => x - ts[i]) };
}

function computed(metric: Pick<Metric, "update" | "compute">, { p, t, w }: Data) {
  metric.update(p, t, w ? { weight: w } : {});
  return metric.compute() as number;
}

describe.each(DATA)("of %s", (_, given) => {
  const { ps, ts, ws, ds } = exact(given);
  it("has the bias of exact sums, rounded once", () => {
    expect(computed(new MeanBiasError(), given)).toBe(
      quotient(sum(ds.map((d, i) => d * ws[i])), sum(ws) * ONE),
    );
  });
  it("has the explained variance of exact sums, rounded once", () => {
    const [errors, targets] = [spread(ds, ds, ws), spread(ts, ts, ws)];
    expect(computed(new ExplainedVariance(), given)).toBe(quotient(targets - errors, targets));
  });
  it("has the R² of the exact spread and the terms of float64, rounded once", () => {
    const terms = Array.from(given.p, (x, i) => (x - given.t[i]) ** 2 * (given.w?.[i] ?? 1));
    const errors = sum(terms.map(toUnits)) * sum(ws) * ONE * ONE;
    const targets = spread(ts, ts, ws);
    expect(computed(new R2Score(), given)).toBe(quotient(targets - errors, targets));
  });
  it("has the correlation of exact sums, rounded once", () => {
    const r = computed(new PearsonCorrCoef(), given);
    const together = spread(ps, ts, ws);
    const [square, all] = [together * together, spread(ps, ps, ws) * spread(ts, ts, ws)];
    // Half a unit in the last place below and above, in 2^-60: r is in [0.5, 1).
    const [low, high] = [-1n, 1n].map((half) => BigInt(r * 2 ** 60) + half * 2n ** 6n);
    expect(r).toBeGreaterThan(0.9);
    expect(low * low * all <= square << 120n && square << 120n <= high * high * all).toBe(true);
  });
  it("has the root of the mean of the terms of float64, rounded once", () => {
    const r = computed(new RootMeanSquaredError(), given);
    const terms = Array.from(given.p, (x, i) => (x - given.t[i]) ** 2 * (given.w?.[i] ?? 1));
    const [above, below] = [sum(terms.map(toUnits)), sum(ws)];
    const unit = 2n ** BigInt(-Math.floor(Math.log2(r)) + 53);
    const [low, high] = [-1n, 1n].map((half) => BigInt(r * Number(unit)) + half);
    expect(low * low * below <= above * unit * unit && above * unit * unit <= high * high * below).toBe(true);
  });
});

describe("R² and correlation", () => {
  it("never pass 1, whatever cancels", () => {
    const random = new Random(5);
    for (let round = 0; round < 60; round++) {
      const scale = 10 ** random.integer(-30, 30);
      const p = new Float64Array(5).map(() => scale * (1 + random.normal() * 1e-14));
      const t = p.map((x) => x * (random.chance(0.3) ? 1 + 2 ** -52 : 1));
      for (const metric of [new R2Score(), new PearsonCorrCoef(), new ExplainedVariance()]) {
        const value = computed(metric, { p, t, w: null });
        if (!Number.isNaN(value)) expect(value).toBeLessThanOrEqual(1);
      }
    }
  });
  it("are 1 and -1 for what lies on a line", () => {
    const p = Float64Array.from({ length: 9 }, (_, i) => 0.1 * i);
    const correlation = (slope: number): number =>
      computed(new PearsonCorrCoef(), { p, t: p.map((x) => x * slope), w: null });
    expect([correlation(2), correlation(-0.25)]).toEqual([1, -1]);
  });
  it("see 0.1 for a constant, whatever its square rounds to", () => {
    const constant = new Float64Array(7).fill(0.1);
    const p = constant.map((x, i) => x + i);
    expect(computed(new R2Score(), { p: constant, t: constant, w: null })).toBe(1);
    expect(computed(new R2Score(), { p, t: constant, w: null })).toBe(0);
    expect(computed(new PearsonCorrCoef(), { p, t: constant, w: null })).toBeNaN();
  });
  it("are NaN where squares in float64 lose what varies, and not for the smallest float32", () => {
    const tiny = Float64Array.of(1e-170, 2e-170, 4e-170);
    const given = { p: tiny, t: tiny.map((x) => -x), w: null };
    expect(computed(new R2Score(), given)).toBeNaN();
    expect(computed(new PearsonCorrCoef(), given)).toBeNaN();
    expect(computed(new ExplainedVariance(), given)).toBeNaN();
    const [p, t] = [Float32Array.of(0, 2 ** -149, 0), Float32Array.of(0, 2 ** -149, 2 ** -149)];
    expect(computed(new PearsonCorrCoef(), { p, t, w: null })).toBe(0.5);
    expect(computed(new R2Score(), { p, t, w: null })).toBe(-0.5);
  });
  it("are not finite where squares are beyond float64", () => {
    const huge = Float64Array.of(1e160, -1e160, 3e160);
    expect(computed(new R2Score(), { p: huge.map((x) => -x), t: huge, w: null })).toBeNaN();
    expect(computed(new PearsonCorrCoef(), { p: huge, t: huge, w: null })).toBeNaN();
  });
  it("are NaN for weights that make a variance negative", () => {
    const given = { p: Float64Array.of(1, 2), t: Float64Array.of(1, 3), w: Float64Array.of(2, -1) };
    expect(computed(new R2Score(), given)).toBeNaN();
    expect(computed(new PearsonCorrCoef(), given)).toBeNaN();
  });
});

describe("without elements", () => {
  it.each(METRIC_NAMES)("%s is NaN", (name) => {
    const metric = METRICS[name]();
    metric.update(new Float32Array(0), new Float32Array(0));
    const value = metric.compute();
    if (name === "MaxError") expect(value).toEqual({ value: NaN, index: null });
    else expect(new Set([value].flat())).toEqual(new Set([NaN]));
    expect(metric.counts).toEqual({ count: 0, masked: 0, nan: 0 });
  });
});

describe("numbers that are not finite", () => {
  it.each(METRIC_NAMES)("NaN makes %s NaN", (name) => {
    const metric = METRICS[name]();
    metric.update(Float32Array.of(1, NaN, 3), Float32Array.of(1, 2, 5));
    const value = metric.compute();
    if (name === "MaxError") expect(value).toEqual({ value: NaN, index: 1 });
    else expect(new Set([value].flat())).toEqual(new Set([NaN]));
  });
  it("an infinite error makes errors infinite", () => {
    const given = { p: Float64Array.of(1, -Infinity), t: Float64Array.of(2, 0), w: null };
    const largest = new MaxError();
    largest.update(given.p, given.t);
    expect(largest.compute()).toEqual({ value: Infinity, index: 1 });
    expect(computed(new MeanAbsoluteError(), given)).toBe(Infinity);
    expect(computed(new MeanBiasError(), given)).toBe(-Infinity);
    expect(computed(new RootMeanSquaredError(), given)).toBe(Infinity);
    expect(computed(METRICS.MedianAbsoluteError(), given)).toBe(Infinity);
    expect(computed(new R2Score(), given)).toBe(-Infinity);
  });
});

describe("large numbers", () => {
  it("a mean of the largest errors is finite", () => {
    const p = new Float64Array(5).fill(MAX);
    expect(computed(new MeanAbsoluteError(), { p, t: new Float64Array(5), w: null })).toBe(MAX);
  });
  it("the bias of the largest numbers of both signs is beyond float64 only if it is", () => {
    const [p, t] = [Float64Array.of(MAX, -MAX), Float64Array.of(-MAX, MAX)];
    expect(computed(new MeanBiasError(), { p, t, w: null })).toBe(0);
  });
  it("squared errors beyond float64 are infinite", () => {
    const [p, t] = [Float64Array.of(1e200), Float64Array.of(0)];
    expect(computed(new MeanSquaredError(), { p, t, w: null })).toBe(Infinity);
  });
});

describe("sMAPE", () => {
  it.each([Float32Array, Float64Array])("is 2 at most in %o", (array) => {
    const random = new Random(7);
    const [most] = array.from([MAX]);
    const largest = Number.isFinite(most) ? most : 2 ** 128 - 2 ** 104;
    const sizes = [largest, largest / 3, 1, 1e-30, 2 ** -140];
    for (let round = 0; round < 200; round++) {
      const number = (): number => random.pick(sizes) * (random.next() * 2 - 1);
      const value = computed(new SymmetricMeanAbsolutePercentageError(), {
        p: array.of(number()),
        t: array.of(number()),
        w: null,
      });
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(2);
    }
    const ends = { p: array.of(largest), t: array.of(-largest), w: null };
    expect(computed(new SymmetricMeanAbsolutePercentageError(), ends)).toBe(2);
  });
});

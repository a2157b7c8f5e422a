/** Metrics of data in any cuts and order have the same bits as of all data at once. */
import { allocate, type ArrayOperand } from "lossgrad/arrays";
import { MaxError, Metrics } from "lossgrad/metrics";
import type { Metric, MetricOptions } from "lossgrad/metrics";
import { afterEach, describe, expect, it } from "vitest";
import { forceProvider } from "../../src/formula/provider.js";
import { toHex } from "../support/bytes.js";
import { METRIC_NAMES, METRICS, type MetricName, WEIGHTED } from "../support/metrics.js";
import { Random } from "../support/random.js";
import { SharedBuffer } from "../support/sharing.js";

interface Chunk {
  readonly prediction: Float32Array | Float64Array;
  readonly target: Float32Array | Float64Array;
  readonly weight: Float32Array | null;
  readonly mask: Uint8Array | null;
}

function dataOf(
  random: Random,
  n: number,
  kind: { weighted?: boolean; masked?: boolean; nan?: boolean },
): Chunk {
  const number = (): number => {
    if (kind.nan && random.chance(0.02)) return NaN;
    return random.normal() * 10 ** random.integer(-3, 3);
  };
  const array = random.pick([Float32Array, Float64Array]);
  return {
    prediction: new array(n).map(number),
    target: new array(n).map(number),
    weight: kind.weighted ? new Float32Array(n).map(() => random.next() * 2) : null,
    mask: kind.masked ? new Uint8Array(n).map(() => Number(random.chance(0.8))) : null,
  };
}

function feed(metric: Metric, { prediction, target, weight, mask }: Chunk, from: number, to: number): void {
  metric.update(prediction.subarray(from, to), target.subarray(from, to), {
    weight: weight?.subarray(from, to),
    mask: mask?.subarray(from, to),
    offset: from,
  });
}

/** The data in pieces that several metrics take, in any order, merged in any order. */
function inPieces(make: () => Metric, data: Chunk, random: Random): Metric {
  const n = data.prediction.length;
  const cuts = Array.from({ length: random.integer(0, 9) }, () => random.integer(0, n)).sort((a, b) => a - b);
  const ends = [0, ...cuts, n];
  const pieces = cuts.concat(n).map((to, i) => [ends[i], to] as const);
  const metrics = Array.from({ length: random.integer(1, 4) }, make);
  while (pieces.length > 0) {
    const [[from, to]] = pieces.splice(random.integer(0, pieces.length - 1), 1);
    feed(random.pick(metrics), data, from, to);
  }
  while (metrics.length > 1) {
    const [one] = metrics.splice(random.integer(0, metrics.length - 1), 1);
    random.pick(metrics).merge(one);
  }
  return metrics[0];
}

function expectSame(make: () => Metric, data: Chunk, random: Random): void {
  const whole = make();
  feed(whole, data, 0, data.prediction.length);
  for (let round = 0; round < 3; round++) {
    const merged = inPieces(make, data, random);
    expect(toHex(merged.toBytes())).toBe(toHex(whole.toBytes()));
    expect(merged.compute()).toEqual(whole.compute());
  }
}

describe.each(METRIC_NAMES)("%s", (name) => {
  it("has the same bits in any cuts and order", () => {
    const random = new Random(1);
    for (const n of [1, 7, 1000, 40_000]) {
      expectSame(() => METRICS[name](), dataOf(random, n, { masked: random.chance(0.5) }), random);
    }
  });
  it("has the same bits in any cuts and order, NaN left out", () => {
    const random = new Random(2);
    const make = (): Metric => METRICS[name]({ nan: "omit" });
    for (const n of [5, 3000]) expectSame(make, dataOf(random, n, { nan: true, masked: true }), random);
  });
});

describe.each(WEIGHTED)("%s", (name) => {
  it("has the same bits in any cuts and order, weighted", () => {
    const random = new Random(3);
    for (const n of [6, 2000, 20_000]) {
      const kind = { weighted: true, masked: random.chance(0.5) };
      expectSame(() => METRICS[name](), dataOf(random, n, kind), random);
    }
  });
});

describe("several metrics", () => {
  const all = (options?: MetricOptions): Metrics =>
    new Metrics(Object.fromEntries(METRIC_NAMES.map((name) => [name, METRICS[name](options)])));

  it("have the results of each alone", () => {
    const data = dataOf(new Random(4), 5000, { masked: true, nan: true });
    const together = all({ nan: "omit" });
    feed(together as unknown as Metric, data, 0, 5000);
    for (const name of METRIC_NAMES) {
      const alone = METRICS[name]({ nan: "omit" });
      feed(alone, data, 0, 5000);
      expect(together.compute()[name]).toEqual(alone.compute());
    }
    expect(together.counts).toEqual({
      count: expect.any(Number) as number,
      masked: data.mask!.reduce((left, kept) => left - kept, 5000),
      nan: expect.any(Number) as number,
    });
  });
  it("have the same bits in any cuts and order", () => {
    const random = new Random(5);
    expectSame(() => all() as unknown as Metric, dataOf(random, 6000, { masked: true }), random);
  });
});

describe("wherever data lie", () => {
  const homes: Record<string, (x: Float32Array) => ArrayOperand> = {
    "elsewhere, off a vector's boundary": (x) => {
      const copy = new Float32Array(x.length + 1).subarray(1);
      copy.set(x);
      return copy;
    },
    "in the linear memory": (x) => {
      const copy = allocate("float32", x.length);
      copy.set(x);
      return copy;
    },
    "in shared memory": (x) => {
      const copy = new Float32Array(new SharedBuffer(4 * x.length));
      copy.set(x);
      return copy;
    },
    "as float64": (x) => Float64Array.from(x),
    "in an ONNX Runtime tensor": (data) => ({ data, dims: [data.length], type: "float32" }),
  };
  it.each(Object.entries(homes))("they have the same bits %s", (_, place) => {
    const random = new Random(6);
    const [p, t] = [0, 1].map(() => new Float32Array(20_000).map(() => random.normal()));
    const mask = new Uint8Array(20_000).map(() => Number(random.chance(0.9)));
    const bytes = (prediction: ArrayOperand, target: ArrayOperand): string => {
      const metrics = new Metrics({
        r: METRICS.PearsonCorrCoef(),
        max: METRICS.MaxError(),
        q: METRICS.MedianAbsoluteError(),
      });
      metrics.update(prediction, target, { mask });
      return toHex(metrics.toBytes());
    };
    expect(bytes(place(p), place(t))).toBe(bytes(p, t));
  });
});

describe("whoever computes", () => {
  afterEach(() => {
    forceProvider(null);
  });
  it("the interpreter and emitted modules give the same bits", () => {
    const states = (["emitted", "interpreted"] as const).map((provider) => {
      forceProvider(provider);
      const random = new Random(8);
      const metrics = new Metrics(
        Object.fromEntries(WEIGHTED.map((name) => [name, METRICS[name]({ nan: "omit", numOutputs: 2 })])),
      );
      const data = dataOf(random, 40_000, { weighted: true, masked: true, nan: true });
      feed(metrics as unknown as Metric, data, 0, 40_000);
      return toHex(metrics.toBytes());
    });
    expect(states[0]).toBe(states[1]);
  });
});

describe("the index of the largest error", () => {
  const fed = (p: readonly number[], options?: { offset?: number; mask?: Uint8Array }): MaxError => {
    const metric = new MaxError();
    metric.update(Float32Array.from(p), 0, options);
    return metric;
  };
  it("counts on from chunk to chunk", () => {
    const metric = fed([1, 2, 3]);
    metric.update(Float32Array.of(1, -9, 9), 0);
    expect(metric.compute()).toEqual({ value: 9, index: 4 });
  });
  it("is the first of equal ones in whatever order they come", () => {
    const metric = fed([5, 0], { offset: 10 });
    metric.merge(fed([0, 5], { offset: 4 }));
    expect(metric.compute()).toEqual({ value: 5, index: 5 });
  });
  it("is null where two shards began with the first element", () => {
    const metric = fed([5, 0]);
    metric.merge(fed([0, 7]));
    expect(metric.compute()).toEqual({ value: 7, index: null });
  });
  it("is of an element that counts, also where all errors are 0", () => {
    expect(fed([0, 0, 0], { mask: Uint8Array.of(0, 0, 1) }).compute()).toEqual({ value: 0, index: 2 });
    const metric = new MaxError({ nan: "omit" });
    metric.update(Float32Array.of(NaN, 0), 0);
    expect(metric.compute()).toEqual({ value: 0, index: 1 });
  });
  it("is null where no element counts", () => {
    expect(fed([1, 2], { mask: Uint8Array.of(0, 0) }).compute()).toEqual({ value: NaN, index: null });
  });
  it("is of NaN before all others", () => {
    expect(fed([1, NaN, Infinity, NaN]).compute()).toEqual({ value: NaN, index: 1 });
  });
});

describe("a copy", () => {
  it.each(METRIC_NAMES as readonly MetricName[])("of %s goes on by itself", (name) => {
    const metric = METRICS[name]({ numOutputs: 2, dim: 0, nan: "omit" });
    metric.update(Float32Array.of(1, 2, 3, NaN), Float32Array.of(1, 3, 2, 1));
    const bytes = toHex(metric.toBytes());
    const copy = metric.clone();
    expect(toHex(copy.toBytes())).toBe(bytes);
    copy.update(Float32Array.of(1, 2), 5);
    expect(toHex(metric.toBytes())).toBe(bytes);
    expect(toHex(copy.toBytes())).not.toBe(bytes);
    copy.reset();
    expect(toHex(copy.toBytes())).toBe(
      toHex(METRICS[name]({ numOutputs: 2, dim: 0, nan: "omit" }).toBytes()),
    );
  });
});

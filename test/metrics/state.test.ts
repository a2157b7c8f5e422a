/** States of metrics: what is written is read, and anything else is an error that says why. */
import { fuse } from "lossgrad/arrays";
import {
  AbsoluteErrorQuantiles,
  MaxError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanLoss,
  MeanSquaredError,
  Metrics,
} from "lossgrad/metrics";
import type { Metric, MetricsJSON } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import { toHex } from "../support/bytes.js";
import { complaint, JUNK } from "../support/junk.js";
import { METRIC_NAMES, METRICS, type MetricName } from "../support/metrics.js";
import { observe } from "../support/observe.js";
import { Random } from "../support/random.js";
import { expectError } from "../support/refuse.js";
import { sealed } from "../support/state.js";

interface MetricType {
  fromBytes(bytes: Uint8Array): Metric;
  fromJSON(json: unknown): Metric;
}
const typeOf = (metric: Metric): MetricType => metric.constructor as unknown as MetricType;

/** A metric that took numbers of all sizes. */
function example(name: MetricName): Metric {
  const metric = METRICS[name]({ nan: "omit" });
  const random = new Random(1);
  const numbers = (): Float64Array =>
    new Float64Array(50).map(() => random.normal() * 10 ** random.integer(-9, 9));
  metric.update(numbers(), numbers(), { mask: new Uint8Array(50).map(() => random.integer(0, 3)) });
  metric.update(Float32Array.of(NaN, 1, 0.1), Float32Array.of(0, 1, 0.3));
  return metric;
}

function all(): Metrics {
  const metrics = Object.fromEntries(METRIC_NAMES.map((name) => [name, METRICS[name]({ nan: "omit" })]));
  const made = new Metrics(metrics);
  made.update(Float32Array.of(1, 2, 7, NaN), Float32Array.of(1, 3, 4, 1));
  return made;
}

describe.each(METRIC_NAMES)("%s", (name) => {
  const metric = example(name);

  it("comes back from bytes and from JSON", () => {
    const bytes = metric.toBytes();
    const read = [
      typeOf(metric).fromBytes(bytes),
      typeOf(metric).fromJSON(JSON.parse(JSON.stringify(metric))),
    ];
    for (const copy of read) {
      expect(toHex(copy.toBytes())).toBe(toHex(bytes));
      expect(copy.compute()).toEqual(metric.compute());
      expect(copy.counts).toEqual(metric.counts);
      copy.merge(metric);
    }
    expect(toHex(read[0].toBytes())).toBe(toHex(read[1].toBytes()));
  });
  it("comes back without elements, and with outputs", () => {
    for (const options of [{}, { numOutputs: 3, dim: 0 }]) {
      const empty = METRICS[name](options);
      expect(toHex(typeOf(empty).fromBytes(empty.toBytes()).toBytes())).toBe(toHex(empty.toBytes()));
      const json: unknown = JSON.parse(JSON.stringify(empty));
      expect(toHex(typeOf(empty).fromJSON(json).toBytes())).toBe(toHex(empty.toBytes()));
    }
  });
  it("is refused wherever it was cut", () => {
    const bytes = metric.toBytes();
    for (let length = 0; length < bytes.length; length += 7) {
      const cut = bytes.subarray(0, length);
      expectError(() => typeOf(metric).fromBytes(cut), RangeError, "expected a state of");
      if (length <= 16) continue;
      const { error } = observe(() => typeOf(metric).fromBytes(sealed(cut)));
      expect(error).toBeInstanceOf(RangeError);
    }
  });
  it("is refused with any byte changed, also where the checksum was made right", () => {
    const bytes = metric.toBytes();
    const random = new Random(2);
    for (let round = 0; round < 200; round++) {
      const at = random.integer(16, bytes.length - 1);
      const changed = bytes.slice();
      changed[at] ^= 1 << random.integer(0, 7);
      expectError(() => typeOf(metric).fromBytes(changed), RangeError, "checksum");
      const forged = sealed(changed);
      let read: Metric | null = null;
      const { error } = observe(() => (read = typeOf(metric).fromBytes(forged)));
      // What passes is a state that other data lead to, and is written in the same way.
      if (error === undefined) expect(toHex(read!.toBytes())).toBe(toHex(forged));
      else expect(complaint(() => typeOf(metric).fromBytes(forged))).toBe(null);
    }
  });
});

describe("several metrics", () => {
  it("come back from bytes and from JSON, whatever their order", () => {
    const metrics = all();
    const read = [
      Metrics.fromBytes(metrics.toBytes()),
      Metrics.fromJSON(JSON.parse(JSON.stringify(metrics))),
    ];
    for (const copy of read) {
      expect(toHex(copy.toBytes())).toBe(toHex(metrics.toBytes()));
      expect(copy.compute()).toEqual(metrics.compute());
    }
    const reversed = [...METRIC_NAMES].reverse().map((name) => [name, METRICS[name]({ nan: "omit" })]);
    const other = new Metrics(Object.fromEntries(reversed) as Record<string, Metric>);
    other.merge(metrics);
    expect(toHex(other.toBytes())).toBe(toHex(metrics.toBytes()));
  });
  it("with fused losses take the functions", () => {
    const square = fuse((input, target) => input.sub(target).square(), { name: "square" });
    const metrics = new Metrics({ square: new MeanLoss(square), mae: new MeanAbsoluteError() });
    metrics.update(Float32Array.of(3), 1);
    expect(Metrics.fromBytes(metrics.toBytes(), [square]).compute()).toEqual({ square: 4, mae: 2 });
    expectError(
      () => Metrics.fromBytes(metrics.toBytes()),
      RangeError,
      "one of square; a fused loss is handed over",
    );
  });
});

describe("an unlike state is refused", () => {
  const mae = new MeanAbsoluteError();
  const bytes = mae.toBytes();
  const json = (changes: object): unknown => ({ ...(JSON.parse(JSON.stringify(mae)) as object), ...changes });
  const changed = (at: number, value: number): Uint8Array => {
    const copy = bytes.slice();
    copy[at] = value;
    return copy;
  };

  it.each<[string, () => unknown, string]>([
    [
      "another metric",
      () => MeanSquaredError.fromBytes(bytes),
      "a state of MeanSquaredError, got one of MeanAbsoluteError",
    ],
    ["several metrics", () => MeanSquaredError.fromBytes(all().toBytes()), "got one of other metrics"],
    ["one for several", () => Metrics.fromBytes(bytes), "expected metrics as toJSON gives it"],
    [
      "a newer version",
      () => MeanAbsoluteError.fromBytes(changed(4, 2)),
      "got version 2; a newer lossgrad wrote it",
    ],
    [
      "another magic",
      () => MeanAbsoluteError.fromBytes(changed(0, 0)),
      'the bytes of metrics, which begin with "LGMT"',
    ],
    [
      "JSON of another format",
      () => MeanAbsoluteError.fromJSON(json({ format: "x" })),
      'format "lossgrad.metrics"',
    ],
    [
      "JSON of a newer version",
      () => MeanAbsoluteError.fromJSON(json({ version: 2 })),
      "a newer lossgrad wrote it",
    ],
    [
      "JSON of another checksum",
      () => MeanAbsoluteError.fromJSON(json({ checksum: "0" })),
      "checksum differs",
    ],
    ["text", () => MeanAbsoluteError.fromJSON(JSON.stringify(mae)), "pass JSON.parse(text)"],
  ])("%s", (_, call, message) => {
    const { error } = observe(call);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(message);
  });

  it("with any property of JSON missing or of another type", () => {
    const given = JSON.parse(JSON.stringify(all())) as MetricsJSON;
    const visit = (value: unknown, change: (by: unknown) => unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const key of Object.keys(value)) {
        for (const junk of [undefined, null, "x", -1, 0.5, [], {}]) {
          const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<
            string,
            unknown
          >;
          copy[key] = junk;
          const state = change(copy) as MetricsJSON;
          expect(complaint(() => Metrics.fromJSON(state))).toBe(null);
          expect(observe(() => Metrics.fromJSON(state)).error).toBeInstanceOf(Error);
        }
      }
    };
    const { approximately, ...read } = given;
    expect(approximately).toBeTypeOf("object");
    visit(read, (changed) => changed);
    visit(read.outputs[0], (output) => ({ ...read, outputs: [output] }));
    visit(read.outputs[0].maximum, (maximum) => ({ ...read, outputs: [{ ...read.outputs[0], maximum }] }));
    visit(read.outputs[0].sums, (sums) => ({ ...read, outputs: [{ ...read.outputs[0], sums }] }));
  });
  it("and junk as well", () => {
    for (const junk of Object.values(JUNK)) {
      expect(complaint(() => MeanAbsoluteError.fromBytes(junk as never))).toBe(null);
      expect(complaint(() => MeanAbsoluteError.fromJSON(junk))).toBe(null);
      expect(complaint(() => Metrics.fromBytes(junk as never))).toBe(null);
      expect(complaint(() => Metrics.fromJSON(junk))).toBe(null);
      expect(complaint(() => mae.merge(junk as never))).toBe(null);
    }
  });
  it("before a huge number of outputs is believed", () => {
    const many = new MeanAbsoluteError({ numOutputs: 12345 }).toBytes();
    const text = new TextDecoder().decode(many.subarray(20, 130)).indexOf("12345");
    const forged = bytes.length > 0 ? many.subarray(0, 400).slice() : many;
    forged.set(new TextEncoder().encode("99999"), 20 + text);
    expectError(() => MeanAbsoluteError.fromBytes(sealed(forged)), RangeError, "the states of 99999 outputs");
  });
});

describe("merge", () => {
  it.each<[string, Metric, Metric, string]>([
    ["another metric", new MeanAbsoluteError(), new MeanSquaredError(), "MeanSquaredError"],
    [
      "other parameters",
      new MeanAbsolutePercentageError(),
      new MeanAbsolutePercentageError({ epsilon: 1 }),
      "epsilon",
    ],
    ["other options", new MaxError(), new MaxError({ nan: "omit" }), "omit"],
    ["other outputs", new MaxError({ numOutputs: 2 }), new MaxError({ numOutputs: 3 }), '"numOutputs":3'],
    [
      "other quantiles",
      new AbsoluteErrorQuantiles(),
      new AbsoluteErrorQuantiles({ quantiles: [1] }),
      "quantiles",
    ],
    ["another loss", new MeanLoss("l1Loss"), new MeanLoss("mseLoss"), "mseLoss"],
    ["another delta", new MeanLoss("huberLoss"), new MeanLoss("huberLoss", { delta: 2 }), "delta"],
  ])("of %s is refused, and changes nothing", (_, metric, other, message) => {
    const before = toHex(metric.toBytes());
    expectError(() => metric.merge(other), RangeError, message);
    expect(toHex(metric.toBytes())).toBe(before);
  });
});

it("a state has a few hundred bytes, of however many elements", () => {
  const metric = METRICS.PearsonCorrCoef();
  const data = Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i));
  metric.update(
    data,
    data.map((x) => x + 0.1),
  );
  expect(metric.toBytes().length).toBeLessThan(800);
});

describe("JSON that another program computed has none for a checksum", () => {
  it("is read, and what no elements lead to is refused all the same", () => {
    const metric = new MeanAbsoluteError();
    metric.update(Float32Array.of(1, 5), 0);
    const given = { ...(JSON.parse(JSON.stringify(metric)) as MetricsJSON), checksum: "none" };
    expect(MeanAbsoluteError.fromJSON(given).compute()).toBe(3);
    const [output] = given.outputs;
    const more = { ...given, outputs: [{ ...output, weights: { ...output.weights, integer: "2" } }] };
    expectError(() => MeanAbsoluteError.fromJSON(more), RangeError, "an odd integer times 2^exponent");
  });
});

/** What `update` takes, leaves out and refuses; and the losses that metrics are made of. */
import { fuse as fuseTensors, tensor, zeros } from "lossgrad";
import { fuse, LossAccumulator, softMarginLoss, where } from "lossgrad/arrays";
import { MeanAbsoluteError, MeanAbsolutePercentageError, MeanLoss, Metrics, R2Score } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import { losses } from "../../src/loss/losses.js";
import type { LossName, LossRow } from "../../src/loss/losses.js";
import { toHex } from "../support/bytes.js";
import { complaint, JUNK } from "../support/junk.js";
import { METRIC_NAMES, METRICS } from "../support/metrics.js";
import { observe } from "../support/observe.js";
import { Random } from "../support/random.js";
import { expectError } from "../support/refuse.js";

const random = new Random(1);
const numbers = (n: number): Float64Array => new Float64Array(n).map(() => random.normal() * 2);

describe.each(METRIC_NAMES)("%s", (name) => {
  it("leaves out NaN in predictions, targets and weights, and counts them", () => {
    const metric = METRICS[name]({ nan: "omit" });
    const clean = METRICS[name]({ nan: "omit" });
    const weight = name === "MaxError" || name === "MeanLoss" ? [1, 1, 1, 1, 1] : [1, 2, 3, NaN, 1];
    metric.update(Float64Array.of(NaN, 2, 4, 7, 1), Float64Array.of(1, NaN, 2, 7, 3), {
      weight: Float64Array.from(weight),
    });
    const kept = [2, ...(Number.isNaN(weight[3]) ? [] : [3]), 4];
    const at = (x: number[]): Float64Array => Float64Array.from(kept, (i) => x[i]);
    clean.update(at([NaN, 2, 4, 7, 1]), at([1, NaN, 2, 7, 3]), { weight: at(weight) });
    const value = metric.compute();
    if (name === "MaxError") expect(value).toEqual({ value: 2, index: 2 });
    else expect(value).toEqual(clean.compute());
    expect(metric.counts).toEqual({ count: kept.length, masked: 0, nan: 5 - kept.length });
  });
  it("refuses a NaN where that is asked for, says which it is, and adds nothing", () => {
    const metric = METRICS[name]({ nan: "error", numOutputs: 2 });
    metric.update(Float32Array.of(1, 2, 3, 4), 1);
    const before = toHex(metric.toBytes());
    const p = Float32Array.of(NaN, 2, 3, NaN, 5, NaN);
    const mask = Uint8Array.of(0, 1, 1, 1, 1, 1);
    expectError(() => metric.update(p, 1, { mask }), RangeError, "got 2 elements with one, the first at 3");
    expect(toHex(metric.toBytes())).toBe(before);
  });
  it("takes what a mask leaves out as if it were not there", () => {
    const [masked, clean] = [METRICS[name](), METRICS[name]()];
    masked.update(Float32Array.of(1, NaN, 3, Infinity, 0), Float32Array.of(2, 0, 9, NaN, 0), {
      mask: Uint8Array.of(1, 0, 1, 0, 255),
    });
    clean.update(Float32Array.of(1, 3, 0), Float32Array.of(2, 9, 0));
    if (name === "MaxError") expect(masked.compute()).toEqual({ value: 6, index: 2 });
    else expect(masked.compute()).toEqual(clean.compute());
    expect(masked.counts).toEqual({ count: 3, masked: 2, nan: 0 });
  });
  it("refuses junk as an operand or an option, and adds nothing", () => {
    const metric = METRICS[name]();
    const before = toHex(metric.toBytes());
    const [p, t] = [new Float32Array(2), new Float32Array(2)];
    for (const junk of Object.values(JUNK)) {
      expect(complaint(() => metric.update(junk as never, t))).toBe(null);
      expect(complaint(() => metric.update(p, t, junk as never))).toBe(null);
      expect(complaint(() => metric.update(p, t, { weight: junk as never }))).toBe(null);
      expect(complaint(() => metric.update(p, t, { mask: junk as never }))).toBe(null);
      expect(complaint(() => metric.update(p, t, { offset: junk as never }))).toBe(null);
      expect(complaint(() => METRICS[name](junk as never))).toBe(null);
      metric.reset();
    }
    expect(toHex(metric.toBytes())).toBe(before);
  });
});

describe("operands", () => {
  it("of every dtype are read as the numbers they are", () => {
    const values = [1, 2, 3, 5];
    const operands = [
      Uint8Array.from(values),
      Int16Array.from(values),
      BigInt64Array.from(values, BigInt),
      { data: Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4500), dtype: "float16" as const },
      { data: Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x40a0), dtype: "bfloat16" as const },
      tensor(values, { dtype: "float16" }),
      tensor(values, { requiresGrad: true }),
      { data: Float32Array.from(values), dims: [2, 2], type: "float32" },
    ];
    for (const operand of operands) {
      const metric = new R2Score();
      metric.update(operand, Float64Array.of(1, 3, 3, 4));
      expect(metric.compute()).toBe(1 - 2 / 4.75);
    }
  });
  it.each<[string, () => void, string]>([
    [
      "of other lengths",
      () => new R2Score().update(new Float32Array(2), new Float32Array(3)),
      "of one length",
    ],
    [
      "with weights of another length",
      () => new R2Score().update(new Float32Array(2), 0, { weight: new Float32Array(3) }),
      "weight of 2 elements",
    ],
    ["of another shape", () => new R2Score().update(zeros([2, 3]), zeros([3, 2])), "of one shape"],
  ])("%s are refused", (_, call, message) => {
    expectError(call, RangeError, message);
  });
});

describe("MeanLoss", () => {
  it.each(Object.keys(losses) as LossName[])("%s is the exact mean of the terms in float64", (name) => {
    const { parameter, weightedMean }: LossRow = losses[name];
    const parameters = parameter ? [{}, { [parameter.name]: 0.7 }] : [{}];
    for (const given of parameters) {
      for (const weighted of weightedMean ? [false, true] : [false]) {
        const [p, t] = [Float32Array.from(numbers(500)), Float32Array.from(numbers(500))];
        const options = weighted ? { weight: new Float32Array(500).map(() => random.next()) } : {};
        const metric = new MeanLoss(name, given);
        metric.update(p, t, options);
        const total = new LossAccumulator(name, given);
        total.update(p, t, { dtype: "float64", ...options });
        expect(metric.compute()).toBe(total.mean());
      }
    }
  });
  it("is the same of a function that either fuse made", () => {
    const square = fuse((input, target, { by }) => input.sub(target).square().mul(by), {
      name: "square",
      parameters: { by: 2 },
    });
    const ofTensors = fuseTensors((input, target, { by }) => input.sub(target).square().mul(by), {
      name: "square",
      parameters: { by: 2 },
    });
    const [a, b] = [new MeanLoss(square), new MeanLoss(ofTensors)];
    for (const metric of [a, b]) metric.update(Float32Array.of(1, 2), 0);
    expect(toHex(a.toBytes())).toBe(toHex(b.toBytes()));
    expect(a.compute()).toBe(5);
    expect(new MeanLoss(square, { by: 3 } as object).parameters).toEqual({
      loss: "square",
      parameters: { by: 3 },
    });
  });
  it.each<[string, () => unknown, typeof TypeError | typeof RangeError, string]>([
    ["a loss that there is not", () => new MeanLoss("mae" as LossName), TypeError, '"l1Loss"'],
    [
      "a function that is not fused",
      () => new MeanLoss((() => 0) as never),
      TypeError,
      "a function that fuse made",
    ],
    [
      "one without a name",
      () => new MeanLoss(fuse((a, b) => a.sub(b))),
      TypeError,
      "a fused function with a name",
    ],
    [
      "one of three operands",
      () => new MeanLoss(fuse((a, b, c) => a.sub(b).mul(c), { name: "three" })),
      TypeError,
      "three of 3",
    ],
    [
      "one of conditions",
      () => new MeanLoss(fuse((a, b) => a.gt(b), { name: "more" })),
      TypeError,
      "write where(condition, 1, 0)",
    ],
    ["an option that it does not have", () => new MeanLoss("l1Loss", { beta: 1 }), TypeError, "'beta'"],
    [
      "a delta that is not above 0",
      () => new MeanLoss("huberLoss", { delta: 0 }),
      RangeError,
      "non-positive",
    ],
    [
      "weights for smoothL1Loss",
      () => new MeanLoss("smoothL1Loss").update(numbers(1), 0, { weight: numbers(1) }),
      TypeError,
      "smoothL1Loss takes none",
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expectError(call, kind, message);
  });
  it("is that of softMarginLoss, which is a formula", () => {
    const metric = new MeanLoss(softMarginLoss);
    const [x, y] = [numbers(30), numbers(30).map(Math.sign)];
    metric.update(x, y);
    expect(metric.compute()).toBeCloseTo(softMarginLoss(x, y), 14);
    expect(MeanLoss.fromBytes(metric.toBytes(), softMarginLoss).compute()).toBe(metric.compute());
  });
  it("takes where in formulas", () => {
    const pinball = fuse((p, t) => where(t.sub(p).ge(0), t.sub(p).mul(0.9), p.sub(t).mul(0.1)), {
      name: "pinball",
    });
    const metric = new MeanLoss(pinball);
    metric.update(Float64Array.of(0, 2), 1);
    expect(metric.compute()).toBe(0.5);
  });
});

describe("a chunk that the caller's own code takes away", () => {
  it("while a fused loss is traced is refused", () => {
    const p = Float64Array.of(1, 2);
    let isTransferred = false;
    const thief = fuse(
      (input, target) => {
        if (isTransferred) structuredClone(p, { transfer: [p.buffer] });
        return input.sub(target);
      },
      { name: "thief" },
    );
    const metric = new MeanLoss(thief);
    isTransferred = true;
    const { error } = observe(() => metric.update(p, 0));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain("MeanLoss.update: expected prediction");
    expect(metric.counts.count).toBe(0);
  });
});

describe("Metrics", () => {
  it.each<[string, () => unknown, typeof TypeError | typeof RangeError, string]>([
    ["none", () => new Metrics({}), TypeError, "a metric at least"],
    ["a list", () => new Metrics([new R2Score()] as never), TypeError, "metrics by name"],
    [
      "what is no metric",
      () => new Metrics({ a: 1 as never }),
      TypeError,
      "expected a to be a metric, got 1",
    ],
    [
      "other options",
      () => new Metrics({ a: new R2Score(), b: new R2Score({ nan: "omit" }) }),
      RangeError,
      "metrics of one nan",
    ],
    [
      "functions of one name",
      () =>
        new Metrics({
          a: new MeanLoss(fuse((x, y) => x.sub(y), { name: "f" })),
          b: new MeanLoss(fuse((x, y) => y.sub(x), { name: "f" })),
        }),
      RangeError,
      "losses of different names",
    ],
    [
      "weights that one does not take",
      () => new Metrics({ a: new MeanLoss("smoothL1Loss") }).update(numbers(1), 0, { weight: numbers(1) }),
      TypeError,
      "takes none",
    ],
  ])("refuse %s", (_, call, kind, message) => {
    expectError(call, kind, message);
  });
  it("refuse a metric with elements, which would be lost", () => {
    const metric = new MeanAbsoluteError();
    metric.update(Float32Array.of(1), 0);
    expectError(() => new Metrics({ a: metric }), RangeError, "without elements");
  });
});

it.each([0, -1, NaN, Infinity, "1"])("an epsilon of %s is refused", (epsilon) => {
  expectError(
    () => new MeanAbsolutePercentageError({ epsilon: epsilon as number }),
    RangeError,
    "a number above 0",
  );
});

/** Losses of rows of classes as metrics: PyTorch's, scikit-learn's, in any cut and order. */
import { F, tensor } from "lossgrad";
import { CrossEntropy, MeanAbsoluteError, MeanLoss, Metrics, NegativeLogLikelihood } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import { Random } from "../support/random.js";

const random = new Random(5);
const [ROWS, CLASSES] = [60, 7];
const logits = Float32Array.from({ length: ROWS * CLASSES }, () => random.normal() * 3);
const labels = Int32Array.from({ length: ROWS }, (_, i) => (i % 11 === 3 ? -100 : (i * 5) % CLASSES));
const weight = Array.from({ length: CLASSES }, () => random.next() + 0.25);
const own = Float32Array.from({ length: ROWS }, () => random.next());

const options = [{}, { weight }, { labelSmoothing: 0.2 }, { weight, labelSmoothing: 0.1, ignoreIndex: 3 }];
const targetsOf = ({ ignoreIndex = -100 }: { ignoreIndex?: number }): Int32Array =>
  labels.map((one) => (one === -100 ? ignoreIndex : one));

describe.each(options)("CrossEntropy of %o", (given) => {
  const target = targetsOf(given);

  it("is that of F.crossEntropy of the same numbers in float64", () => {
    const x = tensor(Float64Array.from(logits)).reshape(ROWS, CLASSES);
    const t = tensor(BigInt64Array.from(target, BigInt));
    const w = given.weight ? tensor(Float64Array.from(weight)) : null;
    const metric = new CrossEntropy(given);
    metric.update(logits, target);
    const expected = F.crossEntropy(x, t, { ...given, weight: w }).item();
    expect(Math.abs(metric.compute() - expected)).toBeLessThan(1e-14);
    const masked = target.filter((one) => one === (given.ignoreIndex ?? -100)).length;
    expect(metric.counts).toEqual({ count: ROWS - masked, masked, nan: 0 });
  });

  it("has the same bits in any cut and order, merged and read back", () => {
    const whole = new CrossEntropy(given);
    whole.update(logits, target, { weight: own });
    const total = new CrossEntropy(given);
    for (const [from, to] of [[40, 60], [0, 1], [1, 40]]) {
      const shard = new CrossEntropy(given);
      const x = logits.subarray(from * CLASSES, to * CLASSES);
      shard.update({ data: x, dims: [to - from, CLASSES], type: "float32" }, target.subarray(from, to), {
        weight: own.subarray(from, to),
      });
      total.merge(from === 0 ? CrossEntropy.fromBytes(shard.toBytes()) : shard.clone());
    }
    expect(total.toBytes()).toEqual(whole.toBytes());
    expect(total.compute()).toBe(whole.compute());
    const read = CrossEntropy.fromJSON(JSON.parse(JSON.stringify(whole)));
    expect(read.toBytes()).toEqual(whole.toBytes());
    expect(read.parameters).toEqual(whole.parameters);
  }); // prettier-ignore
});

describe("NegativeLogLikelihood", () => {
  const x = tensor(Float64Array.from(logits)).reshape(ROWS, CLASSES);
  const logs = F.logSoftmax(x, { dim: 1 });

  it.each([{}, { weight, ignoreIndex: 3 }])("of log-softmax is the cross-entropy: %o", (given) => {
    const target = targetsOf(given);
    const [metric, other] = [new NegativeLogLikelihood(given), new CrossEntropy(given)];
    metric.update(logs.array<Float64Array>().slice(), target, { weight: own });
    other.update(Float64Array.from(logits), target, { weight: own });
    expect(metric.compute()).toBeCloseTo(other.compute(), 13);
    expect(metric.counts).toEqual(other.counts);
    const read = NegativeLogLikelihood.fromJSON(JSON.parse(JSON.stringify(metric)));
    expect(read.toBytes()).toEqual(metric.toBytes());
    expect(() => read.merge(new CrossEntropy(given) as never)).toThrow(/NegativeLogLikelihood/);
  });

  it("has no labelSmoothing", () => {
    expect(() => new NegativeLogLikelihood({ labelSmoothing: 0.1 } as object)).toThrow(/labelSmoothing/);
  });
});

describe("CrossEntropy", () => {
  /** sklearn.metrics.log_loss([0, 2, 1], softmax(x), labels=[0, 1, 2], sample_weight=w). */
  it("is scikit-learn's log_loss, with weights of the rows", () => {
    const x = new Float64Array([2, 1, 0, 0, 3, 0, 1, 1, 1]);
    const metric = new CrossEntropy();
    metric.update(x, Uint8Array.of(0, 2, 1), { weight: Float64Array.of(1, 0.5, 2) });
    expect(metric.compute()).toBeCloseTo(1.18636914856888, 14);
  });

  it("reads tensors, classes in another dimension, and halves", () => {
    const x = tensor(logits).reshape(4, 15, CLASSES);
    const plain = new CrossEntropy();
    plain.update(x.transpose(1, 2).clone().add(0), labels);
    const rows = new CrossEntropy();
    rows.update(logits, labels);
    expect(plain.compute()).toBe(rows.compute());
    const halves = new CrossEntropy();
    halves.update(x.to("float16").reshape(ROWS, CLASSES), labels);
    expect(halves.compute()).toBeCloseTo(rows.compute(), 2);
  });

  it("leaves rows out whose mask is 0, whatever stands there, and those with a NaN if asked", () => {
    const x = Float64Array.of(2, 1, NaN, 0, 0, 3);
    const metric = new CrossEntropy({ nan: "omit" });
    metric.update(x, Int32Array.of(0, 1, 99), { mask: Uint8Array.of(1, 1, 0) });
    expect(metric.counts).toEqual({ count: 1, masked: 1, nan: 1 });
    expect(metric.compute()).toBeCloseTo(Math.log(1 + Math.exp(-1)), 15);
    const strict = new CrossEntropy({ nan: "error" });
    expect(() => strict.update(x, Int32Array.of(0, 1, 0))).toThrow(/the first at 1;/);
    expect(strict.counts.count).toBe(0);
    const lax = new CrossEntropy();
    lax.update(x, Int32Array.of(0, 1, 0));
    expect(lax.compute()).toBeNaN();
  });

  it("is NaN of nothing, and takes empty chunks", () => {
    const metric = new CrossEntropy();
    metric.update(new Float32Array(0), new Int32Array(0));
    expect([metric.compute(), metric.counts.count]).toEqual([NaN, 0]);
  });

  it("stands in Metrics by itself", () => {
    const metrics = new Metrics({ ce: new CrossEntropy({ weight }) });
    metrics.update(logits, labels);
    const alone = new CrossEntropy({ weight });
    alone.update(logits, labels);
    expect(metrics.compute()).toEqual({ ce: alone.compute() });
    expect(Metrics.fromBytes(metrics.toBytes()).compute()).toEqual(metrics.compute());
    expect(() => new Metrics({ mae: new MeanAbsoluteError(), ce: new CrossEntropy() })).toThrow(
      /expected metrics that read the same, got mae of elements and ce of rows/,
    );
  });

  const x = new Float32Array(6);
  const update = (...args: unknown[]) => {
    const metric = new CrossEntropy({ weight: [1, 2, 3] });
    return () => (metric.update as (...args: unknown[]) => void).apply(metric, args);
  };
  it.each([
    [() => new CrossEntropy({ weight: [1, NaN] }), /expected weight to be of finite numbers, got NaN at 1/],
    [() => new CrossEntropy({ weight: "ab" as never }), /expected weight to be an array of numbers, got "ab"/],
    [() => new MeanLoss("crossEntropy" as never), /MeanLoss: expected a loss of elements, got "crossEntropy"/],
    [() => new MeanLoss("l2" as never), /^MeanLoss: expected loss to be one of "l1Loss"/],
    [() => new CrossEntropy({ labelSmoothing: NaN }), /label_smoothing must be between 0.0 and 1.0. Got: nan/],
    [() => new CrossEntropy({ labelSmoothing: 1.5 }), /label_smoothing must be between 0.0 and 1.0/],
    [() => new CrossEntropy({ ignoreIndex: 0.5 }), /argument 'ignoreIndex' must be int, not 0.5/],
    [() => new CrossEntropy({ numOutputs: 2 } as never), /expected no numOutputs/],
    [() => new CrossEntropy({ reduction: "sum" } as never), /reduction/],
    [update(x, Float32Array.of(0, 1)), /expected target to be of integers, a class for each row, got float32/],
    [update(x, 1), /expected target to be/],
    [update(x, Int32Array.of(0, 3)), /Target 3 is out of bounds/],
    [update(x, Int32Array.of(0, 1, 2, 0)), /expected as many numbers for each of 4 targets, got a prediction of 6/],
    [update(x, Int32Array.of(0, 1, 2)), /expected rows of 3 classes, each of which has a weight, got rows of 2/],
    [update(x, Int32Array.of(0, 1), { mask: Uint8Array.of(1) }), /CrossEntropy.update: expected mask to have a byte for each of 2 rows, got 1/],
    [update(x, Int32Array.of(0, 1), { weight: Float32Array.of(1) }), /expected weight of 2 elements, got 1/],
    [update(x, Int32Array.of(0, 1), { ignoreIndex: 1 }), /ignoreIndex/],
    [update({ data: x, dims: [3, 2], type: "float32" }, Int32Array.of(0, 1)), /expected a target for each of 3 rows/],
  ] as [() => unknown, RegExp][])("refuses what it does not take: %#", (call, message) => {
    expect(call).toThrow(message);
  }); // prettier-ignore
});

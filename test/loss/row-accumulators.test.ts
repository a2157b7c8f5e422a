/** Accumulators of the losses of rows of classes: the same bits in any cut and order. */
import * as lossgrad from "lossgrad";
import { F, tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { rowwiseLosses, type RowwiseLossName } from "../../src/loss/rowwise.js";
import { Random } from "../support/random.js";

const [N, C] = [60, 5];
const random = new Random(7);
const logits = Float32Array.from({ length: N * C }, () => random.normal() * 3);
const labels = Int32Array.from({ length: N }, (_, i) => (i % 7 === 3 ? -100 : (i * 3) % C));
const weight = Float32Array.of(0.1, 2, 0.7, 1.3, 0.5);
const kept = Uint8Array.from({ length: N }, (_, i) => Number(i % 4 !== 1));
type Cut = readonly (readonly [from: number, to: number])[];
/** Rows that are taken together, in the order in which they are taken. */
const WHOLE: Cut = [[0, N]];
const CUTS: readonly Cut[] = [WHOLE, [[0, 1], [1, 17], [17, 17], [17, N]], [[33, N], [0, 17], [17, 33]]]; // prettier-ignore

function ofArrays(name: RowwiseLossName, cut: Cut): arrays.LossAccumulator {
  const total = new arrays.LossAccumulator(name);
  for (const [from, to] of cut) {
    const [x, t] = [logits.subarray(from * C, to * C), labels.subarray(from, to)];
    total.update(x, t, { weight, mask: kept.subarray(from, to), classes: C });
  }
  return total;
}

function ofTensors(name: RowwiseLossName, cut: Cut): lossgrad.LossAccumulator {
  const total = new lossgrad.LossAccumulator(name);
  for (const [from, to] of cut) {
    const x = tensor(logits.slice(from * C, to * C)).reshape(to - from, C);
    const t = tensor(BigInt64Array.from(labels.subarray(from, to), BigInt));
    total.update(x, t, { weight: tensor(weight), mask: tensor(kept.slice(from, to)) });
  }
  return total;
}

describe.each(Object.keys(rowwiseLosses) as RowwiseLossName[])("%s", (name) => {
  const whole = ofArrays(name, WHOLE);

  it("has the same bytes of any cut, of tensors and typed arrays, and merges", () => {
    for (const cut of CUTS) {
      expect(ofArrays(name, cut).toBytes()).toEqual(whole.toBytes());
      expect(ofTensors(name, cut).toBytes()).toEqual(whole.toBytes());
    }
    const [first, rest] = [ofArrays(name, [[0, 20]]), ofArrays(name, [[20, N]])];
    rest.merge(first);
    expect(rest.toBytes()).toEqual(whole.toBytes());
    expect(arrays.LossAccumulator.fromBytes(whole.toBytes()).toBytes()).toEqual(whole.toBytes());
    const json = JSON.parse(JSON.stringify(whole)) as unknown;
    expect(lossgrad.LossAccumulator.fromJSON(json).toBytes()).toEqual(whole.toBytes());
  });

  it("counts the rows that are neither masked nor ignored, and divides by their weights", () => {
    const counting = Array.from(labels.keys()).filter((i) => kept[i] && labels[i] >= 0);
    expect(whole.count).toBe(counting.length);
    expect(whole.weightSum()).toBeCloseTo(
      counting.reduce((sum, i) => sum + weight[labels[i]], 0),
      12,
    );
    const t = tensor(BigInt64Array.from(labels, BigInt));
    const options = { weight: tensor(weight), mask: tensor(kept) };
    const expected = F[name](tensor(logits).reshape(N, C), t, options).item();
    expect(whole.mean()).toBeCloseTo(expected, 6);
  });

  it("has parameters, which states tell, and refuses what the loss refuses, changing nothing", () => {
    const total = new arrays.LossAccumulator(name, { ignoreIndex: 2 });
    total.update(logits, labels.map((label) => Math.max(label, 0)), { classes: C }); // prettier-ignore
    expect(total.count).toBe(labels.filter((label) => label !== 2).length);
    expect(total.parameters).toMatchObject({ ignoreIndex: 2 });
    const before = total.toBytes();
    expect(() => total.update(logits, labels.map(() => 9))).toThrow("Target 9 is out of bounds."); // prettier-ignore
    expect(() => new arrays.LossAccumulator(name).merge(total)).toThrow("expected an accumulator of");
    expect(() => new arrays.LossAccumulator(name, { delta: 1 })).toThrow("'delta'");
    expect(total.toBytes()).toEqual(before);
  });
});

it("crossEntropy takes probabilities and smooths labels; losses of elements take no classes", () => {
  const shares = Float32Array.from({ length: 6 }, (_, i) => (i % 3 === 1 ? 0.5 : 0.25));
  const parameters = { labelSmoothing: 0.25 };
  const total = new arrays.LossAccumulator("crossEntropy", parameters);
  total.update(logits.subarray(0, 6), shares, { classes: 3 });
  expect(total.count).toBe(2);
  const expected = arrays.crossEntropy(logits.subarray(0, 6), shares, { classes: 3, ...parameters });
  expect(total.mean()).toBeCloseTo(expected, 6);
  expect(() => new arrays.LossAccumulator("l1Loss").update(logits, 0, { classes: 3 })).toThrow("'classes'");
});

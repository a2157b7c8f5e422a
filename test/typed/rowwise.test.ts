/** The losses of rows of classes, of typed arrays: the bits of tensors, layouts, places, and errors. */
import { autograd, F, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { allocate } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { rowwiseLosses, type RowwiseLossName, type RowwiseRow } from "../../src/loss/rowwise.js";
import { Random } from "../support/random.js";

const rows = Object.entries(rowwiseLosses) as [RowwiseLossName, RowwiseRow][];
const REDUCTIONS = ["none", "mean", "sum"] as const;

function numbers(n: number, seed: number): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: n }, () => random.normal() * 4);
}

/** Where two arrays first differ, or -1. */
function differing(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}

describe.each(rows)("%s", (name, row) => {
  const loss = arrays[name] as typeof arrays.crossEntropy;
  const tensors = F[name];

  it("has the bits of tensors, of float32 and float64, classes of any integer type, in both memories", () => {
    for (const [n, size] of [[0, 3], [1, 1], [4, 5], [2, 17000], [3000, 7]]) {
      const labels = Array.from({ length: n }, (_, i) => (i % 5 === 4 ? -100 : (i * 31) % size));
      const weight = numbers(size, 2).map(Math.abs);
      for (const Floats of [Float32Array, Float64Array]) {
        const x = Floats.from(numbers(n * size, n + size));
        const place = allocate(Floats === Float32Array ? "float32" : "float64", n * size) as typeof x;
        place.set(x);
        const all = [Int32Array.from(labels), BigInt64Array.from(labels, BigInt), Int16Array.from(labels)];
        for (const target of size > 1000 ? all.slice(0, 1) : all) {
          for (const reduction of REDUCTIONS) {
            const w = Floats.from(weight);
            const leaf = tensor(x).reshape(n, size).requiresGrad_();
            const y = tensors(leaf, tensor(BigInt64Array.from(labels, BigInt)), { reduction, weight: tensor(w) });
            const [g] = autograd.grad(y, leaf, { gradOutputs: tensor(new Floats(y.numel()).fill(1)).reshape([...y.shape]) });
            for (const prediction of [x, place]) {
              const options = { reduction, weight: w, classes: size, dtype: leaf.dtype };
              const { value, grad } = loss.valueAndGrad(prediction, target, options);
              expect(value).toEqual(reduction === "none" ? Floats.from(y.tolist() as number[]) : y.item());
              expect(loss(prediction, target, options)).toEqual(value);
              expect(differing(grad, g!.flatten().tolist() as number[])).toBe(-1);
            }
          }
        }
      }
    }
  }); // prettier-ignore

  it("adds up more rows than the memory had room for", () => {
    const n = 2 ** 21 + name.length;
    const target = new Int8Array(n);
    expect(loss(new Float32Array(n).fill(-1), target, { reduction: "sum" })).toBe(name === "nllLoss" ? n : 0);
  });

  it("a shape says where the classes lie; halves and runtime tensors are read", () => {
    const x = Float32Array.from(numbers(2 * 3 * 4, 5));
    const labels = Int8Array.of(0, 1, 2, 0, 2, 2, 1, 0);
    const whole = tensor(x).reshape(2, 3, 4);
    const target = tensor(BigInt64Array.from(labels, BigInt)).reshape(2, 4);
    const expected = tensors(whole, target, { reduction: "sum" }).item();
    const options = { reduction: "sum", dtype: "float32" } as const;
    expect(loss(x, labels, { ...options, shape: [2, 3, 4] })).toBe(expected);
    expect(loss({ data: x, dims: [2, 3, 4], type: "float32" }, labels, options)).toBe(expected);
    // An array of Uint16Array, or of Float16Array where the engine has it.
    const { buffer, byteOffset, byteLength } = whole.to("float16").array();
    const bits = new Uint16Array(buffer.slice(byteOffset, byteOffset + byteLength));
    const half = tensors(whole.to("float16"), target, { reduction: "sum" }).item();
    const halves = { data: bits, dtype: "float16" } as const;
    expect(loss(halves, labels, { reduction: "sum", shape: [2, 3, 4], dtype: "float16" })).toBe(half);
  });

  it("the gradient may replace an operand, in either memory, of rows longer than a window too", () => {
    for (const [n, size] of [[3, 5], [1, 17000]]) {
      const x = numbers(n * size, 9);
      const labels = Int32Array.from({ length: n }, (_, i) => (i * 3) % size);
      const expected = loss.valueAndGrad(x, labels);
      const inside = allocate("float64", n * size);
      inside.set(x);
      for (const own of [x.slice(), inside]) {
        const { value, grad } = loss.valueAndGrad(own, labels, { grad: own });
        expect(value).toBe(expected.value);
        expect(grad).toBe(own);
        expect(differing(own, expected.grad)).toBe(-1);
      }
    }
  }); // prettier-ignore

  const x = new Float32Array(12);
  const t = Int32Array.of(0, 1, 2);
  it.each<[string, () => unknown]>([
    ["Target 4 is out of bounds.", () => loss(x, Int32Array.of(0, 1, 4))],
    ["Target -1 is out of bounds.", () => loss(x, Int32Array.of(0, 1, -1))],
    [`${name}: expected as many numbers for each of 5 targets, got a prediction of 12`, () => loss(x, new Int32Array(5))],
    [`${name}: expected rows of 5 numbers, got a prediction of 12`, () => loss(x, t, { classes: 5 })],
    [`${name}: expected a target for each of 4 rows, got 3`, () => loss(x, t, { classes: 3 })],
    [`${name}: expected classes to be a positive whole number, got 0`, () => loss(x, t, { classes: 0 })],
    [`${name}: expected classes or shape, got both`, () => loss(x, t, { classes: 4, shape: [3, 4] })],
    [`${name}: expected a shape of 12 elements with a dimension of classes, got [3, 5]`, () => loss(x, t, { shape: [3, 5] })],
    [`${name}: expected a weight for each of 4 classes, got 3`, () => loss(x, t, { weight: new Float32Array(3) })],
    [`${name}: expected a floating prediction, which has a gradient, got int32`, () => loss.valueAndGrad(new Int32Array(12), t)],
    [`${name}: expected out with reduction "none" only`, () => loss(x, t, { out: x })],
    [`${name}: expected grad of length 12, got 3`, () => loss.valueAndGrad(x, t, { grad: new Float32Array(3) })],
    [`${name}() got an unexpected keyword argument 'posWeight'`, () => loss(x, t, { posWeight: t } as never)],
    ["bar is not a valid value for reduction", () => loss(x, t, { reduction: "bar" as never })],
    [`use F.${name}`, () => loss(tensor([1]) as never, t)],
  ])("refuses: %s", (message, call) => {
    expect(call).toThrow(message);
  }); // prettier-ignore

  it("a class out of range is refused before anything is written", () => {
    const grad = new Float32Array(12).fill(7);
    expect(() => loss.valueAndGrad(x, Int32Array.of(0, 1, 4), { grad })).toThrow("Target 4");
    const own = Float32Array.from(numbers(12, 1));
    const before = own.slice();
    expect(() => loss.valueAndGrad(own, Int32Array.of(9, 1, 2), { grad: own })).toThrow("Target 9");
    expect([...grad, ...own]).toEqual([...new Float32Array(12).fill(7), ...before]);
  });

  it("says which kinds of targets it takes", () => {
    const shares = new Float32Array(12);
    const message = row.takesProbabilities
      ? `${name}: expected classes or shape beside a target of probabilities`
      : `${name}: expected target to be of integers, classes, got float32`;
    expect(() => loss(x, shares, row.takesProbabilities ? {} : { classes: 4 })).toThrow(message);
  });
});

describe("crossEntropy of probabilities", () => {
  const [n, size] = [5, 7];
  const x = Float32Array.from(numbers(n * size, 3));
  const y = Float32Array.from(numbers(n * size, 4), Math.abs);
  const of = (values: Float32Array): Tensor => tensor(values).reshape(n, size);

  it("has the bits of tensors, smoothed and weighted, for all reductions", () => {
    const weight = Float32Array.from(numbers(size, 6), Math.abs);
    for (const reduction of REDUCTIONS) {
      const options = { reduction, labelSmoothing: 0.25, dtype: "float32" } as const;
      const leaf = of(x).requiresGrad_();
      const expected = F.crossEntropy(leaf, of(y), { reduction, labelSmoothing: 0.25, weight: tensor(weight) });
      const { value, grad } = arrays.crossEntropy.valueAndGrad(x, y, { ...options, classes: size, weight });
      expect(value).toEqual(reduction === "none" ? Float32Array.from(expected.tolist() as number[]) : expected.item());
      const [g] = autograd.grad(expected.sum(), leaf);
      expect(grad).toEqual(Float32Array.from(g!.flatten().tolist() as number[]));
    }
  }); // prettier-ignore

  it("the gradient may take the place of the probabilities", () => {
    const expected = arrays.crossEntropy.valueAndGrad(x, y, { classes: size });
    const inside = allocate("float32", n * size);
    inside.set(y);
    const logits = allocate("float32", n * size);
    logits.set(x);
    for (const [prediction, own] of [[x, y.slice()], [logits, inside]]) {
      arrays.crossEntropy.valueAndGrad(prediction, own, { classes: size, grad: own });
      expect(Array.from(own)).toEqual(Array.from(expected.grad));
    }
  }); // prettier-ignore

  it("needs a probability for each number", () => {
    expect(() => arrays.crossEntropy(x, y.subarray(1), { classes: size })).toThrow(
      "crossEntropy: expected a probability for each of 35 numbers, got 34",
    );
  });
});

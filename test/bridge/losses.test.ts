/** The losses of rows, sets, sequences and images of typed arrays: the bits of tensors, and errors. */
import { autograd, memoryStats, noGrad, ones, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import {
  arraysOf,
  callPart,
  keptOf,
  PART_CASES,
  type PartCase,
  tensorsOf,
  weightsOf,
  withJunk,
} from "../support/part-losses.js";

type Loss = ((...args: unknown[]) => unknown) & {
  valueAndGrad: (...args: unknown[]) => { value: unknown; grad: unknown; grads: unknown[] };
};
const lossBy = (name: string): Loss => (arrays as unknown as Record<string, Loss>)[name];
const REDUCTIONS = ["none", "mean", "sum"] as const;
const numbers = (x: Tensor): number[] => x.detach().flatten().tolist() as number[];

/** Losses of margins have kernels of their own, whose gradient is that by the prediction alone. */
const isOfMargins = ({ name }: PartCase): boolean => /^(multiMargin|multilabelMargin)Loss$/.test(name);

/** The value of tensors, and its gradients for an upstream gradient of 1. */
function expectedOf(given: PartCase, operands: readonly Tensor[], options: object): [Tensor, number[][]] {
  const leaves = given.differentiable.map((i) => operands[i].requiresGrad_());
  const value = callPart(given, operands, options);
  const gradOutputs = ones([...value.shape], { dtype: value.dtype });
  return [value, autograd.grad(value, leaves, { gradOutputs }).map((gradient) => numbers(gradient!))];
}

describe.each(PART_CASES.map((given): [string, PartCase] => [given.name, given]))("%s", (name, given) => {
  const loss = lossBy(name);
  const { operands, plain = [], options, differentiable } = given;
  const { shape } = operands[0];

  it("has the bits of tensors, for all reductions, and leaves no memory behind", () => {
    for (const floats of [Float32Array, Float64Array]) {
      const all = arraysOf(given, floats);
      for (const reduction of REDUCTIONS) {
        const [value, slopes] = expectedOf(given, tensorsOf(given, all), { ...options, reduction });
        const whole = { ...options, reduction, shape, ...(isOfMargins(given) && { dtype: value.dtype }) };
        const expected = reduction === "none" ? floats.from(numbers(value)) : value.item();
        const before = memoryStats();
        expect(loss(...all, ...plain, whole)).toEqual(expected);
        const { value: same, grad } = loss.valueAndGrad(...all, ...plain, whole);
        expect(same).toEqual(expected);
        expect(grad).toEqual(floats.from(slopes[0]));
        expectNoMoreThan(before);
        if (isOfMargins(given)) continue;
        const asked = { grads: all.map((_, i) => differentiable.includes(i)) };
        const { grads } = noGrad(() => loss.valueAndGrad(...all, ...plain, { ...whole, ...asked }));
        const listed = all.map((_, i) =>
          differentiable.includes(i) ? floats.from(slopes[differentiable.indexOf(i)]) : null,
        );
        expect(grads).toEqual(listed);
      }
    }
  });

  it("takes integers and other runtimes' tensors, and writes to what it is given", () => {
    const all = arraysOf(given, Float64Array);
    const runtime = { data: all[0], dims: [...shape], type: "float64" };
    const expected = loss.valueAndGrad(...all, ...plain, { ...options, shape });
    const [own, ...others] = all.map((x) => x.slice());
    const { grad } = loss.valueAndGrad(own, ...others, ...plain, { ...options, shape, grad: own });
    expect(grad).toBe(own);
    expect(own).toEqual(expected.grad);
    expect(loss(runtime, ...all.slice(1), ...plain, options)).toBe(expected.value);
    const losses = loss(...all, ...plain, { ...options, shape, reduction: "none" }) as Float64Array;
    const out = new Float64Array(losses.length);
    expect(loss(...all, ...plain, { ...options, shape, reduction: "none", out })).toBe(out);
    expect(out).toEqual(losses);
    const half = loss.valueAndGrad(...all, ...plain, { ...options, shape, dtype: "float32" });
    expect(half.grad).toBeInstanceOf(Float64Array);
    expect(half.value).toBe(Math.fround(half.value as number));
  });

  it("takes masks and weights of parts, with the bits of tensors", () => {
    const all = withJunk(given, arraysOf(given, Float64Array));
    const [kept, weights] = [keptOf(given), weightsOf(given)];
    const parts = [...given.parts];
    const weighs = given.weighs && !isOfMargins(given);
    for (const reduction of REDUCTIONS) {
      const mask = tensor(kept).reshape(parts);
      const besides = { mask, ...(weighs && { weight: tensor(weights).reshape(parts) }) };
      const [value, [slopes]] = expectedOf(given, tensorsOf(given, all), {
        ...options,
        reduction,
        ...besides,
      });
      const whole = { ...options, reduction, shape, mask: kept, ...(weighs && { weight: weights }) };
      const found = loss.valueAndGrad(...all, ...plain, whole);
      expect(found.value).toEqual(reduction === "none" ? Float64Array.from(numbers(value)) : value.item());
      expect(found.grad).toEqual(Float64Array.from(slopes));
    }
    const short = { ...options, shape, mask: kept.subarray(1) };
    expect(() => loss(...all, ...plain, short)).toThrow(/expected mask (of shape|to have a byte)/);
  });

  it("refuses what does not fit before anything is written", () => {
    const all = arraysOf(given, Float64Array);
    const grad = new Float64Array(all[0].length).fill(7);
    const call = (args: readonly unknown[], rest: object) => () =>
      loss.valueAndGrad(...args, ...plain, { ...options, shape, grad, ...rest });
    expect(call(all, { shape: [7, ...shape] })).toThrow(RangeError);
    expect(call(all, { reduction: "bar" })).toThrow("bar is not a valid value for reduction");
    expect(call(all, { dims: 1 })).toThrow(`${name}() got an unexpected keyword argument 'dims'`);
    expect(call(all, { grad: grad.subarray(1) })).toThrow(`${name}: expected grad of length ${grad.length}`);
    expect(call([tensor([1]), ...all.slice(1)], {})).toThrow(`use F.${name}`);
    expect(call([all[0], ...all.slice(1).map((x) => x.subarray(2))], {})).toThrow(RangeError);
    expect(call([Int32Array.from(all[0]), ...all.slice(1)], { grad: undefined })).toThrow(
      /expected a floating/,
    );
    expect(() => loss(...all, ...plain, { ...options, shape, out: grad })).toThrow(
      'out with reduction "none"',
    );
    expect(grad).toEqual(new Float64Array(grad.length).fill(7));
  });
});

it("one shape is what there is without one: a row for each target, boxes of four, or all", () => {
  const none = { reduction: "none" } as const;
  const count = (x: unknown): number => (x as Float32Array).length;
  const zeros = (n: number): Float32Array => new Float32Array(n);
  expect(count(arrays.cosineEmbeddingLoss(zeros(6), zeros(6), zeros(2), none))).toBe(2);
  expect(count(arrays.ensembleCrpsLoss(zeros(6), zeros(3), none))).toBe(3);
  expect(count(arrays.generalizedBoxIouLoss(zeros(12), zeros(12), none))).toBe(3);
  expect(count(arrays.diceLoss(zeros(12), zeros(12), none))).toBe(1);
  expect(count(arrays.multilabelMarginLoss(zeros(4), new Int8Array(4), none))).toBe(1);
  expect(count(arrays.ensembleCrpsLoss(zeros(0), zeros(0), none))).toBe(0);
  expect(() => arrays.generalizedBoxIouLoss(zeros(6), zeros(6))).toThrow(
    "generalizedBoxIouLoss: expected prediction to be of boxes, four numbers each (x1, y1, x2, y2), got an array of 6",
  );
  expect(() => arrays.ssim(zeros(64), zeros(64))).toThrow("such as { shape: [3, 64, 64] }");
  expect(() => arrays.cosineEmbeddingLoss(zeros(5), zeros(5), zeros(2))).toThrow("expected a shape beside");
});

it("lengths of sequences that are no numbers are refused by the function's name", () => {
  const x = new Float64Array(12);
  const valueOf = (): number => expect.fail("lengths are asked for no number");
  for (const length of [Symbol("x"), { valueOf }, "2", null]) {
    for (const lengths of [
      [[4], [length]],
      [[length], [2]],
    ] as never[][]) {
      expect(() =>
        arrays.ctcLoss(x, Int8Array.of(1, 2), lengths[0], lengths[1], { shape: [4, 1, 3] }),
      ).toThrow(/^ctcLoss: expected (inputLengths|targetLengths) to be whole numbers, got .* at 0$/);
    }
  }
});

it("factors are of classes or of numbers; targets of CTC stand in rows or one after another", () => {
  const [x, y] = [Float64Array.of(0.5, -1, 2, 0), Float64Array.of(1, 0, 1, 1)];
  const shape = [2, 2];
  const each = arrays.multilabelSoftMarginLoss(x, y, { shape, weight: Float64Array.of(2, 3, 2, 3) });
  expect(arrays.multilabelSoftMarginLoss(x, y, { shape, weight: Float64Array.of(2, 3) })).toBe(each);
  const logProbs = Float64Array.from({ length: 24 }, (_, i) => -1 - (i % 5) / 4);
  const rows = arrays.ctcLoss(logProbs, Int8Array.of(1, 2, 1, 0), [4, 4], [2, 1], { shape: [4, 2, 3] });
  expect(arrays.ctcLoss(logProbs, Int8Array.of(1, 2, 1), Int32Array.of(4, 4), [2, 1], { shape: [4, 2, 3] })).toBe(rows);
  expect(() => arrays.cosineEmbeddingLoss.valueAndGrad(x, x, y.subarray(2), { grads: [false, false, true] })).toThrow(
    "expected an operand that the loss has a gradient by, got target",
  );
}); // prettier-ignore

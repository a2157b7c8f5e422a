/**
 * The losses of sets and rows that torch does not have; test/torch/beyond.test.ts holds them to
 * their formulas.
 */
import { autograd, F, nn, ones, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/refuse.js";

const f64 = (values: number[], shape = [values.length]): Tensor =>
  tensor(Float64Array.from(values)).reshape(shape);

describe("F.diceLoss and F.jaccardLoss", () => {
  it("sum over the dimensions that are asked for: samples, channels of a batch, or all", () => {
    const x = f64([0.5, 1, 0, 0.25, 1, 1, 0, 0.75], [2, 2, 2]);
    const y = f64([1, 1, 0, 0, 1, 0, 0, 1], [2, 2, 2]);
    for (const loss of [F.diceLoss, F.jaccardLoss]) {
      const none = { reduction: "none" } as const;
      expect(loss(x, y, none).shape).toEqual([2]);
      expect(loss(x, y, { ...none, dim: [0, 2] }).shape).toEqual([2]);
      expect(loss(x, y, { ...none, dim: -1 }).shape).toEqual([2, 2]);
      const all = loss(x, y, { ...none, dim: [0, 1, 2] });
      expect(all.item()).toBe(loss(x.reshape(8), y.reshape(8)).item());
      expect(loss(x, y).item()).toBeCloseTo(
        (loss(x, y, none).tolist() as number[]).reduce((a, b) => a + b) / 2,
        15,
      );
    }
  });

  it("of empty sets lose nothing, with a gradient that is finite", () => {
    const x = zeros([1, 4], { requiresGrad: true });
    for (const loss of [F.diceLoss, F.jaccardLoss]) {
      const value = loss(x, zeros([1, 4]));
      expect([value.item(), autograd.grad(value, x)[0]!.isfinite().tolist()]).toEqual([
        0,
        [[true, true, true, true]],
      ]);
    }
  });

  it("refuse shapes that differ, integers, 0-d tensors and a negative smooth", () => {
    const [x, y, i, s] = [ones([2, 3]), ones([2, 1]), tensor([1], { dtype: "int32" }), tensor(1)];
    expectRefused(
      () => F.diceLoss(x, y),
      RangeError,
      "diceLoss: expected operands of one shape, got [2, 3] and [2, 1]",
    );
    expectRefused(() => F.jaccardLoss(i, i), TypeError, "expected input to be of a floating dtype, got Int");
    expectRefused(() => F.diceLoss(s, s), RangeError, "at least one dimension");
    expectRefused(() => F.diceLoss(x, x, { smooth: -1 }), RangeError, "negative values for smooth");
    expectRefused(() => F.diceLoss(x, x, { squared: 1 as never }), TypeError, "'squared' must be bool");
    expectRefused(
      () => F.jaccardLoss(x, x, { squared: true } as object),
      TypeError,
      "unexpected keyword argument",
    );
    expectRefused(() => F.diceLoss(x, x, { dim: 2 }), RangeError, "Dimension out of range");
  });
});

describe("F.generalizedBoxIouLoss", () => {
  it("of equal boxes is 0, of boxes apart has a gradient that brings them together", () => {
    const [box, other] = [f64([0, 0, 2, 1], [1, 4]), f64([5, 0, 7, 1], [1, 4])];
    expect(F.generalizedBoxIouLoss(box, box, { eps: 0 }).item()).toBe(0);
    const x = box.clone().requiresGrad_();
    F.generalizedBoxIouLoss(x, other).backward();
    expect((x.grad!.tolist() as number[][])[0][2]).toBeLessThan(0);
  });

  it("of no boxes is empty, 0 or NaN, and refuses what are no boxes", () => {
    const [none, bad] = [zeros([0, 4]), zeros([2, 3])];
    expect(F.generalizedBoxIouLoss(none, none, { reduction: "none" }).shape).toEqual([0]);
    expect(F.generalizedBoxIouLoss(none, none, { reduction: "sum" }).item()).toBe(0);
    expectRefused(
      () => F.generalizedBoxIouLoss(bad, bad),
      RangeError,
      "of shape (..., 4), x1, y1, x2, y2, got [2, 3]",
    );
  });
});

describe("F.ensembleCrpsLoss", () => {
  it("shares ranks among equal members, so that their slopes are those of the pairs", () => {
    const x = f64([1, 1, 3, -0, 0, 2], [2, 3]).requiresGrad_();
    const y = f64([1, 5]);
    F.ensembleCrpsLoss(x, y, { reduction: "sum" }).backward();
    const slope = (row: number[], target: number, i: number): number => {
      const balance = row.reduce((sum, other) => sum + Math.sign(row[i] - other), 0);
      return (Math.sign(row[i] - target) - balance / 3) / 3;
    };
    const rows = x.tolist() as number[][];
    (x.grad!.tolist() as number[][]).forEach((grads, r) =>
      grads.forEach((grad, i) => expect(grad).toBeCloseTo(slope(rows[r], [1, 5][r], i), 15)),
    );
  });

  it("keeps its digits where members are large and close, in float32 too", () => {
    const members = tensor([1e6, 1e6 + 1, 1e6 + 3]);
    expect(F.ensembleCrpsLoss(members, tensor(1e6)).item()).toBeCloseTo(4 / 3 - 2 / 3, 6);
  });

  it("of one member is the absolute error; a NaN makes its row NaN alone", () => {
    expect(F.ensembleCrpsLoss(f64([3], [1, 1]), f64([1])).item()).toBe(2);
    const rows = F.ensembleCrpsLoss(f64([1, NaN, 1, 2], [2, 2]), f64([1, 1]), { reduction: "none" });
    expect(rows.tolist()).toEqual([NaN, 0.25]);
  });

  it("refuses shapes that do not fit, no members, and one with fair", () => {
    const [x, y, none, target] = [zeros([2, 3]), zeros([3]), zeros([2, 0]), zeros([2])];
    const one = zeros([2, 1]);
    expectRefused(() => F.ensembleCrpsLoss(x, y), RangeError, "members of shape (..., M)");
    expectRefused(() => F.ensembleCrpsLoss(none, target), RangeError, "at least 1 member, got 0");
    expectRefused(
      () => F.ensembleCrpsLoss(one, target, { fair: true }),
      RangeError,
      "at least 2 members, with fair",
    );
  });
});

describe("F.pearsonLoss", () => {
  it("does not change with scales and offsets, along any dimension", () => {
    const [x, y] = [f64([1, 2, 4, 3, 0, 5], [3, 2]), f64([2, 0, 1, 5, 4, 4], [3, 2])];
    const found = F.pearsonLoss(x, y, { dim: 0, reduction: "none" });
    const moved = F.pearsonLoss(x.mul(7).sub(3), y.mul(0.5), { dim: 0, reduction: "none" });
    expect(found.sub(moved).abs().amax().item()).toBeLessThan(1e-11);
  });

  it("of a constant row is 1, for an eps of 0 NaN", () => {
    const [x, y] = [f64([2, 2, 2]), f64([1, 2, 3])];
    expect([F.pearsonLoss(x, y).item(), F.pearsonLoss(x, y, { eps: 0 }).item()]).toEqual([1, NaN]);
  });
});

it.each([
  [new nn.DiceLoss({ smooth: 1 }), "DiceLoss()", { smooth: 1, squared: false, reduction: "mean" }],
  [new nn.EnsembleCRPSLoss({ fair: true }), "EnsembleCRPSLoss()", { fair: true, reduction: "mean" }],
])("modules hold their options and print as torch's do", (module, text, held) => {
  expect([String(module), Object.fromEntries(Object.entries(module))]).toMatchObject([text, held]);
});

/** The partition function of the general robust loss, and what learns its alpha. */
import { F, manualSeed, optim, randn, tensor, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import text from "../fixtures/robust.json?raw";
import { expectRefused } from "../support/refuse.js";

type Row = [alpha: number, value: number, slope: number | null];
const { partitions } = JSON.parse(text) as { partitions: readonly Row[] };

describe("F.generalRobustLogPartition", () => {
  it.each(partitions)("of %s has mpmath's value and slope", (level, value, slope) => {
    const alpha = tensor(Float64Array.of(level)).requiresGrad_();
    const found = F.generalRobustLogPartition(alpha);
    found.sum().backward();
    expect(Math.abs(found.item() - value)).toBeLessThan(1e-15);
    expect(Math.abs(alpha.grad!.item() - (slope ?? 0))).toBeLessThan(1e-13);
  });

  it("has alpha's shape and dtype, whatever they are", () => {
    const [first, , last] = [0, 1, 2].map((level) => partitions.find(([alpha]) => alpha === level)![1]);
    expect(F.generalRobustLogPartition(tensor(2)).item()).toBe(Math.fround(last));
    const half = F.generalRobustLogPartition(tensor([[0], [2]], { dtype: "bfloat16" }));
    expect([half.dtype, half.shape]).toEqual(["bfloat16", [2, 1]]);
    expect(half.tolist()).toEqual(tensor([[first], [last]], { dtype: "bfloat16" }).tolist());
    expect(F.generalRobustLogPartition(zeros([0, 3])).shape).toEqual([0, 3]);
  });

  it("refuses what has no partition function", () => {
    const name = "generalRobustLogPartition";
    const refused = (alpha: unknown, kind: ErrorConstructor, message: string): void => {
      expectRefused(() => F.generalRobustLogPartition(alpha as Tensor), kind, `${name}: expected ${message}`);
    };
    refused(1, TypeError, "alpha to be a Tensor, got 1");
    refused(tensor([1], { dtype: "int32" }), TypeError, "an alpha of a floating dtype");
    for (const level of [-0.5, 2.5, NaN, Infinity]) {
      refused(tensor([1, level]), RangeError, `alphas from 0 to 2, got ${level}`);
    }
  });
});

describe("an alpha that is learned", () => {
  /** The alpha at which the differences are likeliest, from 1 on. */
  function learned(differences: Tensor): number {
    const latent = tensor([0], { requiresGrad: true });
    const scale = tensor([0], { requiresGrad: true });
    const optimizer = new optim.Adam([latent, scale], { lr: 0.1 });
    const alpha = (): Tensor => latent.sigmoid().mul(2);
    for (let step = 0; step < 150; step++) {
      tidy(() => {
        optimizer.zeroGrad();
        const [x, shape] = [differences.div(scale.exp()), alpha()];
        const loss = F.generalRobustLoss(x, x.zeros(), { alpha: shape });
        loss.add(F.generalRobustLogPartition(shape)).add(scale).sum().backward();
        optimizer.step();
        return [latent.grad!, scale.grad!];
      });
    }
    return alpha().item();
  }

  it("is near 2 for normal differences, and near 0 for those of Cauchy's distribution", () => {
    manualSeed(7);
    const normal = randn([4000]);
    expect(learned(normal)).toBeGreaterThan(1.7);
    expect(learned(normal.div(randn([4000])))).toBeLessThan(0.3);
  });
});

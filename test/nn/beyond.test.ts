/**
 * The edges of the losses that torch does not have; test/nn/formulas.test.ts tests what all losses
 * promise.
 */
import { F, LossAccumulator, nn, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { MeanLoss } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import text from "../fixtures/robust.json?raw";
import { expectRefused } from "../support/refuse.js";

type Row = [alpha: number, difference: number, loss: number, slope: number];
const { losses } = JSON.parse(text) as { losses: readonly Row[] };
const isFloat32 = (n: number): boolean => Math.fround(n) === n;

const f64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));
const none = { reduction: "none" } as const;
const zero = f64(0);

/** The slopes of a loss at `values`, against 0. */
function slopes(loss: (x: Tensor, y: Tensor, options: object) => Tensor, values: number[], options = {}) {
  const x = f64(...values).requiresGrad_();
  loss(x, zero, { ...options, reduction: "sum" }).backward();
  return unsigned(x.grad!);
}

/** The numbers of a tensor, of zeros +0. */
function unsigned(x: Tensor): number[] {
  return (x.tolist() as number[]).map((value) => value + 0);
}

describe("F.quantileLoss", () => {
  it("has the slope 0 at its kink, and the quantile's on both sides", () => {
    expect(slopes(F.quantileLoss, [-1, 0, 1], { quantile: 0.75 })).toEqual([-0.75, 0, 0.25]);
  });

  it("takes a vector of quantiles along the last dimension, each as by itself", () => {
    const predictions = tensor([[1, 2, 3], [4, 5, 7]]); // prettier-ignore
    const targets = tensor([[2.5], [4.5]]);
    const levels = [0.1, 0.5, 0.9];
    const all = F.quantileLoss(predictions, targets, { quantile: tensor(levels), dim: 0 });
    levels.forEach((quantile, i) => {
      const own = predictions.narrow(1, i, 1);
      expect(all.at(i).item()).toBeCloseTo(F.quantileLoss(own, targets, { quantile }).item(), 6);
    });
  });

  it("refuses what is no share, as a number and as an element that counts", () => {
    const x = tensor([1, 2]);
    const message = "quantileLoss does not support values of quantile outside of [0, 1].";
    expectRefused(() => F.quantileLoss(x, x, { quantile: 1.5 }), RangeError, message);
    const quantile = tensor([0.5, 2]);
    const elements = "all elements of quantile should be between 0 and 1";
    expectRefused(() => F.quantileLoss(x, x, { quantile }), RangeError, elements);
    expect(F.quantileLoss(x, tensor([2, 2]), { quantile, mask: tensor([true, false]) }).item()).toBe(0.5);
    const each = Float32Array.of(0.5, NaN);
    expectRefused(() => arrays.quantileLoss(each, 1, { quantile: each }), RangeError, elements);
  });

  it("is no metric of several quantiles: nothing takes the place of a tensor that is given", () => {
    const quantile = tensor([0.5]);
    const message = "argument 'quantile' must be float";
    expectRefused(() => new MeanLoss(F.quantileLoss, { quantile } as object), TypeError, message);
    expectRefused(() => new LossAccumulator(F.quantileLoss, { quantile }), TypeError, message);
    const median = new MeanLoss(arrays.quantileLoss, { quantile: 0.25 } as object);
    median.update(Float32Array.of(1, 3), Float32Array.of(2, 2));
    expect(median.compute()).toBe(0.5);
  });

  it("is refused for integers, and for bools as targets", () => {
    const [x, y] = [tensor([1, 2], { dtype: "int32" }), tensor([true, false])];
    expectRefused(() => F.quantileLoss(x, x), TypeError, "\"quantile_loss\" not implemented for 'Int'");
    const floats = tensor([1, 2]);
    expectRefused(() => F.quantileLoss(floats, y), TypeError, "two bool tensors");
  });
});

describe("robust losses", () => {
  it("keep the digits of small differences", () => {
    for (const d of [1e-3, 1e-6, 1e-12, 1e-150]) {
      const x = f64(d);
      const half = (d * d) / 2;
      const near = (value: Tensor): void =>
        expect(Math.abs(value.item() / half - 1)).toBeLessThan(2 * d * d + 1e-15);
      near(F.logCoshLoss(x, zero));
      near(F.tukeyBiweightLoss(x, zero, { c: 2 }));
      near(F.cauchyLoss(x, zero));
      for (const alpha of [0, 2, 1, -Infinity, 1e-3]) near(F.generalRobustLoss(x, zero, { alpha }));
    }
  });

  it("of large and infinite differences are their limits", () => {
    const x = f64(1e200, Infinity, -Infinity);
    const values = (value: Tensor): unknown => value.tolist();
    expect(values(F.logCoshLoss(x, zero, none))).toEqual([1e200, Infinity, Infinity]);
    expect(values(F.tukeyBiweightLoss(x, zero, { ...none, c: 3 }))).toEqual([1.5, 1.5, 1.5]);
    expect(slopes(F.tukeyBiweightLoss, [1e200, Infinity, -Infinity])).toEqual([0, 0, 0]);
    expect(slopes(F.logCoshLoss, [1e200, Infinity, -Infinity])).toEqual([1, 1, -1]);
    expect(values(F.generalRobustLoss(x, zero, { ...none, alpha: -2 }))).toEqual([2, 2, 2]);
    expect(values(F.generalRobustLoss(x, zero, { ...none, alpha: -Infinity }))).toEqual([1, 1, 1]);
  });

  it("let NaN through; the slope of what is clamped is 0 there", () => {
    const slopesOfNaN = {
      logCoshLoss: NaN,
      cauchyLoss: NaN,
      generalRobustLoss: NaN,
      tukeyBiweightLoss: 0,
      wingLoss: NaN,
    };
    for (const [name, slope] of Object.entries(slopesOfNaN)) {
      const loss = F[name as keyof typeof slopesOfNaN];
      expect([name, loss(f64(NaN), zero).item(), slopes(loss, [NaN])]).toEqual([name, NaN, [slope]]);
    }
  });

  it("have the slopes at their kinks that they promise", () => {
    const epsilon = { epsilon: 1 };
    expect(slopes(F.epsilonInsensitiveLoss, [-2, -1, 0, 1, 2], epsilon)).toEqual([-1, 0, 0, 0, 1]);
    expect(slopes(F.wingLoss, [-2, 0, 1, 2], { omega: 2, epsilon: 1 })).toEqual([-1, 0, 1, 1]);
    expect(slopes(F.charbonnierLoss, [0])).toEqual([0]);
  });
});

describe("F.generalRobustLoss of a tensor alpha", () => {
  const levels = [-Infinity, -2, -1e-3, 0, 1e-3, 1, 2, 3];

  it("is that of each number, with its slope", () => {
    const x = f64(...levels.map((_, i) => (i - 3.5) / 2)).requiresGrad_();
    const alpha = f64(...levels).requiresGrad_();
    const found = F.generalRobustLoss(x, zero, { ...none, alpha });
    found.sum().backward();
    levels.forEach((level, i) => {
      const own = x.detach().narrow(0, i, 1).requiresGrad_();
      const value = F.generalRobustLoss(own, zero, { alpha: level });
      value.backward();
      expect(found.at(i).item()).toBeCloseTo(value.item(), 14);
      expect(x.grad!.at(i).item()).toBeCloseTo(own.grad!.item(), 14);
    });
    expect(alpha.grad!.isfinite().tolist()).toEqual(levels.map(() => true));
  });

  it("has by alpha the limit of the derivatives at 0, and 0 where there is none", () => {
    const by = (level: number): number => {
      const alpha = f64(level).requiresGrad_();
      F.generalRobustLoss(f64(3), zero, { alpha }).backward();
      return alpha.grad!.item();
    };
    expect(by(0)).toBeCloseTo((by(1e-6) + by(-1e-6)) / 2, 8);
    expect([by(2), by(-Infinity)]).toEqual([0, 0]);
  });

  it.each(["float32", "float64"] as const)("has mpmath's value and slope by alpha in %s", (dtype) => {
    const unit = dtype === "float64" ? 2 ** -52 : 2 ** -23;
    const rows = losses.filter(([level, d]) => [level, d].every((n) => dtype !== "float32" || isFloat32(n)));
    expect(rows.length).toBeGreaterThan(50);
    for (const [level, d, value, slope] of rows) {
      const alpha = f64(level).to(dtype).requiresGrad_();
      const loss = F.generalRobustLoss(f64(d).to(dtype), zero.to(dtype), { alpha });
      loss.backward();
      const word = `${d} with alpha ${level}`;
      expect(Math.abs(loss.item() - value), word).toBeLessThan(25 * unit * value);
      expect(Math.abs(alpha.grad!.item() - slope), word).toBeLessThan(25 * unit * (Math.abs(slope) + value));
    }
  });

  it.each(["float16", "bfloat16", "float32", "float64"] as const)(
    "is what its number is of infinite differences in %s",
    (dtype) => {
      const endless = f64(Infinity).to(dtype);
      for (const level of [
        -Infinity,
        -2,
        -0.125,
        -0.03125,
        0,
        0.03125,
        0.125,
        1,
        1.5,
        1.96875,
        2,
        2.03125,
        2.5,
        50,
      ]) {
        const alpha = f64(level).to(dtype);
        const found = F.generalRobustLoss(endless, zero.to(dtype), { alpha }).item();
        expect(found, String(level)).toBe(
          F.generalRobustLoss(endless, zero.to(dtype), { alpha: level }).item(),
        );
      }
    },
  );
});

describe("losses of logits", () => {
  it("stay finite for large logits", () => {
    const [x, y] = [f64(1e4, -1e4, 1e4, -1e4), f64(1, 0, 0, 1)];
    const all = { ...none, alpha: -1 };
    expect(F.sigmoidFocalLoss(x, y, all).tolist()).toEqual([0, 0, 1e4, 1e4]);
    expect(unsigned(F.asymmetricLoss(x, y, { ...none, clip: 0 }))).toEqual([0, 0, 1e4, 1e4]);
    for (const loss of [F.sigmoidFocalLoss, F.asymmetricLoss]) {
      const own = x.clone().requiresGrad_();
      loss(own, y, { reduction: "sum" }).backward();
      expect(own.grad!.isfinite().tolist()).toEqual([true, true, true, true]);
    }
  });

  it("without a focus are the binary cross entropy", () => {
    const [x, y] = [f64(-2, 0.5, 3), f64(1, 0.25, 0)];
    const expected = F.binaryCrossEntropyWithLogits(x, y).item();
    expect(F.sigmoidFocalLoss(x, y, { alpha: -1, gamma: 0 }).item()).toBeCloseTo(expected, 14);
    expect(F.asymmetricLoss(x, y, { gammaNeg: 0, gammaPos: 0, clip: 0 }).item()).toBeCloseTo(expected, 14);
  });
});

describe("F.gaussianCrpsLoss", () => {
  it("of a sigma of 0 is the absolute error, with its slope", () => {
    const x = f64(1, 2, 3).requiresGrad_();
    const sigma = f64(0, 0, 0).requiresGrad_();
    const value = F.gaussianCrpsLoss(x, f64(2, 2, 2), sigma, none);
    expect(value.tolist()).toEqual([1, 0, 1]);
    value.sum().backward();
    expect(x.grad!.tolist()).toEqual([-1, -0, 1]);
    expect(sigma.grad!.isfinite().tolist()).toEqual([true, true, true]);
  });

  it("refuses a negative sigma that counts", () => {
    const x = tensor([1, 2]);
    const sigma = tensor([1, -1]);
    const call = (mask: Tensor | null) => () => F.gaussianCrpsLoss(x, x, sigma, { mask });
    expectRefused(call(null), RangeError, "sigma has negative entry/entries");
    expect(call(tensor([true, false]))().item()).toBeGreaterThan(0);
  });

  it("of a module takes a number as sigma", () => {
    expect(new nn.GaussianCRPSLoss({ reduction: "sum" })(f64(1), f64(3), 0).item()).toBe(2);
  });
});

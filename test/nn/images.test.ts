/**
 * SSIM and its relatives, against scikit-image and PyTorch's convolutions (test/fixtures/ssim.py).
 */
import { autograd, F, manualSeed, memoryStats, nn, rand, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectNoMoreThan } from "../support/memory.js";
import text from "../fixtures/ssim.json?raw";
import { expectRefused } from "../support/refuse.js";

interface Recorded {
  readonly value: number;
  /** Of each image Σ |g| and the gradient at row 11, column 12. */
  readonly gradients: readonly (readonly [number, number])[];
}
const recorded = JSON.parse(text) as Record<"ssim" | "ssim255" | "psnr", number> &
  Record<"ssimGradient" | "msSsim" | "mixed", Recorded>;

/** The images of the fixture. */
function images(height: number, width: number): [Tensor, Tensor] {
  const make = (noise: (i: number, j: number) => number): Tensor =>
    tensor(
      Float64Array.from({ length: height * width }, (_, at) => {
        const [i, j] = [Math.floor(at / width), at % width];
        return ((i * 7 + j * 3 + noise(i, j)) % 61) / 61;
      }),
    ).reshape(height, width);
  return [make(() => 0), make((i, j) => (i * j) % 5)];
}

type Call = (x: Tensor, y: Tensor) => Tensor;

function expectRecorded(call: Call, [x, y]: [Tensor, Tensor], { value, gradients }: Recorded): void {
  const leaves = [x, y].map((image) => image.detach().requiresGrad_());
  const result = call(leaves[0], leaves[1]);
  expect(result.item()).toBeCloseTo(value, 12);
  result.backward();
  leaves.forEach(({ grad }, i) => {
    const [size, one] = gradients[i];
    expect(Math.abs(grad!.abs().sum().item() / size - 1)).toBeLessThan(1e-10);
    expect(Math.abs(grad!.at(11, 12).item() - one)).toBeLessThan(1e-12);
  });
}

describe("F.ssim", () => {
  const pair = images(37, 45);

  it("is scikit-image's, of any range, and has the gradients of its operations", () => {
    expect(F.ssim(...pair).item()).toBeCloseTo(recorded.ssim, 13);
    const [x, y] = pair.map((image) => image.mul(255));
    expect(F.ssim(x, y, { dataRange: 255 }).item()).toBeCloseTo(recorded.ssim255, 13);
    expectRecorded(F.ssim, pair, recorded.ssimGradient);
  });

  it.each([
    ["float32", 1e-5],
    ["float16", 0.1],
  ] as const)("is close in %s", (dtype, most) => {
    const [x, y] = pair.map((image) => image.to(dtype));
    const found = F.ssim(x, y);
    expect(found.dtype).toBe(dtype);
    expect(Math.abs(found.item() - recorded.ssim)).toBeLessThan(most);
  });

  it("of several images is that of each, and reduces them", () => {
    const [x, y] = pair.map((image) => image.reshape(1, 1, 37, 45).expand(2, 3, 37, 45).clone());
    y.at(1, 2).fill_(0.5);
    const each = F.ssim(x, y, { reduction: "none" });
    expect(each.shape).toEqual([2, 3]);
    expect(each.at(0, 0).item()).toBe(F.ssim(...pair).item());
    expect(F.ssim(x, y, { reduction: "sum" }).item()).toBeCloseTo(each.sum().item(), 14);
    expect(F.ssim(x, y).item()).toBeCloseTo(each.mean().item(), 14);
    const module = new nn.SSIMLoss({ reduction: "sum" });
    expect(module(x, y).item()).toBeCloseTo(6 - each.sum().item(), 13);
  });

  it("refuses windows larger than the images before it makes them", () => {
    const [x, y] = pair;
    for (const loss of [F.ssim, F.msSsim, F.msSsimL1Loss]) {
      expect(() => loss(x, y, { windowSize: 2 ** 31 + 1 })).toThrow(RangeError);
    }
  });

  it("does not depend on how images lie in memory", () => {
    const [x, y] = pair;
    const turned = (image: Tensor): Tensor => image.t().clone().t();
    expect(F.ssim(turned(x), turned(y)).item()).toBe(F.ssim(x, y).item());
  });

  it("has the same gradients of images lying down, of rows longer than the cache, and upright", () => {
    const random = (): Tensor => rand([2, 13, 20_000], { dtype: "float64" });
    const [x, y] = [random().requiresGrad_(), random()];
    const upright = x.detach().transpose(1, 2).clone().requiresGrad_();
    F.ssim(x, y).backward();
    F.ssim(upright, y.transpose(1, 2)).backward();
    const apart = x.grad!.sub(upright.grad!.transpose(1, 2)).abs().max().item();
    expect(apart).toBeLessThan(1e-12 * x.grad!.abs().max().item());
  });

  it("has second derivatives that are differences of the first", () => {
    manualSeed(0);
    const x = rand([4, 4], { dtype: "float64", requiresGrad: true });
    const y = rand([4, 4], { dtype: "float64" });
    const slope = (at: Tensor, createGraph: boolean): Tensor =>
      autograd.grad(F.ssim(at, y, { windowSize: 3 }), at, { createGraph })[0]!;
    const [second] = autograd.grad(slope(x, true).at(1, 2), x);
    const step = 1e-6;
    const moved = (by: number): Tensor => {
      const other = x.detach().clone();
      other.at(2, 1).add_(by);
      return slope(other.requiresGrad_(), false);
    };
    const difference = moved(step).sub(moved(-step)).at(1, 2).item() / (2 * step);
    expect(second!.at(2, 1).item()).toBeCloseTo(difference, 5);
  });

  it("holds no memory besides its result", () => {
    const [x, y] = pair;
    F.ssim(x, y).dispose();
    const before = memoryStats();
    F.ssim(x, y).dispose();
    expectNoMoreThan(before);
  });

  it("refuses images that differ or are smaller than the window, and options out of range", () => {
    const [x, small, other] = [zeros([12, 12]), zeros([12, 10]), zeros([13, 12])];
    expectRefused(
      () => F.ssim(x, other),
      RangeError,
      "ssim: expected operands of one shape, got [12, 12] and [13, 12]",
    );
    expectRefused(() => F.ssim(small, small), RangeError, "at least 11 x 11, got [12, 10]");
    expectRefused(
      () => F.ssim(x, x, { windowSize: 4 }),
      RangeError,
      "expected windowSize to be an odd number",
    );
    expectRefused(() => F.ssim(x, x, { sigma: 0 }), RangeError, "non-positive values for sigma");
    expectRefused(() => F.ssim(x, x, { dataRange: -1 }), RangeError, "non-positive values for dataRange");
    expectRefused(() => F.ssim(x, x, { reduction: "all" as never }), RangeError, "all is not a valid value");
  });
});

describe("F.msSsim", () => {
  const pair = images(179, 186);

  it("is the product of the scales, with the gradients of its operations", () => {
    expectRecorded(F.msSsim, pair, recorded.msSsim);
  });

  it("of unlike images is 0, with a gradient that is finite", () => {
    const x = pair[0].detach().requiresGrad_();
    const value = F.msSsim(x, pair[0].neg().add(1));
    value.backward();
    expect([value.item(), x.grad!.isfinite().to("uint8").amin().item()]).toEqual([0, 1]);
  });

  it("refuses images that are too small for its scales, and weights that are none", () => {
    const x = zeros([175, 180]);
    expectRefused(() => F.msSsim(x, x), RangeError, "at least 176 x 176, got [175, 180]");
    expectRefused(() => F.msSsim(x, x, { weights: [] }), RangeError, "at least one number as weights");
    expectRefused(() => F.msSsim(x, x, { weights: [-1] }), RangeError, "negative values for weights");
  });
});

describe("F.psnr", () => {
  it("is scikit-image's, of each image, and infinite for equal ones", () => {
    const [x, y] = images(37, 45);
    expect(F.psnr(x, y).item()).toBeCloseTo(recorded.psnr, 12);
    const two = (image: Tensor): Tensor => image.reshape(1, 1, 37, 45).expand(2, 1, 37, 45);
    expect(F.psnr(two(x), two(y), { reduction: "none" }).shape).toEqual([2]);
    expect(F.psnr(x, x).item()).toBe(Infinity);
  });
});

describe("F.msSsimL1Loss", () => {
  it("is the paper's mix, with the gradients of its operations, and the module's", () => {
    const pair = images(37, 45);
    expectRecorded(F.msSsimL1Loss, pair, recorded.mixed);
    expect(new nn.MSSSIML1Loss({ alpha: 0.5 })(...pair).item()).toBe(
      F.msSsimL1Loss(...pair, { alpha: 0.5 }).item(),
    );
  });
});

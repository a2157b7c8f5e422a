import { describe, expect, it } from "vitest";
import { autograd, type DType, fuse, type Tensor, tensor, where } from "../../src/index.js";

const charbonnier = fuse(
  (input, target, { eps }) =>
    input
      .sub(target)
      .square()
      .add(eps ** 2)
      .sqrt(),
  {
    name: "charbonnier",
    parameters: { eps: 1e-3 },
  },
);
const text = (input: Tensor, target: Tensor, eps: number): Tensor =>
  input
    .sub(target)
    .square()
    .add(eps ** 2)
    .sqrt();
/** 0 · (1 / 0) and 0 · NaN stand in the gradients of what is left out. */
const logarithmic = fuse((input, target) => input.log().sub(target).abs(), { name: "logarithmic" });

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1) + 1.5);
const operands = (dtype: DType = "float32"): [Tensor, Tensor] => [
  tensor(numbers(24), { dtype }).reshape([4, 6]).clone().detach().requiresGrad_(),
  tensor(numbers(30).slice(6), { dtype }).reshape([4, 6]),
];
/** Leaves out every third. */
const everyThird = (): Tensor => tensor(Array.from({ length: 24 }, (_, i) => i % 3 !== 0)).reshape([4, 6]);
const gradientOf = (...args: Parameters<typeof autograd.grad>): Tensor => autograd.grad(...args)[0]!;
const listOf = (x: Tensor): string =>
  (x.detach().to("float64").reshape([x.numel()]).tolist() as number[]).join();

describe("the gradient of sums along a dimension", () => {
  it.each([
    ["is one number for all rows", tensor(3).expand([4])],
    ["is a column of another tensor", tensor(numbers(12)).reshape([4, 3]).select(1, 1)],
  ])("where what arrives %s", (_, gradOutputs) => {
    const [x, y] = operands();
    const sums = (): Tensor => charbonnier(x, y, { eps: 0.5, reduction: "sum", dim: 1 });
    const expected = gradientOf(sums(), [x], { gradOutputs: gradOutputs.clone() });
    expect(listOf(gradientOf(sums(), [x], { gradOutputs }))).toBe(listOf(expected));
  });
});

describe("a mask of a fused loss", () => {
  it.each(["float16", "bfloat16", "float32", "float64"] as const)(
    "of %s selects elements, of the value and of the gradient",
    (dtype) => {
      const [x, y] = operands(dtype);
      const mask = everyThird();
      const terms = text(x, y, 0.5);
      const found = charbonnier(x, y, { eps: 0.5, mask, reduction: "none" });
      expect(listOf(found)).toBe(listOf(where(mask, terms, terms.zeros())));
      const expected = gradientOf(where(mask, terms, terms.zeros()).sum(), [x]);
      const gradient = gradientOf(charbonnier(x, y, { eps: 0.5, mask, reduction: "sum" }), [x]);
      expect(listOf(gradient)).toBe(listOf(expected));
      const mean = charbonnier(x, y, { eps: 0.5, mask });
      const total = where(mask, terms, terms.zeros()).to("float64").sum().item() / 16;
      expect(Math.abs(mean.item() - total)).toBeLessThanOrEqual(
        total * (dtype === "bfloat16" ? 2 ** -8 : 2 ** -10),
      );
    },
  );

  it("keeps what is left out from reaching anything", () => {
    const x = tensor([2, NaN, 0, -1, 3], { requiresGrad: true });
    const mask = tensor([1, 0, 0, 0, 255], { dtype: "uint8" });
    for (const target of [
      tensor([1, 1, NaN, Infinity, 1]),
      tensor([1, 1, NaN, Infinity, 1], { dtype: "float64" }),
    ]) {
      for (const reduction of ["mean", "sum", "none"] as const) {
        const loss = logarithmic(x, target, { mask, reduction });
        const gradient = gradientOf(loss.sum(), [x]);
        expect(Number.isFinite(loss.sum().item())).toBe(true);
        const each = gradient.tolist() as number[];
        expect(each.slice(1, 4).map((g) => Object.is(g, 0))).toEqual([true, true, true]);
        expect(each[0]).toBeCloseTo(reduction === "mean" ? -0.25 : -0.5, 6);
      }
    }
  });

  it("that is empty has the mean NaN and the sum 0", () => {
    const [x, y] = operands();
    const mask = tensor(false);
    expect(charbonnier(x, y, { mask }).item()).toBeNaN();
    expect(charbonnier(x, y, { mask, reduction: "sum" }).item()).toBe(0);
  });

  it("is part of derivatives of higher order", () => {
    const [x, y] = operands("float64");
    const mask = everyThird();
    const second = (loss: Tensor): Tensor => {
      const first = gradientOf(loss, [x], { createGraph: true });
      return gradientOf(first.square().sum(), [x]);
    };
    const terms = text(x, y, 0.5);
    expect(listOf(second(charbonnier(x, y, { eps: 0.5, mask, reduction: "sum" })))).toBe(
      listOf(second(where(mask, terms, terms.zeros()).sum())),
    );
  });
});

describe("dim of a fused loss", () => {
  it.each([0, 1, -1, [0, 1]])("%j gives the sums and means of the text", (dim) => {
    const [x, y] = operands();
    for (const keepdim of [false, true]) {
      const found = charbonnier(x, y, { eps: 0.5, dim, keepdim });
      const expected = text(x, y, 0.5).mean({ dim, keepdim });
      expect(found.shape).toEqual(expected.shape);
      expect(listOf(found)).toBe(listOf(expected));
      const upstream = found.detach();
      const a = gradientOf(found, [x], { gradOutputs: upstream });
      const b = gradientOf(expected, [x], { gradOutputs: upstream });
      expect(listOf(a)).toBe(listOf(b));
    }
    expect(listOf(charbonnier(x, y, { eps: 0.5, dim, reduction: "sum" }))).toBe(
      listOf(text(x, y, 0.5).sum({ dim })),
    );
  });

  it("divides by what a mask keeps of each part, and gives NaN where that is nothing", () => {
    const x = tensor([[1, 2, 4], [NaN, 0, 0]]); // prettier-ignore
    const y = tensor([0, 0, 0]);
    const mask = tensor([[true, false, true], [false, false, false]]); // prettier-ignore
    const absolute = fuse((a, b) => a.sub(b).abs());
    expect(absolute(x, y, { dim: 1, mask }).tolist()).toEqual([2.5, NaN]);
    expect(absolute(x, y, { dim: 1, mask, reduction: "sum" }).tolist()).toEqual([5, 0]);
  });
});

describe("weight of a fused loss", () => {
  it("multiplies the elements, and a mean divides by the weights that count", () => {
    const squared = fuse((a, b) => a.sub(b).square());
    const x = tensor([1, 2, 3, 4], { requiresGrad: true });
    const weight = tensor([1, 3, NaN, 0]);
    const mask = tensor([true, true, false, true]);
    expect(squared(x, 0, { weight, mask }).item()).toBe((1 + 3 * 4) / 4);
    expect(squared(x, 0, { weight, mask, reduction: "none" }).tolist()).toEqual([1, 12, 0, 0]);
    squared(x, 0, { weight, mask }).backward();
    expect(x.grad!.tolist()).toEqual([0.5, 3, 0, 0]);
  });

  it("has a gradient of its own", () => {
    const squared = fuse((a, b) => a.sub(b).square());
    const weight = tensor([1, 3], { requiresGrad: true });
    squared(tensor([1, 2]), 0, { weight, reduction: "sum" }).backward();
    expect(weight.grad!.tolist()).toEqual([1, 4]);
  });
});

describe("options of a fused loss that do not fit", () => {
  const [x, y] = operands();
  it.each<[string, object, RegExp]>([
    ["dim with none", { dim: 0, reduction: "none" }, /expected no dim with reduction "none"/],
    ["a dim out of range", { dim: 2 }, /Dimension out of range/],
    ["a mask of floats", { mask: tensor([1, 0]) }, /charbonnier: expected mask to be of bools or uint8/],
    [
      "a mask of another shape",
      { mask: tensor([true, false]) },
      /expected a mask that broadcasts to the loss's shape \[4, 6\]/,
    ],
    ["a mask that is no tensor", { mask: [true] }, /expected mask to be a Tensor/],
    ["a weight of another shape", { weight: tensor([1, 2]) }, /expected a weight that broadcasts/],
    [
      "another reduction",
      { reduction: "max" },
      /max is not a valid value for reduction|Invalid reduction mode/,
    ],
  ])("%s", (_, options, message) => {
    expect(() => charbonnier(x, y, options)).toThrow(message);
  });
});

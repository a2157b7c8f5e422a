import { autograd, tensor, type Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { callOf, WEIGHTED } from "../support/losses.js";

/** The gradient of x as a list, and the same of its square: the second derivative. */
function gradients(loss: Tensor, x: Tensor): unknown[] {
  const [first] = autograd.grad(loss, [x], { createGraph: true });
  const [second] = autograd.grad(first!.square().sum(), [x]);
  return [first!.detach().tolist(), second!.tolist()];
}

describe.each(WEIGHTED)("a weighted %s whose operands were made of one another", (name) => {
  const loss = callOf(name);
  const input = (): Tensor => tensor([1, 3, -2], { dtype: "float64", requiresGrad: true });
  const target = tensor([0.5, 5, -2.25], { dtype: "float64" });

  it("counts each way to an operand once", () => {
    const [x, y] = [input(), input()];
    const weighted = loss(x, target, { weight: x.mul(2), reduction: "sum" });
    const plain = loss(y, target, { reduction: "none" }).mul(y.mul(2)).sum();
    expect(gradients(weighted, x)).toEqual(gradients(plain, y));
  });

  it("counts an operand that is its own weight in both places", () => {
    const [x, y] = [input(), input()];
    const weighted = loss(x, target, { weight: x, reduction: "sum" });
    const plain = loss(y, target, { reduction: "none" }).mul(y).sum();
    expect(gradients(weighted, x)).toEqual(gradients(plain, y));
  });
});

/** Numbers like those of measurements; the last ones are special where `withSpecials` says so. */
function numbers(n: number, seed: number, withSpecials = false): Float32Array {
  const x = Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 12.9898 + seed) * 3));
  if (withSpecials) x.set([0, -0, NaN, Infinity, 1e-45].slice(0, n), Math.max(0, n - 5));
  return x;
}

/** The bits of float32 numbers; those of any NaN are the same. */
const bitsOf = (x: Tensor | null): Uint32Array =>
  new Uint32Array(Float32Array.from(x!.detach().reshape(-1).tolist() as number[]).buffer);
const isSame = (a: Uint32Array, b: Uint32Array): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

describe.each(WEIGHTED)("the gradient of a weighted %s that comes along with its value", (name) => {
  const loss = callOf(name);
  const lengths = [0, 1, 3, 511, 512, 513, 16_384, 16_389];

  it.each(lengths)("has the bits of that of its operations, of %i elements", (n) => {
    for (const reduction of ["mean", "sum"] as const) {
      for (const masked of [false, true]) {
        const x = tensor(numbers(n, 1, true), { requiresGrad: true });
        const mask = masked ? tensor(Uint8Array.from({ length: n }, (_, i) => Number(i % 3 !== 1))) : null;
        const options = { weight: tensor(numbers(n, 3)), mask, reduction };
        const target = tensor(numbers(n, 2, true));
        loss(x, target, options).backward();
        const [composed] = autograd.grad(loss(x, target, options), [x], { createGraph: true });
        expect(isSame(bitsOf(x.grad), bitsOf(composed)), `${reduction}, masked: ${masked}`).toBe(true);
      }
    }
  });

  it("is there again where the graph is kept, and for other upstream gradients", () => {
    const x = tensor(numbers(700, 1), { requiresGrad: true });
    const value = loss(x, tensor(numbers(700, 2)), { weight: tensor(numbers(700, 3)) });
    const grad = (upstream: number, retainGraph: boolean): Tensor =>
      autograd.grad(value, [x], { gradOutputs: [tensor(upstream)], retainGraph })[0]!;
    const first = grad(1, true);
    first.fill_(5);
    const second = grad(1, true);
    const doubled = grad(2, true);
    const last = grad(1, false);
    expect(isSame(bitsOf(second), bitsOf(last))).toBe(true);
    expect(isSame(bitsOf(doubled), bitsOf(last.mul(2)))).toBe(true);
  });

  it("is refused when an operand changed meanwhile", () => {
    for (const which of [0, 1, 2]) {
      const x = tensor([1, 2], { requiresGrad: true });
      const operands = [x.mul(1), tensor([3, 5]), tensor([1, 0.5])];
      const value = loss(operands[0], operands[1], { weight: operands[2] });
      operands[which].add_(1);
      expect(() => value.backward()).toThrow("modified by an inplace operation");
    }
  });
});

describe.each(WEIGHTED)("a weighted %s of many elements", (name) => {
  const loss = callOf(name);

  it.each([511, 512, 16_384, 40_000])("is within 1 ULP of float64's, of %i elements", (n) => {
    const operands = [1, 2, 3].map((seed) => numbers(n, seed));
    const of = (dtype: "float32" | "float64"): number => {
      const [x, y, w] = operands.map((x) => tensor(Float64Array.from(x)).to(dtype));
      return loss(x, y, { weight: w.abs() }).item();
    };
    const [narrow, wide] = [of("float32"), of("float64")];
    expect(Math.abs(narrow - wide)).toBeLessThanOrEqual(Math.abs(wide) * 2 ** -23);
  });

  it("is not infinite where products overflow and their sum does not", () => {
    const x = tensor(new Float32Array(600).fill(1e20));
    const w = new Float32Array(600);
    w[0] = 3e30;
    w[1] = -3e30;
    expect(loss(x, tensor(new Float32Array(600)), { weight: tensor(w), reduction: "sum" }).item()).toBe(0);
  });
});

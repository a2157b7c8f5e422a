import { autograd, F, onWarning, ones, tensor, zeros } from "lossgrad";
import type { Complex, Tensor } from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";
import { refusesShapes } from "../support/formula-rows.js";
import { Random } from "../support/random.js";
import { ALL_LOSSES, callOf, WEIGHTED } from "../support/losses.js";

// Targets broadcast on purpose.
beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

const double = (values: number[][]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });
const x = double([[0.3, -1.7, 2.2], [1.1, -0.4, 0.9]]); // prettier-ignore
const y = double([[1.4, 0.6, -0.8], [-1.2, 0.7, 2.5]]); // prettier-ignore
const positive = double([[0.3, 1.7, 2.2], [1.1, 0.4, 0.9]]); // prettier-ignore
const weight = double([[0.5, 1.5, 1], [2, 0.25, 0.75]]); // prettier-ignore
const row = tensor([0.7, -0.2, 1.7], { dtype: "float64", requiresGrad: true });

/**
 * Derivatives of first and second order against central differences in float64: eps 1e-6, rtol
 * 1e-3, atol 1e-5.
 */
describe("first and second derivatives agree with finite differences", () => {
  it.each<[string, (...inputs: Tensor[]) => Tensor, Tensor[]]>([
    ["add with alpha", (a, b) => a.add(b, { alpha: 3 }).pow(2), [x, y]],
    ["sub, broadcast", (a, b) => a.sub(b).pow(3), [x, row]],
    ["mul", (a, b) => a.mul(b).pow(2), [x, y]],
    ["mul of itself", (a) => a.mul(a).mul(a), [x]],
    ["div", (a, b) => a.div(b).pow(2), [x, positive]],
    ["number / tensor, by pow", (a) => a.pow(-1).mul(3), [positive]],
    ["neg, abs", (a) => a.neg().abs().pow(2), [x]],
    ["sqrt", (a) => a.sqrt(), [positive]],
    ["pow 2.5", (a) => a.pow(2.5), [positive]],
    ["pow 0", (a) => a.pow(0).mul(a), [x]],
    ["relu", (a) => a.relu().pow(2), [x]],
    ["exp", (a) => a.exp(), [x]],
    ["expm1", (a) => a.expm1().pow(2), [x]],
    ["log", (a) => a.log(), [positive]],
    ["log1p", (a) => a.log1p(), [positive]],
    ["sigmoid", (a) => a.sigmoid(), [x]],
    ["tanh", (a) => a.tanh(), [x]],
    ["softplus", (a) => a.softplus().pow(2), [x]],
    ["softplus with beta and threshold", (a) => a.softplus({ beta: 1.5, threshold: 2 }).pow(2), [x]],
    ["logsigmoid", (a) => a.logsigmoid(), [x]],
    ["sin", (a) => a.sin(), [x]],
    ["cos", (a) => a.cos(), [x]],
    ["erf", (a) => a.erf(), [x]],
    ["softmax", (a) => a.softmax(1).pow(2), [x]],
    ["softmax of columns", (a) => a.softmax(0).pow(2), [x]],
    ["logSoftmax", (a) => a.logSoftmax(1).pow(2), [x]],
    ["logsumexp", (a) => a.logsumexp(1), [x]],
    ["logsumexp of all, kept", (a) => a.logsumexp({ dim: [0, 1], keepdim: true }).mul(a), [x]],
    ["clamp", (a) => a.clamp(-1, 1).pow(2), [x]],
    ["maximum", (a, b) => a.maximum(b).pow(2), [x, y]],
    ["minimum of a number", (a) => a.minimum(0.5).pow(2), [x]],
    ["sum along a dimension", (a) => a.sum({ dim: 1 }).pow(2), [x]],
    ["mean along dimensions, kept", (a) => a.mean({ dim: [0, 1], keepdim: true }).mul(a), [x]],
    ["mean", (a) => a.mean().pow(3), [x]],
    ["matmul", (a, b) => a.matmul(b.t()).pow(2), [x, y]],
    ["reshape, transpose, expand", (a) => a.reshape(3, 2).t().unsqueeze(0).expand(2, 2, 3).pow(2), [x]],
    ["at", (a) => a.at(1).pow(3), [x]],
    ["at of at", (a) => a.at(0).at(2).pow(3), [x]],
    ["squeeze, flatten", (a) => a.unsqueeze(1).squeeze().flatten().pow(2), [x]],
    ["rows by iteration", (a) => [...a].reduce((product, slice) => product.mul(slice)), [x]],
    ["clone, to", (a) => a.clone().to("float64").pow(2), [x]],
    [
      "a small network",
      (a, b, c) => a.matmul(b.t()).relu().sum({ dim: 0 }).mul(c.sum()).pow(2),
      [x, y, weight],
    ],
  ])("%s", (_, fn, inputs) => {
    expect(gradcheck(fn, inputs)).toEqual([]);
    expect(gradgradcheck(fn, inputs)).toEqual([]);
  });

  const losses = ALL_LOSSES.map((name) => [name, callOf(name)] as const);
  for (const reduction of ["none", "mean", "sum"] as const) {
    it.each(losses)(`%s, reduction ${reduction}: input, target, broadcast target`, (name, loss) => {
      // The logarithm of a target is one of positive numbers.
      for (const target of name === "klDiv"
        ? [positive, positive.at(0).detach().requiresGrad_()]
        : [y, row]) {
        const fn = (a: Tensor, b: Tensor): Tensor => loss(a, b, { reduction });
        if (refusesShapes(() => fn(x, target))) continue;
        expect(gradcheck(fn, [x, target])).toEqual([]);
        expect(gradgradcheck(fn, [x, target])).toEqual([]);
      }
    });
  }

  it.each(WEIGHTED)("%s with a weight that requires grad", (name) => {
    const fn = (a: Tensor, b: Tensor, w: Tensor): Tensor => F[name](a, b, { weight: w }).pow(2);
    expect(gradcheck(fn, [x, y, weight])).toEqual([]);
    expect(gradgradcheck(fn, [x, y, weight])).toEqual([]);
  });
});

describe("derivatives of higher order", () => {
  const derivative = (of: Tensor, by: Tensor): Tensor =>
    autograd.grad(of.sum(), by, { createGraph: true })[0]!;

  it("the n-th derivatives of x⁵ at 2", () => {
    const at = tensor(2, { dtype: "float64", requiresGrad: true });
    let value = at.pow(5);
    const found: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      value = derivative(value, at);
      found.push(value.item());
    }
    expect(found).toEqual([80, 160, 240, 240, 120]);
  });

  it.each(["float32", "float64"] as const)("of logsigmoid keep their digits at both ends, %s", (dtype) => {
    const points = [0, 1e-6, 0.5, 3, 15, 17, 30, 40, 87].flatMap((x) => [x, -x]);
    const at = tensor(points, { dtype, requiresGrad: true });
    const second = derivative(derivative(at.logsigmoid(), at), at).tolist() as number[];
    const exact = points.map((x) => -Math.exp(-Math.abs(x)) / (1 + Math.exp(-Math.abs(x))) ** 2);
    expect(second.map((y, i) => Math.abs(y / exact[i] - 1) < 1e-6)).toEqual(points.map(() => true));
  });

  it("of logsigmoid the first has the bits of sigmoid(-x) in float32", () => {
    const random = new Random(7);
    const points = Array.from({ length: 256 * 64 }, (_, i) => (1 + random.next()) * 2 ** ((i >> 6) - 149));
    const at = tensor([...points, ...points.map((x) => -x), Infinity, -Infinity], { requiresGrad: true });
    expect(derivative(at.logsigmoid(), at).tolist()).toEqual(at.neg().sigmoid().tolist());
  });

  it("L1's second derivative is 0, present and not null, as torch's", () => {
    const at = tensor([1, -2, 0], { requiresGrad: true });
    const first = derivative(F.l1Loss(at, zeros([3]), { reduction: "sum" }), at);
    expect([first.tolist(), first.requiresGrad]).toEqual([[1, -1, 0], true]);
    expect(derivative(first, at).tolist()).toEqual([0, 0, 0]);
  });

  it("Huber's second derivative is 1 inside, 0 outside (delta 1.5)", () => {
    const at = tensor([1, -2], { requiresGrad: true });
    const first = derivative(F.huberLoss(at, zeros([2]), { reduction: "sum", delta: 1.5 }), at);
    expect(first.tolist()).toEqual([1, -1.5]);
    expect(derivative(first, at).tolist()).toEqual([1, 0]);
  });

  it("smoothL1's second derivative is 1 / beta inside, 0 outside, over N for a mean", () => {
    const at = tensor([0.25, 3], { requiresGrad: true });
    const first = derivative(F.smoothL1Loss(at, zeros([2]), { beta: 0.5 }), at);
    expect(derivative(first, at).tolist()).toEqual([1, 0]);
  });

  it("of a complex modulus: torch's golden value", () => {
    const at = tensor([{ re: 3, im: 4 }], { dtype: "complex128", requiresGrad: true });
    const first = derivative(at.abs(), at);
    const [gradient] = autograd.grad(first, at, { gradOutputs: ones([1], { dtype: "complex128" }) });
    const { re, im } = gradient!.item<Complex>();
    expect([re, im].map((part) => part.toFixed(12))).toEqual(["0.128000000000", "-0.096000000000"]);
  });

  it("a gradient penalty trains: the gradient of |∇loss|² reaches the leaf", () => {
    const at = tensor([2, -3], { requiresGrad: true });
    const gradient = derivative(at.pow(3), at);
    gradient.square().sum().backward();
    // d/dx (3x²)² = 36 x³
    expect(at.grad?.tolist()).toEqual([288, -972]);
  });

  it("has the same bits with and without createGraph", () => {
    for (const loss of [F.l1Loss, F.mseLoss, F.smoothL1Loss, F.huberLoss]) {
      for (const reduction of ["none", "mean", "sum"] as const) {
        const at = tensor([0.1, -2.7, 0, 3.3, 1], { requiresGrad: true });
        const target = tensor([0.3, 1e-3, 0, -0.7, 0]);
        const value = loss(at, target, { reduction });
        const options = { gradOutputs: tensor(0.3).expand(value.shape), retainGraph: true };
        const [plain] = autograd.grad(value, at, options);
        const [graphed] = autograd.grad(value, at, { ...options, createGraph: true });
        expect(graphed?.tolist()).toEqual(plain?.tolist());
      }
    }
  });
});

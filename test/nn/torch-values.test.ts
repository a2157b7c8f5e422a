/**
 * Single facts of PyTorch's losses that no fixture shows: tables of the documentation, Hessians,
 * weights, legacy arguments.
 */
import { autograd, F, nn, ones, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import { observe } from "../support/observe.js";

const X = [1, 2, 3, Infinity, -Infinity, NaN, 1, 0, -0, Infinity];
const Y = [1, 1, 4, 0, 0, 0, NaN, -0, 0, Infinity];

describe("special values, each loss with both gradients", () => {
  const gradients = (loss: typeof F.l1Loss): unknown[] => {
    const [x, y] = [tensor(X, { requiresGrad: true }), tensor(Y, { requiresGrad: true })];
    loss(x, y, { reduction: "sum" }).backward();
    return [x.grad?.tolist(), y.grad?.tolist()];
  };

  test("L1: a NaN difference has gradient 0, and the target's zeros are negative", () => {
    expect(F.l1Loss(tensor(X), tensor(Y), { reduction: "none" }).tolist()).toEqual([
      0,
      1,
      1,
      Infinity,
      Infinity,
      NaN,
      NaN,
      0,
      0,
      NaN,
    ]);
    expect(gradients(F.l1Loss)).toEqual([
      [0, 1, -1, 1, -1, 0, 0, 0, 0, 0],
      [-0, -1, 1, -1, 1, -0, -0, -0, -0, -0],
    ]);
  });

  test("MSE", () => {
    expect(gradients(F.mseLoss)[0]).toEqual([0, 2, -2, Infinity, -Infinity, NaN, NaN, 0, -0, NaN]);
  });

  test.each([
    ["SmoothL1", F.smoothL1Loss],
    ["Huber", F.huberLoss],
  ])("%s at threshold 1", (_, loss) => {
    expect(gradients(loss)[0]).toEqual([0, 1, -1, 1, -1, NaN, NaN, 0, -0, NaN]);
  });

  test("an infinite upstream gradient at an equal element is NaN, a negative one gives -0", () => {
    const gradient = (upstream: number): unknown => {
      const x = tensor([1, 2], { requiresGrad: true });
      F.l1Loss(x, tensor([1, 0]), { reduction: "none" }).backward(tensor([upstream, upstream]));
      return x.grad?.tolist();
    };
    expect(gradient(Infinity)).toEqual([NaN, Infinity]);
    expect(gradient(-1)).toEqual([-0, -1]);
  });

  test("one tensor as both operands: loss 0, gradient 0", () => {
    const x = tensor([1, -2, 3], { requiresGrad: true });
    const loss = F.l1Loss(x, x);
    loss.backward();
    expect(loss.item()).toBe(0);
    expect(x.grad?.tolist()).toEqual([0, 0, 0]);
  });

  test("l1Loss(x, -x): both gradients meet in x", () => {
    const x = tensor([1, -2], { requiresGrad: true });
    F.l1Loss(x, x.neg()).backward();
    expect(x.grad?.tolist()).toEqual([1, -1]);
  });
});

describe("second derivatives", () => {
  test("of L1 are zeros, not null", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const [gradient] = autograd.grad(F.l1Loss(x, tensor([0, 5])), [x], { createGraph: true });
    const [second] = autograd.grad(gradient!.sum(), [x]);
    expect(second!.tolist()).toEqual([0, 0]);
  });

  test("of Huber: 1 inside delta, 0 outside", () => {
    const p = tensor([1, -2], { requiresGrad: true });
    const loss = F.huberLoss(p, zeros([2]), { delta: 1.5, reduction: "sum" });
    const [gradient] = autograd.grad(loss, [p], { createGraph: true });
    const rows = [0, 1].map((i) => {
      const [row] = autograd.grad(gradient!.at(i), [p], { retainGraph: true });
      return row!.tolist();
    });
    expect(rows).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  test("of SmoothL1: 1 / beta inside beta, times the upstream gradient over N", () => {
    const p = tensor([0.25, -2], { requiresGrad: true });
    const [gradient] = autograd.grad(F.smoothL1Loss(p, zeros([2]), { beta: 0.5 }), [p], {
      createGraph: true,
    });
    const [second] = autograd.grad(gradient!.sum(), [p]);
    expect(second!.tolist()).toEqual([1, 0]);
  });

  test("of |z| at 3 + 4j: 0.128 - 0.096j", () => {
    const z = tensor({ re: 3, im: 4 }, { dtype: "complex128", requiresGrad: true });
    const [gradient] = autograd.grad(F.l1Loss(z, tensor({ re: 0, im: 0 }, { dtype: "complex128" })), [z], {
      createGraph: true,
    });
    // S = Re(g) + |g|, and |g| = 1 everywhere.
    const g = gradient!;
    const [second] = autograd.grad(g, [z], {
      gradOutputs: tensor({ re: 1, im: 0 }, { dtype: "complex128" }),
    });
    const { re, im } = second!.item<{ re: number; im: number }>();
    expect(re).toBeCloseTo(0.128, 12);
    expect(im).toBeCloseTo(-0.096, 12);
  });
});

describe("weights", () => {
  const operands = [tensor([1, 2, 3, 4]), tensor([1.5, 2.5, 3.5, 4.5])] as const;
  const weight = tensor([1, 2, 3, 4]);

  test("Σw divides for L1 and MSE, N for Huber", () => {
    expect(F.l1Loss(...operands, { weight }).item()).toBe(0.5);
    expect(F.mseLoss(...operands, { weight }).item()).toBe(0.25);
    expect(F.huberLoss(...operands, { weight }).item()).toBe(0.3125);
  });

  test("none and sum are products", () => {
    expect(F.l1Loss(...operands, { weight, reduction: "none" }).tolist()).toEqual([0.5, 1, 1.5, 2]);
    expect(F.l1Loss(...operands, { weight, reduction: "sum" }).item()).toBe(5);
  });

  test("weights that add up to 0 give NaN", () => {
    expect(F.l1Loss(...operands, { weight: zeros([4]) }).item()).toBeNaN();
  });
});

describe("legacy arguments override the reduction, and say so", () => {
  const a = [tensor([1, 2]), tensor([3, 5])] as const;
  test.each([
    [undefined, true, "mean"],
    [true, undefined, "mean"],
    [true, true, "mean"],
    [false, undefined, "sum"],
    [false, true, "sum"],
    [undefined, false, "none"],
    [true, false, "none"],
    [false, false, "none"],
  ] as const)("sizeAverage %s, reduce %s: %s", (sizeAverage, reduce, expected) => {
    for (const loss of [F.l1Loss, F.mseLoss, F.smoothL1Loss]) {
      let found: Tensor | undefined;
      const { warnings } = observe(() => {
        found = loss(...a, { sizeAverage, reduce, reduction: expected === "sum" ? "none" : "sum" });
      });
      expect(found?.tolist()).toEqual(loss(...a, { reduction: expected }).tolist());
      expect(warnings).toEqual([
        `sizeAverage and reduce args will be deprecated, please use reduction='${expected}' instead.`,
      ]);
    }
  });

  test("a module settles its reduction when it is made", () => {
    let loss: nn.L1Loss | undefined;
    expect(observe(() => (loss = new nn.L1Loss({ sizeAverage: false }))).warnings).toHaveLength(1);
    expect(loss?.reduction).toBe("sum");
    expect(observe(() => loss?.(...a)).warnings).toEqual([]);
  });
});

describe("integers and gradients", () => {
  test("uint8 wraps before the absolute value; sums are int64", () => {
    const [a, b] = [tensor(Uint8Array.of(1, 5)), tensor(Uint8Array.of(2, 2))];
    const none = F.l1Loss(a, b, { reduction: "none" });
    expect([none.dtype, none.tolist()]).toEqual(["uint8", [255, 3]]);
    const sum = F.l1Loss(a, b, { reduction: "sum" });
    expect([sum.dtype, sum.item()]).toEqual(["int64", 258n]);
  });

  test("the mean of nothing is NaN, without a warning, and backward gives an empty gradient", () => {
    const x = zeros([0], { requiresGrad: true });
    const { error, warnings } = observe(() => {
      const loss = F.l1Loss(x, zeros([0]));
      expect(loss.item()).toBeNaN();
      loss.backward();
    });
    expect([error, warnings]).toEqual([undefined, []]);
    expect(x.grad?.shape).toEqual([0]);
  });

  test("the upstream gradient is divided by N once: 1 / 3 in float32", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    F.l1Loss(x, zeros([3])).backward();
    expect(x.grad?.tolist()).toEqual([1, 1, 1].map(() => Math.fround(1 / 3)));
  });

  test("float16 gradients of a mean of 70000: 1 / 70000, not 0", () => {
    const x = ones([70_000], { dtype: "float16", requiresGrad: true });
    F.l1Loss(x, zeros([70_000], { dtype: "float16" })).backward();
    expect(x.grad?.at(0).item()).toBe(2 ** -24 * 240);
  });
});

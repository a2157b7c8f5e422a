import { autograd, fuse, noGrad, ones, tensor, type Tensor, tidy, where } from "lossgrad";
import { describe, expect, test } from "vitest";

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
const unfused = (input: Tensor, target: Tensor, eps: number): Tensor =>
  input
    .sub(target)
    .square()
    .add(eps ** 2)
    .sqrt();
const data = (): Tensor => tensor([0.5, -1, 3, 0]);
const target = tensor([1, -1, 0.25, 2]);

describe("a fused function", () => {
  test("has the name that it was given, and shows its parameters", () => {
    expect(charbonnier.name).toBe("charbonnier");
    expect(String(charbonnier)).toBe("charbonnier(eps=0.001)");
    expect(fuse((a: Tensor) => a).name).toBe("fused");
    expect(
      fuse(function huberish(a: Tensor) {
        return a;
      }).name,
    ).toBe("huberish");
  });

  test("is one node in the graph", () => {
    const x = data().requiresGrad_();
    expect(charbonnier(x, target).gradFn!.name).toBe("CharbonnierBackward0");
    expect(charbonnier(x, target, { reduction: "none" }).gradFn!.name).toBe("CharbonnierBackward0");
    expect(charbonnier(x.to("float64"), target).gradFn!.name).toBe("CharbonnierBackward0");
    expect(charbonnier(data(), target).requiresGrad).toBe(false);
    expect(noGrad(() => charbonnier(x, target)).requiresGrad).toBe(false);
  });

  test.each([1, 0.5, 3])(
    "gives the gradients of its text for an upstream gradient of %s, again and again",
    (g) => {
      const [a, b] = [data().requiresGrad_(), data().requiresGrad_()];
      const fused = charbonnier(a, target, { eps: 0.1 });
      const plain = unfused(b, target, 0.1).mean();
      for (let i = 0; i < 3; i++) {
        fused.backward(tensor(g), { retainGraph: i < 2 });
        plain.backward(tensor(g), { retainGraph: i < 2 });
        expect(a.grad!.tolist()).toEqual(b.grad!.tolist());
      }
      expect(() => fused.backward()).toThrow("Trying to backward through the graph a second time");
    },
  );

  test("takes a tensor twice, as one leaf", () => {
    const fused = fuse((a: Tensor, b: Tensor) => a.mul(0.1).add(b.mul(0.7)).add(a.mul(b)).mul(b));
    const text = (a: Tensor, b: Tensor): Tensor => a.mul(0.1).add(b.mul(0.7)).add(a.mul(b)).mul(b);
    const [a, b] = [data().requiresGrad_(), data().requiresGrad_()];
    fused(a, a, { reduction: "none" }).backward(target);
    text(b, b).backward(target);
    expect(a.grad!.tolist()).toEqual(b.grad!.tolist());
  });

  test("takes operands of which one was made of another", () => {
    const grads = [charbonnier, (x: Tensor, y: Tensor) => unfused(x, y, 1e-3).mean()].map((loss) => {
      const x = data().to("float64").requiresGrad_();
      loss(x, x.mul(3).to("float32")).backward();
      return x.grad!.tolist();
    });
    expect(grads[0]).toEqual(grads[1]);
  });

  test("takes numbers in a tensor's place, of the tensors' dtype", () => {
    const x = data().to("float64");
    expect(charbonnier(x, 0.1).item()).toBe(
      unfused(x, tensor(0.1, { dtype: "float64" }), 1e-3)
        .mean()
        .item(),
    );
    expect(charbonnier(2, x).item()).toBe(
      unfused(tensor(2, { dtype: "float64" }), x, 1e-3)
        .mean()
        .item(),
    );
    expect(() => charbonnier(1, 2)).toThrow(
      "charbonnier: expected a Tensor among the operands, got numbers only",
    );
  });

  test("sums as its text says, unless a call says otherwise", () => {
    const l1 = fuse((a: Tensor, b: Tensor) => a.sub(b).abs().sum());
    expect(l1(data(), target).item()).toBe(5.25);
    expect(l1(data(), target, { reduction: "mean" }).item()).toBe(5.25 / 4);
    expect(l1(data(), target, { reduction: "none" }).tolist()).toEqual([0.5, 0, 2.75, 2]);
  });

  test("gives derivatives of higher order", () => {
    const second = (loss: (x: Tensor, y: Tensor) => Tensor): unknown[] => {
      const [x, y] = [data().requiresGrad_(), target.clone().requiresGrad_()];
      const first = autograd.grad(loss(x, y), [x, y], { createGraph: true }) as Tensor[];
      first[0].square().sum().add(first[1].mul(x).sum()).backward();
      return [...first.map((g) => g.tolist()), x.grad!.tolist(), y.grad!.tolist()];
    };
    for (const reduction of ["mean", "sum"] as const) {
      expect(second((x, y) => charbonnier(x, y, { eps: 0.3, reduction }))).toEqual(
        second((x, y) => unfused(x, y, 0.3)[reduction]()),
      );
    }
  });

  test("chooses by where", () => {
    const asymmetric = fuse((a: Tensor, b: Tensor) => {
      const d = a.sub(b);
      return where(d.gt(0), d.square(), d.abs());
    });
    expect(asymmetric(data(), target, { reduction: "none" }).tolist()).toEqual([0.5, 0, 7.5625, 2]);
  });

  test("gives no gradient where its text gives none", () => {
    const x = data().requiresGrad_();
    expect(fuse((a: Tensor) => a.gt(0).to("float32"))(x).requiresGrad).toBe(false);
    expect(fuse((a: Tensor) => a.detach().mul(2))(x).requiresGrad).toBe(false);
    const half = fuse((a: Tensor, b: Tensor) => a.mul(b.detach()));
    const y = data().requiresGrad_();
    half(x, y).backward();
    expect([x.grad !== null, y.grad]).toEqual([true, null]);
  });

  test("keeps what it needs out of tidy", () => {
    const x = data().requiresGrad_();
    const loss = tidy(() => charbonnier(x.mul(2), target.clone()));
    loss.backward(tensor(2));
    const y = data().requiresGrad_();
    unfused(y.mul(2), target, 1e-3).mean().backward(tensor(2));
    expect(x.grad!.tolist()).toEqual(y.grad!.tolist());
  });
});

describe("bad calls", () => {
  test("of changed operands, at backward", () => {
    const x = data().requiresGrad_();
    const y = target.clone();
    const loss = charbonnier(x, y);
    y.add_(1);
    expect(() => {
      loss.backward();
    }).toThrow("modified by an inplace operation");
  });

  test("of disposed operands", () => {
    const gone = data();
    gone.dispose();
    expect(() => charbonnier(gone, target)).toThrow(
      "charbonnier: expected a tensor in memory, got one that was disposed",
    );
    const disposing = fuse((a: Tensor) => {
      later.dispose();
      return a;
    });
    const later = data();
    expect(() => disposing(later)).toThrow("expected a tensor in memory");
  });

  test("of other numbers of operands", () => {
    expect(() => (charbonnier as (...args: unknown[]) => unknown)(data())).toThrow(
      "charbonnier: expected 2 operands, as the function has them, got 1",
    );
    expect(() => (charbonnier as (...args: unknown[]) => unknown)(data(), target, target)).toThrow("got 3");
  });

  test("with unknown options, reductions and parameters", () => {
    expect(() => charbonnier(data(), target, { epsilon: 1 } as never)).toThrow(
      "charbonnier() got an unexpected keyword argument 'epsilon'",
    );
    expect(() => charbonnier(data(), target, { reduction: "max" as never })).toThrow(
      "max is not a valid value for reduction",
    );
    expect(() => charbonnier(data(), target, { eps: ones([1]) as never })).toThrow(
      "charbonnier: expected the parameter eps to be a number, got Tensor",
    );
    expect(() => charbonnier(data(), [1, 2, 3, 4] as never)).toThrow("got array of length 4");
  });

  test("of fuse itself", () => {
    expect(() => fuse(1 as never)).toThrow("fuse: expected a function of operands, got 1");
    expect(() => fuse((a: Tensor) => a, { parameters: { dim: 1 } })).toThrow("got dim");
    expect(() => fuse((a: Tensor) => a, { parameters: { p: "1" } } as never)).toThrow(
      'fuse: expected the parameter p to be a number, got "1"',
    );
    expect(() => fuse((a: Tensor) => a, { nam: "x" } as never)).toThrow("unexpected keyword argument 'nam'");
  });

  test("of shapes that do not broadcast, and of dtypes that the text does not take", () => {
    expect(() => charbonnier(ones([2]), ones([3]))).toThrow(RangeError);
    const bools = ones([2]).gt(0);
    expect(() => charbonnier(bools, bools)).toThrow("Subtraction, the `-` operator, with two bool tensors");
  });
});

test("types say how many operands there are, and which parameters", () => {
  const free = fuse((...operands: Tensor[]) => operands.reduce((sum, x) => sum.add(x)));
  expect(free(data(), data(), 1, { reduction: "sum" }).item()).toBe(9);
  const annotated = fuse((a: Tensor, { p }: { p: number }) => a.mul(p), { parameters: { p: 2 } });
  expect(annotated(data(), { p: 4, reduction: "sum" }).item()).toBe(10);
  const one = fuse((a) => a.abs());
  expect(() => {
    // @ts-expect-error one operand, and no parameters
    one(data(), data());
  }).toThrow("fused: expected 1 operand, as the function has them, got 2");
  expect(() => {
    // @ts-expect-error there is no such parameter
    charbonnier(data(), target, { epsilon: 1 });
  }).toThrow("epsilon");
});

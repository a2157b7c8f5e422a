import { F, noGrad, ones, tensor, zeros } from "lossgrad";
import type { BackwardOptions, DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { observe } from "../support/observe.js";
import { expectError, expectRefused } from "../support/refuse.js";

const leafOf = (values: number[], dtype: DType = "float32"): Tensor =>
  tensor(values, { dtype, requiresGrad: true });

/** Read by a call, since TypeScript takes the null of an assignment to last. */
const gradOf = (x: Tensor): unknown => x.grad?.tolist();

describe("backward", () => {
  it("adds gradients up over several calls, and starts over at null or zeros", () => {
    const x = leafOf([1, 2]);
    for (const sum of [3, 6, 9]) {
      x.mul(3).sum().backward();
      expect(gradOf(x)).toEqual([sum, sum]);
    }
    x.grad = null;
    x.mul(3).sum().backward();
    expect(gradOf(x)).toEqual([3, 3]);
    x.grad = zeros([2]);
    x.mul(3).sum().backward();
    expect(gradOf(x)).toEqual([3, 3]);
  });

  it("adds up in a gradient that the user holds, and in one that the user assigned", () => {
    const x = leafOf([1, 2]);
    x.sum().backward();
    const held = x.grad;
    x.sum().backward();
    expect(held?.tolist()).toEqual([2, 2]);
    const assigned = tensor([10, 20]);
    x.grad = assigned;
    x.sum().backward();
    expect(assigned.tolist()).toEqual([11, 21]);
  });

  it("reaches a leaf along every path, and a leaf used twice in one operation", () => {
    const x = leafOf([2, 3]);
    const y = x.mul(x);
    y.add(x).add(y.mul(x)).sum().backward();
    expect(gradOf(x)).toEqual([2 * 2 + 1 + 3 * 4, 2 * 3 + 1 + 3 * 9]);
  });

  it("gives leaves gradients of their own: equal ones share no memory", () => {
    const [x, y] = [leafOf([1, 2]), leafOf([3, 4])];
    for (const options of [{}, { createGraph: true }]) {
      x.grad = null;
      y.grad = null;
      x.add(y).sum().backward(null, options);
      noGrad(() => x.grad?.fill_(7));
      expect(gradOf(y)).toEqual([1, 1]);
      x.grad = null;
      expect(gradOf(y)).toEqual([1, 1]);
    }
  });

  it("leaves a gradient that it was given alone", () => {
    const x = leafOf([1, 2]);
    const upstream = tensor([5, 6]);
    for (const options of [{}, { createGraph: true }]) {
      x.grad = null;
      x.backward(upstream, options);
      x.backward(upstream, options);
      expect(gradOf(x)).toEqual([10, 12]);
      x.grad = null;
      expect(upstream.tolist()).toEqual([5, 6]);
    }
  });

  it("of a leaf itself gives it the upstream gradient; of a scalar, 1", () => {
    const x = leafOf([3]);
    x.backward();
    expect(gradOf(x)).toEqual([1]);
    const scalar = tensor(3, { requiresGrad: true });
    scalar.backward(tensor(4));
    expect(scalar.grad?.item()).toBe(4);
  });

  it("converts an upstream gradient of another dtype, and brings gradients to the leaf's dtype and shape", () => {
    const x = leafOf([1, 2], "float64");
    const y = leafOf([3], "float16");
    const product = x.mul(y);
    product.backward(tensor([1, 2], { dtype: "float16" }));
    expect([x.grad?.dtype, x.grad?.tolist()]).toEqual(["float64", [3, 6]]);
    expect([y.grad?.dtype, y.grad?.tolist()]).toEqual(["float16", [5]]);
  });

  it("sums gradients over the dimensions that were broadcast", () => {
    const x = tensor([[1], [2]], { requiresGrad: true });
    const y = leafOf([1, 2, 3]);
    const s = tensor(1, { requiresGrad: true });
    x.add(y).mul(s).sum().backward();
    expect([x.grad, y.grad, s.grad].map((grad) => grad?.tolist())).toEqual([[[3], [3]], [2, 2, 2], 21]);
  });

  it("gives an empty leaf an empty gradient, and a leaf without a part in the output none", () => {
    const empty = tensor([[], []], { requiresGrad: true });
    const apart = leafOf([1]);
    F.l1Loss(empty, zeros([2, 0])).backward();
    expect(empty.grad?.shape).toEqual([2, 0]);
    expect(apart.grad).toBeNull();
  });

  it("does not reach tensors that were detached or made without recording", () => {
    const x = leafOf([2]);
    x.mul(x.detach()).sum().backward();
    expect(gradOf(x)).toEqual([2]);
    const constant = noGrad(() => x.mul(3));
    expect([constant.requiresGrad, constant.gradFn, constant.isLeaf]).toEqual([false, null, true]);
  });

  it("works under noGrad, on a graph recorded before", () => {
    const x = leafOf([2]);
    const y = x.mul(x);
    noGrad(() => y.backward());
    expect(gradOf(x)).toEqual([4]);
  });
});

describe("retainGraph and createGraph", () => {
  const AGAIN = "Trying to backward through the graph a second time";

  it("without them, a second backward through what saved values is an error that names the option", () => {
    const x = leafOf([2]);
    const y = x.mul(x);
    y.backward();
    expectError(() => y.backward(), Error, AGAIN);
    expectError(() => y.backward(), Error, "Specify retainGraph: true");
    expect(gradOf(x)).toEqual([4]);
  });

  it("what saves nothing can be gone through again, as in torch", () => {
    const x = leafOf([2]);
    const y = x.add(1).neg().sum();
    y.backward();
    y.backward();
    expect(gradOf(x)).toEqual([-2]);
  });

  it.each(["none", "mean", "sum"] as const)(
    "losses with reduction %s: once, or as often as retained",
    (reduction) => {
      for (const loss of [F.l1Loss, F.mseLoss, F.smoothL1Loss, F.huberLoss]) {
        const x = leafOf([2, 5]);
        const value = loss(x, zeros([2]), { reduction });
        const upstream = ones(value.shape);
        value.backward(upstream, { retainGraph: true });
        const once = x.grad?.clone().tolist() as number[];
        value.backward(upstream, { retainGraph: true });
        value.backward(upstream);
        expect(gradOf(x)).toEqual(once.map((g) => 3 * g));
        expectError(() => value.backward(upstream), Error, AGAIN);
      }
    },
  );

  it("two losses of one graph: the shared part must be retained", () => {
    const x = leafOf([2]);
    const shared = x.mul(x);
    const [first, second] = [shared.sum(), shared.mul(2).sum()];
    first.backward(null, { retainGraph: true });
    second.backward();
    expect(gradOf(x)).toEqual([12]);
    const released = x.mul(x);
    released.sum().backward();
    const late = released.mul(3);
    expectError(() => late.backward(), Error, AGAIN);
  });

  it("createGraph makes gradients that have a history, and retains the graph", () => {
    const x = leafOf([3]);
    const y = x.pow(3);
    y.backward(null, { createGraph: true });
    expect(x.grad?.requiresGrad).toBe(true);
    const grad = x.grad!;
    x.grad = null;
    grad.backward();
    expect(gradOf(x)).toEqual([18]);
    const again = leafOf([3]);
    again.pow(2).backward();
    expect(again.grad?.requiresGrad).toBe(false);
  });
});

describe("what backward refuses", () => {
  const x = leafOf([1, 2]);
  const plain = tensor([1]);
  const y = x.mul(2);
  const complex = tensor([{ re: 1, im: 2 }], { requiresGrad: true }).mul(1);
  const wrong = ones([3]);
  it.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "an output of several elements",
      () => y.backward(),
      Error,
      "grad can be implicitly created only for scalar outputs",
    ],
    [
      "a complex output",
      () => complex.backward(),
      Error,
      "only for real scalar outputs but got ComplexFloat",
    ],
    [
      "an output that requires no grad",
      () => plain.backward(),
      Error,
      "element 0 of tensors does not require grad and does not have a gradFn",
    ],
    [
      "a gradient of another shape",
      () => y.backward(wrong),
      RangeError,
      "Mismatch in shape: grad_output[0] has a shape of Size([3]) and output[0] has a shape of Size([2]).",
    ],
    [
      "a number as the gradient",
      () => y.backward(1 as never),
      TypeError,
      "backward: expected the gradient as a Tensor or null, got 1",
    ],
    ["an array as the gradient", () => y.backward([1, 1] as never), TypeError, "got array of length 2"],
    [
      "no options in the gradient's place",
      () => y.backward({ retain_graph: true } as never),
      TypeError,
      "backward() got an unexpected keyword argument 'retain_graph'",
    ],
    [
      "a misspelt option",
      () => y.backward(null, { retain_graph: true } as BackwardOptions),
      TypeError,
      "backward() got an unexpected keyword argument 'retain_graph'",
    ],
    [
      "an option of another kind",
      () => y.backward(null, { createGraph: 1 as never }),
      TypeError,
      "backward: expected createGraph to be a boolean, got 1",
    ],
    [
      "options that are no object",
      () => y.backward(null, true as never),
      TypeError,
      "backward: expected options as an object, got true",
    ],
  ])("%s", (_, call, kind, message) => {
    expectRefused(call, kind, message);
    expect(x.grad).toBeNull();
  });
});

describe("grad", () => {
  const x = leafOf([1, 2]);
  const integers = tensor([1, 2], { dtype: "int32" });
  const [longer, wider] = [ones([3]), ones([2], { dtype: "float64" })];
  const gone = ones([2]);
  gone.dispose();

  it.each<[string, unknown, new (message: string) => Error, string]>([
    ["another shape", longer, RangeError, "attempting to assign a gradient of size"],
    ["another dtype", wider, TypeError, "attempting to assign a gradient with dtype 'float64'"],
    ["a number", 3, TypeError, "grad: expected a Tensor or null, got 3"],
    ["undefined", undefined, TypeError, "grad: expected a Tensor or null, got undefined"],
    ["the tensor itself", x, Error, "can't assign Variable as its own grad"],
    ["a disposed tensor", gone, Error, "expected a tensor in memory, got one that was disposed"],
  ])("is not set to %s", (_, value, kind, message) => {
    expectRefused(() => (x.grad = value as Tensor), kind, message);
    expect(x.grad).toBeNull();
  });

  it("of a non-leaf is null, with torch's warning", () => {
    const { warnings } = observe(() => expect(x.mul(1).grad).toBeNull());
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The \.grad attribute of a Tensor that is not a leaf Tensor is being accessed\./,
      ),
    ]);
    expect(observe(() => x.grad).warnings).toEqual([]);
  });

  it("stays valid while the user holds it, whatever becomes of the leaf's", () => {
    const leaf = leafOf([1, 2]);
    leaf.sum().backward();
    const held = leaf.grad!;
    const data = held.data;
    leaf.grad = null;
    for (let i = 0; i < 10; i++) {
      leaf.mul(i).sum().backward();
      leaf.grad = null;
    }
    expect([held.tolist(), data.tolist()]).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it("requiresGrad belongs to floating and complex leaves", () => {
    expectRefused(
      () => integers.requiresGrad_(),
      TypeError,
      "only Tensors of floating point dtype can require gradients",
    );
    expectRefused(() => (integers.requiresGrad = true), TypeError, "only Tensors of floating point dtype");
    expectRefused(
      () => x.requiresGrad_("yes" as never),
      TypeError,
      'requiresGrad_: expected a boolean, got "yes"',
    );
    const y = x.mul(1);
    expectRefused(
      () => y.requiresGrad_(false),
      Error,
      "you can only change requiresGrad flags of leaf variables.",
    );
    expect(y.requiresGrad_() === y).toBe(true);
    const leaf = tensor([1]);
    expect(leaf.requiresGrad_().requiresGrad).toBe(true);
    expect(leaf.requiresGrad_(false).requiresGrad).toBe(false);
    leaf.requiresGrad = true;
    expect(leaf.requiresGrad).toBe(true);
    expect(integers.requiresGrad_(false).requiresGrad).toBe(false);
  });
});

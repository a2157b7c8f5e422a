import { autograd, noGrad, ones, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectError } from "../support/refuse.js";

const leafOf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const lists = (gradients: readonly (Tensor | null)[]): unknown => gradients.map((g) => g?.tolist() ?? null);

describe("autograd.grad", () => {
  it("gives gradients and changes the grad of no tensor", () => {
    const [x, y, z] = [leafOf([1, 2]), leafOf([3, 4]), leafOf([5])];
    const found = autograd.grad(x.mul(y).mul(z).sum(), [y, x]);
    expect(lists(found)).toEqual([
      [5, 10],
      [15, 20],
    ]);
    expect([x.grad, y.grad, z.grad]).toEqual([null, null, null]);
  });

  it("of several outputs is the sum, each with its own upstream gradient", () => {
    const x = leafOf([1, 2]);
    const outputs = [x.mul(2), x.mul(x).sum()];
    expect(lists(autograd.grad(outputs, x, { gradOutputs: [tensor([1, 10]), null] }))).toEqual([[4, 24]]);
    expect(lists(autograd.grad(x.mul(2), x, { gradOutputs: ones([2]) }))).toEqual([[2, 2]]);
  });

  it("reaches tensors within the graph, and several that depend on each other", () => {
    const x = leafOf([2]);
    const a = x.mul(3);
    const b = a.mul(a);
    const found = autograd.grad(b.mul(5).sum(), [x, a, b], { retainGraph: true });
    expect(lists(found)).toEqual([[180], [60], [5]]);
    expect(lists(autograd.grad(b, [b]))).toEqual([[1]]);
  });

  it("gives an input that is asked for twice its gradient twice", () => {
    const x = leafOf([3]);
    expect(lists(autograd.grad(x.mul(x), [x, x]))).toEqual([[6], [6]]);
  });

  it("hands out memory of its own: results do not share it, nor the upstream gradient's", () => {
    const [x, y] = [leafOf([1, 2]), leafOf([3, 4])];
    const upstream = ones([2]);
    const a = x.add(y);
    const found = autograd.grad(a, [x, y, a], { gradOutputs: upstream });
    found[0]?.fill_(7);
    found[1]?.dispose();
    expect(found[2]?.tolist()).toEqual([1, 1]);
    found[2]?.fill_(8);
    expect([upstream.tolist(), found[0]?.tolist()]).toEqual([
      [1, 1],
      [7, 7],
    ]);
    const [spread] = autograd.grad(x.sum(), x);
    expect(spread?.array()).toEqual(Float32Array.of(1, 1));
  });

  it("computes only what leads to the inputs: a leaf beside them, changed in place, does no harm", () => {
    const [x, y] = [leafOf([2]), leafOf([3])];
    const side = y.mul(y);
    const result = x.mul(2).add(side).sum();
    noGrad(() => y.add_(1));
    expect(lists(autograd.grad(result, x))).toEqual([[2]]);
  });

  const x = leafOf([1, 2]);
  const apart = leafOf([1]);
  const plain = tensor([1]);
  const y = x.mul(2);
  const total = y.sum();
  const wrong = ones([3]);
  const two = [ones([2]), ones([2])];
  it.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "an input that has no part",
      () => autograd.grad(total, apart),
      Error,
      "The differentiated Tensor at index 0 appears to not have been used in the graph. Set allowUnused: true",
    ],
    [
      "an input that requires no grad",
      () => autograd.grad(total, plain),
      Error,
      "One of the differentiated Tensors does not require grad",
    ],
    [
      "an output that requires no grad",
      () => autograd.grad(plain, x),
      Error,
      "element 0 of tensors does not require grad",
    ],
    [
      "no inputs",
      () => autograd.grad(total, []),
      RangeError,
      "`inputs` argument to `grad()` cannot be empty.",
    ],
    [
      "an output of several elements",
      () => autograd.grad(y, x),
      Error,
      "grad can be implicitly created only for scalar outputs",
    ],
    [
      "more gradients than outputs",
      () => autograd.grad(y, x, { gradOutputs: two }),
      RangeError,
      "got 1 tensors and 2 gradients",
    ],
    [
      "a gradient of another shape",
      () => autograd.grad(y, x, { gradOutputs: wrong }),
      RangeError,
      "grad_output[0] has a shape of Size([3])",
    ],
    [
      "a number as gradOutputs",
      () => autograd.grad(y, x, { gradOutputs: 1 as never }),
      TypeError,
      "grad: expected gradOutputs to be Tensors, got 1",
    ],
    [
      "numbers as gradOutputs",
      () => autograd.grad(y, x, { gradOutputs: [1] as never }),
      TypeError,
      "grad: expected the gradient as a Tensor or null, got 1",
    ],
    [
      "a number as output",
      () => autograd.grad(1 as never, x),
      TypeError,
      "grad: expected outputs to be Tensors, got 1",
    ],
    [
      "null as input",
      () => autograd.grad(total, [null] as never),
      TypeError,
      "grad: expected inputs to be Tensors, got null",
    ],
    [
      "a misspelt option",
      () => autograd.grad(total, x, { allow_unused: true } as never),
      TypeError,
      "grad() got an unexpected keyword argument 'allow_unused'",
    ],
    [
      "an option of another kind",
      () => autograd.grad(total, x, { allowUnused: "no" as never }),
      TypeError,
      'grad: expected allowUnused to be a boolean, got "no"',
    ],
  ])("refuses %s", (_, call, kind, message) => {
    expectError(call, kind, message);
  });

  it("gives null for an unused input when that is allowed", () => {
    const leaf = leafOf([3]);
    expect(lists(autograd.grad(leaf.mul(2), [leaf, apart], { allowUnused: true }))).toEqual([[2], null]);
  });
});

import { noGrad, ones, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/refuse.js";

describe("changes in place", () => {
  it.each<[string, (x: Tensor) => Tensor, number[]]>([
    ["add_ of a tensor", (x) => x.add_(tensor([1, 1, 1])), [2, 3, 4]],
    ["add_ with alpha", (x) => x.add_(tensor([1, 1, 1]), { alpha: -2 }), [-1, 0, 1]],
    ["add_ of a number with alpha", (x) => x.add_(1, { alpha: 0.5 }), [1.5, 2.5, 3.5]],
    ["sub_ of a number", (x) => x.sub_(1), [0, 1, 2]],
    ["sub_ with alpha", (x) => x.sub_(tensor([1, 2, 3]), { alpha: 0.5 }), [0.5, 1, 1.5]],
    ["mul_", (x) => x.mul_(tensor([2, 0, -1])), [2, 0, -3]],
    ["div_", (x) => x.div_(2), [0.5, 1, 1.5]],
    ["fill_", (x) => x.fill_(7), [7, 7, 7]],
    ["zero_", (x) => x.zero_(), [0, 0, 0]],
    ["copy_", (x) => x.copy_(tensor([4, 5, 6])), [4, 5, 6]],
    ["copy_ of another dtype", (x) => x.copy_(tensor([4, 5, 6], { dtype: "int32" })), [4, 5, 6]],
    ["a broadcast operand", (x) => x.add_(tensor([10])), [11, 12, 13]],
    ["a 0-d operand of a wider dtype", (x) => x.mul_(tensor(2, { dtype: "float64" })), [2, 4, 6]],
    ["the tensor itself", (x) => x.mul_(x), [1, 4, 9]],
  ])("%s: changes the tensor, and returns it", (_, change, values) => {
    const x = tensor([1, 2, 3]);
    expect(change(x) === x).toBe(true);
    expect(x.tolist()).toEqual(values);
    expect(x.dtype).toBe("float32");
  });

  it("read an overlapping operand as it was", () => {
    const square = (): Tensor => tensor([[1, 2], [3, 4]]); // prettier-ignore
    const added = square();
    added.add_(added.t());
    expect(added.tolist()).toEqual([[2, 5], [5, 8]]); // prettier-ignore
    const copied = square();
    copied.copy_(copied.t());
    expect(copied.tolist()).toEqual([[1, 3], [2, 4]]); // prettier-ignore
    const spread = square();
    spread.mul_(spread.at(1));
    expect(spread.tolist()).toEqual([[3, 8], [9, 16]]); // prettier-ignore
  });

  it("of strided views reach their elements and no others", () => {
    const x = zeros([2, 3]);
    x.t().at(1).add_(1);
    x.at(0).mul_(5);
    expect(x.tolist()).toEqual([[0, 5, 0], [0, 1, 0]]); // prettier-ignore
  });

  it.each<[DType, (x: Tensor) => Tensor, unknown]>([
    ["int8", (x) => x.add_(127), -128],
    ["uint8", (x) => x.sub_(2), 255],
    ["int64", (x) => x.mul_(3), 3n],
    ["float16", (x) => x.div_(3), 0.333251953125],
    ["bool", (x) => x.mul_(tensor([false])), false],
    ["complex64", (x) => x.mul_(tensor([{ re: 0, im: 1 }])), { re: 0, im: 1 }],
    ["complex64", (x) => x.add_(tensor([1, ])), { re: 2, im: 0 }], // prettier-ignore
    ["complex64", (x) => x.sub_(3), { re: -2, im: 0 }],
    ["complex64", (x) => x.fill_(3), { re: 3, im: 0 }],
    ["complex128", (x) => x.zero_(), { re: 0, im: 0 }],
  ])("in %s stay in it", (dtype, change, value) => {
    expect(change(ones([1], { dtype })).item()).toEqual(value);
  });

  const integers = ones([2], { dtype: "int32" });
  const flags = ones([2], { dtype: "bool" });
  const pair = ones([2]);
  const three = ones([3]);
  const wide = ones([2, 3]);
  const complex = ones([2], { dtype: "complex64" });
  const repeated = ones([1]).expand(2);
  it.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "a float into integers",
      () => integers.add_(0.5),
      TypeError,
      "result type Float can't be cast to the desired output type Int",
    ],
    [
      "a quotient into integers",
      () => integers.div_(2),
      TypeError,
      "result type Float can't be cast to the desired output type Int",
    ],
    [
      "a number into bools",
      () => flags.add_(1),
      TypeError,
      "result type Long can't be cast to the desired output type Bool",
    ],
    [
      "complex values into real ones",
      () => pair.add_(complex),
      TypeError,
      "result type ComplexFloat can't be cast to the desired output type Float",
    ],
    [
      "an operand that does not broadcast",
      () => pair.add_(three),
      RangeError,
      "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0",
    ],
    [
      "an operand of more dimensions",
      () => three.add_(wide),
      RangeError,
      "output with shape [3] doesn't match the broadcast shape [2, 3]",
    ],
    [
      "a source that does not broadcast",
      () => pair.copy_(three),
      RangeError,
      "The size of tensor a (2) must match the size of tensor b (3)",
    ],
    [
      "a source of more dimensions",
      () => three.copy_(wide),
      RangeError,
      "output with shape [3] doesn't match the broadcast shape [2, 3]",
    ],
    [
      "a change of repeated elements",
      () => repeated.add_(1),
      Error,
      "more than one element of the written-to tensor refers to a single memory location",
    ],
    ["a number as a source", () => pair.copy_(3 as never), TypeError, "copy_: expected a Tensor, got 3"],
    [
      "a tensor to fill with",
      () => pair.fill_(three as never),
      TypeError,
      "fill_: expected a number, got Tensor",
    ],
    ["text", () => pair.add_("1" as never), TypeError, 'add_: expected a Tensor or a number, got "1"'],
    ["a bigint", () => integers.mul_(2n as never), TypeError, "mul_: expected a Tensor or a number, got 2n"],
    [
      "nothing",
      () => pair.sub_(undefined as never),
      TypeError,
      "sub_: expected a Tensor or a number, got undefined",
    ],
    [
      "a misspelt option",
      () => pair.add_(1, { alhpa: 2 } as never),
      TypeError,
      "add_() got an unexpected keyword argument 'alhpa'",
    ],
    [
      "an alpha that is no number",
      () => pair.sub_(1, { alpha: "2" as never }),
      TypeError,
      'sub_: expected a number, got "2"',
    ],
  ])("refuse %s", (_, call, kind, message) => {
    expectRefused(call, kind, message);
    expect([integers, flags, pair].map((x) => x.ne(1).sum().item())).toEqual([0n, 0n, 0n]);
  });
});

describe("changes in place and autograd", () => {
  const leaf = tensor([[1, 2]], { requiresGrad: true });
  const row = leaf.at(0);
  const deep = leaf.at(0).at(0);
  const product = leaf.mul(1);
  const view = product.at(0);

  it("of a leaf that requires grad, or of a view of one, are refused", () => {
    const text = "a leaf Variable that requires grad is being used in an in-place operation.";
    expectRefused(() => leaf.add_(1), Error, text);
    expectRefused(() => leaf.zero_(), Error, text);
    expectRefused(() => row.add_(1), Error, `a view of ${text}`);
    expectRefused(() => deep.copy_(tensorOne), Error, `a view of ${text}`);
  });
  const tensorOne = tensor(1);

  it("of a recorded tensor's view are refused with a way out", () => {
    expectRefused(
      () => view.mul_(2),
      Error,
      "changing a view in place is not recorded by autograd; clone() it first",
    );
  });

  it("are legal on all of them without recording", () => {
    const x = tensor([[1, 2]], { requiresGrad: true });
    noGrad(() => x.add_(1));
    noGrad(() => x.at(0).mul_(2));
    x.data.sub_(1);
    x.detach().at(0).div_(3);
    expect(x.tolist()).toEqual([[1, Math.fround(5 / 3)]]);
    expect(x.requiresGrad && x.isLeaf).toBe(true);
  });

  it.each<[string, (a: Tensor, b: Tensor) => unknown, number[], number[] | null]>([
    ["add_", (a, b) => a.add_(b), [1, 1], [1, 1]],
    ["sub_ with alpha", (a, b) => a.sub_(b, { alpha: 2 }), [1, 1], [-2, -2]],
    ["mul_", (a, b) => a.mul_(b), [5, 7], [2, 3]],
    ["div_", (a, b) => a.div_(b), [1 / 5, 1 / 7], [-2 / 25, -3 / 49]],
    ["mul_ of a number", (a) => a.mul_(4), [4, 4], null],
    ["fill_", (a) => a.fill_(4), [0, 0], null],
    ["zero_", (a) => a.zero_(), [0, 0], null],
    ["copy_", (a, b) => a.copy_(b), [0, 0], [1, 1]],
  ])("%s on a recorded tensor has the gradient of what it does", (_, change, gradX, gradY) => {
    const x = tensor([2, 3], { requiresGrad: true, dtype: "float64" });
    const y = tensor([5, 7], { requiresGrad: true, dtype: "float64" });
    const a = x.clone();
    change(a, y);
    a.sum().backward();
    expect([x.grad, y.grad].map((grad) => grad?.tolist() ?? null)).toEqual([gradX, gradY]);
  });

  it("fill_ and copy_ keep the sign of 0 and are named as torch names them", () => {
    const x = tensor([-0, 1], { requiresGrad: true });
    const a = x.clone();
    expect([a.copy_(x).at(0).item(), a.gradFn?.name]).toEqual([-0, "CopyBackwards"]);
    expect([a.fill_(-0).at(1).item(), a.gradFn?.name]).toEqual([-0, "FillBackward0"]);
  });

  it("give a history to a tensor that had none, and the views of it that were there before", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const sum = zeros([2]);
    const [first] = sum;
    sum.add_(x);
    expect([sum.requiresGrad, sum.gradFn?.name, first.requiresGrad]).toEqual([true, "AddBackward0", true]);
    first.backward();
    expect(x.grad?.tolist()).toEqual([1, 0]);
  });

  it("reach the gradient of a view, and of a view of it, that were taken before", () => {
    const x = tensor([[1, 2], [3, 4]], { requiresGrad: true }); // prettier-ignore
    const a = x.mul(1);
    const last = a.at(1).at(1);
    a.mul_(3).mul_(2);
    expect(last.item()).toBe(24);
    last.backward();
    expect(x.grad?.tolist()).toEqual([[0, 0], [0, 6]]); // prettier-ignore
  });

  it("chain: a running product has the gradient of the product", () => {
    const x = tensor([2, 3, 4], { requiresGrad: true });
    const running = ones([]);
    for (const factor of x) running.mul_(factor);
    running.backward();
    expect(running.item()).toBe(24);
    expect(x.grad?.tolist()).toEqual([12, 8, 6]);
  });
});

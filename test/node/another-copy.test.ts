/** Two copies of the library on one page, as two dependencies may bring them. */
import { autograd, F, nn, tensor, type Tensor } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
import type * as Lossgrad from "lossgrad";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { expectRefused } from "../support/refuse.js";

describe("a tensor of another copy of the library", () => {
  let other: typeof Lossgrad;
  beforeAll(async () => {
    vi.resetModules();
    other = await import("lossgrad");
  });

  const copied = (x: unknown): string => String(tensor(x as Tensor));

  it.each([
    ["float32", "tensor([[1., 2.]])", [[1, 2]]],
    ["float16", "tensor([[1., 2.]], dtype=float16)", [[1, 2]]],
    ["bfloat16", "tensor([[1., 2.]], dtype=bfloat16)", [[1, 2]]],
    ["int64", "tensor([[1, 2]])", [[1, 2]]],
    ["bool", "tensor([[ True, False]])", [[true, false]]],
    ["complex64", "tensor([[1.+0.j, 2.+0.j]])", [[1, 2]]],
    ["float64", "tensor(1., dtype=float64)", 1],
  ] as const)("of %s is copied by tensor(...)", (dtype, text, data) => {
    expect(copied(other.tensor(data as never, { dtype }))).toBe(text);
  });

  it("is copied without its history", () => {
    const x = other.tensor([1, 2], { requiresGrad: true });
    expect(copied(x)).toBe("tensor([1., 2.])");
    expect(tensor(x).requiresGrad).toBe(false);
  });

  it("is refused by losses and by tensors, which say how to copy it", () => {
    const x = other.tensor([1, 2]);
    const own = tensor([1, 2]);
    const text = "got one of another copy of lossgrad; make one with tensor(...)";
    expectRefused(() => F.l1Loss(own, x), TypeError, `l1Loss: expected target to be a Tensor, ${text}`);
    expectRefused(() => new nn.MSELoss()(x, x), TypeError, `mseLoss: expected input to be a Tensor, ${text}`);
    expectRefused(() => own.add(x), TypeError, `add: expected a Tensor or a number, ${text}`);
    expectRefused(() => own.copy_(x), TypeError, `copy_: expected a Tensor, ${text}`);
    expectRefused(() => l1Loss(x as never, 1), TypeError, "got a Tensor; use F.l1Loss");
  });

  it("is refused as a gradient", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(2);
    const upstream = other.tensor([7, 9]);
    const text = "got one of another copy of lossgrad";
    expectRefused(
      () => y.backward(upstream),
      TypeError,
      `backward: expected the gradient as a Tensor or null, ${text}`,
    );
    expectRefused(() => (x.grad = upstream), TypeError, `grad: expected a Tensor or null, ${text}`);
    for (const gradOutputs of [upstream, [upstream]]) {
      expectRefused(() => autograd.grad(y, x, { gradOutputs }), TypeError, text);
    }
    expectRefused(() => autograd.grad(y, upstream), TypeError, `expected inputs to be Tensors, ${text}`);
    expect(x.grad).toBeNull();
  });

  it("is refused once it was disposed", () => {
    const x = other.tensor([1, 2]);
    x.dispose();
    expectRefused(() => copied(x), Error, "disposed");
  });
});

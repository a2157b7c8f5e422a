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

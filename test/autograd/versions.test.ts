import { F, noGrad, ones, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { ALL_LOSSES, callOf } from "../support/losses.js";
import { expectError } from "../support/refuse.js";

const CHANGED =
  "one of the variables needed for gradient computation has been modified by an inplace operation";

/** Those that look at their operands again; L1 keeps their difference. */
const again = ALL_LOSSES.filter((name) => name !== "l1Loss");
const reductions = ["none", "mean", "sum"] as const;

describe("a value that backward needs and that was changed in place since", () => {
  it.each(again)("is an error for %s, input and target alike", (loss) => {
    for (const reduction of reductions) {
      for (const which of ["input", "target"] as const) {
        const x = tensor([1, 2], { requiresGrad: true });
        const operands = { input: x.mul(1), target: tensor([0, 0]) };
        const result = callOf(loss)(operands.input, operands.target, { reduction }).sum();
        operands[which].add_(1);
        expectError(() => result.backward(), Error, CHANGED);
        expect(x.grad).toBeNull();
      }
    }
  });

  it("is legal for l1Loss, which saves the sign of the difference only, and the gradient is that of before", () => {
    for (const reduction of reductions) {
      const x = tensor([1, 2], { requiresGrad: true });
      const input = x.mul(1);
      const target = tensor([0, 5]);
      const result = F.l1Loss(input, target, { reduction }).sum();
      input.mul_(-1);
      target.fill_(-9);
      result.backward();
      const each = reduction === "mean" ? 0.5 : 1;
      expect(x.grad?.tolist()).toEqual([each, -each]);
    }
  });

  it("is named as torch names it", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.add(1);
    const result = y.mul(y).sum();
    y.mul_(2);
    expectError(
      () => result.backward(),
      Error,
      `${CHANGED}: [FloatTensor [2]], which is output 0 of Mul, is at version 1; expected version 0 instead.`,
    );
  });

  it.each<[string, (y: Tensor) => Tensor]>([
    ["mul", (y) => y.mul(ones([2], { requiresGrad: true }))],
    ["div", (y) => y.div(ones([2], { requiresGrad: true }))],
    ["pow", (y) => y.pow(3)],
    ["abs", (y) => y.abs()],
    ["clamp", (y) => y.clamp({ min: 0 })],
    ["log", (y) => y.log()],
    ["log1p", (y) => y.log1p()],
    ["softplus", (y) => y.softplus()],
    ["logsigmoid", (y) => y.logsigmoid()],
    ["sin", (y) => y.sin()],
    ["cos", (y) => y.cos()],
    ["erf", (y) => y.erf()],
    ["maximum", (y) => y.maximum(ones([2], { requiresGrad: true }))],
    ["matmul", (y) => y.unsqueeze(0).matmul(ones([2, 1], { requiresGrad: true }))],
  ])("is an error for the input of %s", (_, operation) => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(1);
    const result = operation(y).sum();
    y.add_(1);
    expectError(() => result.backward(), Error, CHANGED);
  });

  it.each<[string, (y: Tensor) => Tensor]>([
    ["sqrt", (y) => y.sqrt()],
    ["relu", (y) => y.relu()],
    ["exp", (y) => y.exp()],
    ["expm1", (y) => y.expm1()],
    ["sigmoid", (y) => y.sigmoid()],
    ["tanh", (y) => y.tanh()],
  ])("is an error for the output of %s, but its input may change", (_, operation) => {
    const x = tensor([1, 4], { requiresGrad: true });
    const input = x.mul(1);
    const output = operation(input);
    input.add_(1);
    output.sum().backward();
    expect(x.grad).not.toBeNull();
    const second = operation(x.mul(1));
    const result = second.sum();
    second.add_(1);
    expectError(() => result.backward(), Error, CHANGED);
  });

  it.each<[string, (y: Tensor) => Tensor]>([
    ["add", (y) => y.add(1)],
    ["sub", (y) => y.sub(y)],
    ["neg", (y) => y.neg()],
    ["mul by a number", (y) => y.mul(3)],
    ["sum", (y) => y.sum()],
    ["mean", (y) => y.mean()],
    ["reshape", (y) => y.reshape(2, 1)],
    ["to", (y) => y.to("float64")],
  ])("is legal for %s, which needs no values", (_, operation) => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(1);
    const result = operation(y).clone();
    y.add_(1);
    result.sum().backward();
    expect(x.grad?.shape).toEqual([2]);
  });
});

describe("who sees a change in place", () => {
  const lossOf = (x: Tensor): Tensor => F.mseLoss(x.mul(1), x).add(x.mul(x).sum());

  it.each<[string, (x: Tensor) => unknown]>([
    ["the tensor under noGrad", (x) => noGrad(() => x.add_(1))],
    ["what was detached from it", (x) => x.detach().add_(1)],
    ["a view under noGrad", (x) => noGrad(() => x.at(0).add_(1))],
    ["a view of what was detached", (x) => x.detach().reshape(2, 1).at(0).fill_(0)],
  ])("the graph, when it comes by way of %s", (_, change) => {
    const x = tensor([1, 2], { requiresGrad: true });
    const result = lossOf(x);
    change(x);
    expectError(() => result.backward(), Error, CHANGED);
  });

  it("nobody, when it comes by way of data: the gradient is that of the new values, as in torch", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const result = x.mul(x).sum();
    x.data.add_(10);
    result.backward();
    expect(x.grad?.tolist()).toEqual([22, 24]);
  });

  it("nobody, when data is replaced before the graph is made", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.data = tensor([3, 4]);
    x.mul(x).sum().backward();
    expect(x.grad?.tolist()).toEqual([6, 8]);
  });

  it("a change and its undoing count as two changes", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const result = x.mul(x).sum();
    noGrad(() => x.add_(1).sub_(1));
    expectError(() => result.backward(), Error, "is at version 2; expected version 0 instead.");
  });
});

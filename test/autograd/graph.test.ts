import { F, noGrad, nn, ones, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";

const x = tensor([[1, 2]], { requiresGrad: true });
const y = tensor([[3, 4]], { requiresGrad: true });
const z = tensor([{ re: 3, im: 4 }], { requiresGrad: true });

describe("gradFn has torch's name", () => {
  it.each<[string, () => Tensor]>([
    ["AddBackward0", () => x.add(y)],
    ["AddBackward0", () => x.add(1)],
    ["SubBackward0", () => x.sub(y)],
    ["MulBackward0", () => x.mul(y)],
    ["DivBackward0", () => x.div(y)],
    ["NegBackward0", () => x.neg()],
    ["AbsBackward0", () => x.abs()],
    ["SignBackward0", () => x.sign()],
    ["SgnBackward0", () => z.sgn()],
    ["PowBackward0", () => x.square()],
    ["PowBackward0", () => x.pow(3)],
    ["SqrtBackward0", () => x.sqrt()],
    ["ReluBackward0", () => x.relu()],
    ["ExpBackward0", () => x.exp()],
    ["Expm1Backward0", () => x.expm1()],
    ["LogBackward0", () => x.log()],
    ["Log1PBackward0", () => x.log1p()],
    ["SigmoidBackward0", () => x.sigmoid()],
    ["TanhBackward0", () => F.tanh(x)],
    ["SoftplusBackward0", () => F.softplus(x)],
    ["LogSigmoidBackward0", () => x.logsigmoid()],
    ["SinBackward0", () => x.sin()],
    ["SoftmaxBackward0", () => x.softmax(1)],
    ["LogSoftmaxBackward0", () => F.logSoftmax(x, { dim: 1, dtype: "float64" })],
    ["LogsumexpBackward0", () => x.logsumexp(0)],
    ["CosBackward0", () => x.cos()],
    ["ErfBackward0", () => x.erf()],
    ["ClampBackward1", () => x.clamp({ min: 0 })],
    ["MaximumBackward0", () => x.maximum(y)],
    ["MinimumBackward0", () => x.minimum(y)],
    ["SumBackward0", () => x.sum()],
    ["MeanBackward0", () => x.mean()],
    ["MmBackward0", () => x.matmul(y.t())],
    ["CloneBackward0", () => x.clone()],
    ["ToCopyBackward0", () => x.to("float64")],
    ["ViewBackward0", () => x.reshape(2)],
    ["ExpandBackward0", () => x.expand(3, 2)],
    ["SqueezeBackward0", () => x.squeeze()],
    ["UnsqueezeBackward0", () => x.unsqueeze(0)],
    ["TransposeBackward0", () => x.t()],
    ["SelectBackward0", () => x.at(0)],
    ["AbsBackward0", () => F.l1Loss(x, y, { reduction: "none" })],
    ["MeanBackward0", () => F.l1Loss(x, y)],
    ["SumBackward0", () => F.l1Loss(x, y, { reduction: "sum" })],
    ["MseLossBackward0", () => F.mseLoss(x, y)],
    ["SmoothL1LossBackward0", () => F.smoothL1Loss(x, y)],
    ["HuberLossBackward0", () => new nn.HuberLoss()(x, y)],
  ])("%s", (name, operation) => {
    const result = operation();
    expect(result.gradFn?.name).toBe(name);
    expect([result.requiresGrad, result.isLeaf]).toEqual([true, false]);
    expect(String(result)).toContain(`gradFn=<${name}>`);
  });
});

describe("what is recorded", () => {
  it.each<[string, () => Tensor]>([
    ["operations on what requires no grad", () => ones([2]).add(zeros([2]))],
    ["comparisons", () => x.lt(y)],
    ["conversion to integers", () => x.detach().to("int32")],
    ["what was detached", () => x.detach().mul(2)],
    ["data", () => x.data.mul(2)],
    ["noGrad", () => noGrad(() => F.l1Loss(x, y))],
  ])("nothing of %s", (_, operation) => {
    const result = operation();
    expect([result.requiresGrad, result.isLeaf, result.gradFn]).toEqual([false, true, null]);
  });

  it("an operation if any operand requires grad", () => {
    expect(ones([1, 2]).mul(x).requiresGrad).toBe(true);
    expect(F.l1Loss(zeros([1, 2]), x).requiresGrad).toBe(true);
    expect(F.mseLoss(zeros([1, 2]), ones([1, 2]), { weight: x }).requiresGrad).toBe(true);
  });

  it("by the operands as they were: requiring grad later changes nothing", () => {
    const late = tensor([1, 2]);
    const sum = late.sum();
    late.requiresGrad_();
    expect(sum.requiresGrad).toBe(false);
  });

  it("conversions between floating dtypes, back to the leaf's dtype; to integers the graph ends", () => {
    const leaf = tensor([1.5], { requiresGrad: true });
    leaf.to("float64").to("float16").mul(2).backward();
    expect([leaf.grad?.dtype, leaf.grad?.item()]).toEqual(["float32", 2]);
    const whole = leaf.to("int32");
    expect([whole.requiresGrad, whole.item()]).toEqual([false, 1]);
  });
});

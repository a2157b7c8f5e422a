/**
 * What losses of probabilities, densities and margins refuse, with PyTorch's messages, and what else
 * the table of formulas cannot say of all its rows: reductions and shapes of their own, kinks.
 */
import { autograd, F, LossAccumulator, nn, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { MeanLoss } from "lossgrad/metrics";
import { describe, expect, it } from "vitest";
import { observe } from "../support/observe.js";
import { expectError } from "../support/refuse.js";

const INPUT = "all elements of input should be between 0 and 1";
const TARGET = "all elements of target should be between 0 and 1";
const VARIANCE = "var has negative entry/entries";
const half = tensor([0.5, 0.5]);

describe("elements that a loss must not have", () => {
  it.each([-0.001, 1.01, NaN, Infinity, -Infinity])("binaryCrossEntropy refuses %f", (bad) => {
    for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
      const [x, y] = [tensor([0.5, bad]).to(dtype).requiresGrad_(), half.to(dtype)];
      for (const reduction of ["none", "mean", "sum"] as const) {
        expectError(() => F.binaryCrossEntropy(x, y, { reduction }), RangeError, INPUT);
        expectError(() => F.binaryCrossEntropy(y, x.detach(), { reduction }), RangeError, TARGET);
      }
    }
  });

  it("finds one among many, wherever it stands, and takes 0, -0 and 1", () => {
    for (const at of [0, 16_383, 16_384, 70_000]) {
      const x = zeros([70_001]);
      expect(F.binaryCrossEntropy(x, x).item()).toBe(0);
      x.at(at).fill_(1.5);
      expectError(() => F.binaryCrossEntropy(x, zeros([70_001])), RangeError, INPUT);
    }
    expect(F.binaryCrossEntropy(tensor([0, -0, 1]), tensor([0, 1, 1]), { reduction: "sum" }).item()).toBe(
      100,
    );
  });

  it("does not mind what a mask leaves out", () => {
    const [x, y] = [tensor([[0.5, 7], [0.25, NaN]], { requiresGrad: true }), tensor([[1, 9], [1, 0]])]; // prettier-ignore
    const mask = tensor([true, false]);
    const loss = F.binaryCrossEntropy(x, y, { mask });
    expect(loss.item()).toBe(F.binaryCrossEntropy(tensor([0.5, 0.25]), tensor([1, 1])).item());
    loss.backward();
    expect(x.grad!.tolist()).toEqual([[-1, 0], [-2, 0]]); // prettier-ignore
    const variance = tensor([[1], [2]]);
    expectError(() => F.gaussianNllLoss(y, y, variance.neg()), RangeError, VARIANCE);
    const rows = tensor([[true], [false]]);
    const kept = F.gaussianNllLoss(y, y, tensor([[1], [-2]]), { mask: rows, reduction: "sum" });
    expect(kept.item()).toBe(0);
  });

  it("gaussianNllLoss refuses variances below 0, takes NaN and numbers", () => {
    expectError(() => F.gaussianNllLoss(half, half, tensor([1, -1e-30])), RangeError, VARIANCE);
    expectError(() => F.gaussianNllLoss(half, half, -1), RangeError, VARIANCE);
    expect(F.gaussianNllLoss(half, half, tensor([1, NaN])).item()).toBeNaN();
    expect(F.gaussianNllLoss(half, half, 1).item()).toBe(0);
  });

  it("leaves arrays, accumulators and metrics as they were", () => {
    const [x, y, grad] = [Float32Array.of(0.5, 2), Float32Array.of(1, 1), Float32Array.of(5, 6)];
    expectError(() => arrays.binaryCrossEntropy.valueAndGrad(x, y, { grad }), RangeError, INPUT);
    expectError(() => arrays.binaryCrossEntropy(y, x, { reduction: "none", out: grad }), RangeError, TARGET);
    expectError(() => arrays.gaussianNllLoss.valueAndGrad(x, y, -1, { grad }), RangeError, VARIANCE);
    expect(Array.from(grad)).toEqual([5, 6]);
    const mask = Uint8Array.of(1, 0);
    expect(arrays.binaryCrossEntropy(x, y, { mask })).toBe(arrays.binaryCrossEntropy(x.slice(0, 1), 1));
    const [ofArrays, ofTensors] = [
      new arrays.LossAccumulator(arrays.binaryCrossEntropy),
      new LossAccumulator(F.binaryCrossEntropy),
    ];
    expectError(() => ofArrays.update(x, y), RangeError, INPUT);
    expectError(() => ofTensors.update(tensor(x), tensor(y)), RangeError, INPUT);
    const metric = new MeanLoss(arrays.binaryCrossEntropy);
    metric.update(Float32Array.of(0.5), Float32Array.of(1));
    const before = metric.toBytes();
    expectError(() => metric.update(x, y), RangeError, INPUT);
    expectError(() => metric.update(y, x), RangeError, TARGET);
    expect([ofArrays.count, ofTensors.count, metric.toBytes()]).toEqual([0, 0, before]);
    metric.update(x, y, { mask });
    expect(metric.compute()).toBeCloseTo(Math.LN2, 15);
  });
});

describe("binaryCrossEntropy", () => {
  it("has torch's second derivatives where a probability is 0 or 1", () => {
    const double = (...values: number[]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });
    const leaves = [double(0, 0, 1, 1, 0.5), double(0, 1, 1, 0.25, 0.25)];
    const loss = F.binaryCrossEntropy(leaves[0], leaves[1], { reduction: "sum" });
    const slopes = autograd.grad(loss, leaves, { createGraph: true });
    expect(slopes[0]!.gradFn?.name).toBe("BinaryCrossEntropyBackwardBackward0");
    const found = slopes.map((slope) =>
      autograd
        .grad(slope!.sum(), leaves, { retainGraph: true, allowUnused: true })
        .map((x) => (x?.tolist() as number[] | undefined)?.map((value) => Number(value.toPrecision(9)))),
    );
    const infinity = -Infinity;
    expect(found).toEqual([
      [[0, 1e24, 0, 7.5e23, 4], [-1e12, -1e12, -1e12, -1e12, -4]],
      [[infinity, infinity, infinity, infinity, -4], undefined],
    ]); // prettier-ignore
  });
});

describe("operands that may not meet", () => {
  const [two, three] = [tensor([0.5, 0.5]), tensor([0.5, 0.5, 0.5])];
  it.each<[string, () => Tensor, typeof RangeError | typeof TypeError, string]>([
    ["bce, sizes", () => F.binaryCrossEntropy(two, three), RangeError, "Using a target size (torch.Size([3])) that is different to the input size (torch.Size([2])) is deprecated. Please ensure they have the same size."],
    ["bce, dtypes", () => F.binaryCrossEntropy(two, two.to("float64")), TypeError, "Found dtype Double but expected Float"],
    ["bce, integers", () => F.binaryCrossEntropy(two.to("int64"), two.to("int64")), TypeError, "\"binary_cross_entropy\" not implemented for 'Long'"],
    ["bce, weight", () => F.binaryCrossEntropy(two, two, { weight: zeros([3, 2]) }), RangeError, "output with shape [2] doesn't match the broadcast shape [3, 2]"],
    ["logits, sizes", () => F.binaryCrossEntropyWithLogits(two, three), RangeError, "Target size (torch.Size([3])) must be the same as input size (torch.Size([2]))"],
    ["logits, integers", () => F.binaryCrossEntropyWithLogits(two.to("int64"), two), TypeError, "\"log_sigmoid_cpu\" not implemented for 'Long'"],
    ["logits, integer target", () => F.binaryCrossEntropyWithLogits(two, two.to("int64")), TypeError, "result type Float can't be cast to the desired output type Long"],
    ["logits, bools", () => F.binaryCrossEntropyWithLogits(two, two.ne(0)), TypeError, "Subtraction, the `-` operator, with two bool tensors is not supported."],
    ["logits, posWeight", () => F.binaryCrossEntropyWithLogits(two, two, { posWeight: three }), RangeError, "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0"],
    ["kl, integers", () => F.klDiv(two, two.to("int64")), TypeError, "kl_div: Integral inputs not supported."],
    ["kl, complex", () => F.klDiv(two.to("complex64"), two), TypeError, "kl_div: Complex inputs not supported."],
    ["variances", () => F.gaussianNllLoss(zeros([3, 2]), zeros([3, 2]), two), RangeError, "var is of incorrect size"],
    ["variances, integers", () => F.gaussianNllLoss(two, two, two.to("int64")), TypeError, "result type Float can't be cast to the desired output type long int"],
    ["ranks", () => F.marginRankingLoss(two, two, zeros([1, 2])), RangeError, "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: torch.Size([2]), input2: torch.Size([2]), target: torch.Size([1, 2]) "],
    ["ranks of bools", () => F.marginRankingLoss(two, two, two.ne(0)), TypeError, "Negation, the `-` operator, on a bool tensor is not supported."],
    ["Poisson of bools", () => F.poissonNllLoss(two.ne(0), two.ne(0)), TypeError, "Subtraction, the `-` operator, with a bool tensor is not supported."],
    ["hinge of bools", () => F.hingeEmbeddingLoss(two.ne(0), two), TypeError, "Subtraction, the `-` operator, with two bool tensors is not supported."],
  ])("%s", (_, call, kind, message) => {
    expectError(call, kind, message);
  }); // prettier-ignore
});

describe("klDiv", () => {
  const x = tensor([[-1, -0.5], [-2, -0.25], [-3, -1]], { requiresGrad: true }); // prettier-ignore
  const y = tensor([[0.5, 0.5], [0, 1], [0.25, 0.75]]); // prettier-ignore

  it("divides by the batch for batchmean, by function, module and accumulation of arrays", () => {
    const sum = F.klDiv(x, y, { reduction: "sum" }).item();
    const loss = new nn.KLDivLoss({ reduction: "batchmean" })(x, y);
    expect(loss.item()).toBe(Math.fround(sum / 3));
    loss.backward();
    expect(x.grad!.at(2, 0).item()).toBe(Math.fround(-0.25 * Math.fround(1 / 3)));
    const mask = tensor([true, false]);
    expect(F.klDiv(x, y, { reduction: "batchmean", mask }).item()).toBeCloseTo(
      F.klDiv(x, y, { reduction: "sum", mask }).item() / 3,
      6,
    );
    expect(F.klDiv(tensor(-1), tensor(1), { reduction: "batchmean" }).item()).toBe(1);
    expect(arrays.klDiv(Float32Array.of(-1, -3), Float32Array.of(1, 1), { reduction: "batchmean" })).toBe(2);
    expectError(
      () => F.klDiv(x, y, { reduction: "batchmean", dim: 0 }),
      TypeError,
      'klDiv: expected no dim with reduction "batchmean"',
    );
  });

  it("warns of the mean as torch does, and of nothing else", () => {
    expect(observe(() => F.klDiv(x, y)).warnings).toHaveLength(1);
    expect(observe(() => arrays.klDiv(Float32Array.of(-1), 1)).warnings).toHaveLength(1);
    for (const reduction of ["sum", "none", "batchmean"] as const)
      expect(observe(() => F.klDiv(x, y, { reduction })).warnings).toEqual([]);
    expect(observe(() => F.klDiv(x, y, { reduce: true })).warnings).toHaveLength(1);
  });
});

describe("gaussianNllLoss", () => {
  it("takes one variance for all along a dimension, whose gradient is a sum", () => {
    const [x, y] = [tensor([[1, 2], [3, 4]]), tensor([[1, 3], [5, 4]])]; // prettier-ignore
    const whole = F.gaussianNllLoss(x, y, tensor([[1, 1], [4, 4]])); // prettier-ignore
    for (const shape of [[2], [2, 1]]) {
      const variance = tensor([1, 4]).reshape(shape).requiresGrad_();
      const loss = F.gaussianNllLoss(x, y, variance);
      expect(loss.item()).toBeCloseTo(whole.item(), 6);
      loss.backward();
      expect(variance.grad!.shape).toEqual(shape);
      expect(variance.grad!.flatten().tolist()).toEqual([0.125, 0.03125]);
    }
  });

  it("clamps variances at eps, and passes their gradient on there", () => {
    const variance = tensor([0, 1e-9, 4], { requiresGrad: true });
    F.gaussianNllLoss(zeros([3]), zeros([3]), variance, { eps: 0.5, reduction: "sum" }).backward();
    expect(variance.grad!.tolist()).toEqual([1, 1, 0.125]);
  });
});

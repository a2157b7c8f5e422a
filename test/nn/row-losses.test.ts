/**
 * The losses of rows of the table in src/loss/row-losses.ts, of tensors: derivatives, sums and
 * torch's errors.
 */
import { autograd, F, manualSeed, nn, ones, onWarning, randn, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { afterEach, describe, expect, it } from "vitest";
import { sumExactly } from "../../src/core/exact-sum.js";
import { expectClose } from "../support/close.js";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";

afterEach(() => void onWarning(null));

const REDUCTIONS = ["none", "mean", "sum"] as const;
type Reduction = (typeof REDUCTIONS)[number];
const long = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(BigInt64Array.from(values, BigInt)).reshape([...shape]);

/** A loss of leaves in float64, whose numbers are away from all kinks. */
interface Call {
  readonly about: string;
  readonly leaves: readonly Tensor[];
  readonly loss: (reduction: Reduction, ...leaves: Tensor[]) => Tensor;
}

function calls(): Call[] {
  manualSeed(11);
  const double = (...shape: number[]): Tensor => randn(shape, { dtype: "float64" }).requiresGrad_();
  const [labels, several] = [long([1, -1, 1, -1]), long([2, 0, -1, 1, 1, -1, 0, 0, -1, 2, 2, 0], [4, 3])];
  const weight = tensor(Float64Array.of(0.5, 2, 1.25));
  const vectors = [double(4, 3), double(4, 3)];
  const triple = [...vectors, double(4, 3)];
  const embedding = (reduction: Reduction, x: Tensor, y: Tensor): Tensor =>
    F.cosineEmbeddingLoss(x, y, labels, { reduction, margin: -0.3 });
  const triplets =
    (options: object) =>
    (reduction: Reduction, a: Tensor, p: Tensor, n: Tensor): Tensor =>
      F.tripletMarginLoss(a, p, n, { reduction, margin: 1.5, ...options });
  const distances = (reduction: Reduction, a: Tensor, p: Tensor, n: Tensor): Tensor =>
    F.tripletMarginWithDistanceLoss(a, p, n, { reduction, distanceFunction: F.cosineSimilarity });
  const margins =
    (options: object) =>
    (reduction: Reduction, x: Tensor): Tensor =>
      F.multiMarginLoss(x, long([0, 2, 1, 2]), { reduction, ...options });
  const soft = (reduction: Reduction, x: Tensor, y: Tensor): Tensor =>
    F.multilabelSoftMarginLoss(x, y, { reduction, weight });
  return [
    { about: "cosineEmbeddingLoss", leaves: vectors, loss: embedding },
    { about: "tripletMarginLoss", leaves: triple, loss: triplets({}) },
    { about: "tripletMarginLoss, swap, p 3", leaves: triple, loss: triplets({ swap: true, p: 3 }) },
    { about: "tripletMarginWithDistanceLoss", leaves: triple, loss: distances },
    { about: "multiMarginLoss", leaves: [double(4, 3)], loss: margins({}) },
    { about: "multiMarginLoss, p 2, weights", leaves: [double(4, 3)], loss: margins({ p: 2, weight }) },
    {
      about: "multilabelMarginLoss",
      leaves: [double(4, 3)],
      loss: (reduction, x) => F.multilabelMarginLoss(x, several, { reduction }),
    },
    { about: "multilabelSoftMarginLoss", leaves: vectors, loss: soft },
  ];
}

describe.each(calls())("$about", ({ leaves, loss }) => {
  it.each(REDUCTIONS)("has the derivatives of first and second order: %s", (reduction) => {
    const fn = (...xs: Tensor[]): Tensor => loss(reduction, ...xs);
    expect(gradcheck(fn, [...leaves])).toEqual([]);
    expect(gradgradcheck(fn, [...leaves])).toEqual([]);
  });

  it("sums exactly, with the bits of its rows", () => {
    const rows = loss("none", ...leaves).tolist() as number[];
    expect(loss("sum", ...leaves).item()).toBe(sumExactly(rows));
    expect(loss("mean", ...leaves).item()).toBeCloseTo(sumExactly(rows) / rows.length, 14);
  });

  it("gives the gradient of an upstream other than 1, and again with the graph kept", () => {
    const y = loss("mean", ...leaves);
    const gradOutputs = tensor(3, { dtype: "float64" });
    const [one] = autograd.grad(y, leaves[0], { retainGraph: true });
    const [three] = autograd.grad(y, leaves[0], { gradOutputs, retainGraph: true });
    expectClose(three, one!.mul(3));
    expect(autograd.grad(y, leaves[0])[0]!.tolist()).toEqual(one!.tolist());
  });
});

describe("gradients at kinks are PyTorch's", () => {
  it("of a cosine beside a vector of zeros, and with eps above a norm", () => {
    const [a, b] = [[[3, 4], [0, 0]], [[3, 4], [1, 1]]].map((x) => tensor(x, { dtype: "float64", requiresGrad: true })); // prettier-ignore
    F.cosineSimilarity(a, b, { eps: 10 }).sum().backward();
    // PyTorch 2.14.1; the slope of the norm stands for that of what it is raised to.
    const cosine = [0.015, 0.02];
    expectClose(a.grad, tensor([cosine, [0.01, 0.01]], { dtype: "float64" }));
    expectClose(b.grad, tensor([cosine, [0, 0]], { dtype: "float64" }));
  });

  it("0 where a hinge is 0, or NaN", () => {
    const x = tensor([[1, 0, NaN, 0.5]], { requiresGrad: true });
    F.multiMarginLoss(x, long([0])).backward();
    expect(x.grad!.tolist()).toEqual([[-0.25, 0, 0, 0.25]]);
    const far = tensor([[1, 0]], { requiresGrad: true });
    F.multilabelMarginLoss(far, long([0, -1], [1, 2])).backward();
    expect(far.grad!.tolist()).toEqual([[0, 0]]);
    const anchor = tensor([[0, 0]], { requiresGrad: true });
    F.tripletMarginLoss(anchor, tensor([[1, 0]]), tensor([[0, 2]]), { eps: 0 }).backward();
    expect(anchor.grad!.abs().tolist()).toEqual([[0, 0]]);
  });
});

it("a loss of no rows has the sum 0 and the mean NaN", () => {
  const none = zeros([0, 3]);
  for (const loss of [
    (reduction: Reduction) => F.multiMarginLoss(none, long([]), { reduction }),
    (reduction: Reduction) => F.multilabelMarginLoss(none, long([], [0, 3]), { reduction }),
    (reduction: Reduction) => F.multilabelSoftMarginLoss(none, none, { reduction }),
    (reduction: Reduction) => F.tripletMarginLoss(none, none, none, { reduction }),
    (reduction: Reduction) => F.cosineEmbeddingLoss(none, none, long([]), { reduction }),
  ]) {
    expect([loss("sum").item(), loss("mean").item(), loss("none").shape]).toEqual([0, NaN, [0]]);
  }
});

it("one row without a batch is the loss of that row", () => {
  const x = tensor([0.5, -1, 2]);
  const row = x.reshape(1, 3);
  expect(F.multiMarginLoss(x, long([1], [])).item()).toBe(F.multiMarginLoss(row, long([1])).item());
  expect(F.multiMarginLoss(x, long([1]), { reduction: "none" }).shape).toEqual([1]);
  const labels = long([2, -1, 0]);
  const [one, batch] = [F.multilabelMarginLoss(x, labels), F.multilabelMarginLoss(row, labels.reshape(1, 3))];
  expect(one.item()).toBe(batch.item());
});

it("a module's instance is its function", () => {
  const [x, y] = [tensor([[1, 2], [3, 1]]), tensor([[2, 1], [0, 1]])]; // prettier-ignore
  const signs = long([1, -1]);
  expect(new nn.CosineEmbeddingLoss({ margin: 0.1, reduction: "none" })(x, y, signs).tolist()).toEqual(
    F.cosineEmbeddingLoss(x, y, signs, { margin: 0.1, reduction: "none" }).tolist(),
  );
  const shown = [
    new nn.TripletMarginLoss(),
    new nn.MultiMarginLoss(),
    new nn.MultiLabelMarginLoss(),
    new nn.MultiLabelSoftMarginLoss(),
  ];
  for (const module of shown) expect(String(module)).toBe(`${module.constructor.name}()`);
  expect(String(new nn.TripletMarginWithDistanceLoss())).toBe(
    "TripletMarginWithDistanceLoss(\n  (distance_function): PairwiseDistance()\n)",
  );
});

// PyTorch 2.14.1.
const x = zeros([3, 4]);
const t = long([0, 1, 3]);
const bad = { reduction: "x" } as unknown as { reduction: Reduction };
it.each<[string, () => unknown]>([
  ["target out of range", () => F.multiMarginLoss(x, long([0, -1, 1]))],
  ["target out of range", () => F.multiMarginLoss(x, long([0, 4, 1]))],
  ["target out of range", () => F.multiMarginLoss(x, long([0, 2 ** 40, 1]))],
  ["only p == 1 and p == 2 supported", () => F.multiMarginLoss(x, t, { p: 3 as 2 })],
  ["only p == 1 and p == 2 supported", () => new nn.MultiMarginLoss({ p: 0 as 2 })],
  ["argument 'margin' must be float, not \"a\"", () => F.multiMarginLoss(x, t, { margin: "a" as never })],
  ["expected margin to be finite, got NaN", () => F.multiMarginLoss(x, t, { margin: NaN })],
  ["weight must be one-dimensional", () => F.multiMarginLoss(x, t, { weight: ones([1, 4]) })],
  ["MultiMarginLoss: expected weight to be None or 1D tensor, got 2D instead", () => new nn.MultiMarginLoss({ weight: ones([1, 4]) })],
  ["inconsistent weight size, expected 4 but got [3]", () => F.multiMarginLoss(x, t, { weight: ones([3]) })],
  ["expected scalar type Float but found Double", () => F.multiMarginLoss(x, t, { weight: ones([4], { dtype: "float64" }) })],
  ["The function 'multi_margin_loss' is not differentiable with respect to argument 'weight'.", () => F.multiMarginLoss(x, t, { weight: ones([4], { requiresGrad: true }) })],
  ["expected scalar type Long but found Int", () => F.multiMarginLoss(x, t.to("int32"))],
  ["\"multi_margin_loss_cpu_kernel\" not implemented for 'Half'", () => F.multiMarginLoss(x.to("float16"), t)],
  ["Expected target size [3], but got [2]. Input has shape [3, 4].", () => F.multiMarginLoss(x, long([0, 1]))],
  ["Expected non-empty vector or matrix with optional 0-dim batch size, but got: [3, 0]", () => F.multiMarginLoss(zeros([3, 0]), t)],
  ["Expected non-empty vector or matrix with optional 0-dim batch size, but got: [2, 3, 4]", () => F.multilabelMarginLoss(zeros([2, 3, 4]), zeros([2, 3, 4], { dtype: "int64" }))],
  ["argument #2 'target' is out of range", () => F.multilabelMarginLoss(zeros([1, 4]), long([0, -1, -2, 1], [1, 4]))],
  ["argument #2 'target' is out of range", () => F.multilabelMarginLoss(zeros([1, 4]), long([0, -1, 4, 1], [1, 4]))],
  ["inconsistent target size: [4] for input of size: [1, 4]", () => F.multilabelMarginLoss(zeros([1, 4]), long([0, -1, 1, 1]))],
  ["\"multilabel_margin_loss_forward_out_frame\" not implemented for 'BFloat16'", () => F.multilabelMarginLoss(zeros([4], { dtype: "bfloat16" }), long([0, -1, 1, 1]))],
  ["x is not valid", () => F.multilabelSoftMarginLoss(x, x, bad)],
  ["Dimension specified as -1 but tensor has no dimensions", () => F.multilabelSoftMarginLoss(zeros([]), zeros([]))],
  ["\"log_sigmoid_cpu\" not implemented for 'Long'", () => F.multilabelSoftMarginLoss(t, t)],
  ["Subtraction, the `-` operator, with a bool tensor is not supported.", () => F.multilabelSoftMarginLoss(x, x.eq(0))],
  ["The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1", () => F.multilabelSoftMarginLoss(x, zeros([3]))],
  ["margin must be greater than 0, got 0", () => F.tripletMarginLoss(x, x, x, { margin: 0 })],
  ["expected margin to be finite, got Infinity", () => F.tripletMarginLoss(x, x, x, { margin: Infinity })],
  ["TripletMarginLoss: expected margin to be greater than 0, got -1 instead", () => new nn.TripletMarginLoss({ margin: -1 })],
  ["TripletMarginWithDistanceLoss: expected margin to be greater than 0, got 0 instead", () => new nn.TripletMarginWithDistanceLoss({ margin: 0 })],
  ["argument 'p' must be float, not \"a\"", () => F.tripletMarginLoss(x, x, x, { p: "a" as never })],
  ["but got: anchor 2D, positive 2D, and negative 1D inputs", () => F.tripletMarginLoss(x, x, zeros([4]))],
  ["x is not a valid value for reduction", () => F.tripletMarginLoss(x, x, x, { ...bad, margin: -1 })],
  ["elementwise_mean is not a valid value for reduction", () => F.tripletMarginWithDistanceLoss(x, x, x, { reduction: "elementwise_mean" as never })],
  ["expected distanceFunction to be a function, got 3", () => F.tripletMarginWithDistanceLoss(x, x, x, { distanceFunction: 3 as never })],
  ["expected distanceFunction to return a Tensor, got undefined", () => F.tripletMarginWithDistanceLoss(x, x, x, { distanceFunction: (() => undefined) as never })],
  ["0D or 1D target tensor expected, multi-target not supported", () => F.cosineEmbeddingLoss(x, x, ones([3, 1]))],
  ["1D target tensor expects 2D input tensors, but found inputs with sizes [3, 4] and [4].", () => F.cosineEmbeddingLoss(x, zeros([4]), ones([3]))],
  ["0D target tensor expects 1D input tensors, but found inputs with sizes [3, 4] and [3, 4].", () => F.cosineEmbeddingLoss(x, x, ones([]))],
  ["The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1", () => F.cosineEmbeddingLoss(x, zeros([3, 5]), ones([3]))],
  ["expected margin to be finite, got NaN", () => F.cosineEmbeddingLoss(x, x, ones([3]), { margin: NaN })],
  ["expected common dtype to be floating point, yet common dtype is Long", () => F.cosineSimilarity(t, t)],
  ["Dimension out of range (expected to be in range of [-1, 0], but got 1)", () => F.cosineSimilarity(zeros([4]), zeros([4]))],
  ["eps must be non-negative, got: -1", () => F.cosineSimilarity(x, x, { eps: -1 })],
  ["argument 'dim' must be int, not array of length 1", () => F.cosineSimilarity(x, x, { dim: [1] as never })],
  ["The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1", () => F.pairwiseDistance(x, zeros([5]))],
  ["Subtraction, the `-` operator, with two bool tensors is not supported.", () => F.pairwiseDistance(x.eq(0), x.eq(0))],
])("refuses: %s", (message, call) => {
  expect(call).toThrow(message);
}); // prettier-ignore

it("warns of sizeAverage and reduce, as PyTorch does", () => {
  const told: string[] = [];
  onWarning((message) => told.push(message));
  const loss = F.multiMarginLoss(x, t, { sizeAverage: false });
  expect(loss.item()).toBe(F.multiMarginLoss(x, t, { reduction: "sum" }).item());
  expect(new nn.TripletMarginLoss({ reduce: false }).reduction).toBe("none");
  expect(told).toHaveLength(2);
  for (const text of told) expect(text).toContain("please use reduction=");
});

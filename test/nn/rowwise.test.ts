/** The losses of rows of classes, of tensors: what the table promises, and torch's errors. */
import { autograd, F, manualSeed, nn, ones, onWarning, randn, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { sumExactly } from "../../src/core/exact-sum.js";
import { rowwiseLosses, type RowwiseLossName, type RowwiseRow } from "../../src/loss/rowwise.js";
import { expectClose } from "../support/close.js";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";

const rows = Object.entries(rowwiseLosses) as [RowwiseLossName, RowwiseRow][];
const REDUCTIONS = ["none", "mean", "sum"] as const;
const classes = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(BigInt64Array.from(values, BigInt)).reshape([...shape]);
const double = (shape: readonly number[]): Tensor => randn([...shape], { dtype: "float64" });

/** Probabilities along dimension 1. */
const shares = (shape: readonly number[], dtype: DType = "float64"): Tensor =>
  double(shape).softmax(shape.length < 2 ? 0 : 1).to(dtype); // prettier-ignore

/** Operands and options for one call, in float64. */
interface Call {
  readonly about: string;
  readonly input: Tensor;
  readonly target: Tensor;
  readonly options: Parameters<typeof F.crossEntropy>[2];
}

function callsOf({ takesProbabilities }: RowwiseRow): Call[] {
  manualSeed(7);
  const weight = tensor(Float64Array.of(0.5, 2, 1.25, 0));
  const pick = (n: number, k = 1): number[] => Array.from({ length: n }, (_, i) => (i * 7 + k) % 4);
  const spatial = classes([...pick(5), -100], [2, 3]);
  const calls: Call[] = [
    { about: "(C)", input: double([4]), target: classes([2]).reshape([]), options: {} },
    { about: "(N, C)", input: double([5, 4]), target: classes(pick(5)), options: {} },
    { about: "(N, C), weights", input: double([5, 4]), target: classes(pick(5)), options: { weight } },
    { about: "(N, C), ignored", input: double([5, 4]), target: classes(pick(5)), options: { ignoreIndex: 1, weight } },
    { about: "(N, C, d)", input: double([2, 4, 3]), target: spatial, options: { weight } },
    { about: "(N, C, d1, d2)", input: double([2, 4, 3, 2]), target: classes(pick(12), [2, 3, 2]), options: {} },
  ]; // prettier-ignore
  if (!takesProbabilities) return calls;
  const labelSmoothing = 0.2;
  return [
    ...calls,
    { about: "smoothed", input: double([5, 4]), target: classes(pick(5)), options: { labelSmoothing } },
    { about: "smoothed, weights, ignored", input: double([2, 4, 3]), target: spatial, options: { labelSmoothing, weight } },
    { about: "probabilities (C)", input: double([4]), target: shares([4]), options: {} },
    { about: "probabilities", input: double([5, 4]), target: shares([5, 4]), options: { weight } },
    { about: "probabilities, smoothed", input: double([2, 4, 3]), target: shares([2, 4, 3]), options: { labelSmoothing, weight } },
  ]; // prettier-ignore
}

describe.each(rows)("F.%s", (name, row) => {
  const loss = F[name];
  const calls = callsOf(row);

  it.each(calls)("is the operations that torch makes it of: $about", ({ input, target, options }) => {
    const dim = input.ndim < 2 ? 0 : 1;
    const x = row.takesProbabilities ? input.logSoftmax(dim) : input;
    const { weight, labelSmoothing: s = 0, ignoreIndex = -100 } = options!;
    const size = x.shape[dim];
    const sparse = target.dtype === "int64";
    const kept = sparse ? target.ne(ignoreIndex) : ones(x.sum(dim).shape).ne(0);
    const at = sparse ? target.mul(kept.to("int64")) : target;
    const labels = sparse ? permuted(F.oneHot(at, size).to("float64")) : target;
    const w = (weight ?? ones([size], { dtype: "float64" })).reshape(
      x.shape.map((_, d) => (d === dim ? -1 : 1)),
    );
    const c = labels
      .mul(1 - s)
      .add(s / size)
      .mul(w);
    const terms = c.mul(x).sum(dim).neg().keep(kept);
    expectClose(loss(input, target, { ...options, reduction: "none" }), terms);
    expectClose(loss(input, target, { ...options, reduction: "sum" }), terms.sum());
    const counted = sparse ? labels.mul(w).sum(dim).keep(kept).sum() : kept.sum();
    expectClose(loss(input, target, options), terms.sum().div(counted).to("float64"));
  });

  it.each(calls)("has the derivatives of first and second order: $about", ({ input, target, options }) => {
    const leaf = input.detach().requiresGrad_();
    const dense = target.dtype === "float64";
    for (const reduction of REDUCTIONS) {
      const fn = (x: Tensor): Tensor => loss(x, target, { ...options, reduction });
      expect(gradcheck(fn, [leaf]), reduction).toEqual([]);
      expect(gradgradcheck(fn, [leaf]), reduction).toEqual([]);
      if (!dense) continue;
      const both = (x: Tensor, y: Tensor): Tensor => loss(x, y, { ...options, reduction });
      expect(gradcheck(both, [leaf, target.detach().requiresGrad_()]), reduction).toEqual([]);
    }
  });

  it.each(calls)("sums exactly, with the bits of its rows: $about", ({ input, target, options }) => {
    for (const dtype of ["float32", "float64"] as const) {
      const x = input.to(dtype);
      const y = target.dtype === "float64" ? target.to(dtype) : target;
      const weight = options!.weight?.to(dtype) ?? null;
      const all = { ...options, weight };
      const terms = [
        loss(x, y, { ...all, reduction: "none" })
          .flatten()
          .tolist(),
      ].flat() as number[];
      const total = sumExactly(terms);
      const rounded = dtype === "float32" ? Math.fround(total) : total;
      expect(loss(x, y, { ...all, reduction: "sum" }).item()).toBe(rounded);
    }
  });

  it("halves are computed in float32 and rounded once", () => {
    for (const dtype of ["float16", "bfloat16"] as const) {
      for (const { input, target, options } of calls) {
        const x = input.to(dtype).requiresGrad_();
        const y = target.dtype === "float64" ? target.to(dtype) : target;
        const weight = options!.weight?.to(dtype) ?? null;
        if ((options!.labelSmoothing ?? 0) > 0 && y.dtype === dtype) continue;
        for (const reduction of REDUCTIONS) {
          const wide = x.detach().to("float32").requiresGrad_();
          const whole = y.dtype === dtype ? y.to("float32") : y;
          const value = loss(x, y, { ...options, weight, reduction });
          const other = loss(wide, whole, { ...options, weight: weight?.to("float32") ?? null, reduction });
          expect(value.tolist()).toEqual(other.to(dtype).tolist());
          const [g] = autograd.grad(value, x, { gradOutputs: ones(value.shape, { dtype }) });
          const [h] = autograd.grad(other, wide, { gradOutputs: ones(other.shape) });
          expect(g!.tolist()).toEqual(h!.to(dtype).tolist());
        }
      }
    }
  });

  it("has the same bits wherever the classes lie, of rows longer than a window too", () => {
    manualSeed(3);
    for (const shape of [[6, 10], [2, 10, 33], [1, 17000], [1, 9000, 2]]) {
      const [n, size, ...rest] = shape;
      const x = randn(shape);
      const count = n * rest.reduce((a, b) => a * b, 1);
      const target = classes(Array.from({ length: count }, (_, i) => (i * 977) % size), [n, ...rest]);
      const flat = x.reshape(n, size, count / n).transpose(1, 2).clone().reshape(count, size);
      const strided = x.transpose(0, 1).clone().transpose(0, 1);
      for (const reduction of REDUCTIONS) {
        const [a, b, c] = [x, flat, strided].map((each, i) => {
          const leaf = each.detach().requiresGrad_();
          const y = loss(leaf, i === 1 ? target.flatten() : target, { reduction });
          const [g] = autograd.grad(y, leaf, { gradOutputs: ones(y.shape) });
          return { value: y.flatten().tolist(), g: g! };
        });
        expect(b.value).toEqual(a.value);
        expect(c.value).toEqual(a.value);
        const back = b.g.reshape(n, count / n, size).transpose(1, 2).clone().reshape(shape);
        expect(back.eq(a.g).sum().item()).toBe(BigInt(x.numel()));
        expect(c.g.eq(a.g).sum().item()).toBe(BigInt(x.numel()));
      }
    }
  }); // prettier-ignore

  it("the upstream gradient scales, and the graph can be kept or not", () => {
    const input = double([3, 4]).requiresGrad_();
    const target = classes([0, 3, 1]);
    const y = loss(input, target);
    const [one] = autograd.grad(y, input, { retainGraph: true });
    const [three] = autograd.grad(y, input, {
      gradOutputs: tensor(3, { dtype: "float64" }),
      retainGraph: true,
    });
    expectClose(three, one!.mul(3));
    const [again] = autograd.grad(y, input);
    expect(again!.tolist()).toEqual(one!.tolist());
    expect(() => autograd.grad(y, input)).toThrow("Trying to backward through the graph a second time");
  });

  it("notices operands that changed in place before the gradient", () => {
    for (const which of [0, 1]) {
      const leaf = double([2, 3]).requiresGrad_();
      const input = leaf.mul(1);
      const target = classes([0, 2]);
      const y = loss(input, target);
      [input, target][which].add_(which === 0 ? 1 : -0);
      expect(() => y.backward()).toThrow("modified by an inplace operation");
    }
  });

  it("of nothing, and of what is ignored, is torch's: NaN, 0, or no elements", () => {
    const none = loss(zeros([0, 3]), classes([]));
    expect(none.item()).toBeNaN();
    expect(loss(zeros([0, 3]), classes([]), { reduction: "sum" }).item()).toBe(0);
    expect(loss(zeros([0, 3]), classes([]), { reduction: "none" }).shape).toEqual([0]);
    expect(loss(zeros([2, 3, 0]), classes([], [2, 0])).item()).toBeNaN();
    const input = tensor([[1, NaN], [-Infinity, Infinity]], { requiresGrad: true }); // prettier-ignore
    const ignored = loss(input, classes([-100, -100]));
    ignored.backward();
    expect([ignored.item(), input.grad!.tolist()]).toEqual([NaN, [[0, 0], [0, 0]]]); // prettier-ignore
    expect(loss(input, classes([7, 7]), { ignoreIndex: 7, reduction: "sum" }).item()).toBe(0);
    expect(loss(input, tensor([7, 7], { dtype: "uint8" }), { ignoreIndex: 7, reduction: "sum" }).item()).toBe(
      0,
    );
  });

  it("takes classes as int64 and uint8; ignoreIndex is any whole number", () => {
    const input = double([3, 4]);
    const bytes = tensor([0, 3, 1], { dtype: "uint8" });
    expect(loss(input, bytes).item()).toBe(loss(input, bytes.to("int64")).item());
    const far = classes([0, 2 ** 40, 1]);
    const near = loss(input, classes([0, -100, 1])).item();
    expect(loss(input, far, { ignoreIndex: 2 ** 40 }).item()).toBe(near);
    expect(() => loss(input, far)).toThrow("Target 1099511627776 is out of bounds.");
  });

  // PyTorch 2.14.1.
  const x = zeros([3, 4]);
  const images = zeros([2, 4, 2, 3]);
  const t = classes([0, 1, 3]);
  it.each<[string, () => unknown]>([
    ["Target 4 is out of bounds.", () => loss(x, classes([0, 1, 4]))],
    ["Target -1 is out of bounds.", () => loss(x, classes([0, 1, -1]))],
    ["Target 7 is out of bounds.", () => loss(images, classes(Array(12).fill(7) as number[], [2, 2, 3]))],
    ["Target 0 is out of bounds.", () => loss(zeros([3, 0]), t)],
    ["Expected input batch_size (3) to match target batch_size (2).", () => loss(x, classes([0, 1]))],
    ["Expected input batch_size (3) to match target batch_size (0).", () => loss(x, classes([0]).reshape([]))],
    ["0D or 1D target tensor expected, multi-target not supported", () => loss(x, t.reshape(3, 1))],
    ["For 1D input, 1D target must have size 1, but got target size: 3", () => loss(zeros([4]), t)],
    ["expected target dtype to be Long or Byte, but got Int", () => loss(x, t.to("int32"))],
    ["expected target dtype to be Long or Byte, but got Float", () => loss(x, t.to("float32"))],
    ["expected target dtype to be Long or Byte, but got Bool", () => loss(x, t.to("bool"))],
    ["weight tensor should be defined either for all 4 classes or no classes but got weight tensor of shape: [3]", () => loss(x, t, { weight: ones([3]) })],
    ["weight tensor should be defined either for all 4 classes or no classes but got weight tensor of shape: [1, 4]", () => loss(x, t, { weight: ones([1, 4]) })],
    ["weight tensor should be defined either for all or no classes", () => loss(images, classes(Array(12).fill(0) as number[], [2, 2, 3]), { weight: ones([3]) })],
    ["expected scalar type Float but found Double", () => loss(x, t, { weight: ones([4], { dtype: "float64" }) })],
    ["expected scalar type Float but found Long", () => loss(x, t, { weight: ones([4], { dtype: "int64" }) })],
    ["only batches of spatial targets supported (3D tensors) but got targets of dimension: 2", () => loss(images, zeros([2, 3], { dtype: "int64" }))],
    ["size mismatch (got input: [2, 4, 2, 3] , target: [2, 3, 2]", () => loss(images, zeros([2, 3, 2], { dtype: "int64" }))],
    ["Expected target size [2, 3], got [2, 2, 3]", () => loss(zeros([2, 4, 3]), zeros([2, 2, 3], { dtype: "int64" }))],
    ["Expected target size [2, 2, 2, 2], got [2, 2, 2]", () => loss(zeros([2, 4, 2, 2, 2]), zeros([2, 2, 2], { dtype: "int64" }))],
    ["foo is not a valid value for reduction", () => loss(x, t, { reduction: "foo" as never })],
    ["argument 'ignoreIndex' must be int, not 1.5", () => loss(x, t, { ignoreIndex: 1.5 })],
    ["not differentiable with respect to argument 'weight'", () => loss(x, t, { weight: ones([4], { requiresGrad: true }) })],
    [`${name}: expected target to be a Tensor`, () => loss(x, [0, 1, 3] as never)],
    [`${name}() got an unexpected keyword argument 'ignore_index'; write ignoreIndex`, () => loss(x, t, { ignore_index: 1 } as never)],
    [`${row.module}() got an unexpected keyword argument 'dim'; it takes sizeAverage, reduce, reduction, weight, ignoreIndex`, () => new nn[row.module as "NLLLoss"]({ dim: 1 } as never)],
  ])("refuses: %s", (message, call) => {
    expect(call).toThrow(message);
  }); // prettier-ignore

  it("a module holds the options, and prints as torch's", () => {
    const weight = ones([4]);
    const module = new nn[row.module as "NLLLoss"]({ weight, ignoreIndex: 2, reduction: "sum" });
    expect(module.weight).toBe(weight);
    expect([module.ignoreIndex, module.reduction]).toEqual([2, "sum"]);
    expect(String(module)).toBe(`${row.module}()`);
    expect(module(x, t).item()).toBe(loss(x, t, { weight, ignoreIndex: 2, reduction: "sum" }).item());
    expect(() => module(x, t, { dim: 0 } as object)).toThrow(row.module);
  });
});

/** [N, d1, …, C] as [N, C, d1, …]. */
function permuted(hot: Tensor): Tensor {
  let result = hot;
  for (let d = hot.ndim - 1; d > 1; d--) result = result.transpose(d, d - 1);
  return result;
}

describe("F.crossEntropy alone", () => {
  const x = zeros([3, 4]);
  const t = classes([0, 1, 3]);
  const y = ones([3, 4]);
  it.each<[string, () => unknown]>([
    ["label_smoothing must be between 0.0 and 1.0. Got: 1.5", () => F.crossEntropy(x, t, { labelSmoothing: 1.5 })],
    ["label_smoothing must be between 0.0 and 1.0. Got: inf", () => F.crossEntropy(x, y, { labelSmoothing: Infinity })],
    ["argument 'labelSmoothing' must be float, not \"a\"", () => F.crossEntropy(x, t, { labelSmoothing: "a" as never })],
    ["ignore_index is not supported for floating point target", () => F.crossEntropy(x, y, { ignoreIndex: 1 })],
    ["Expected floating point type for target with class probabilities, got Long", () => F.crossEntropy(x, y.to("int64"))],
    ["cross_entropy: weight tensor should be defined either for all 4 classes or no classes but got weight tensor of shape: [3]", () => F.crossEntropy(x, y, { weight: ones([3]) })],
    ['"log_softmax_lastdim_kernel_impl" not implemented for \'Long\'', () => F.crossEntropy(x.to("int64"), t)],
    ['"log_softmax_kernel_impl" not implemented for \'Bool\'', () => F.crossEntropy(zeros([3, 4, 1], { dtype: "bool" }), t.reshape(3, 1))],
    ["nllLoss() got an unexpected keyword argument 'labelSmoothing'", () => F.nllLoss(x, t, { labelSmoothing: 0.5 } as never)],
    ['"nll_loss_out_frame" not implemented for \'Long\'', () => F.nllLoss(x.to("int64"), t)],
    ["Expected 1 or more dimensions (got 0)", () => F.nllLoss(zeros([]), t)],
  ])("refuses: %s", (message, call) => {
    expect(call).toThrow(message);
  }); // prettier-ignore

  it("what is not above 0 smooths nothing", () => {
    const input = randn([3, 4]);
    for (const labelSmoothing of [-1, 0, NaN]) {
      expect(F.crossEntropy(input, t, { labelSmoothing }).item()).toBe(F.crossEntropy(input, t).item());
    }
  });

  it("logits of ±1e4 neither overflow nor vanish; -Infinity and classes of weight 0 are torch's", () => {
    const far = tensor([[1e4, -1e4], [-1e4, 1e4]], { requiresGrad: true }); // prettier-ignore
    const value = F.crossEntropy(far, classes([1, 1]));
    value.backward();
    expect([value.item(), far.grad!.tolist()]).toEqual([1e4, [[0.5, -0.5], [0, 0]]]); // prettier-ignore
    const never = tensor([[-Infinity, 1]]);
    expect(F.crossEntropy(never, classes([0])).item()).toBe(Infinity);
    expect(F.crossEntropy(never, classes([1]), { labelSmoothing: 0.1 }).item()).toBe(Infinity);
    expect(
      F.crossEntropy(never, classes([0]), { weight: tensor([0, 1]), reduction: "sum" }).item(),
    ).toBeNaN();
    expect(F.crossEntropy(tensor([[-Infinity, -Infinity]]), classes([0])).item()).toBeNaN();
  });

  it("probabilities promote with the logits, and their rows may be of no classes", () => {
    const input = randn([2, 3]);
    expect(F.crossEntropy(input, shares([2, 3])).dtype).toBe("float64");
    expect(F.crossEntropy(input.to("float16"), shares([2, 3], "float16")).dtype).toBe("float16");
    expect(F.crossEntropy(zeros([3, 0]), zeros([3, 0]), { reduction: "none" }).tolist()).toEqual([
      -0, -0, -0,
    ]);
    expect(F.crossEntropy(zeros([3, 0]), zeros([3, 0])).item()).toBeNaN();
  });

  it("weights of probabilities have gradients", () => {
    const weight = tensor(Float64Array.of(0.5, 2, 1)).requiresGrad_();
    const [input, target] = [double([2, 3]).requiresGrad_(), shares([2, 3])];
    const fn = (a: Tensor, w: Tensor): Tensor =>
      F.crossEntropy(a, target, { weight: w, labelSmoothing: 0.1 });
    expect(gradcheck(fn, [input, weight])).toEqual([]);
  });
});

it("nn.NLLLoss2d warns as torch does, and is NLLLoss", () => {
  const warnings: string[] = [];
  onWarning((message) => void warnings.push(message));
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- this is what it is for
    const loss = new nn.NLLLoss2d({ reduction: "sum" });
    expect(loss(tensor([[-1, -2]]), classes([1])).item()).toBe(2);
    expect([loss instanceof nn.NLLLoss, String(loss)]).toEqual([true, "NLLLoss2d()"]);
  } finally {
    onWarning(null);
  }
  expect(warnings).toEqual([
    "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see " +
      "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.",
  ]);
});

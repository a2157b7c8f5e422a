/** Operations along a dimension of classes. */
import { autograd, F, onWarning, randn, manualSeed, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";

const NAMES = ["softmax", "logSoftmax", "logsumexp"] as const;
const inf = Infinity;

describe("special rows are torch's, values and gradients for upstream 1, 2, …", () => {
  // PyTorch 2.14.1.
  it.each<[(typeof NAMES)[number], number[], unknown, number[]]>([
    ["softmax", [-inf, -inf], [NaN, NaN], [NaN, NaN]],
    ["logSoftmax", [-inf, -inf], [NaN, NaN], [NaN, NaN]],
    ["logsumexp", [-inf, -inf], -inf, [NaN, NaN]],
    ["softmax", [inf, 1], [NaN, NaN], [NaN, NaN]],
    ["logSoftmax", [inf, 1], [NaN, NaN], [NaN, NaN]],
    ["logsumexp", [inf, 1], inf, [NaN, 0]],
    ["softmax", [NaN, 1], [NaN, NaN], [NaN, NaN]],
    ["logsumexp", [NaN, 1], NaN, [NaN, NaN]],
    ["softmax", [1e4, -1e4], [1, 0], [0, 0]],
    ["logSoftmax", [1e4, -1e4], [0, -2e4], [-2, 2]],
    ["logsumexp", [1e4, -1e4], 1e4, [1, 0]],
    ["softmax", [-inf, 0], [0, 1], [-0, 0]],
    ["logSoftmax", [-inf, 0], [-inf, 0], [1, -1]],
    ["logsumexp", [-inf, 0], 0, [0, 1]],
  ])("%s of %j", (name, row, value, gradient) => {
    const x = tensor(row, { requiresGrad: true });
    const y = x[name](0);
    expect(y.tolist()).toEqual(value);
    const [g] = autograd.grad(y, x, { gradOutputs: y.ndim === 0 ? tensor(1) : tensor([1, 2]) });
    expect(g!.tolist()).toEqual(gradient);
  });
});

it("rows have the same bits wherever their classes lie, in every dtype", () => {
  manualSeed(1);
  const shapes = [[3, 5], [7, 4, 9], [2, 33, 20], [17000, 2], [1, 17000], [2, 3, 4, 5]]; // prettier-ignore
  for (const dtype of ["float32", "float64", "float16", "bfloat16"] as DType[]) {
    for (const shape of shapes) {
      for (let dim = 0; dim < shape.length; dim++) {
        const x = randn(shape).mul(3).to(dtype);
        const last = x.transpose(dim, -1);
        for (const name of ["softmax", "logSoftmax"] as const) {
          const side = last.clone()[name](-1);
          const described = `${name} of ${dtype} [${shape.join()}] along ${dim}`;
          expect(x[name](dim).transpose(dim, -1).eq(side).sum().item(), described).toBe(BigInt(x.numel()));
          expect(last[name](-1).eq(side).sum().item(), described).toBe(BigInt(x.numel()));
        }
        const sums = x.logsumexp({ dim, keepdim: true }).transpose(dim, -1);
        expect(sums.eq(last.clone().logsumexp(-1, true)).sum().item()).toBe(BigInt(sums.numel()));
      }
    }
  }
});

it("halves are computed in float32 and rounded once", () => {
  manualSeed(2);
  for (const dtype of ["float16", "bfloat16"] as DType[]) {
    const x = randn([5, 40]).to(dtype);
    const g = randn([5, 40]).to(dtype);
    for (const name of ["softmax", "logSoftmax"] as const) {
      const wide = x.to("float32")[name](1);
      expect(x[name](1).tolist()).toEqual(wide.to(dtype).tolist());
      const leaf = x.clone().requiresGrad_();
      const y = leaf[name](1);
      const [gradient] = autograd.grad(y, leaf, { gradOutputs: g });
      const from = y.detach().to("float32");
      const up = g.to("float32");
      const expected =
        name === "softmax"
          ? up.sub(up.mul(from).sum(1, true)).mul(from)
          : up.sub(from.exp().mul(up.sum(1, true)));
      expect(gradient!.tolist()).toEqual(expected.to(dtype).tolist());
    }
  }
});

describe("shapes", () => {
  it.each(NAMES)("%s of a 0-d tensor, along 0 and -1", (name) => {
    const expected = { softmax: 1, logSoftmax: 0, logsumexp: 3 }[name];
    for (const dim of [0, -1]) {
      const x = tensor(3, { requiresGrad: true });
      x[name](dim).backward();
      expect(x[name](dim).item()).toBe(expected);
      expect(x.grad!.item()).toBe(name === "logsumexp" ? 1 : 0);
    }
  });

  it("of nothing", () => {
    expect(zeros([2, 0]).softmax(1).shape).toEqual([2, 0]);
    expect(zeros([0, 2]).logSoftmax(1).shape).toEqual([0, 2]);
    expect(zeros([2, 0]).logsumexp(1).tolist()).toEqual([-inf, -inf]);
    expect(zeros([2, 0]).logsumexp(0).shape).toEqual([0]);
  });

  it("logsumexp along several dimensions, neighbours or not, kept or not", () => {
    const x = randn([2, 3, 4], { dtype: "float64" });
    const one = x.transpose(0, 1).clone().reshape(3, 8).logsumexp(1);
    expect(x.logsumexp([0, 2]).tolist()).toEqual(one.tolist());
    expect(x.logsumexp({ dim: [2, 0], keepdim: true }).shape).toEqual([1, 3, 1]);
    expect(x.logsumexp([1, 2], true).shape).toEqual([2, 1, 1]);
    expect(x.logsumexp([]).item()).toBe(x.flatten().logsumexp(0).item());
  });
});

describe("dtypes", () => {
  it("a dtype converts first; integers have none of their own, but logsumexp", () => {
    const x = tensor([[1, 2], [3, 4]], { dtype: "int64" }); // prettier-ignore
    expect(x.softmax({ dim: 1, dtype: "float64" }).dtype).toBe("float64");
    expect(F.logSoftmax(x, { dim: 1, dtype: "float32" }).dtype).toBe("float32");
    expect(x.logsumexp(0).dtype).toBe("float32");
    expect(() => x.softmax(1)).toThrow("\"softmax_lastdim_kernel_impl\" not implemented for 'Long'");
    expect(() => x.softmax(0)).toThrow("\"softmax_kernel_impl\" not implemented for 'Long'");
    expect(() => x.logSoftmax(-1)).toThrow("\"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'");
    expect(() => x.to("bool").logSoftmax(0)).toThrow(
      "\"log_softmax_kernel_impl\" not implemented for 'Bool'",
    );
    const z = tensor([{ re: 1, im: 2 }]);
    expect(() => z.softmax(0)).toThrow("not implemented for 'ComplexFloat'");
    expect(() => z.logsumexp(0)).toThrow("logsumexp: expected real numbers, got complex64");
  });
});

describe("refuses, before anything is computed", () => {
  const x = zeros([2, 3]);
  it.each<[string, () => unknown, string]>([
    ["no dimension", () => x.softmax(undefined as never), 'softmax() missing 1 required positional arguments: "dim"'],
    ["no dimension", () => x.logSoftmax({} as never), 'log_softmax() missing 1 required positional arguments: "dim"'],
    ["a dimension out of range", () => x.softmax(2), "Dimension out of range (expected to be in range of [-2, 1], but got 2)"],
    ["a fraction", () => x.softmax(0.5), "dim: expected an integer"],
    ["dimensions named twice", () => x.logsumexp([0, -2]), "dim 0 appears multiple times in the list of dims"],
    ["a misspelt option", () => x.softmax({ dim: 1, type: "float64" } as never), "got an unexpected keyword argument 'type'"],
    ["what is no tensor", () => F.softmax([1, 2] as never, 0), "softmax: expected input to be a Tensor"],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  }); // prettier-ignore
});

it("F chooses a dimension where none is given, as torch does, and warns", () => {
  const warnings: string[] = [];
  onWarning((message) => void warnings.push(message));
  try {
    for (const [shape, dim] of [[[], 0], [[3], 0], [[2, 3], 1], [[2, 3, 4], 0], [[2, 3, 4, 5], 1]] as const) {
      const x = randn([...shape]);
      expect(F.softmax(x).tolist()).toEqual(x.softmax(dim).tolist());
    } // prettier-ignore
    F.logSoftmax(zeros([1]));
  } finally {
    onWarning(null);
  }
  expect(warnings).toHaveLength(6);
  const text = (name: string): string =>
    `Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument.`;
  expect([warnings[0], warnings[5]]).toEqual([text("softmax"), text("log_softmax")]);
});

describe("F.oneHot", () => {
  const long = (values: number[]): Tensor => tensor(values, { dtype: "int64" });
  it("of indices of any shape", () => {
    expect(F.oneHot(long([0, 2])).tolist()).toEqual([[1n, 0n, 0n], [0n, 0n, 1n]]); // prettier-ignore
    expect(F.oneHot(long([0, 2, 1, 1]).reshape(2, 2), 5).shape).toEqual([2, 2, 5]);
    expect(F.oneHot(tensor(1n), 3).tolist()).toEqual([0n, 1n, 0n]);
    expect(F.oneHot(long([]), 3).shape).toEqual([0, 3]);
  });

  it.each<[string, () => unknown]>([
    ["Class values must be smaller than num_classes.", () => F.oneHot(long([0, 2]), 2)],
    ["Class values must be smaller than num_classes.", () => F.oneHot(long([1]), 0)],
    ["Class values must be smaller than num_classes.", () => F.oneHot(long([1]), -2)],
    ["Class values must be non-negative.", () => F.oneHot(long([0, -2]), 5)],
    ["one_hot is only applicable to index tensor of type LongTensor.", () => F.oneHot(tensor([1, 2]))],
    ["Can not infer total number of classes from empty tensor.", () => F.oneHot(long([]))],
    ["Can not infer total number of classes from empty tensor.", () => F.oneHot(long([]), 0)],
    ["one_hot(): argument 'num_classes' (position 2) must be int, not 1.5", () => F.oneHot(long([1]), 1.5)],
    ["oneHot: expected input to be a Tensor", () => F.oneHot([1] as never)],
  ])("%s", (message, call) => {
    expect(call).toThrow(message);
  });
});

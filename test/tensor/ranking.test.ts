/** topk, scatterAdd and scatterAdd_: PyTorch 2.14.1's values, gradients and errors. */
import { autograd, manualSeed, ones, randn, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";

const long = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(BigInt64Array.from(values, BigInt)).reshape([...shape]);

describe("topk", () => {
  const x = tensor([[3, 1, 2], [NaN, 5, Infinity]]); // prettier-ignore
  const listed = ({ values, indices }: { values: Tensor; indices: Tensor }): unknown[] => [
    values.tolist(),
    (indices.to("float64").tolist() as unknown[]).flat(),
  ];

  it("gives the largest or the smallest in order, NaN as larger than all", () => {
    expect(listed(x.topk(2))).toEqual([[[3, 2], [NaN, Infinity]], [0, 2, 0, 2]]); // prettier-ignore
    expect(listed(x.topk(2, { largest: false }))).toEqual([[[1, 2], [5, Infinity]], [1, 2, 1, 2]]); // prettier-ignore
    expect(listed(x.topk(1, 0))).toEqual([[[NaN, 5, Infinity]], [1, 1, 1]]);
    expect(x.topk(2, { dim: 1, sorted: false }).values.tolist()).toEqual(x.topk(2).values.tolist());
  });

  it("takes equal elements by their indices, few or many", () => {
    for (const k of [3, 40]) {
      const { indices } = ones([64]).topk(k);
      expect(indices.tolist()).toEqual(Array.from({ length: k }, (_, i) => BigInt(i)));
    }
  });

  it("is the beginning of what sorting gives, of every dtype, dimension and k", () => {
    manualSeed(5);
    for (const dtype of ["float16", "float32", "float64", "int8", "int32", "int64", "uint8"] as const) {
      const y = randn([3, 50, 2]).mul(20).abs().to(dtype);
      const column = (y.at(1, ":", 0).to("float64").tolist() as number[]).sort((a, b) => b - a);
      for (const k of [1, 7, 33, 50]) {
        const { values, indices } = y.topk(k, 1);
        expect(values.shape).toEqual([3, k, 2]);
        expect(values.dtype).toBe(dtype);
        expect(values.at(1, ":", 0).to("float64").tolist()).toEqual(column.slice(0, k));
        expect(y.gather(1, indices).eq(values).sum().item()).toBe(BigInt(6 * k));
      }
    }
  });

  it("compares int64 beyond 2^53", () => {
    const { indices } = tensor([2n ** 62n, 2n ** 62n + 1n]).topk(1);
    expect(indices.tolist()).toEqual([1n]);
  });

  it("of nothing, and of one element without dimensions", () => {
    expect(zeros([0, 3]).topk(2).values.shape).toEqual([0, 2]);
    expect(x.topk(0).indices.shape).toEqual([2, 0]);
    const one = tensor(3);
    expect([one.topk(1), one.topk(0)].map((both) => [both.values.item(), both.indices.item()])).toEqual([
      [3, 0n],
      [3, 0n],
    ]);
  });

  it("has the gradient of what was taken", () => {
    const y = randn([4, 6], { dtype: "float64" }).requiresGrad_();
    const first = (z: Tensor): Tensor => z.topk(3, { dim: 0 }).values.square();
    expect(gradcheck(first, [y])).toEqual([]);
    expect(gradgradcheck(first, [y])).toEqual([]);
    const { values, indices } = y.topk(2);
    expect([values.gradFn?.name, indices.requiresGrad]).toEqual(["TopkBackward0", false]);
  });

  it.each<[string, () => unknown]>([
    ["selected index k out of range", () => x.topk(4)],
    ["selected index k out of range", () => x.topk(-1)],
    ["selected index k out of range", () => tensor(3).topk(2)],
    ["topk(): argument 'k' (position 1) must be int, not 1.5", () => x.topk(1.5)],
    ["Dimension out of range (expected to be in range of [-2, 1], but got 2)", () => x.topk(1, 2)],
    ["topk(): argument 'sorted' must be bool, not 1", () => x.topk(1, { sorted: 1 as never })],
    ["topk does not support bool dtypes on CPU", () => x.eq(0).topk(1)],
    ["topk does not support complex dtypes on CPU", () => x.to("complex64").topk(1)],
  ])("refuses: %s", (message, call) => {
    expect(call).toThrow(message);
  });
});

describe("scatterAdd", () => {
  const index = long([0, 1, 2, 2], [2, 2]);
  const source = tensor([[1, 2], [3, 4]]); // prettier-ignore

  it("adds where the index says, in a copy or in place", () => {
    const expected = [[1, 2, 0], [0, 0, 7]]; // prettier-ignore
    const x = zeros([2, 3]);
    expect(x.scatterAdd(1, index, source).tolist()).toEqual(expected);
    expect(x.scatterAdd(1, index.to("int32"), source).tolist()).toEqual(expected);
    expect(x.scatterAdd(0, long([0, 1, 0], [1, 3]), ones([1, 3])).tolist()).toEqual([[1, 0, 1], [0, 1, 0]]); // prettier-ignore
    expect(x.tolist()).toEqual([[0, 0, 0], [0, 0, 0]]); // prettier-ignore
    expect(x.scatterAdd_(1, index, source)).toBe(x);
    expect(x.tolist()).toEqual(expected);
  });

  it("takes a part of a larger source, and adds exactly", () => {
    expect(
      zeros([1, 2])
        .scatterAdd(1, long([1], [1, 1]), source)
        .tolist(),
    ).toEqual([[0, 1]]);
    const sums = zeros([1]).scatterAdd(0, long([0, 0, 0]), tensor([1e8, 1, -1e8]));
    expect(sums.tolist()).toEqual([1]);
    const half = tensor([2048, 1, 1, 1], { dtype: "float16" });
    expect(
      zeros([1], { dtype: "float16" })
        .scatterAdd(0, long([0, 0, 0, 0]), half)
        .tolist(),
    ).toEqual([2052]);
  });

  it("of integers wraps; of bools it is or; without dimensions it adds", () => {
    const bytes = tensor([250, 250], { dtype: "uint8" });
    const fives = tensor([5, 5], { dtype: "uint8" });
    expect(bytes.scatterAdd(0, long([0, 0]), fives).tolist()).toEqual([4, 250]);
    expect(tensor([false, false]).scatterAdd(0, long([0, 0]), tensor([true, true])).tolist()).toEqual([true, false]); // prettier-ignore
    expect(
      tensor(1)
        .scatterAdd(0, long([0], []), tensor(2))
        .item(),
    ).toBe(3);
    expect(
      tensor(1)
        .scatterAdd(0, long([0]), tensor([2]))
        .item(),
    ).toBe(3);
    expect(zeros([2]).scatterAdd(0, long([]), tensor(2)).tolist()).toEqual([0, 0]);
    expect(zeros([2, 3]).scatterAdd(1, long([]), source).sum().item()).toBe(0);
  });

  it("has gradients by both, first and second, in place as well", () => {
    const leaf = (...shape: number[]): Tensor => randn(shape, { dtype: "float64" }).requiresGrad_();
    const [x, y] = [leaf(2, 3), leaf(2, 4)];
    const square = (a: Tensor, b: Tensor): Tensor => a.scatterAdd(1, index, b).square();
    expect(gradcheck(square, [x, y])).toEqual([]);
    expect(gradgradcheck(square, [x, y])).toEqual([]);
    const z = x.mul(1);
    z.scatterAdd_(1, index, y);
    const found = autograd.grad(z.square().sum(), [x, y]).map((g) => g!.tolist());
    const expected = autograd.grad(square(x, y).sum(), [x, y]).map((g) => g!.tolist());
    expect(found).toEqual(expected);
    expect(x.scatterAdd(1, index, y).gradFn?.name).toBe("ScatterAddBackward0");
  });

  const x = zeros([2, 3]);
  const zerosOf = (...shape: number[]): Tensor => zeros(shape, { dtype: "int64" });
  it.each<[string, () => unknown]>([
    ["scatter(): Expected dtype int32/int64 for index", () => x.scatterAdd(1, source, source)],
    ["scatter(): Expected self.dtype to be equal to src.dtype", () => x.scatterAdd(1, index, source.to("float64"))],
    ["index 3 is out of bounds for dimension 1 with size 3", () => x.scatterAdd(1, long([3], [1, 1]), source)],
    ["index -1 is out of bounds for dimension 1 with size 3", () => x.scatterAdd_(1, long([0, -1], [1, 2]), source)],
    ["Index tensor must have the same number of dimensions as self tensor", () => x.scatterAdd(1, long([0, 1]), source)],
    ["Index tensor must have the same number of dimensions as src tensor", () => x.scatterAdd(1, index, ones([2]))],
    ["Expected index [2, 3] to be no larger than self [2, 3] apart from dimension 1 and to be no larger size than src [2, 2]", () => x.scatterAdd(1, zerosOf(2, 3), source)],
    ["Expected index [3, 1] to be no larger than self [2, 3] apart from dimension 1 and to be no larger size than src [3, 1]", () => x.scatterAdd(1, zerosOf(3, 1), ones([3, 1]))],
    ["Dimension out of range (expected to be in range of [-2, 1], but got 2)", () => x.scatterAdd(2, index, source)],
    ["scatterAdd: expected a Tensor", () => x.scatterAdd(1, index, 2 as never)],
    ["a leaf Variable that requires grad is being used in an in-place operation.", () => zeros([2, 3], { requiresGrad: true }).scatterAdd_(1, index, source)],
  ])("refuses: %s", (message, call) => {
    expect(call).toThrow(message);
    expect(x.sum().item()).toBe(0);
  }); // prettier-ignore
});

/**
 * Indexing beyond what test/tensor/indexing.torch.test.ts compares with PyTorch: memory, failures,
 * exact sums, types.
 */
import { arange, cat, F, noGrad, onWarning, stack, tensor, zeros } from "lossgrad";
import type { Complex, Index, Slice, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { gradcheck, gradgradcheck } from "../support/gradcheck.js";
import { Random } from "../support/random.js";

const matrix = (): Tensor => arange(12).reshape(3, 4);

describe("an index", () => {
  it("is checked by its type", () => {
    const i = 1;
    const slice: Slice = `${i}:${i + 2}`;
    expect(matrix().at(slice).shape).toEqual([2, 4]);
    // @ts-expect-error -- a slice has colons
    expect(() => matrix().at("1;3")).toThrow(TypeError);
    // @ts-expect-error -- compared by JavaScript, 0-d tensors give a boolean
    expect(() => matrix().at(tensor(5) > 3)).toThrow("compare tensors with gt, lt, eq");
  });

  it.each<[unknown, string]>([
    ["1.5:2", 'expected a slice of integers, such as "1:3", ":-1" or "::2", got "1.5:2"'],
    ["1e3:", "expected a slice of integers"],
    ["NaN:3", "expected a slice of integers"],
    ["1:2:3:4", "expected a slice of integers"],
    [" 1:2", "expected a slice of integers"],
    [1.5, "as an index, got 1.5"],
    [undefined, "as an index, got undefined"],
    [{}, "as an index, got Object"],
    [[0.5], "at: expected a list of integers, or of booleans, as an index, got 0.5 in it"],
    [[0, true], "got true in it"],
    [["0"], 'got "0" in it'],
    [[, 1], "got undefined in it"], // eslint-disable-line no-sparse-arrays
    [[[0], [0, 1]], "expected sequence of length 1 at dim 1 (got 2)"],
  ])("that is none is refused: %j", (index, message) => {
    expect(() => matrix().at(index as Index)).toThrow(TypeError);
    expect(() => matrix().at(index as Index)).toThrow(message);
  });

  it("must be given", () => {
    expect(() => (matrix() as unknown as { at(): Tensor }).at()).toThrow("at: expected an index, got none");
  });

  it("has one ellipsis", () => {
    expect(() => matrix().at("...", "...")).toThrow('an index can only have a single ellipsis ("...")');
  });

  it("makes no more dimensions than there can be", () => {
    const nulls = Array.from({ length: 63 }, () => null);
    expect(() => matrix().at(null, ...nulls)).toThrow("at: expected at most 64 dimensions, got 66");
  });

  it("may be a bigint, or a 0-d tensor of integers, which gives a view", () => {
    const x = matrix();
    x.at(2n).fill_(0);
    x.at(tensor(1n)).fill_(1);
    expect(x.at(":", 0).tolist()).toEqual([0, 1, 0]);
  });

  it("warns of a mask of bytes, as torch does", () => {
    const seen: string[] = [];
    onWarning((message) => seen.push(message));
    expect(
      matrix()
        .at(tensor([0, 1, 0], { dtype: "uint8" }))
        .tolist(),
    ).toEqual([[4, 5, 6, 7]]);
    onWarning(null);
    expect(seen).toEqual([
      "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
    ]);
  });
});

describe("memory", () => {
  it("of plain indices is shared, of index tensors it is not", () => {
    const x = matrix();
    x.at("1:", "::2").fill_(-1);
    x.at([0]).fill_(9);
    x.at(x.eq(1)).fill_(9);
    expect(x.tolist()).toEqual([
      [0, 1, 2, 3],
      [-1, 5, -1, 7],
      [-1, 9, -1, 11],
    ]);
  });

  it("of a disposed operand is noticed", () => {
    const index = tensor([0n]);
    index.dispose();
    expect(() => matrix().at(index)).toThrow("at: expected a tensor in memory, got one that was disposed");
    const x = matrix();
    x.dispose();
    expect(() => x.at([0])).toThrow("got one that was disposed");
    expect(() => cat([x])).toThrow("cat: expected a tensor in memory");
  });

  it("of a list that disposes the tensor while it is read is noticed", () => {
    const x = matrix();
    const list = [0];
    Object.defineProperty(list, 0, {
      get: () => {
        x.dispose();
        return 0;
      },
    });
    expect(() => x.at(list)).toThrow("at: expected a tensor in memory");
  });
});

describe("assignment", () => {
  it("reads values that overlap the target before it writes", () => {
    const x = matrix();
    x.indexPut_([[2, 1, 0]], x.clone());
    expect(x.at(":", 0).tolist()).toEqual([8, 4, 0]);
    x.indexPut_([[2, 1, 0]], x);
    expect(x.at(":", 0).tolist()).toEqual([0, 4, 8]);
    x.indexPut_(["1:"], x.at(":-1"));
    expect(x.at(":", 0).tolist()).toEqual([0, 0, 4]);
  });

  it("reaches the elements of a strided target", () => {
    const x = matrix();
    noGrad(() => {
      x.t().indexPut_([[0, 3]], -1);
      x.at("::2", "1:3").indexPut_([tensor([true, false])], tensor([7, 8]));
      x.t().maskedFill_(x.t().eq(6), 60);
    });
    expect(x.tolist()).toEqual([
      [-1, 7, 8, -1],
      [-1, 5, 60, -1],
      [-1, 9, 10, -1],
    ]);
  });

  it.each<[string, (x: Tensor) => unknown]>([
    ["an index out of bounds", (x) => x.indexPut_([[0, 3]], 5)],
    ["values that do not broadcast", (x) => x.indexPut_([[0, 1]], tensor([1, 2, 3]))],
    ["a value that does not fit", (x) => x.to("int8").indexPut_([0], 300)],
    ["values of another dtype", (x) => x.indexPut_([[0, 1]], tensor([1n, 2n, 3n, 4n]))],
    ["indices that are no array", (x) => x.indexPut_(0 as never, 5)],
    ["no value", (x) => x.indexPut_([0], undefined as never)],
    ["a misspelt option", (x) => x.indexPut_([0], 5, { acumulate: true } as object)],
    ["a mask of another shape", (x) => x.maskedFill_(tensor([true, false]), 5)],
    ["a mask that is none", (x) => x.maskedFill_(x, 5)],
  ])("that fails changes nothing: %s", (_, attempt) => {
    const x = matrix();
    const before = x.version.count;
    expect(() => attempt(x)).toThrow();
    expect(x.tolist()).toEqual(matrix().tolist());
    expect(x.version.count).toBe(before);
  });

  it("is noticed by what was saved before", () => {
    const x = tensor([1, 2], { requiresGrad: true }).mul(1);
    const loss = x.square().sum();
    x.indexPut_([0], 5);
    expect(() => loss.backward()).toThrow("modified by an inplace operation");
  });

  it("takes plain values of every kind", () => {
    expect(zeros([2], { dtype: "bool" }).indexPut_([0], true).tolist()).toEqual([true, false]);
    expect(
      zeros([2], { dtype: "int64" })
        .indexPut_([[1]], 2n ** 60n)
        .tolist(),
    ).toEqual([0n, 2n ** 60n]);
    expect(zeros([1], { dtype: "complex64" }).indexPut_([0], { re: 1, im: 2 }).item<Complex>()).toEqual({
      re: 1,
      im: 2,
    });
    expect(() => zeros([1]).indexPut_([0], { re: 1, im: 2 })).toThrow(RangeError);
  });
});

describe("sums of what goes to one place", () => {
  it("are exact, whatever the order", () => {
    const values = [1e8, 1, -1e8, 2 ** -20, 3e7, -3e7];
    const random = new Random(4);
    for (let i = 0; i < 20; i++) {
      const order = values.map((_, k) => k).sort(() => random.next() - 0.5);
      const shuffled = tensor(order.map((k) => values[k]));
      const index = order.map(() => 1);
      const sum = zeros([3]).indexPut_([index], shuffled, { accumulate: true });
      expect(sum.tolist()).toEqual([0, Math.fround(1 + 2 ** -20), 0]);
    }
  });

  it("are exact in gradients of at, gather, indexSelect and replicated borders", () => {
    const upstream = tensor([1e8, 1, -1e8]);
    const grad = (f: (x: Tensor) => Tensor): unknown => {
      const x = tensor([5], { requiresGrad: true });
      f(x).backward(upstream);
      return x.grad!.item();
    };
    expect(grad((x) => x.at([0, 0, 0]))).toBe(1);
    expect(grad((x) => x.gather(0, tensor([0n, 0n, 0n])))).toBe(1);
    expect(grad((x) => x.indexSelect(0, tensor([0n, 0n, 0n])))).toBe(1);
    expect(grad((x) => F.pad(x.reshape(1, 1), [1, 1], { mode: "replicate" }).reshape(3))).toBe(1);
  });

  it.each(["float16", "bfloat16"] as const)("are rounded once in %s", (dtype) => {
    const terms = Array.from({ length: 300 }, () => 1);
    const sum = zeros([1], { dtype }).indexPut_([terms.map(() => 0)], tensor(terms, { dtype }), {
      accumulate: true,
    });
    expect(sum.item()).toBe(300);
  });

  it("wrap for integers, join bools by or, and keep both parts of complex numbers", () => {
    const add = (start: Tensor, values: Tensor): unknown =>
      start.indexPut_([[0, 0]], values, { accumulate: true }).tolist();
    expect(add(tensor([100], { dtype: "int8" }), tensor([100, 100], { dtype: "int8" }))).toEqual([44]);
    expect(add(tensor([2n ** 63n - 1n]), tensor([1n, 1n]))).toEqual([-(2n ** 63n) + 1n]);
    expect(add(tensor([false]), tensor([true, true]))).toEqual([true]);
    const z = tensor([{ re: 1e8, im: 1 }]);
    const terms = tensor([
      { re: 1, im: 2 },
      { re: -1e8, im: 3 },
    ]);
    expect(add(z, terms)).toEqual([{ re: 1, im: 6 }]);
  });
});

describe("gradients", () => {
  const real = (...shape: number[]): Tensor => {
    const random = new Random(shape.length);
    const count = shape.reduce((n, size) => n * size, 1);
    const values = Float64Array.from({ length: count }, () => random.normal());
    return tensor(values).reshape(shape).requiresGrad_();
  };
  const mask = tensor([
    [true, false, true],
    [false, true, true],
  ]);
  const index = tensor([
    [0n, 2n, 2n],
    [1n, 1n, 0n],
  ]);
  it.each<[string, (x: Tensor, y: Tensor) => Tensor]>([
    ["slices and new dimensions", (x, y) => x.at(":", null, "::2").mul(y.at(1, "1:"))],
    ["masks", (x, y) => x.at(mask).mul(y.at(mask))],
    ["index tensors", (x, y) => x.at([0, 1, 1], [2, 0, 2]).mul(y.at(":", [0, 0, 1]))],
    ["assigned slices", (x, y) => x.mul(y).indexPut([":", "1:"], y.at("1:", ":2"))],
    ["assigned masks", (x, y) => x.mul(2).indexPut_([mask], y.at(0, 0))],
    [
      "added values",
      (x, y) =>
        x
          .mul(y)
          .indexPut_([[0, 0]], y, { accumulate: true })
          .square(),
    ],
    ["maskedFill", (x, y) => x.maskedFill(mask, y.at(1, 2))],
    ["maskedSelect", (x, y) => x.maskedSelect(mask).mul(y.maskedSelect(mask))],
    ["gather", (x, y) => x.gather(1, index).mul(y.gather(1, index))],
    ["indexSelect", (x, y) => x.indexSelect(0, tensor([1n, 1n])).mul(y)],
    ["cat and split", (x, y) => cat([x, y.square(), x], 1).split([4, 5], 1)[1]],
    ["stack", (x, y) => stack([x, y], { dim: 1 }).select(1, 1).mul(y)],
    ["constant borders", (x, y) => F.pad(x.mul(y), [1, -1, 0, 2], { value: 3 })],
    ["reflected borders", (x, y) => F.pad(x.mul(y), [2, 1], { mode: "reflect" })],
    ["replicated borders", (x, y) => F.pad(x.mul(y), [2, -1], { mode: "replicate" })],
  ])("of %s agree with differences, the second derivatives too", (_, f) => {
    const squared = (x: Tensor, y: Tensor): Tensor => f(x, y).square();
    expect(gradcheck(squared, [real(2, 3), real(2, 3)])).toEqual([]);
    expect(gradgradcheck(squared, [real(2, 3), real(2, 3)])).toEqual([]);
  });

  it("are those of the index as it was", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const chosen = tensor([0n, 1n]);
    const y = x.at(chosen);
    chosen.fill_(2);
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([1, 1, 0]);
  });

  it("of the DQN tutorial's step", () => {
    const q = matrix().requiresGrad_();
    const actions = tensor([[1n], [0n], [3n]]);
    const alive = tensor([true, false, true]);
    const next = zeros([3]);
    noGrad(() => next.indexPut_([alive], tensor([10, 20])));
    const loss = F.smoothL1Loss(q.gather(1, actions), next.unsqueeze(1));
    loss.backward();
    expect(next.tolist()).toEqual([10, 0, 20]);
    expect(q.grad!.tolist()).toEqual([
      [0, Math.fround(-1 / 3), 0, 0],
      [Math.fround(1 / 3), 0, 0, 0],
      [0, 0, 0, Math.fround(-1 / 3)],
    ]);
  });
});

describe("large arrays", () => {
  it("move as a plain loop would move them", () => {
    const rows = 3000;
    const x = arange(rows * 20).reshape(rows, 20);
    const chosen = Array.from({ length: rows }, (_, i) => (i * 7919) % rows);
    expect(x.at(chosen).at(":", 3).tolist()).toEqual(chosen.map((row) => row * 20 + 3));
    expect(x.at(":", [19, 0]).at(-1).tolist()).toEqual([rows * 20 - 1, (rows - 1) * 20]);
    expect(x.t().at(":", chosen).at(3).tolist()).toEqual(chosen.map((row) => row * 20 + 3));
  });
});

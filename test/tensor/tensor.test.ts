import { arange, full, memoryStats, ones, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { memory } from "../../src/core/memory.js";
import { ALL, valueIn } from "../support/dtypes.js";
import { expectRefused } from "../support/refuse.js";

const ones2 = ones([2]);
const none = zeros([0]);
const matrix = (): Tensor => arange(6).reshape(2, 3);

describe("what a tensor is", () => {
  it.each(ALL)("%s: dtype, shape, ndim and number of elements", (dtype) => {
    const x = zeros([2, 3], { dtype });
    expect([x.dtype, x.shape, x.ndim, x.numel()]).toEqual([dtype, [2, 3], 2, 6]);
    expect([x.requiresGrad, x.isLeaf, x.grad, x.gradFn]).toEqual([false, true, null, null]);
  });

  it("item and tolist give numbers, bigints, booleans or complex values by the dtype", () => {
    for (const dtype of ALL) {
      const x = ones([1, 2], { dtype });
      expect(x.tolist()).toEqual([[valueIn(dtype, 1), valueIn(dtype, 1)]]);
      expect(x.at(0).at(1).item()).toEqual(valueIn(dtype, 1));
      expect(ones([1, 1], { dtype }).item()).toEqual(valueIn(dtype, 1));
    }
  });

  it("a shape cannot be written: operations trust it", () => {
    const { shape } = zeros([2, 3]);
    expect(() => ((shape as number[])[0] = 1000)).toThrow(TypeError);
    expect(() => (shape as number[]).push(1000)).toThrow(TypeError);
    expect(shape).toEqual([2, 3]);
  });

  it("item of another number of elements is an error", () => {
    expectRefused(() => ones2.item(), RangeError, "a Tensor with 2 elements cannot be converted to Scalar");
    expectRefused(() => none.item(), RangeError, "a Tensor with 0 elements cannot be converted to Scalar");
  });

  it("String prints it", () => {
    expect(String(tensor([1, 2]))).toBe("tensor([1., 2.])");
  });
});

describe("views", () => {
  it("share the elements, both ways", () => {
    const x = matrix();
    const views: [string, Tensor, (i: number) => [number, number]][] = [
      ["reshape", x.reshape(6), (i) => [Math.floor(i / 3), i % 3]],
      ["view", x.view(3, 2).view(6), (i) => [Math.floor(i / 3), i % 3]],
      ["flatten", x.flatten(), (i) => [Math.floor(i / 3), i % 3]],
      ["at", x.at(1), (i) => [1, i]],
      ["transpose", x.transpose(0, 1).at(2), (i) => [i, 2]],
      ["t", x.t().at(0), (i) => [i, 0]],
      ["squeeze", x.reshape(1, 2, 3).squeeze().at(1), (i) => [1, i]],
      ["unsqueeze", x.unsqueeze(0).squeeze().at(1), (i) => [1, i]],
      ["detach", x.detach().at(0), (i) => [0, i]],
      ["data", x.data.at(0), (i) => [0, i]],
    ];
    for (const [name, view, where] of views) {
      view.at(1).fill_(-7);
      const [row, column] = where(1);
      expect([name, x.at(row).at(column).item()]).toEqual([name, -7]);
      x.at(row).at(column).fill_(5);
      expect([name, view.at(1).item()]).toEqual([name, 5]);
    }
  });

  it("reshape copies where the layout allows no view; view refuses", () => {
    const turned = matrix().t();
    expect(turned.reshape(6).tolist()).toEqual([0, 3, 1, 4, 2, 5]);
    turned.reshape(6).fill_(9);
    expect(turned.at(0).tolist()).toEqual([0, 3]);
    expectRefused(() => turned.view(6), RangeError, "Use .reshape(...) instead.");
  });

  it.each<[string, (x: Tensor) => Tensor, number[]]>([
    ["sizes as arguments", (x) => x.reshape(3, 2), [3, 2]],
    ["sizes as an array", (x) => x.reshape([3, 2]), [3, 2]],
    ["an inferred size", (x) => x.reshape(-1, 2), [3, 2]],
    ["flatten", (x) => x.flatten(), [6]],
    ["flatten of some dimensions", (x) => x.unsqueeze(0).flatten(1, -1), [1, 6]],
    ["flatten of a 0-d tensor", (x) => x.sum().flatten(), [1]],
    ["squeeze", (x) => x.reshape(1, 2, 1, 3).squeeze(), [2, 3]],
    ["squeeze of a dimension", (x) => x.reshape(1, 2, 1, 3).squeeze(0), [2, 1, 3]],
    ["squeeze of several", (x) => x.reshape(1, 2, 1, 3).squeeze([0, -2]), [2, 3]],
    ["squeeze of a dimension that is larger", (x) => x.squeeze(0), [2, 3]],
    ["squeeze of no dimension", (x) => x.reshape(1, 2, 3).squeeze([]), [1, 2, 3]],
    ["squeeze of a 0-d tensor", (x) => x.sum().squeeze(0), []],
    ["unsqueeze", (x) => x.unsqueeze(1), [2, 1, 3]],
    ["unsqueeze at the end", (x) => x.unsqueeze(-1), [2, 3, 1]],
    ["transpose", (x) => x.transpose(0, -1), [3, 2]],
    ["t of a vector", (x) => x.flatten().t(), [6]],
    ["expand", (x) => x.unsqueeze(0).expand(4, -1, 3), [4, 2, 3]],
    ["expand to more dimensions", (x) => x.expand([1, 2, 3]), [1, 2, 3]],
    ["expand to no elements", (x) => x.reshape(6, 1).expand(6, 0), [6, 0]],
  ])("%s", (_, view, shape) => {
    expect(view(matrix()).shape).toEqual(shape);
  });

  it("expand repeats without memory of its own", () => {
    const x = tensor([[1], [2]]);
    const { bytesInUse } = memoryStats();
    const wide = x.expand(2, 1_000_000);
    expect(memoryStats().bytesInUse).toBeLessThanOrEqual(bytesInUse);
    expect(wide.sum().item()).toBe(3_000_000);
  });

  it("iteration and at give the slices of dimension 0, from the end too", () => {
    const rows = [...matrix()];
    expect(rows.map((row) => row.tolist())).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(matrix().at(-1).tolist()).toEqual([3, 4, 5]);
    expect([...zeros([0, 3])]).toEqual([]);
    expect([...tensor([1, 2])].map((element) => element.shape)).toEqual([[], []]);
  });

  it("of views compose: transposed, sliced, expanded", () => {
    const x = arange(24).reshape(2, 3, 4);
    const view = x.transpose(0, 2).at(1).unsqueeze(1).expand(3, 2, 2);
    expect(view.tolist()).toEqual([
      [
        [1, 13],
        [1, 13],
      ],
      [
        [5, 17],
        [5, 17],
      ],
      [
        [9, 21],
        [9, 21],
      ],
    ]);
    expect(view.clone().tolist()).toEqual(view.tolist());
    expect(view.sum({ dim: [0, 2] }).tolist()).toEqual([66, 66]);
  });

  const x = matrix();
  const turned = x.t();
  const scalar = tensor(1);
  it.each<[string, () => unknown, new (message: string) => Error, string]>([
    [
      "a size that does not divide",
      () => x.reshape(-1, 4),
      RangeError,
      "shape '[-1, 4]' is invalid for input of size 6",
    ],
    [
      "another number of elements",
      () => x.reshape(7),
      RangeError,
      "shape '[7]' is invalid for input of size 6",
    ],
    ["two inferred sizes", () => x.reshape(-1, -1), RangeError, "only one dimension can be inferred"],
    ["a negative size", () => x.view(-2, 3), RangeError, "invalid shape dimension -2"],
    ["an ambiguous size", () => none.reshape(-1, 0), RangeError, "-1 can be any value and is ambiguous"],
    ["a fraction", () => x.reshape(1.5, 4), TypeError, "reshape: expected sizes to be integers, got 1.5"],
    ["text", () => x.view("6" as never), TypeError, 'view: expected sizes to be integers, got "6"'],
    ["NaN", () => x.expand(NaN, 3), TypeError, "expand: expected sizes to be integers, got NaN"],
    ["a bigint", () => x.reshape(6n as never), TypeError, "got 6n"],
    [
      "an expanded size",
      () => x.expand(4, 3),
      RangeError,
      "The expanded size of the tensor (4) must match the existing size (2) at non-singleton dimension 0.  Target sizes: [4, 3].  Tensor sizes: [2, 3]",
    ],
    [
      "too few sizes",
      () => x.expand(3),
      RangeError,
      "must be greater or equal to the number of dimensions in the tensor (2)",
    ],
    [
      "a new size of -1",
      () => x.expand(-1, 2, 3),
      RangeError,
      "isn't allowed in a leading, non-existing dimension 0",
    ],
    ["elements beyond 32 bits", () => scalar.expand(2 ** 32), RangeError, "expected less than 2^32 elements"],
    [
      "a dimension out of range",
      () => x.squeeze(2),
      RangeError,
      "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
    ],
    [
      "a dimension that is no integer",
      () => x.unsqueeze(0.5),
      TypeError,
      "dim: expected an integer, got 0.5",
    ],
    [
      "no dimension",
      () => x.transpose(0, undefined as never),
      TypeError,
      "dim: expected an integer, got undefined",
    ],
    ["flatten backwards", () => x.flatten(1, 0), RangeError, "start_dim cannot come after end_dim"],
    [
      "t of three dimensions",
      () => x.unsqueeze(0).t(),
      RangeError,
      "t() expects a tensor with <= 2 dimensions, but self is 3D",
    ],
    [
      "an index out of bounds",
      () => x.at(2),
      RangeError,
      "index 2 is out of bounds for dimension 0 with size 2",
    ],
    [
      "a negative index out of bounds",
      () => x.at(-3),
      RangeError,
      "index -3 is out of bounds for dimension 0 with size 2",
    ],
    ["an index that is no integer", () => x.at("0" as never), TypeError, 'as an index, got "0"'],
    ["an index of NaN", () => x.at(NaN), TypeError, "as an index, got NaN"],
    ["an index of a 0-d tensor", () => scalar.at(0), RangeError, "invalid index of a 0-dim tensor"],
    ["iteration over a 0-d tensor", () => [...scalar], TypeError, "iteration over a 0-d tensor"],
    ["a view across strides", () => turned.view(2, 3), RangeError, "view size is not compatible"],
  ])("refuse %s", (_, call, kind, message) => {
    expectRefused(call, kind, message);
  });
});

describe("array()", () => {
  it("is the memory itself: reading and writing go through", () => {
    const x = zeros([3]);
    x.array().set([1, 2, 3]);
    expect(x.tolist()).toEqual([1, 2, 3]);
    const view = x.array();
    x.mul_(2);
    expect([...view]).toEqual([2, 4, 6]);
    expect(x.at(1).array()).toEqual(Float32Array.of(4));
  });

  it.each<[DType, unknown]>([
    ["float32", Float32Array.of(1, 2)],
    ["float64", Float64Array.of(1, 2)],
    ["int8", Int8Array.of(1, 2)],
    ["int16", Int16Array.of(1, 2)],
    ["int32", Int32Array.of(1, 2)],
    ["int64", BigInt64Array.of(1n, 2n)],
    ["uint8", Uint8Array.of(1, 2)],
    ["bool", Uint8Array.of(1, 1)],
    ["bfloat16", Uint16Array.of(0x3f80, 0x4000)],
    ["complex64", Float32Array.of(1, 0, 2, 0)],
    ["complex128", Float64Array.of(1, 0, 2, 0)],
  ])("of %s is %o", (dtype, expected) => {
    expect(tensor([1, 2], { dtype }).array()).toEqual(expected);
  });

  it("of float16 is Float16Array where the engine has it, else the bits", () => {
    const view = tensor([1, 2], { dtype: "float16" }).array() as ArrayLike<number>;
    expect([...Array.from(view)]).toEqual("Float16Array" in globalThis ? [1, 2] : [0x3c00, 0x4000]);
  });

  it("of a 0-d value reads and writes it", () => {
    const x = tensor(5);
    x.array()[0] = 6;
    expect(x.item()).toBe(6);
  });

  it("outlives the growth of a shared memory; otherwise another call gives it anew", () => {
    const x = tensor([1, 2]);
    const before = x.array();
    const grown = full([memoryStats().largestFreeBlock / 4 + 1], 0);
    expect(before.length).toBe(memory().shared ? 2 : 0);
    x.array()[0] = 3;
    expect([...(memory().shared ? before : x.array())]).toEqual([3, 2]);
    grown.dispose();
  });

  const leaf = tensor([1], { requiresGrad: true });
  const turned = matrix().t();
  it("is refused for what requires grad or is not contiguous", () => {
    expectRefused(() => leaf.array(), Error, "Use tensor.detach().array() instead.");
    expect(leaf.detach().array()).toEqual(Float32Array.of(1));
    expectRefused(
      () => turned.array(),
      Error,
      "expected a contiguous tensor, got strides [1, 3]; use clone().array()",
    );
    expect([...turned.clone().array()]).toEqual([0, 3, 1, 4, 2, 5]);
  });
});

describe("clone and to", () => {
  it("clone has memory of its own; to gives the tensor itself for its own dtype", () => {
    const x = tensor([1, 2]);
    x.clone().fill_(9);
    expect(x.tolist()).toEqual([1, 2]);
    expect(x.to("float32") === x).toBe(true);
    expect(x.to("float64") === x).toBe(false);
  });

  it.each(ALL)("converts %s to every dtype", (from) => {
    for (const to of ALL) {
      const converted = tensor([0, 1, 3], { dtype: from }).to(to);
      const three = from === "bool" ? 1 : 3;
      expect(converted.tolist()).toEqual([0, 1, three].map((value) => valueIn(to, value)));
    }
  });

  it("cuts fractions off, saturates to 64 bits, then wraps to fewer", () => {
    const x = tensor([2.9, -2.9, 300, 1e20, -1e20, NaN], { dtype: "float64" });
    expect(x.to("int64").tolist()).toEqual([2n, -2n, 300n, 2n ** 63n - 1n, -(2n ** 63n), 0n]);
    expect(x.to("uint8").tolist()).toEqual([2, 254, 44, 255, 0, 0]);
    expect(tensor([NaN, 0.5, -0]).to("bool").tolist()).toEqual([true, true, false]);
    const typed = tensor(Float64Array.of(300, 1e20), { dtype: "int8" });
    expect(typed.tolist()).toEqual(tensor(Float64Array.of(300, 1e20)).to("int8").tolist());
  });

  it("of an unknown dtype is an error that lists them", () => {
    const x = tensor([1]);
    expectRefused(() => x.to("float" as never), TypeError, "to: expected dtype to be one of bool, uint8");
    expectRefused(() => x.to(undefined as never), TypeError, "got undefined");
    expectRefused(() => x.to({ dtype: "float64" } as never), TypeError, "got Object");
  });
});

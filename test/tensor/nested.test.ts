/**
 * Nested arrays as data: typed arrays among them, sparse and endless ones; shapes at the limit of
 * dimensions.
 */
import * as lossgrad from "lossgrad";
import { full, memoryStats, tensor, zeros } from "lossgrad";
import type { DType, Nested, TensorData } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { ALL } from "../support/dtypes.js";
import { expectRefused } from "../support/refuse.js";

const given = (data: TensorData, dtype?: DType): [DType, readonly number[], Nested] => {
  const x = tensor(data, { dtype });
  return [x.dtype, x.shape, x.tolist()];
};

describe("typed arrays as the innermost arrays", () => {
  it.each<[string, TensorData, DType | undefined, ReturnType<typeof given>]>([
    ["give their dtype", [Float64Array.of(0.1, 2), Float64Array.of(3, 4)], undefined, ["float64", [2, 2], [[0.1, 2], [3, 4]]]],
    ["of integers", [Int32Array.of(1, 2)], undefined, ["int32", [1, 2], [[1, 2]]]],
    ["of 64 bits", [BigInt64Array.of(1n), BigInt64Array.of(-2n)], undefined, ["int64", [2, 1], [[1n], [-2n]]]],
    ["deeper", [[Float32Array.of(1), Float32Array.of(2)]], undefined, ["float32", [1, 2, 1], [[[1], [2]]]]],
    ["without elements", [new Float64Array(0), []], undefined, ["float64", [2, 0], [[], []]]],
    ["promote among themselves", [Int32Array.of(3), Float32Array.of(0.5)], undefined, ["float32", [2, 1], [[3], [0.5]]]],
    ["promote with numbers", [Float64Array.of(0.1), [0.1]], undefined, ["float64", [2, 1], [[0.1], [0.1]]]],
    ["beside booleans", [Int32Array.of(3), [true]], undefined, ["int32", [2, 1], [[3], [1]]]],
    ["beside bigints", [Int8Array.of(3), [5n]], undefined, ["int64", [2, 1], [[3n], [5n]]]],
    ["beside complex values stay real", [Float32Array.of(1, 2), [{ re: 3, im: 4 }, 5]], undefined,
      ["complex64", [2, 2], [[{ re: 1, im: 0 }, { re: 2, im: 0 }], [{ re: 3, im: 4 }, { re: 5, im: 0 }]]]],
    ["are converted", [Float32Array.of(1.5, -1.5)], "int8", ["int8", [1, 2], [[1, -1]]]],
    ["are bits for a half type", [Uint16Array.of(0x3c00), Uint16Array.of(0xc000)], "float16", ["float16", [2, 1], [[1], [-2]]]],
    ["are pairs for a complex type, as a typed array by itself", [Float32Array.of(1, 2)], "complex64", ["complex64", [1, 1], [[{ re: 1, im: 2 }]]]],
    ["of unsigned numbers", [Uint32Array.of(2 ** 32 - 1)], undefined, ["int64", [1, 1], [[2n ** 32n - 1n]]]],
  ])("%s", (_, data, dtype, expected) => {
    expect(given(data, dtype)).toEqual(expected);
  }); // prettier-ignore

  it("survive the growth of the memory that they lie in", () => {
    const large = full([memoryStats().bytesReserved / 8], 3);
    using made = tensor([large.array(), large.array()]);
    expect(made.sum().item()).toBe(2 * 3 * large.numel());
    large.dispose();
  });

  it("are refused where lengths, depths or kinds differ", () => {
    const row = Float32Array.of(1, 2);
    const refused = (data: unknown, kind: new (message: string) => Error, message: string): void => {
      expectRefused(() => tensor(data as TensorData), kind, message);
    };
    refused([row, Float32Array.of(1)], TypeError, "expected sequence of length 2 at dim 1 (got 1)");
    refused([row, [1, 2, 3]], TypeError, "expected sequence of length 2 at dim 1 (got 3)");
    refused([row, 1], TypeError, "expected an array of length 2 at dim 1, got 1");
    refused([1, row], TypeError, "expected a number beside numbers, got Float32Array");
    refused([[[1], [2]], row], TypeError, "expected an array of length 1 at dim 2, got a number");
    refused([row, [1n, 2n]], TypeError, "got bigints among other values");
    refused([Uint16Array.of(1)], TypeError, "expected a dtype with a Uint16Array");
    refused([new DataView(new ArrayBuffer(8))], TypeError, "expected a typed array, got DataView");
    const gone = new Float32Array(2);
    structuredClone(gone, { transfer: [gone.buffer] });
    refused([row, gone], TypeError, "whose buffer was detached");
  });
});

describe("unsigned numbers", () => {
  it("become a dtype that holds them", () => {
    expect(given(Uint32Array.of(0, 2 ** 32 - 1))).toEqual(["int64", [2], [0n, 2n ** 32n - 1n]]);
    expect(given(BigUint64Array.of(2n ** 63n - 1n))).toEqual(["int64", [1], [2n ** 63n - 1n]]);
    const ort = (type: string, data: unknown): TensorData => ({ type, data, dims: [1] }) as TensorData;
    expect(given(ort("uint16", Uint16Array.of(65535)))).toEqual(["int32", [1], [65535]]);
    expect(given(ort("uint32", Uint32Array.of(2 ** 32 - 1)))).toEqual(["int64", [1], [2n ** 32n - 1n]]);
    expect(given(ort("uint64", BigUint64Array.of(7n)))).toEqual(["int64", [1], [7n]]);
  });

  it("are converted to a dtype that is asked for, as numbers", () => {
    expect(given(Uint16Array.of(0, 1, 65535), "float32")).toEqual(["float32", [3], [0, 1, 65535]]);
    expect(given(Uint16Array.of(65535), "float64")).toEqual(["float64", [1], [65535]]);
    expect(given(Uint16Array.of(65535), "int64")).toEqual(["int64", [1], [65535n]]);
    expect(given(Uint32Array.of(2 ** 31), "float32")).toEqual(["float32", [1], [2 ** 31]]);
    expect(given(BigUint64Array.of(2n ** 64n - 1n), "float64")).toEqual(["float64", [1], [2 ** 64]]);
    expect(given(BigUint64Array.of(0n, 3n), "bool")).toEqual(["bool", [2], [false, true]]);
    expect(given(Uint16Array.of(3), "complex64")).toEqual(["complex64", [1], [{ re: 3, im: 0 }]]);
  });

  it("that int64 cannot hold are refused", () => {
    for (const dtype of [undefined, "int64"] as const) {
      expectRefused(
        () => tensor(BigUint64Array.of(0n, 2n ** 63n), { dtype }),
        RangeError,
        "value cannot be converted to type int64 without overflow",
      );
    }
  });

  it("with a dtype that does not exist are an error of ours", () => {
    for (const data of [Uint16Array.of(1), [Uint16Array.of(1)], Uint32Array.of(1), Float32Array.of(1)]) {
      expectRefused(
        () => tensor(data, { dtype: "float99" as DType }),
        TypeError,
        "tensor: expected dtype to be one of",
      );
    }
  });
});

describe("data without end", () => {
  /** To walk through as many elements takes longer than a test may. */
  const ENDLESS = 2 ** 32 - 1;

  it("is refused at the first hole of a sparse array", () => {
    const leaf = zeros([1], { requiresGrad: true });
    const sum = leaf.sum();
    for (const data of [Array(ENDLESS), [Array(ENDLESS)]]) {
      expectRefused(() => tensor(data as TensorData), TypeError, "got undefined");
    }
    expectRefused(() => zeros(Array(ENDLESS)), RangeError, `at most 64 dimensions, got ${ENDLESS}`);
    expectRefused(() => leaf.sum({ dim: Array(ENDLESS) }), RangeError, "at most 64 dimensions");
    const sparse = Array(ENDLESS) as (typeof leaf)[];
    expectRefused(() => lossgrad.autograd.grad(sparse, leaf), TypeError, "got undefined");
    expectRefused(
      () => lossgrad.autograd.grad(sum, leaf, { gradOutputs: sparse }),
      RangeError,
      `got 1 tensors and ${ENDLESS} gradients`,
    );
  });

  it("is refused at the first element of more than memory can hold", () => {
    let shared: unknown = [1, 2];
    for (let depth = 1; depth < 60; depth++) shared = [shared, shared];
    expectRefused(() => tensor(shared as TensorData), RangeError, "expected a tensor of less than 4 GiB");
    const lying = new Proxy([1], { get: (list, key) => (key === "length" ? 2 ** 40 : list[0]) });
    expectRefused(() => tensor(lying), RangeError, "expected a tensor of less than 4 GiB");
    for (const length of [-1, 0.5, NaN, "2", null, 2 ** 60]) {
      const odd = new Proxy([1], { get: (list, key) => (key === "length" ? length : list[0]) });
      expectRefused(() => tensor(odd), TypeError, "expected an array with a length");
      expectRefused(() => zeros(odd), TypeError, "expected an array with a length");
    }
  });
});

describe("the limit of 64 dimensions", () => {
  const ones = (n: number): number[] => Array<number>(n).fill(1);
  const [deepest, one] = [zeros(ones(64)), zeros([1])];
  const data = Float32Array.of(1);
  const TOO_DEEP: Record<string, () => unknown> = {
    zeros: () => zeros(ones(65)),
    rand: () => lossgrad.rand(ones(65)),
    reshape: () => one.reshape(ones(65)),
    "reshape to separate sizes": () => one.reshape(...ones(65)),
    view: () => one.view(ones(65)),
    expand: () => one.expand(ones(65)),
    unsqueeze: () => deepest.unsqueeze(0),
    "tensor({ data, dims })": () => tensor({ data, dims: ones(65), type: "float32" }),
    "tensor({ data, shape })": () => tensor({ data, shape: ones(100_000) }),
    "a loss of arrays": () => l1Loss({ data, dims: ones(65), type: "float32" }, 0),
  };

  it.each(Object.entries(TOO_DEEP))("holds for %s", (_, make) => {
    expectRefused(make, RangeError, "expected at most 64 dimensions, got ");
  });

  it("holds for nested arrays", () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 65; depth++) nested = [nested];
    expectRefused(() => tensor(nested as TensorData), RangeError, "at most 64 dimensions");
    expectRefused(() => tensor([nested] as TensorData), RangeError, "at most 64 dimensions");
  });

  it.each(ALL)("is reached by %s, which prints, lists and computes", (dtype) => {
    const x = full([...ones(62), 2, 1], 1, { dtype });
    expect(String(x).startsWith(`tensor(${"[".repeat(64)}`)).toBe(true);
    expect((x.tolist() as unknown[]).flat(Infinity)).toHaveLength(2);
    expect([x.sum().numel(), x.clone().ndim, x.transpose(0, 62).shape[0]]).toEqual([1, 64, 2]);
  });
});

describe("-0 as a size", () => {
  it("is 0", () => {
    for (const x of [
      zeros([-0]),
      zeros([3, -0]),
      lossgrad.rand([-0]),
      zeros([0]).reshape(-0),
      zeros([0]).reshape([2, -0]),
      zeros([1]).expand(-0),
      lossgrad.arange(5, 5, -1),
      lossgrad.arange(-0),
      lossgrad.linspace(0, 1, -0),
      tensor({ data: new Float32Array(0), dims: [-0], type: "float32" }),
    ]) {
      expect(Object.is(x.numel(), 0)).toBe(true);
      expect(x.shape.some((size) => Object.is(size, -0))).toBe(false);
    }
  });
});

import { full, tensor, zeros } from "lossgrad";
import type { DType, Nested, TensorData } from "lossgrad";
import { describe, expect, it } from "vitest";
import { ALL, COMPLEX, INTEGERS, REAL, valueIn } from "../support/dtypes.js";
import { expectRefused } from "../support/refuse.js";
import { SharedBuffer } from "../support/sharing.js";

describe("tensor from numbers, booleans and bigints", () => {
  it.each<[string, TensorData, DType, Nested]>([
    ["a number", 5, "float32", 5],
    ["a boolean", true, "bool", true],
    ["a bigint", 5n, "int64", 5n],
    ["a complex value", { re: 1, im: -2 }, "complex64", { re: 1, im: -2 }],
    ["numbers", [1, 2.5], "float32", [1, 2.5]],
    ["booleans", [true, false], "bool", [true, false]],
    ["booleans among numbers", [true, 2], "float32", [1, 2]],
    ["bigints", [1n, -2n], "int64", [1n, -2n]],
    [
      "numbers among complex values",
      [{ re: 1, im: 2 }, 3],
      "complex64",
      [
        { re: 1, im: 2 },
        { re: 3, im: 0 },
      ],
    ],
    ["nothing", [], "float32", []],
    ["nested nothing", [[], []], "float32", [[], []]],
    [
      "three levels",
      [
        [[1], [2]],
        [[3], [4]],
      ],
      "float32",
      [
        [[1], [2]],
        [[3], [4]],
      ],
    ],
  ])("%s", (_, data, dtype, values) => {
    const made = tensor(data);
    expect(made.dtype).toBe(dtype);
    expect(made.tolist()).toEqual(values);
  });

  it.each(ALL)("holds numbers, booleans and 0-d values as %s", (dtype) => {
    expect(tensor([0, 1, 3], { dtype }).tolist()).toEqual([0, 1, 3].map((x) => valueIn(dtype, x)));
    expect(tensor([true, false], { dtype }).tolist()).toEqual([1, 0].map((x) => valueIn(dtype, x)));
    expect(tensor(3, { dtype }).item()).toEqual(valueIn(dtype, 3));
    expect(tensor(3, { dtype }).shape).toEqual([]);
  });

  it.each(INTEGERS)("holds bigints as %s", (dtype) => {
    expect(tensor([1n, 2n], { dtype }).tolist()).toEqual([valueIn(dtype, 1), valueIn(dtype, 2)]);
    expect(tensor([1n, 2, true], { dtype }).tolist()).toEqual([1, 2, 1].map((x) => valueIn(dtype, x)));
  });

  it("has the shape of the nesting", () => {
    expect(tensor([[[], []]]).shape).toEqual([1, 2, 0]);
    expect(tensor([[1, 2, 3]]).shape).toEqual([1, 3]);
    let deepest: Nested = 1;
    for (let i = 0; i < 64; i++) deepest = [deepest];
    expect(tensor(deepest).ndim).toBe(64);
  });

  it("rounds to the dtype: halves by way of float32, integers towards 0", () => {
    expect(tensor(0.1).item()).toBe(Math.fround(0.1));
    expect(tensor({ re: 0.1, im: 0.2 }).item()).toEqual({ re: Math.fround(0.1), im: Math.fround(0.2) });
    expect(tensor([2049, 65520], { dtype: "float16" }).tolist()).toEqual([2048, Infinity]);
    expect(tensor([257], { dtype: "bfloat16" }).tolist()).toEqual([256]);
    expect(tensor([2.9, -2.9], { dtype: "int32" }).tolist()).toEqual([2, -2]);
    expect(tensor([0.5, NaN, -0], { dtype: "bool" }).tolist()).toEqual([true, true, false]);
  });

  it("keeps -0, NaN and infinities", () => {
    for (const dtype of REAL) {
      expect(tensor([-0, NaN, Infinity, -Infinity], { dtype }).tolist()).toEqual([
        -0,
        NaN,
        Infinity,
        -Infinity,
      ]);
      expect(tensor(-0, { dtype }).item()).toBe(-0);
    }
  });

  it("takes integers at the ends of their range, and for uint8 negative ones modulo 256, as torch does", () => {
    expect(tensor([-128, 127], { dtype: "int8" }).tolist()).toEqual([-128, 127]);
    expect(tensor([-(2n ** 63n), 2n ** 63n - 1n]).tolist()).toEqual([-(2n ** 63n), 2n ** 63n - 1n]);
    expect(tensor([-1, -129, 255], { dtype: "uint8" }).tolist()).toEqual([255, 127, 255]);
  });

  it.each<[DType, number | bigint]>([
    ["int8", 128],
    ["int8", -129],
    ["int8", 127.5],
    ["uint8", 256],
    ["int16", 2 ** 15],
    ["int32", 2 ** 31],
    ["int32", NaN],
    ["int64", Infinity],
    ["int64", 2 ** 63],
    ["int64", 2n ** 63n],
  ])("refuses for %s the number %s, which it cannot hold", (dtype, value) => {
    expectRefused(
      () => tensor([value], { dtype }),
      RangeError,
      `value cannot be converted to type ${dtype} without overflow`,
    );
    if (typeof value === "bigint") return;
    expectRefused(() => full([2], value, { dtype }), RangeError, `to type ${dtype} without overflow`);
    const held = zeros([2], { dtype });
    expectRefused(() => held.fill_(value), RangeError, `to type ${dtype} without overflow`);
    expect(held.eq(0).tolist()).toEqual([true, true]);
  });

  it("copies: neither nested data nor a tensor is shared", () => {
    const from = tensor([1, 2]);
    const copy = tensor(from, { dtype: "float64" });
    from.fill_(9);
    expect(copy.tolist()).toEqual([1, 2]);
    const value = tensor({ re: 1, im: 2 });
    (value.item() as { re: number }).re = 7;
    expect(value.item()).toEqual({ re: 1, im: 2 });
  });
});

describe("tensor from typed arrays", () => {
  it.each<[ArrayBufferView, DType]>([
    [Int8Array.of(-1, 2), "int8"],
    [Int16Array.of(-1, 2), "int16"],
    [Int32Array.of(-1, 2), "int32"],
    [Uint8Array.of(255, 2), "uint8"],
    [Uint8ClampedArray.of(255, 2), "uint8"],
    [Float32Array.of(0.5, 2), "float32"],
    [Float64Array.of(0.1, 2), "float64"],
    [BigInt64Array.of(-1n, 2n), "int64"],
  ])("%o gives its own dtype, %s", (data, dtype) => {
    const made = tensor(data as unknown as TensorData);
    expect(made.dtype).toBe(dtype);
    expect(made.tolist()).toEqual(Array.from(data as unknown as Float64Array));
  });

  it.each(ALL)("converts every kind to %s", (dtype) => {
    for (const Kind of [
      Int8Array,
      Int16Array,
      Int32Array,
      Uint8Array,
      Float32Array,
      Float64Array,
      Uint32Array,
    ]) {
      expect(tensor(Kind.of(0, 3, 0, 1), { dtype }).numel()).toBe(
        dtype.startsWith("complex") && Kind.name.startsWith("Float") ? 2 : 4,
      );
      if (dtype.startsWith("complex")) continue;
      expect(tensor(Kind.of(0, 3), { dtype }).tolist()).toEqual([valueIn(dtype, 0), valueIn(dtype, 3)]);
    }
    expect(tensor(BigInt64Array.of(1n, 2n), { dtype }).tolist()).toEqual([
      valueIn(dtype, 1),
      dtype === "bool" ? true : valueIn(dtype, 2),
    ]);
  });

  it("reads Uint16Array as the bits of halves", () => {
    expect(tensor(Uint16Array.of(0x3c00, 0xfc00, 1), { dtype: "float16" }).tolist()).toEqual([
      1,
      -Infinity,
      2 ** -24,
    ]);
    expect(tensor(Uint16Array.of(0x3f80, 0x7fc0), { dtype: "bfloat16" }).tolist()).toEqual([1, NaN]);
    expect(tensor(Uint16Array.of(0xffff), { dtype: "int32" }).tolist()).toEqual([65535]);
  });

  it("reads floats as interleaved pairs for a complex dtype, integers as real numbers", () => {
    const pairs = [
      { re: 1, im: 2 },
      { re: 3, im: 4 },
    ];
    for (const dtype of COMPLEX) {
      expect(tensor(Float32Array.of(1, 2, 3, 4), { dtype }).tolist()).toEqual(pairs);
      expect(tensor(Float64Array.of(1, 2, 3, 4), { dtype }).tolist()).toEqual(pairs);
      expect(tensor(Int8Array.of(1), { dtype }).tolist()).toEqual([{ re: 1, im: 0 }]);
    }
  });

  it("reads subarrays at their offset, shared memory, subclasses, and views of the library's own memory", () => {
    expect(tensor(Float32Array.of(1, 2, 3, 4).subarray(1, 3)).tolist()).toEqual([2, 3]);
    expect(tensor(Uint16Array.of(0, 0x3c00, 0).subarray(1, 2), { dtype: "float16" }).tolist()).toEqual([1]);
    const shared = new Float64Array(new SharedBuffer(32), 8, 2);
    shared.set([5, 6]);
    expect(tensor(shared).tolist()).toEqual([5, 6]);
    class Samples extends Float32Array {}
    expect(tensor(new Samples([7])).dtype).toBe("float32");
    expect(tensor(tensor([1, 2, 3]).array().subarray(1)).tolist()).toEqual([2, 3]);
  });

  it("copies: changing the data afterwards changes nothing", () => {
    const data = Float32Array.of(1, 2);
    const made = tensor(data);
    data[0] = 9;
    expect(made.tolist()).toEqual([1, 2]);
  });

  it("is refused where the type does not say what it holds", () => {
    expectRefused(
      () => tensor(Uint16Array.of(1)),
      TypeError,
      '"float16" or "bfloat16" for the bits of halves, "int32" or "float32" for numbers; got none',
    );
    expectRefused(() => tensor(new DataView(new ArrayBuffer(8)) as never), TypeError, "got DataView");
    expectRefused(
      () => tensor(Float32Array.of(1, 2, 3), { dtype: "complex64" }),
      RangeError,
      "an odd length of 3",
    );
    const gone = new Float32Array(4);
    structuredClone(gone, { transfer: [gone.buffer] });
    expectRefused(() => tensor(gone), TypeError, "whose buffer was detached");
  });
});

describe("data that is refused", () => {
  const circular: unknown[] = [];
  circular.push(circular);
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];

  it.each<[string, unknown, string]>([
    ["a string", "abc", 'got "abc"'],
    ["a number as text", ["1"], 'got "1"'],
    ["null", null, "got null"],
    ["undefined", undefined, "got undefined"],
    ["a gap", [1, , 3], "got undefined"], // eslint-disable-line no-sparse-arrays
    ["an object", {}, "got Object"],
    ["half a complex value", { re: 1 }, "got Object"],
    ["a function", Math.abs, "got function abs"],
    ["a symbol", Symbol("s"), "got Symbol(s)"],
    ["a date", [new Date(0)], "got Date"],
    ["nested tensors", [tensor([1])], "got Tensor"],
    ["rows of different lengths", [[1], [1, 2]], "expected sequence of length 1 at dim 1 (got 2)"],
    ["a number among rows", [[1], 2], "expected an array of length 1 at dim 1, got 2"],
    ["a row among numbers", [1, [2]], "expected a number beside numbers, got array of length 1"],
    ["a number among empty rows", [[], 1], "expected an array of length 0 at dim 1, got 1"],
    ["deeper nesting in one place", [[], [[]]], "expected sequence of length 0 at dim 1 (got 1)"],
    ["a bigint among numbers", [1, 2n], "got bigints among other values"],
    ["a number among bigints", [2n, 1], "got bigints among other values"],
    ["a bigint among booleans", [true, 2n], "got bigints among other values"],
  ])("%s", (_, data, message) => {
    expectRefused(() => tensor(data as never), TypeError, message);
  });

  it("a bigint for a float dtype, a complex value for a real one", () => {
    expectRefused(() => tensor(1n, { dtype: "float32" }), TypeError, "convert with Number()");
    expectRefused(() => tensor({ re: 1, im: 2 }, { dtype: "float32" }), TypeError, 'use dtype "complex64"');
  });

  it("nesting that is too deep or has no end", () => {
    expectRefused(() => tensor(circular as never), RangeError, "at most 64 dimensions");
    expectRefused(() => tensor(deep as never), RangeError, "at most 64 dimensions");
  });

  it("what throws while it is read passes its error on", () => {
    const trap = { get re(): number { throw new Error("trap"); }, im: 0 }; // prettier-ignore
    expectRefused(() => tensor(trap), Error, "trap");
    const proxy = new Proxy([1, 2], { get: (list, key) => (key === "1" ? fail() : Reflect.get(list, key) as unknown) }); // prettier-ignore
    expectRefused(() => tensor(proxy), Error, "no such element");
    expect(tensor(new Proxy([1, 2], {})).tolist()).toEqual([1, 2]);
  });
});

function fail(): never {
  throw new Error("no such element");
}

/**
 * Integer tensors beside numbers that their dtype cannot hold: compared by value, or refused; and
 * alpha of integers.
 */
import { fuse, tensor } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/refuse.js";

type Comparison = "lt" | "le" | "gt" | "ge" | "eq" | "ne";
const COMPARISONS: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
};
const ELEMENTS: Readonly<Partial<Record<DType, readonly number[]>>> = {
  bool: [0, 1],
  uint8: [0, 5, 200, 255],
  int8: [-128, -6, 5, 127],
  int16: [-32768, -6, 5, 32767],
  int32: [-(2 ** 31), -6, 5, 2 ** 31 - 1],
  int64: [-(2 ** 53), -6, 5, 2 ** 53],
};
const DTYPES = Object.keys(ELEMENTS) as DType[];
/** What wraps to an element of a smaller dtype, and what does not. */
const NUMBERS = [-(2 ** 53), -(2 ** 32), -129, -1, 0, 128, 255, 256, 261, 300, 2 ** 31, 2 ** 32, 2 ** 32 + 5];
const TOO_LARGE = [2 ** 63, -(2 ** 64), 1e300];
const cannot = (dtype: string): string => `value cannot be converted to type ${dtype} without overflow`;

describe.each(DTYPES)("comparisons of %s", (dtype) => {
  const values = ELEMENTS[dtype]!;
  const x = tensor(values, { dtype });

  it.each(Object.entries(COMPARISONS))("by value, with any number: %s", (name, compare) => {
    for (const number of NUMBERS) {
      expect(x[name as Comparison](number).tolist()).toEqual(values.map((value) => compare(value, number)));
    }
  });

  it("by value, with a 0-d tensor of a wider dtype", () => {
    for (const number of NUMBERS) {
      const other = tensor(BigInt(number));
      expect(x.lt(other).tolist()).toEqual(values.map((value) => value < number));
      expect(other.le(x).tolist()).toEqual(values.map((value) => number <= value));
    }
  });

  it("with numbers beyond int64 are refused, with infinities and NaN they are those of floats", () => {
    for (const number of TOO_LARGE) expectRefused(() => x.lt(number), RangeError, cannot("int64"));
    expect(x.lt(Infinity).tolist()).toEqual(values.map(() => true));
    expect(x.eq(NaN).tolist()).toEqual(values.map(() => false));
  });
});

describe("bounds of clamp, and the number of maximum and minimum", () => {
  const BEYOND: readonly [DType, readonly number[]][] = [
    ["uint8", [-1, 256, 2 ** 32]],
    ["int8", [-129, 128]],
    ["int16", [-32769, 32768]],
    ["int32", [2 ** 31, 2 ** 32]],
    ["int64", TOO_LARGE],
    ["bool", TOO_LARGE],
  ];

  it.each(BEYOND)("%s refuses what it cannot hold", (dtype, numbers) => {
    const x = tensor([0, 1], { dtype });
    const held = dtype === "bool" ? "int64" : dtype;
    for (const number of numbers) {
      for (const call of [
        () => x.clamp({ min: number }),
        () => x.clamp({ max: number }),
        () => x.maximum(number),
        () => x.minimum(number),
      ]) {
        expectRefused(call, RangeError, cannot(held));
      }
    }
  });

  it("take the least and the greatest element", () => {
    const x = tensor([0, 200], { dtype: "uint8" });
    expect(x.clamp(5, 255).tolist()).toEqual([5, 200]);
    expect(x.maximum(255).tolist()).toEqual([255, 255]);
    expect(tensor([5, 6], { dtype: "int8" }).clamp({ min: -128 }).tolist()).toEqual([5, 6]);
  });

  it("that are NaN make everything NaN, as in torch", () => {
    for (const x of [tensor([1, 2]), tensor([1, 2], { dtype: "int32" })]) {
      expect(x.clamp({ min: NaN }).tolist()).toEqual([NaN, NaN]);
      expect(x.clamp(0, NaN).tolist()).toEqual([NaN, NaN]);
    }
  });

  it("take null, as JavaScript writes None, for no bound", () => {
    const none = null as never;
    const x = tensor([1, 5]);
    expect(x.clamp(none, 3).tolist()).toEqual([1, 3]);
    expect(x.clamp({ min: 2, max: none }).tolist()).toEqual([2, 5]);
    expect(fuse((a) => a.clamp(none, 3))(x, { reduction: "none" }).tolist()).toEqual([1, 3]);
    expect(() => x.clamp(none, none)).toThrow("At least one of 'min' or 'max' must not be None");
  });
});

describe("arithmetic of integers with numbers", () => {
  it("wraps, as in torch", () => {
    const x = tensor([5, 200], { dtype: "uint8" });
    expect(x.add(300).tolist()).toEqual([49, 244]);
    expect(x.mul(300).tolist()).toEqual([220, 96]);
    expect(x.sub(300).tolist()).toEqual([217, 156]);
    expect(x.clone().add_(-1).tolist()).toEqual([4, 199]);
  });

  it("refuses numbers beyond int64, in place, too", () => {
    const x = tensor([5, 6], { dtype: "int32" });
    for (const number of TOO_LARGE) {
      for (const call of [
        () => x.add(number),
        () => x.mul(number),
        () => x.sub_(number),
        () => x.mul_(number),
      ])
        expectRefused(call, RangeError, cannot("int64"));
    }
    expect(x.tolist()).toEqual([5, 6]);
  });

  it("refuses an exponent that the dtype cannot hold", () => {
    const x = tensor([2], { dtype: "int8" });
    expectRefused(() => x.pow(128), RangeError, cannot("int8"));
    expectRefused(() => x.pow(-1), RangeError, "Integers to negative integer powers are not allowed.");
  });
});

describe("alpha of integers", () => {
  const x = tensor([5, 6], { dtype: "int8" });
  const bools = tensor([true]);

  it.each([0.5, NaN, Infinity])("is no fraction: %s", (alpha) => {
    const message = "For integral input tensors, argument alpha must not be a floating point number.";
    for (const call of [
      () => x.add(x, { alpha }),
      () => x.sub(1, { alpha }),
      () => x.add_(x, { alpha }),
      () => bools.add(bools, { alpha }),
    ])
      expectRefused(call, TypeError, message);
  });

  it("may be one where the other operand makes the result a float", () => {
    expect(x.add(1.5, { alpha: 0.5 }).tolist()).toEqual([5.75, 6.75]);
    expect(x.sub(tensor([1, 2]), { alpha: 0.5 }).tolist()).toEqual([4.5, 5]);
  });

  it("is refused where the dtype cannot hold it", () => {
    expectRefused(() => x.add(x, { alpha: 128 }), RangeError, cannot("int8"));
    expectRefused(() => x.sub_(x, { alpha: 129 }), RangeError, cannot("int8"));
    expect(x.sub(x, { alpha: 128 }).tolist()).toEqual([-123, 6]);
  });

  it("times a number wraps as int64 does, without rounding", () => {
    const y = tensor([0n]);
    expect(y.add(2 ** 52 + 1, { alpha: 4097 }).item<bigint>()).toBe((2n ** 52n + 1n) * 4097n - 2n ** 64n);
  });
});

describe("alpha of complex tensors", () => {
  const z = (): Tensor => tensor([{ re: 1, im: 2 }, { re: 3, im: -1 }]); // prettier-ignore
  const real = tensor([1, 2]);
  const of = (...parts: [number, number][]): { re: number; im: number }[] =>
    parts.map(([re, im]) => ({ re, im }));

  it("is a factor of the second operand, a tensor or a number", () => {
    expect(z().add(z(), { alpha: 2 }).tolist()).toEqual(of([3, 6], [9, -3]));
    expect(z().sub(z(), { alpha: 0.5 }).tolist()).toEqual(of([0.5, 1], [1.5, -0.5]));
    expect(z().add(real, { alpha: 2 }).tolist()).toEqual(of([3, 2], [7, -1]));
    expect(real.add(z(), { alpha: 2 }).tolist()).toEqual(of([3, 4], [8, -2]));
    expect(z().add(1, { alpha: 3 }).tolist()).toEqual(of([4, 2], [6, -1]));
  });

  it("is one in place, and in the gradient", () => {
    expect(z().add_(z(), { alpha: 2 }).tolist()).toEqual(of([3, 6], [9, -3]));
    expect(z().sub_(real, { alpha: 2 }).tolist()).toEqual(of([-1, 2], [-1, -1]));
    const [c, x] = [z().requiresGrad_(), tensor([3, 3], { requiresGrad: true })];
    c.add(x, { alpha: 2 }).abs().sum().backward();
    const [first] = x.grad!.tolist() as number[];
    // PyTorch 2.14 gives 1.9230.
    expect(first).toBeCloseTo(1.923, 3);
  });
});

import { describe, expect, it } from "vitest";
import {
  checkDType,
  decode,
  type DType,
  DTYPES,
  dtypes,
  encode,
  isComplex,
  isFloating,
  isIntegral,
  promoteTypes,
  realOf,
  roundTo,
} from "../../src/ndarray/dtype.js";
import { NdArray } from "../../src/ndarray/ndarray.js";
import { resultType } from "../../src/ndarray/promotion.js";

// The full tables against torch are in test/tensor/ops.test.ts; here are the rules that make them.
describe("promoteTypes", () => {
  const pairs = DTYPES.flatMap((a) => DTYPES.map((b) => [a, b] as const));

  it("does not depend on the order, and of equal types is that type", () => {
    for (const [a, b] of pairs) expect(promoteTypes(a, b)).toBe(promoteTypes(b, a));
    for (const a of DTYPES) expect(promoteTypes(a, a)).toBe(a);
  });

  it("gives a type that takes in both: promoting either with it changes nothing", () => {
    for (const [a, b] of pairs) {
      const both = promoteTypes(a, b);
      expect([promoteTypes(a, both), promoteTypes(b, both)], `${a}, ${b}`).toEqual([both, both]);
    }
  });

  it.each([
    ["uint8", "int8", "int16"],
    ["uint8", "int32", "int32"],
    ["bool", "uint8", "uint8"],
    ["int64", "float16", "float16"],
    ["float16", "bfloat16", "float32"],
    ["float32", "bfloat16", "float32"],
    ["float64", "complex64", "complex128"],
    ["float16", "complex64", "complex64"],
    ["int64", "complex64", "complex64"],
  ] as const)("%s and %s: %s", (a, b, expected) => {
    expect(promoteTypes(a, b)).toBe(expected);
  });
});

describe("resultType", () => {
  const dimensioned = (dtype: DType): NdArray => NdArray.empty(dtype, [2]);
  const scalar = (dtype: DType): NdArray => NdArray.empty(dtype, []);

  it.each([
    ["0-d of the same category gives way", [dimensioned("int8"), scalar("int64")], "int8"],
    ["in whichever order", [scalar("float64"), dimensioned("float16")], "float16"],
    ["0-d of a higher category decides", [dimensioned("int64"), scalar("float16")], "float16"],
    ["0-d complex takes the width of the float", [dimensioned("float64"), scalar("complex64")], "complex128"],
    ["and never widens it", [dimensioned("float32"), scalar("complex128")], "complex64"],
    ["any number is more than a bool", [dimensioned("bool"), scalar("uint8")], "uint8"],
    ["0-d among themselves promote as arrays do", [scalar("int8"), scalar("int64")], "int64"],
    ["an integer number gives way to integers", [dimensioned("uint8"), 300], "uint8"],
    ["but not to bools", [dimensioned("bool"), 1], "int64"],
    ["a fraction makes integers float32", [dimensioned("int64"), 0.5], "float32"],
    ["and leaves floats as they are", [scalar("float16"), 0.5], "float16"],
    ["a bigint is an integer", [dimensioned("int8"), 5n], "int8"],
    ["NaN and Infinity are no integers", [dimensioned("int8"), Infinity], "float32"],
    ["0-d decides over numbers", [scalar("int16"), 5], "int16"],
    ["numbers alone", [1, 2.5], "float32"],
    ["integers alone", [1, 2n], "int64"],
    ["nothing at all", [], "float32"],
  ] as const)("%s", (_, operands, expected) => {
    expect(resultType(operands)).toBe(expected);
  });
});

describe("kinds of dtypes", () => {
  it("are floating, complex or integral: one of them", () => {
    for (const dtype of DTYPES) {
      expect(
        [isFloating, isComplex, isIntegral].filter((is) => is(dtype)),
        dtype,
      ).toHaveLength(1);
    }
    expect(["complex64", "complex128", "int8"].map((dtype) => realOf(dtype as DType))).toEqual([
      "float32",
      "float64",
      "int8",
    ]);
  });

  it.each(["float", "Float32", "", null, undefined, 32, ["float32"], "toString"])(
    "%j is not one",
    (value) => {
      expect(() => checkDType("zeros", value)).toThrow(
        /^zeros: expected dtype to be one of bool, uint8, .*complex128, got /,
      );
      expect(() => checkDType("zeros", value)).toThrow(TypeError);
    },
  );
});

describe("encode, decode, roundTo", () => {
  it.each([
    ["bool", 2, true],
    ["bool", NaN, true],
    ["bool", -0, false],
    ["uint8", 300, 44],
    ["uint8", -1, 255],
    ["int8", 200, -56],
    ["int16", 1.9, 1],
    ["int32", -1.9, -1],
    ["int64", 1.9, 1n],
    ["int64", NaN, 0n],
    ["int64", Infinity, 0n],
    ["int64", 2n ** 63n, -(2n ** 63n)],
    ["float16", 65520, Infinity],
    ["float16", 0.1, 0.0999755859375],
    ["bfloat16", 257, 256],
    ["float32", 0.1, Math.fround(0.1)],
    ["float64", 0.1, 0.1],
    ["float32", true, 1],
    ["float64", 2n ** 53n + 1n, 2 ** 53],
    ["complex64", { re: 0.1, im: -0 }, { re: Math.fround(0.1), im: -0 }],
    ["complex128", { re: 0.1, im: NaN }, { re: 0.1, im: NaN }],
  ] as const)("%s holds %s as %s", (dtype, value, expected) => {
    expect(roundTo(dtype, value)).toEqual(expected);
  });

  it("lead back and forth", () => {
    for (const dtype of DTYPES.filter((each) => !isComplex(each))) {
      const { array, size } = dtypes[dtype];
      const cell = new array(new ArrayBuffer(16), size, 1);
      for (const value of [0, 1, 100]) {
        (cell as Record<number, number | bigint>)[0] = encode(dtype, value);
        expect(Number(decode(dtype, cell, 0))).toBe(dtype === "bool" ? Math.min(value, 1) : value);
      }
    }
  });
});

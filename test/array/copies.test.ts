import { describe, expect, it } from "vitest";
import type { DType } from "../../src/array/dtype.js";
import { contiguous, convert, copy, fill, pairs, part } from "../../src/array/elementwise.js";
import { NdArray } from "../../src/array/ndarray.js";
import type { Value } from "../support/kernels.js";
import { arrayOf, difference, elementsOf, fit, FLOATS, INTEGERS, numbersOf } from "./naive.js";

describe("fill", () => {
  it.each(FLOATS)("sets every element of a %s view, and nothing else", (dtype) => {
    for (const value of [0.1, -0, NaN, Infinity, 1e-8]) {
      const whole = arrayOf(dtype, [200, 100], new Array<Value>(20_000).fill(7));
      fill(whole.reshaped([200, 50], [100, 2]), value);
      expect(
        difference(
          numbersOf(whole),
          Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? fit(dtype, value) : 7)),
        ),
      ).toBeNull();
    }
  });

  it.each([...INTEGERS, "bool"] as const)("converts the value for %s", (dtype) => {
    for (const value of [1.7, -1.7, 0.5, 300, -1, 2n ** 40n + 5n]) {
      expect(
        numbersOf(
          fill(
            arrayOf(
              dtype,
              [3],
              [0, 0, 0].map((zero) => fit(dtype, zero)),
            ),
            value,
          ),
        ),
      ).toEqual([value, value, value].map((each) => fit(dtype, each)));
    }
  });

  it.each(["complex64", "complex128"] as const)(
    "sets the real parts of %s, and 0 for the imaginary",
    (dtype) => {
      expect(numbersOf(fill(arrayOf(dtype, [2], [1, 2, 3, 4]), 2.5))).toEqual([2.5, 0, 2.5, 0]);
    },
  );
});

describe("copy", () => {
  it("broadcasts, and reads what it will overwrite before it does", () => {
    for (const size of [3, 200]) {
      const values = Array.from({ length: size * size }, (_, i) => i);
      const x = arrayOf("float32", [size, size], values);
      const transposed = x.reshaped([size, size], [1, size]);
      const expected = elementsOf(transposed);
      copy(transposed, x);
      expect(difference(numbersOf(x), expected)).toBeNull();
      const row = x.reshaped([size]);
      const first = numbersOf(row);
      copy(row, x);
      expect(
        difference(
          numbersOf(x),
          values.map((i) => first[i % size]),
        ),
      ).toBeNull();
      copy(x, x);
      expect(
        difference(
          numbersOf(x),
          values.map((i) => first[i % size]),
        ),
      ).toBeNull();
    }
  });

  it("takes the real part of a complex array, and gives a real one the imaginary part 0", () => {
    const z = arrayOf("complex64", [2], [1, 2, 3, 4]);
    expect(numbersOf(copy(z, NdArray.empty("float64", [2])))).toEqual([1, 3]);
    expect(numbersOf(copy(arrayOf("int8", [2], [5, -6]), NdArray.empty("complex128", [2])))).toEqual([
      5, 0, -6, 0,
    ]);
    expect(numbersOf(copy(z, NdArray.empty("complex128", [2])))).toEqual([1, 2, 3, 4]);
  });
});

describe("contiguous and convert", () => {
  it("give the array itself where nothing is to be done, and else a copy", () => {
    const x = arrayOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    expect(contiguous(x)).toBe(x);
    expect(convert(x, "float32")).toBe(x);
    const transposed = x.reshaped([3, 2], [1, 3]);
    expect(numbersOf(contiguous(transposed))).toEqual([1, 4, 2, 5, 3, 6]);
    const converted = convert(transposed, "int16");
    expect([converted.dtype, numbersOf(converted)]).toEqual(["int16", [1, 4, 2, 5, 3, 6]]);
    expect(convert(transposed, "float32")).toBe(transposed);
  });
});

describe("pairs and part", () => {
  it.each(["complex64", "complex128"] as DType[])("are views of %s numbers", (dtype) => {
    const z = arrayOf(dtype, [2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    const transposed = z.reshaped([2, 2], [1, 2]);
    expect(elementsOf(pairs(transposed))).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
    expect([elementsOf(part(transposed, 0)), elementsOf(part(transposed, 1))]).toEqual([
      [1, 5, 3, 7],
      [2, 6, 4, 8],
    ]);
    fill(part(z, 1), 0);
    expect(numbersOf(z)).toEqual([1, 0, 3, 0, 5, 0, 7, 0]);
  });
});

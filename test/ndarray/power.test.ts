import { describe, expect, it } from "vitest";
import { power } from "../../src/ndarray/power.js";
import { Random } from "../support/random.js";
import {
  arrayOf,
  difference,
  elementsOf,
  fit,
  FLOATS,
  INTEGERS,
  numbersOf,
  randomValues,
  randomView,
} from "./naive.js";

type Float = (typeof FLOATS)[number];

/** Rounding after a step: torch computes halves in float32, bfloat16 products one by one. */
const STEPS: Record<Float, (x: number) => number> = {
  float16: Math.fround,
  bfloat16: (x) => Number(fit("bfloat16", Math.fround(x))),
  float32: Math.fround,
  float64: (x) => x,
};

/** x to the exponent as torch's kernels compute it; `step` rounds in between. */
function expected(dtype: Float, x: number, exponent: number): number {
  const wide = dtype === "float64" ? (value: number) => value : Math.fround;
  const step = STEPS[dtype];
  const results: Record<string, () => number> = {
    0: () => 1,
    1: () => x,
    2: () => wide(x * x),
    3: () => wide(step(x * x) * x),
    // torch 2.14 takes the roots of float16 by C's pow: of -0 as of 0, of -Infinity as of Infinity.
    0.5: () => (dtype === "float16" ? wide(x ** 0.5) : wide(Math.sqrt(x))),
    "-0.5": () => (dtype === "float16" ? wide(x ** -0.5) : wide(1 / wide(Math.sqrt(x)))),
    "-1": () => wide(1 / x),
    "-2": () => wide(1 / step(x * x)),
  };
  return Number(fit(dtype, results[exponent]()));
}

describe("powers of floats", () => {
  it.each(
    FLOATS.flatMap((dtype) => [0, 1, 2, 3, 0.5, -0.5, -1, -2].map((exponent) => [dtype, exponent] as const)),
  )("%s to %d, by products and roots", (dtype, exponent) => {
    const random = new Random(1);
    for (const shape of [[], [7], [4, 5], [129, 128]]) {
      const x = randomView(dtype, shape, random);
      const values = (elementsOf(x) as number[]).map((value) => expected(dtype, value, exponent));
      expect(difference(numbersOf(power(x, exponent)), values)).toBeNull();
    }
  });

  it.each(FLOATS)(
    "%s to other exponents: the rounded power in float64, but that of float16 and bfloat16 in float32",
    (dtype) => {
      const random = new Random(2);
      for (const exponent of [4, 2.5, -3, 1 / 3, 1e-3, 100]) {
        const x = randomView(dtype, [3, 50], random);
        const values = (elementsOf(x) as number[]).map((value) =>
          // torch 2.14 rounds the exponent to the dtype as well.
          fit(dtype, value === 1 ? 1 : value ** Number(fit(dtype, exponent))),
        );
        expect(difference(numbersOf(power(x, exponent)), values), `exponent ${exponent}`).toBeNull();
      }
    },
  );

  it.each([
    [1, NaN, 1],
    [1, Infinity, 1],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [NaN, 0, 1],
    [NaN, -0, 1],
    [2, Infinity, Infinity],
    [0.5, Infinity, 0],
    [-8, 1 / 3, NaN],
    [-0, -3, -Infinity],
    [-0, 5, -0],
    [-Infinity, 3, -Infinity],
    [Infinity, -0.5, 0],
  ])("C's pow: %d to %d is %d", (base, exponent, result) => {
    expect(numbersOf(power(arrayOf("float64", [1], [base]), exponent))).toEqual([result]);
    expect(numbersOf(power(arrayOf("float32", [1], [base]), exponent))).toEqual([result]);
  });
});

describe("powers of integers", () => {
  it.each(INTEGERS)("%s: products that wrap", (dtype) => {
    const random = new Random(3);
    for (const exponent of [0, 1, 2, 3, 5, 8, 40]) {
      const values = randomValues(dtype, 50, random);
      const found = power(arrayOf(dtype, [50], values), exponent);
      expect(found.dtype).toBe(dtype);
      const powers = values.map((value) => fit(dtype, BigInt.asIntN(64, BigInt(value) ** BigInt(exponent))));
      expect(difference(numbersOf(found), powers), `exponent ${exponent}`).toBeNull();
    }
  });

  it("of bools are int64", () => {
    const found = power(arrayOf("bool", [2], [1, 0]), 2);
    expect([found.dtype, numbersOf(found)]).toEqual(["int64", [1n, 0n]]);
  });

  it("with a fraction in the exponent are float32", () => {
    const found = power(arrayOf("int32", [3], [4, 9, -1]), 0.5);
    expect([found.dtype, numbersOf(found)]).toEqual(["float32", [2, 3, NaN]]);
  });

  it("refuse negative exponents, as torch", () => {
    expect(() => power(arrayOf("int8", [1], [2]), -1)).toThrow(
      new RangeError("Integers to negative integer powers are not allowed."),
    );
  });
});

it("complex numbers have no power", () => {
  expect(() => power(arrayOf("complex64", [1], [1, 2]), 2)).toThrow(
    new TypeError(`"pow" not implemented for 'ComplexFloat'`),
  );
});

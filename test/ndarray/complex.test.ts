import { describe, expect, it } from "vitest";
import {
  complexAbs,
  complexConjugate,
  complexMultiply,
  complexSign,
  onPairs,
} from "../../src/ndarray/complex.js";
import type { NdArray } from "../../src/ndarray/ndarray.js";
import { broadcastShapes } from "../../src/ndarray/shape.js";
import { BLOCK } from "../../src/core/block.js";
import { Random } from "../support/random.js";
import { arrayOf, difference, numbersOf, randomShape, sizeOf } from "./naive.js";

type Complex = readonly [re: number, im: number];
type Dtype = "complex64" | "complex128";
const DTYPES: Dtype[] = ["complex64", "complex128"];

const round = (dtype: Dtype): ((x: number) => number) => (dtype === "complex64" ? Math.fround : (x) => x);

function randomPairs(n: number, random: Random): number[] {
  const special = [0, -0, Infinity, NaN];
  return Array.from({ length: 2 * n }, () => (random.chance(0.1) ? random.pick(special) : random.normal()));
}

/** The elements of a broadcast operand. */
function elements(z: NdArray, shape: readonly number[]): Complex[] {
  const pairs = numbersOf(z) as number[];
  return Array.from({ length: sizeOf(shape) }, (_, position) => {
    let [rest, offset] = [position, 0];
    for (let d = shape.length - 1; d >= 0; d--) {
      const own = d - shape.length + z.shape.length;
      if (own >= 0 && z.shape[own] > 1) offset += (rest % shape[d]) * z.strides[own];
      rest = Math.floor(rest / shape[d]);
    }
    return [pairs[2 * offset], pairs[2 * offset + 1]];
  });
}

function check(found: NdArray, expected: Complex[]): void {
  expect(difference(numbersOf(found), expected.flat())).toBeNull();
}

/** Two operands that broadcast together. */
function operands(dtype: Dtype, random: Random): [NdArray, NdArray] {
  const shape = randomShape(random, random.integer(0, 4), 4);
  const make = (sizes: number[]): NdArray => arrayOf(dtype, sizes, randomPairs(sizeOf(sizes), random));
  const smaller = shape.map((size) => (random.chance(0.4) ? 1 : size)).slice(random.integer(0, shape.length));
  const pair: [NdArray, NdArray] = [make(shape), make(smaller)];
  return random.chance(0.5) ? pair : [pair[1], pair[0]];
}

describe.each(DTYPES)("%s", (dtype) => {
  const fit = round(dtype);

  it("add and sub act on both parts, multiply as (ac - bd) + (ad + bc) i", () => {
    const random = new Random(1);
    for (let i = 0; i < 60; i++) {
      const [x, y] = operands(dtype, random);
      const shape = broadcastShapes(x.shape, y.shape);
      const [left, right] = [elements(x, shape), elements(y, shape)];
      const zip = (fn: (a: Complex, b: Complex) => Complex): Complex[] =>
        left.map((a, at) => fn(a, right[at]));
      check(
        onPairs("add", x, y, dtype),
        zip((a, b) => [fit(a[0] + b[0]), fit(a[1] + b[1])]),
      );
      check(
        onPairs("sub", x, y, dtype),
        zip((a, b) => [fit(a[0] - b[0]), fit(a[1] - b[1])]),
      );
      const product = ([a, b]: Complex, [c, d]: Complex): Complex => [
        fit(fit(a * c) - fit(b * d)),
        fit(fit(a * d) + fit(b * c)),
      ];
      check(complexMultiply(x, y, dtype), zip(product));
    }
  });

  it("work on more than a block, and on transposed operands", () => {
    const random = new Random(2);
    const [m, n] = [131, 129];
    expect(m * n).toBeGreaterThan(BLOCK);
    const [x, y] = [
      arrayOf(dtype, [n, m], randomPairs(m * n, random)),
      arrayOf(dtype, [m, n], randomPairs(m * n, random)),
    ];
    const transposed = x.reshaped([m, n], [1, m]);
    const [a, b] = [elements(x, [n, m]), elements(y, [m, n])];
    const difference = b.map(([re, im], i): Complex => {
      const [other, otherIm] = a[(i % n) * m + Math.floor(i / n)];
      return [fit(other - re), fit(otherIm - im)];
    });
    check(onPairs("sub", transposed, y, dtype), difference);
  });

  it("take a number as real: it scales both parts, and is added to the real part", () => {
    const random = new Random(3);
    const z = arrayOf(dtype, [5], randomPairs(5, random));
    const values = elements(z, [5]);
    const tenth = fit(0.1);
    check(
      onPairs("mul", z, 0.1, dtype),
      values.map(([re, im]) => [fit(re * tenth), fit(im * tenth)]),
    );
    check(
      complexMultiply(z, 0.1, dtype),
      values.map(([re, im]) => [fit(re * tenth), fit(im * tenth)]),
    );
    check(
      onPairs("add", z, 0.1, dtype),
      values.map(([re, im]) => [fit(re + tenth), fit(im + 0)]),
    );
    check(
      onPairs("sub", 0.1, z, dtype),
      values.map(([re, im]) => [fit(tenth - re), fit(0 - im)]),
    );
  });

  it("meet real arrays", () => {
    const z = arrayOf(dtype, [2], [1, 2, 3, 4]);
    check(onPairs("add", z, arrayOf("int8", [2], [10, 20]), dtype), [
      [11, 2],
      [23, 4],
    ]);
    check(complexMultiply(arrayOf("float16", [1], [0.5]), z, dtype), [
      [0.5, 1],
      [1.5, 2],
    ]);
  });

  it("conjugate turns the sign of the imaginary part, of 0 as well", () => {
    const z = arrayOf(dtype, [2, 2], [1, 2, 3, -4, 5, 0, -0, -0]);
    check(complexConjugate(z), [
      [1, -2],
      [3, 4],
      [5, -0],
      [-0, 0],
    ]);
    check(complexConjugate(z.reshaped([2, 2], [1, 2])), [
      [1, -2],
      [5, -0],
      [3, 4],
      [-0, 0],
    ]);
  });

  it("abs and sign, of strided numbers too", () => {
    const z = arrayOf(dtype, [2, 2], [3, 4, 0, 0, 0, -5, 8, -6]);
    const transposed = z.reshaped([2, 2], [1, 2]);
    const absolute = complexAbs(transposed);
    expect(absolute.dtype).toBe(dtype === "complex64" ? "float32" : "float64");
    expect(numbersOf(absolute)).toEqual([5, 5, 0, 10]);
    check(complexSign(transposed), [
      [fit(0.6), fit(0.8)],
      [0, -1],
      [0, 0],
      [fit(0.8), fit(-0.6)],
    ]);
    const [huge, tiny] = dtype === "complex64" ? [2e38, 1e-44] : [1e308, 1e-320];
    const [first, second] = numbersOf(complexAbs(arrayOf(dtype, [2], [huge, huge, tiny, tiny]))) as number[];
    expect(first / fit(huge)).toBeCloseTo(Math.SQRT2, 6);
    expect(second).toBeGreaterThan(fit(tiny));
  });
});

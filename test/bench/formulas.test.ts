import { describe, expect, test } from "vitest";
import { countWrongGradients, HUBER, L1, MSE, SMOOTH_L1 } from "../../bench/formulas.js";

const pair = (x: number[], y: number[]) => ({ x: Float32Array.from(x), y: Float32Array.from(y) });

test("L1's mean is exact for multiples of 2⁻²⁴, where adding in float32 is not", () => {
  const n = 100_003;
  const units = Array.from({ length: n }, (_, i) => (i * 7919) % 2 ** 24);
  const sum = units.reduce((total, unit) => total + BigInt(unit), 0n);
  const data = { x: Float32Array.from(units, (unit) => unit / 2 ** 24), y: new Float32Array(n) };
  expect(L1.mean(data)).toBe(Number(sum) / 2 ** 24 / n);
  expect(data.x.reduce((total, term) => Math.fround(total + term), 0) / n).not.toBe(L1.mean(data));
});

test("the losses' means at d = -1/8, 0, 1/2, worked out by hand with a bend at 1/4", () => {
  const data = pair([0, 0.5, 0.75], [0.125, 0.5, 0.25]);
  expect(L1.mean(data)).toBe(0.625 / 3);
  expect(MSE.mean(data)).toBe((1 / 64 + 1 / 4) / 3);
  expect(HUBER.mean(data)).toBe((1 / 128 + 3 / 32) / 3);
  expect(SMOOTH_L1.mean(data)).toBe((1 / 32 + 3 / 8) / 3);
});

describe("wrong elements of a gradient", () => {
  const data = pair([0, 0.5, 0.75], [0.125, 0.5, 0.25]);
  const count = (...gradient: number[]) => countWrongGradients(data, Float32Array.from(gradient), L1);

  test.each<[string, number, number[]]>([
    ["none is wrong", 0, [-1 / 3, 0, 1 / 3]],
    ["a rounding more is right", 0, [-1 / 3, 0, 1 / 3 + 2 ** -25]],
    ["1 / n at a tie is wrong", 1, [-1 / 3, 1 / 3, 1 / 3]],
    ["a missing factor is wrong", 2, [-1, 0, 1]],
    ["NaN is wrong", 1, [NaN, 0, 1 / 3]],
  ])("%s", (_, wrong, gradient) => expect(count(...gradient)).toBe(wrong));
});

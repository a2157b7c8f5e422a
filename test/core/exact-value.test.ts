import { describe, expect, it } from "vitest";
import { ExactSum } from "../../src/core/exact-sum.js";
import {
  exactSumOf,
  exactValueOf,
  quotientOf,
  ratioOf,
  rootOfRatio,
  unitsOf,
} from "../../src/core/exact-value.js";
import type { ExactValue } from "../../src/core/exact-value.js";
import { Random } from "../support/random.js";
import { roundUnits, sumUnits, toUnits } from "../support/rational.js";

const MIN = Number.MIN_VALUE;
const MAX = Number.MAX_VALUE;

function sumOf(values: Iterable<number>): ExactSum {
  const sum = new ExactSum();
  for (const x of values) sum.add(x);
  return sum;
}

/** Finite numbers of all exponents. */
function anyNumber(random: Random): number {
  const [low, high] = [random.integer(0, 2 ** 32 - 1), random.integer(0, 2 ** 32 - 1)];
  const [x] = new Float64Array(Uint32Array.of(low, high).buffer);
  return Number.isFinite(x) ? x : random.normal();
}

const finite = (integer: bigint, exponent: number): ExactValue => ({
  integer,
  exponent,
  positiveInfinity: 0,
  negativeInfinity: 0,
  nan: 0,
});

describe("the exact value of a sum", () => {
  it.each<[string, number[], ExactValue]>([
    ["nothing", [], finite(0n, 0)],
    ["what cancels", [3, -1, -2], finite(0n, 0)],
    ["12", [12], finite(3n, 2)],
    ["-0.75", [-1, 0.25], finite(-3n, -2)],
    ["the smallest number", [MIN], finite(1n, -1074)],
    ["twice the largest", [MAX, MAX], finite(2n ** 53n - 1n, 972)],
    ["2^1000 + 2^-1000", [2 ** 1000, 2 ** -1000], finite(2n ** 2000n + 1n, -1000)],
    [
      "what is not finite",
      [1, NaN, Infinity, NaN, -Infinity, NaN],
      { ...finite(1n, 0), nan: 3, positiveInfinity: 1, negativeInfinity: 1 },
    ],
  ])("of %s", (_title, values, expected) => {
    expect(exactValueOf(sumOf(values))).toEqual(expected);
  });

  it("is the same in any order, and in whatever digits the sum happens to stand", () => {
    const random = new Random(1);
    for (let round = 0; round < 100; round++) {
      const values = Array.from({ length: random.integer(1, 100) }, () => anyNumber(random));
      const expected = exactValueOf(sumOf(values));
      const sum = sumOf(values.reverse());
      if (round % 2 === 0) sum.value();
      expect(exactValueOf(sum)).toEqual(expected);
      expect(unitsOf(sum)).toBe(sumUnits(values));
    }
  });

  it("gives the sum back, which goes on as the one before", () => {
    const random = new Random(2);
    for (let round = 0; round < 100; round++) {
      const values = Array.from({ length: random.integer(0, 20) }, () => anyNumber(random));
      const sum = sumOf([...values, ...(round % 3 === 0 ? [NaN, Infinity] : [])]);
      const again = exactSumOf(exactValueOf(sum))!;
      expect(exactValueOf(again)).toEqual(exactValueOf(sum));
      expect(again.value()).toBe(sum.value());
      again.merge(sum);
      again.add(1);
      expect(unitsOf(again)).toBe(2n * sumUnits(values) + toUnits(1));
    }
  });

  it("reaches to the sum of 2^53 of the largest numbers, and no further", () => {
    const most = finite((2n ** 53n - 1n) ** 2n, 971);
    expect(exactValueOf(exactSumOf(most)!)).toEqual(most);
    expect(exactSumOf(finite(1n, 1077))).toBeNull();
    expect(exactSumOf(finite(1n, -1075))).toBeNull();
  });
});

describe("the quotient of two sums", () => {
  it("is rounded once, to nearest and ties to even", () => {
    const random = new Random(3);
    for (let round = 0; round < 2000; round++) {
      const [a, b] = [1, 2].map(() =>
        Array.from({ length: random.integer(1, 3) }, () =>
          random.chance(0.5) ? anyNumber(random) : random.normal() * 2 ** random.integer(-60, 60),
        ),
      );
      const [dividend, divisor] = [sumUnits(a), sumUnits(b)];
      if (divisor === 0n) continue;
      const sign = divisor < 0n ? -1n : 1n;
      const expected = roundUnits(sign * (dividend << 1074n), "float64", sign * divisor);
      // Toward 0, a quotient keeps its sign, which the oracle has not.
      expect(quotientOf(sumOf(a), sumOf(b)) + 0, `${a.join()} / ${b.join()}`).toBe(expected + 0);
    }
  });

  it.each<[string, number[], number[], number]>([
    ["0 / 0", [], [], NaN],
    ["1 / 0", [1], [], Infinity],
    ["-1 / 0", [-1], [], -Infinity],
    ["0 / 3", [], [3], 0],
    ["NaN / 1", [NaN], [1], NaN],
    ["Infinity / -2", [Infinity], [-2], -Infinity],
    ["1 / Infinity", [1], [Infinity], 0],
    ["sums beyond float64", [MAX, MAX, MAX], [3], MAX],
    ["what overflows", [MAX], [0.5], Infinity],
    ["the smallest / 2, a tie with 0", [MIN], [2], 0],
    ["three of the smallest / 2, a tie", [3 * MIN], [2], 2 * MIN],
    ["more than half of the smallest", [MIN], [1.9999], MIN],
    ["what rounds up to a subnormal's end", [2 ** -1022 - MIN, MIN / 2 + MIN], [1], 2 ** -1022],
    ["1 / 3", [1], [3], 1 / 3],
    ["2^53 + 1, a tie to even", [2 ** 53, 1], [1], 2 ** 53],
  ])("of %s", (_title, a, b, expected) => {
    expect(quotientOf(sumOf(a), sumOf(b))).toBe(expected);
  });
});

describe("ratios of whole numbers", () => {
  it("are the nearest float64, and what float64 gives beside 0", () => {
    const random = new Random(9);
    for (let i = 0; i < 300; i++) {
      const [a, b] = [toUnits(anyNumber(random)), toUnits(anyNumber(random))];
      const positive = b < 0n ? -b : b;
      const expected = b === 0n ? NaN : roundUnits((b < 0n ? -a : a) << 1074n, "float64", positive);
      if (a !== 0n && b !== 0n) expect(ratioOf(a, b)).toBe(expected);
    }
    expect([ratioOf(0n, 5n), ratioOf(3n, 0n), ratioOf(-3n, 0n), ratioOf(0n, 0n)]).toEqual([
      0,
      Infinity,
      -Infinity,
      NaN,
    ]);
  });
  it("have roots that are the nearest float64", () => {
    const random = new Random(10);
    for (let i = 0; i < 300; i++) {
      const [a, b] = [0, 1].map(() => BigInt(random.integer(1, 2 ** 40)) << BigInt(random.integer(0, 300)));
      const root = toUnits(rootOfRatio(a, b));
      // Half a unit in the last place of a normal number, in units of 2^-1075.
      const half = 1n << BigInt(root.toString(2).length - 53);
      const [low, high, square] = [2n * root - half, 2n * root + half, a << 2150n];
      expect(low * low * b <= square && square <= high * high * b).toBe(true);
    }
    expect(rootOfRatio(9n, 4n)).toBe(1.5);
    expect([rootOfRatio(0n, 5n), rootOfRatio(-1n, 5n), rootOfRatio(0n, 0n), rootOfRatio(5n, 0n)]).toEqual([
      0,
      NaN,
      NaN,
      Infinity,
    ]);
  });
});

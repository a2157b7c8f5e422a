import { describe, expect, it } from "vitest";
import { backends, GUARD, read, store } from "../../support/kernels.js";
import type { Backend } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { roundUnits, sumUnits } from "../../support/rational.js";
import { kernelsOf } from "../families.js";

const X = 4096;
const OUT = 64;

type Rows = readonly (readonly number[])[];

/** What the kernel writes; null where it gives up. */
function run(backend: Backend, name: string, rows: Rows, divisor: number): number[] | null {
  backend.fill(0, X);
  backend.write(X, store("f32", rows.flat()));
  const scalars = name === "squares_f32" ? [OUT] : [divisor, OUT];
  const done = backend.kernels[name](X, rows.length, rows[0].length, ...scalars);
  expect(backend.firstTouched(OUT + 8 * rows.length, GUARD)).toBe(-1);
  return done === 0 ? null : (read("f64", backend.readAt("f64", OUT, rows.length)) as number[]);
}

/** The sum of the terms over the divisor, or the root of that of the squares, as f32. */
function exactly(name: string, row: readonly number[], divisor: number): number {
  const terms = name === "squares_f32" ? row.map((x) => x * x) : row;
  const sum = roundUnits(sumUnits(terms), "float64");
  return Math.fround(name === "squares_f32" ? Math.sqrt(sum) : sum / divisor);
}

function asSingle(name: string, sum: number): number {
  return Math.fround(name === "squares_f32" ? Math.sqrt(sum) : sum);
}

const single = (random: Random, spread: number): number =>
  Math.fround(random.normal() * 2 ** random.integer(-spread, spread));

describe.each(kernelsOf("singles"))("%s", (name) => {
  it("gives the f32 that exact sums give, of rows of any length, wherever it does not give up", () => {
    const random = new Random(3);
    let certain = 0;
    for (const backend of backends) {
      for (let length = 1; length <= 70; length++) {
        const spread = length % 3 === 0 ? 40 : 2;
        const rows = Array.from({ length: random.integer(1, 4) }, () =>
          Array.from({ length }, () => single(random, spread)),
        );
        const divisor = length % 2 === 0 ? length : 1;
        const found = run(backend, name, rows, divisor);
        if (!found) continue;
        certain++;
        expect(found.map((sum) => asSingle(name, sum))).toEqual(
          rows.map((row) => exactly(name, row, divisor)),
        );
      }
    }
    expect(certain).toBeGreaterThan(60 * backends.length);
  });

  it.each([
    ["an infinity", [1, Infinity]],
    ["NaN", [NaN, 1]],
  ])("gives up for %s in any row, at any place", (_, [a, b]) => {
    for (const backend of backends) {
      for (const at of [0, 3, 7, 8, 15, 17]) {
        const row = Array.from({ length: 18 }, (__, i) => (i === at ? a : b));
        expect(run(backend, name, [Array<number>(18).fill(1), row], 1)).toBeNull();
      }
    }
  });

  it("gives 0 for rows of zeros, and of none", () => {
    for (const backend of backends) {
      expect(run(backend, name, [[0, -0, 0]], 1)).toEqual([0]);
      expect(run(backend, name, [[], []], 1)).toEqual([0, 0]);
    }
  });
});

describe("what is not certain", () => {
  it.each([
    ["a sum that cancels", [2 ** 30, 2 ** -30, -(2 ** 30)]],
    ["a sum halfway between two f32", [1, 2 ** -24]],
    ["almost halfway, where additions lose the rest", [1, 2 ** -24, 2 ** -80]],
  ])("%s", (_, row) => {
    for (const backend of backends) expect(run(backend, "singles_f32", [row], 1)).toBeNull();
  });

  it("a root almost halfway between two f32", () => {
    // (1 + 2^-24)² = 1 + 2^-23 + 2^-48
    for (const backend of backends) {
      expect(run(backend, "squares_f32", [[1, 2 ** -12, 2 ** -12]], 1)).toBeNull();
    }
  });
});

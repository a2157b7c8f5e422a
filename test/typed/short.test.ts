/**
 * The loops for short arrays have the bits of the kernels, which the tests of assembly/ hold
 * against their own twins.
 */
import { describe, expect, it } from "vitest";
import { memory } from "../../src/core/memory.js";
import * as short from "../../src/typed/short.js";
import type { ShortLoops } from "../../src/typed/short.js";
import { Random } from "../support/random.js";

const LOOPS: Record<string, ShortLoops> = {
  l1: short.l1Loops,
  mse: short.mseLoops,
  smoothl1: short.smoothL1Loops,
  huber: short.huberLoops,
};
/** Below this length the kernels add in float64, as the loops do. */
const PAIRWISE = 512;
const PARAMETERS = [1, 0.1, 2.5, 2 ** -140, 3e38, Infinity].map(Math.fround);
const SPECIALS = [0, -0, 1, -1, 2 ** -149, -(2 ** -149), 2 ** -126, 3.4e38, -3.4e38, 2.5, 0.1];

type Kernel = (...values: number[]) => number;
const { kernels, f32 } = memory();
const [X, Y, OUT] = [0, 2, 4].map((index) => memory().window(index));

/** What loop and kernel make of the same operands: sums, and slopes as bits but for NaN. */
function both(kernel: string, x: Float32Array, y: Float32Array, p: number): [unknown[], unknown[]] {
  const n = x.length;
  const { sum, sumAndSlope } = LOOPS[kernel];
  const out = new Float32Array(n);
  const norm = Math.fround(1 / n);
  const found = [sum(x, y, n, p), sumAndSlope(x, y, n, p, out, norm), Array.from(out)];
  memory().f32.set(x, X / 4);
  memory().f32.set(y, Y / 4);
  const of = kernels as unknown as Record<string, Kernel>;
  const expected = [
    of[`${kernel}_sum_f32`](X, Y, n, p),
    of[`${kernel}_sumslope_f32`](X, Y, OUT, n, p, norm, p),
    Array.from(memory().f32.subarray(OUT / 4, OUT / 4 + n)),
  ];
  return [found, expected];
}

/** Ordinary numbers, ties and differences of just `p` among them. */
function operands(n: number, p: number, seed: number): [Float32Array, Float32Array] {
  const random = new Random(seed);
  const x = Float32Array.from({ length: n }, () => random.normal() * 2 ** random.integer(-3, 3));
  const y = x.map((value) => (random.chance(0.3) ? value + random.pick([0, p, -p]) : random.normal()));
  return [x, y];
}

describe.each(Object.keys(LOOPS))("%s, for a short float32 array, has the kernel's bits", (kernel) => {
  it("at every length below 512", () => {
    expect(f32.length).toBeGreaterThan(0);
    for (let n = 1; n < PAIRWISE; n++) {
      const p = PARAMETERS[n % 3];
      const [found, expected] = both(kernel, ...operands(n, p, n), p);
      expect(found, `${n} elements`).toEqual(expected);
    }
  });

  it.each(PARAMETERS)("for special values, in every lane and in the tail, with the parameter %f", (p) => {
    const values = [...SPECIALS, p, -p];
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    for (let skip = 0; skip < 4; skip++) {
      const used = pairs.slice(skip);
      const x = Float32Array.from(used, ([a]) => a);
      const y = Float32Array.from(used, ([, b]) => b);
      const [found, expected] = both(kernel, x, y, p);
      expect(found).toEqual(expected);
    }
  });

  it.each([Infinity, -Infinity, NaN])("for %f in each place of a short array", (special) => {
    for (let n = 1; n < 10; n++) {
      for (let i = 0; i < n; i++) {
        const [x, y] = operands(n, 1, n);
        x[i] = special;
        for (const other of [1, special, -special]) {
          y[i] = other;
          const [found, expected] = both(kernel, x, y, 1);
          expect(found).toEqual(expected);
        }
      }
    }
  });
});

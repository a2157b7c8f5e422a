import { describe, expect, it } from "vitest";
import { backends, GUARD, read, store } from "../../support/kernels.js";
import type { Backend, Tag, Value } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";
import { samples } from "../samples.js";

const X = 256;
const VALUES = 32768;
const INDICES = 65536;

interface Sizes {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** The first extreme of each row; a NaN before any number. */
function naive(x: readonly Value[], { outer, length, inner }: Sizes, largest: boolean): [Value, bigint][] {
  return Array.from({ length: outer * inner }, (_, i) => {
    const [o, column] = [Math.floor(i / inner), i % inner];
    const row = Array.from({ length }, (_, l) => x[(o * length + l) * inner + column]);
    const nan = row.findIndex((value) => Number.isNaN(value));
    if (nan >= 0) return [row[nan], BigInt(nan)];
    let at = 0;
    row.forEach((value, l) => {
      if (largest ? value > row[at] : value < row[at]) at = l;
    });
    return [row[at], BigInt(at)];
  });
}

describe.each(kernelsOf("extreme"))("%s", (name, type) => {
  const tag = type as Tag;

  function check(backend: Backend, sizes: Sizes, random: Random, wanted: boolean): void {
    const { outer, length, inner } = sizes;
    const x = samples(tag, outer * length * inner, random);
    for (const largest of [true, false]) {
      const expected = naive(read(tag, x), sizes, largest);
      backend.fill(0, INDICES + 16384);
      backend.write(X, x);
      backend.kernels[name](X, VALUES, wanted ? INDICES : 0, outer, length, inner, Number(largest));
      const described = `${outer}x${length}x${inner}, ${largest ? "largest" : "smallest"}`;
      const count = outer * inner;
      const values = store(
        tag,
        expected.map(([value]) => value),
      );
      expect(backend.firstDifference(tag, VALUES, values), described).toBe(-1);
      expect(backend.firstTouched(VALUES + values.byteLength, GUARD)).toBe(-1);
      const indices = [...read("i64", backend.readAt("i64", INDICES, count))];
      if (wanted) expect(indices, described).toEqual(expected.map(([, index]) => index));
      else expect(backend.firstTouched(INDICES, 8 * count + GUARD)).toBe(-1);
    }
  }

  it("the same of rows of many vectors, and of more columns than a stripe", () => {
    for (const sizes of [
      ...[3, 4, 8, 9, 16, 17, 33, 70].map((length) => ({ outer: 5, length, inner: 1 })),
      { outer: 1, length: 3, inner: 1030 },
    ]) {
      for (const backend of backends) {
        for (let seed = 0; seed < 10; seed++) {
          for (const wanted of [true, false]) check(backend, sizes, new Random(seed), wanted);
        }
      }
    }
  });

  it("finds the first extreme of special values along each row and column, with and without indices", () => {
    for (const backend of backends) {
      for (const outer of [0, 1, 3]) {
        for (const length of [1, 2, 7]) {
          for (const inner of [1, 2, 5, 67]) {
            for (const wanted of [true, false])
              check(backend, { outer, length, inner }, new Random(outer + length + inner), wanted);
          }
        }
      }
    }
  });
});

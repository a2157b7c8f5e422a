import { describe, expect, it } from "vitest";
import { exactValueOf, unitsOf } from "../../../src/core/exact-value.js";
import { ExactSum } from "../../../src/core/exact-sum.js";
import { BLOCK_EDGES, backends, LENGTHS, read, store } from "../../support/kernels.js";
import type { Backend, Stored, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { sumUnits } from "../../support/rational.js";
import { kernelsOf } from "../families.js";

const OUT = 64;
const X = 1024;
const LENGTH = ExactSum.STATE_LENGTH;

/** The state that the kernel writes; throws when anything else is written. */
function exact(backend: Backend, name: string, x: Stored, address = X): ExactSum {
  backend.fill(0, X);
  backend.write(address, x);
  backend.kernels[name](address, x.length, OUT);
  const state = backend.readAt("f64", OUT, LENGTH) as Float64Array<ArrayBuffer>;
  backend.fill(OUT, state.byteLength);
  if (!backend.isBlank(X)) throw new Error(`${name} wrote beside its state`);
  return new ExactSum(state);
}

/** Numbers of both signs whose exponents spread over 2 · spread, zeros among them. */
function numbers(tag: Tag, n: number, spread: number, random: Random): Stored {
  return store(
    tag,
    Array.from({ length: n }, () =>
      random.chance(0.05) ? 0 : random.normal() * 2 ** random.integer(-spread, spread),
    ),
  );
}

describe.each(kernelsOf("exact"))("%s", (name, type) => {
  const tag = type as Tag;
  const valuesOf = (x: Stored): number[] => read(tag, x) as number[];
  const smallest = tag === "f32" ? 2 ** -149 : Number.MIN_VALUE;
  const largest = tag === "f32" ? 2 ** 128 - 2 ** 104 : Number.MAX_VALUE;

  it("gives the exact sum at lengths 0 to 67, about a block's edges and about the parts of a block", () => {
    for (const n of [...LENGTHS, 4095, 4096, 4097, 4161, 8193, ...BLOCK_EDGES]) {
      const x = numbers(tag, n, 3, new Random(n + 1));
      expect(unitsOf(exact(backends[0], name, x)), `length ${n}`).toBe(sumUnits(valuesOf(x)));
    }
  });

  // One slice, two, three, and what slices do not hold; the last spreads reach the ends of f64's
  // exponents.
  it.each([0, 5, 8, 10, 12, 15, 18, 20, 22, 25, 30, 35, 40, 45, 50, 60, 100, 300, 900])(
    "gives the exact sum of numbers about 2^±%i",
    (spread) => {
      const random = new Random(spread + 1);
      for (const n of [1, 2, 3, 64, 65, 1000, 5000]) {
        const x = numbers(tag, n, tag === "f32" ? Math.min(spread, 120) : spread, random);
        expect(unitsOf(exact(backends[0], name, x)), `length ${n}`).toBe(sumUnits(valuesOf(x)));
      }
    },
  );

  it("gives the exact sum of two sizes as far apart as can be, wherever they meet", () => {
    const random = new Random(9);
    for (let gap = 0; gap < (tag === "f32" ? 250 : 2000); gap += random.integer(1, 3)) {
      const x = store(
        tag,
        Array.from({ length: 130 }, (_, i) => {
          const sign = random.chance(0.5) ? 1 : -1;
          const mantissa = sign * (1 + random.next());
          return i % 65 === 0 ? mantissa * (largest / 4) : mantissa * (largest / 4) * 2 ** -gap;
        }),
      );
      expect(unitsOf(exact(backends[0], name, x)), `2^-${gap}`).toBe(sumUnits(valuesOf(x)));
    }
  });

  it("adds subnormals, the largest numbers, and numbers that cancel", () => {
    const random = new Random(5);
    const cases = [
      Array.from({ length: 67 }, () => smallest * random.integer(-1000, 1000)),
      Array.from({ length: 4096 }, () => largest),
      Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? largest : -largest)),
      [largest, smallest, -largest, -0],
      [-0, 0, -0],
      Array.from({ length: 4096 }, () => -smallest),
    ];
    for (const values of cases) {
      const x = store(tag, values);
      expect(unitsOf(exact(backends[0], name, x))).toBe(sumUnits(valuesOf(x)));
    }
  });

  it("counts what is not finite, and adds the others", () => {
    const random = new Random(6);
    for (const n of [1, 5, 63, 64, 65, 4097, 16384]) {
      const specials = [NaN, Infinity, -Infinity];
      const x = store(
        tag,
        Array.from({ length: n }, () => (random.chance(0.1) ? random.pick(specials) : random.normal())),
      );
      const values = valuesOf(x);
      const sum = exact(backends[0], name, x);
      expect(unitsOf(sum)).toBe(sumUnits(values.filter(Number.isFinite)));
      expect(exactValueOf(sum)).toMatchObject({
        nan: values.filter(Number.isNaN).length,
        positiveInfinity: values.filter((value) => value === Infinity).length,
        negativeInfinity: values.filter((value) => value === -Infinity).length,
      });
    }
  });

  it("bounds how far limbs have come: at least one addition counts for each that was made", () => {
    for (const n of [0, 1, 2, 3, 64, 65, 16384]) {
      const { state } = exact(backends[0], name, numbers(tag, n, 60, new Random(n)));
      const most = Math.max(...state.subarray(0, LENGTH - 4).map(Math.abs));
      expect(most).toBeLessThanOrEqual((state[LENGTH - 1] + 1) * 2 ** 32);
    }
  });

  it("gives the same state at every alignment and in both binaries", () => {
    for (const n of [...LENGTHS, 5000]) {
      const x = numbers(tag, n, 30, new Random(n + 1));
      const expected = exact(backends[0], name, x).state;
      for (const backend of backends) {
        for (let offset = 0; offset < 16; offset += x.BYTES_PER_ELEMENT) {
          expect(exact(backend, name, x, X + offset).state, `length ${n}, offset ${offset}`).toEqual(
            expected,
          );
        }
      }
    }
  });

  it("reads no further than the last element", () => {
    for (const backend of backends) {
      for (const n of LENGTHS) {
        const x = numbers(tag, n, 30, new Random(n + 1));
        expect(exact(backend, name, x, backend.bytes.length - x.byteLength)).toEqual(exact(backend, name, x));
      }
    }
  });
});

import { describe, expect, it } from "vitest";
import { checkElementwise } from "../../support/elementwise.js";
import { LENGTHS, read, store } from "../../support/kernels.js";
import type { Stored, Tag, Value } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";
import { ordinarySamples, samples } from "../samples.js";

/** Row by column, the products added in order, each operation rounded; integers wrap. */
function naive(tag: Tag, a: readonly Value[], b: readonly Value[], [m, k, n]: readonly number[]): Value[] {
  if (tag === "i64") return naiveIntegers(a as bigint[], b as bigint[], [m, k, n]);
  return naiveFloats(tag, a as number[], b as number[], [m, k, n]);
}

function naiveIntegers(a: bigint[], b: bigint[], [m, k, n]: readonly number[]): bigint[] {
  return Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0n;
    for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
    return BigInt.asIntN(64, sum);
  });
}

function naiveFloats(tag: Tag, a: number[], b: number[], [m, k, n]: readonly number[]): number[] {
  const round = tag === "f32" ? Math.fround : (x: number): number => x;
  return Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let l = 0; l < k; l++) sum = round(sum + round(a[i * k + l] * b[l * n + j]));
    return sum;
  });
}

describe.each(kernelsOf("matmul"))("%s", (name, _, type) => {
  const tag = type as Tag;

  function check(
    sizes: readonly [m: number, k: number, n: number],
    make: (n: number) => Stored,
    once: boolean,
  ): string | null {
    const [m, k, n] = sizes;
    const [a, b] = [make(m * k), make(k * n)];
    return checkElementwise({
      inputs: [
        { tag, stored: a },
        { tag, stored: b },
      ],
      output: {
        tag,
        expected: store(tag, naive(tag, read(tag, a), read(tag, b), sizes)),
      },
      call: (kernels, [x, y], out) => void kernels[name](x, y, out, m, k, n),
      inPlace: false,
      once,
    });
  }

  it("equals the naive product bit by bit, for every number of columns from 0 to 67, at every alignment", () => {
    for (const n of LENGTHS) {
      const random = new Random(n + 1);
      const [m, k] = [random.integer(1, 9), random.integer(1, 4)];
      expect(
        check([m, k, n], (count) => ordinarySamples(tag, count, random), false),
        `${m}x${k}x${n}`,
      ).toBeNull();
    }
  });

  it("equals the naive product for every small shape, sizes of 0 included", () => {
    for (let m = 0; m <= 5; m++) {
      for (let k = 0; k <= 5; k++) {
        for (let n = 0; n <= 9; n++) {
          const random = new Random(100 * m + 10 * k + n);
          expect(
            check([m, k, n], (count) => ordinarySamples(tag, count, random), true),
            `${m}x${k}x${n}`,
          ).toBeNull();
        }
      }
    }
  });

  it("carries special values to the elements that they belong to", () => {
    for (let n = 1; n <= 20; n++) {
      const random = new Random(n);
      expect(
        check([4, 3, n], (count) => samples(tag, count, random), true),
        `4x3x${n}`,
      ).toBeNull();
    }
  });
});

describe.each(kernelsOf("addmatmul"))("%s", (name, _, type) => {
  const tag = type as Tag;

  it("goes on with what is there: products in parts have the bits of the whole, of 1 to 67 columns", () => {
    for (let n = 1; n <= 67; n++) {
      const random = new Random(n);
      const [m, k, rest] = [6, 3, 4];
      const [a, b] = [m * (k + rest), (k + rest) * n].map((count) =>
        read(tag, ordinarySamples(tag, count, random)),
      );
      const parts = [true, false].flatMap((isFirst) => [
        store(
          tag,
          a.filter((__, i) => i % (k + rest) < k === isFirst),
        ),
        store(
          tag,
          b.filter((__, i) => i < k * n === isFirst),
        ),
      ]);
      const problem = checkElementwise({
        inputs: parts.map((stored) => ({ tag, stored })),
        output: { tag, expected: store(tag, naive(tag, a, b, [m, k + rest, n])) },
        call: (kernels, [x, y, u, v], out) => {
          kernels[name.replace("add", "")](x, y, out, m, k, n);
          kernels[name](u, v, out, m, rest, n);
        },
        inPlace: false,
        once: true,
      });
      expect(problem, `${n} columns`).toBeNull();
    }
  });
});

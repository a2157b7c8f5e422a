import { describe, expect, it } from "vitest";
import { checkElementwise } from "../../support/elementwise.js";
import { LENGTHS, read, store } from "../../support/kernels.js";
import type { Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";
import { ordinarySamples } from "../samples.js";

interface Windows {
  readonly rows: number;
  readonly n: number;
  readonly size: number;
  readonly step: number;
}

/** Window by window, the products added in order, each operation rounded. */
function naive(
  tag: Tag,
  x: readonly number[],
  w: readonly number[],
  { rows, n, size, step }: Windows,
): number[] {
  const round = tag === "f32" ? Math.fround : (value: number): number => value;
  const stride = n + (size - 1) * step;
  return Array.from({ length: rows * n }, (_, at) => {
    const start = Math.floor(at / n) * stride + (at % n);
    let sum = 0;
    for (let k = 0; k < size; k++) sum = round(sum + round(w[k] * x[start + k * step]));
    return sum;
  });
}

describe.each(kernelsOf("correlate"))("%s", (name, _, type) => {
  const tag = type as Tag;
  const random = new Random(7);

  it.each([
    [1, 1, 1],
    [2, 3, 1],
    [1, 11, 1],
    [2, 2, 7],
  ])(
    "equals the naive sums bit by bit, for every length: %s rows, windows of %s, %s apart",
    (rows, size, step) => {
      for (const n of LENGTHS) {
        const windows = { rows, n, size, step };
        const [x, w] = [rows * (n + (size - 1) * step), size].map((count) =>
          ordinarySamples(tag, count, random),
        );
        const found = checkElementwise({
          inputs: [
            { tag, stored: x },
            { tag, stored: w },
          ],
          output: {
            tag,
            expected: store(tag, naive(tag, read(tag, x) as number[], read(tag, w) as number[], windows)),
          },
          call: (kernels, [from, by], out) =>
            void kernels[name](from, by, out, rows, n + (size - 1) * step, n, size, step),
          inPlace: false,
          once: true,
        });
        expect(found).toBeNull();
      }
    },
  );
});

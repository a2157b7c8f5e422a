import { describe, expect, it } from "vitest";
import { backends, GUARD, LENGTHS, store } from "../../support/kernels.js";
import type { Stored, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";
import { samples } from "../samples.js";
import { LOSS_TWINS } from "../twins/losses.js";

/** Where operands and results lie: far enough apart for two rows of 600 f64. */
const [X, Y, OUT, KEEP, SUMS, NORMS] = [64, 64 + 16384, 64 + 2 * 16384, 60_000, 63_000, 64_000];

const rowKernels = kernelsOf("loss").filter(([, , pass]) => pass.startsWith("rows"));
const rowSlopeKernels = kernelsOf("loss").filter(([, , pass]) => pass === "rowslopes");
/** The norms of rows: of either sign. */
const ROW_NORMS = [0.3, -0.7, 2];

/** Bytes of a mask, of which any that is not 0 keeps its element. */
function maskOf(n: number, random: Random): number[] {
  return Array.from({ length: n }, () => (random.chance(0.4) ? 0 : random.integer(1, 255)));
}

const hasMasks = (tag: string): boolean => tag === "f32" || tag === "f64";

describe.each(rowKernels.filter(([, , pass]) => pass === "rows"))("%s", (name, loss, _, type) => {
  const tag = type as Tag;
  const p = LOSS_TWINS[loss].parameters.at(-1)!;

  it("writes the sum of each row, the bits of the sum's own kernel, at lengths 0 to 67, and touches nothing else", () => {
    for (const backend of backends) {
      for (const length of [...LENGTHS, 600]) {
        for (const rows of length === 600 ? [1, 2] : [0, 1, 3]) {
          for (const keep of hasMasks(tag) ? [0, KEEP] : [0]) {
            const random = new Random(length + rows);
            const [x, y] = [0, 1].map(() => samples(tag, rows * length, random));
            backend.write(X, x);
            backend.write(Y, y);
            backend.write(KEEP, store("u8", maskOf(rows * length, random)));
            backend.fill(OUT - GUARD, 2 * GUARD + 8 * rows);
            backend.kernels[name](X, Y, keep, OUT, rows, length, p);
            const sums = [...(backend.readAt("f64", OUT, rows) as Float64Array)];
            const size = x.BYTES_PER_ELEMENT * length;
            const expected = sums.map((_sum, r) =>
              keep
                ? backend.kernels[name.replace("rows", "kept")](
                    X + r * size,
                    Y + r * size,
                    keep + r * length,
                    length,
                    p,
                  )
                : backend.kernels[name.replace("rows", "sum")](X + r * size, Y + r * size, length, p),
            );
            expect(sums, `${rows} rows of ${length}`).toEqual(expected);
            expect(backend.firstTouched(OUT - GUARD, GUARD)).toBe(-1);
            expect(backend.firstTouched(OUT + 8 * rows, GUARD)).toBe(-1);
          }
        }
      }
    }
  });
});

describe.each(rowSlopeKernels)("%s", (name, loss, _, type) => {
  const tag = type as Tag;
  const p = LOSS_TWINS[loss].parameters.at(-1)!;

  it("writes sums and gradients of rows with norms of their own, the bits of the kernel of one row", () => {
    for (const backend of backends) {
      for (const length of [0, 1, 3, 5, 16, 37, 600]) {
        for (const keep of hasMasks(tag) ? [0, KEEP] : [0]) {
          const rows = length === 600 ? 2 : 3;
          const random = new Random(length + 1);
          const [x, y] = [0, 1].map(() => samples(tag, rows * length, random));
          const bytes = x.BYTES_PER_ELEMENT * rows * length;
          backend.write(X, x);
          backend.write(Y, y);
          backend.write(KEEP, store("u8", maskOf(rows * length, random)));
          backend.write(NORMS, store("f64", ROW_NORMS));
          backend.fill(OUT - GUARD, 2 * GUARD + bytes);
          backend.kernels[name](X, Y, keep, OUT, SUMS, NORMS, rows, length, p, p);
          const sums = [...(backend.readAt("f64", SUMS, rows) as Float64Array)];
          const slopes = backend.readAt(tag, OUT, rows * length).slice();
          expect(backend.firstTouched(OUT - GUARD, GUARD)).toBe(-1);
          expect(backend.firstTouched(OUT + bytes, GUARD)).toBe(-1);
          const size = x.BYTES_PER_ELEMENT * length;
          const expected = sums.map((_sum, r) => {
            const [a, b, out] = [X, Y, OUT].map((at) => at + r * size);
            return keep
              ? backend.kernels[name.replace("rowslopes", "keptslope")](
                  a,
                  b,
                  keep + r * length,
                  out,
                  length,
                  p,
                  ROW_NORMS[r],
                  p,
                )
              : backend.kernels[name.replace("rowslopes", "sumslope")](a, b, out, length, p, ROW_NORMS[r], p);
          });
          expect(sums, `${rows} rows of ${length}`).toEqual(expected);
          expect(backend.firstDifference(tag, OUT, slopes), `${rows} rows of ${length}`).toBe(-1);
        }
      }
    }
  });
});

describe.each(kernelsOf("scale"))("%s", (name, type) => {
  const tag = type as Tag;
  const round = tag === "f32" ? Math.fround : (x: number): number => x;

  it("multiplies each row by its factor, in place too, at lengths 0 to 67, and touches nothing else", () => {
    for (const backend of backends) {
      for (const length of LENGTHS) {
        const random = new Random(length);
        const [x, factors] = [3 * length, 3].map((n) => samples(tag, n, random));
        const products = Array.from(x as Float32Array, (value, i) =>
          round(value * (factors as Float32Array)[Math.floor(i / length)]),
        );
        const expected: Stored = store(tag, products);
        for (const out of [OUT, X]) {
          backend.fill(out - GUARD, 2 * GUARD + expected.byteLength);
          backend.write(X, x);
          backend.write(Y, factors);
          backend.kernels[name](X, Y, out, 3, length);
          expect(backend.firstDifference(tag, out, expected), `length ${length}`).toBe(-1);
          expect(backend.firstTouched(out - GUARD, GUARD)).toBe(-1);
          expect(backend.firstTouched(out + expected.byteLength, GUARD)).toBe(-1);
        }
      }
    }
  });
});

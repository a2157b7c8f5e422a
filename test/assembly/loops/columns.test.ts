import { describe, expect, it } from "vitest";
import { backends, GUARD, store } from "../../support/kernels.js";
import type { Backend, Stored, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";
import { samples } from "../samples.js";
import { LOSS_TWINS } from "../twins/losses.js";

/** Where operands, a column by itself, running sums and results lie. */
const [X, Y, STATE, OUT] = [64, 131_072, 262_144, 393_216];
const [ONE, OTHER] = [400_000, 420_000];

/** Of rows and columns: about groups of four and eight vectors, and about vectors. */
const ROWS = [1, 2, 3, 7, 16, 33, 511, 512, 529, 551];
const COLUMNS = [1, 2, 3, 4, 5, 7, 8, 17];

interface Matrices {
  readonly outer: number;
  readonly rows: number;
  readonly columns: number;
}

/** Of matrices that follow each other, the columns one by one. */
function columnsOf(x: Stored, { outer, rows, columns }: Matrices): Stored[] {
  const numbers = x as Float64Array;
  const kind = x.constructor as new (length: number) => Stored;
  return Array.from({ length: outer * columns }, (_, i) => {
    const first = Math.floor(i / columns) * rows * columns + (i % columns);
    const column = new kind(rows);
    for (let row = 0; row < rows; row++) column[row] = numbers[first + row * columns];
    return column;
  });
}

/** Calls `visit` on all cases, with and without a sum that is not finite. */
function forEachCase(tag: Tag, visit: (backend: Backend, of: Matrices, x: Stored, y: Stored) => void): void {
  for (const backend of backends) {
    for (const rows of ROWS) {
      for (const columns of COLUMNS) {
        const outer = rows < 40 ? 3 : 1;
        const random = new Random(rows * 20 + columns);
        const [x, y] = [0, 1].map(() => samples(tag, outer * rows * columns, random));
        visit(backend, { outer, rows, columns }, x, y);
      }
    }
  }
}

/** Runs a kernel on whole columns, or on parts of them; returns the sums, and whether it found all finite. */
type Run = (backend: Backend, part: Matrices & { readonly first: number; readonly last: boolean }) => unknown;

function sumsOf(backend: Backend, of: Matrices, cut: number, run: Run): { sums: number[]; finite: unknown } {
  const { outer, rows, columns } = of;
  backend.fill(OUT - GUARD, 2 * GUARD + 8 * outer * columns);
  const starts = cut > 0 && cut < rows ? [0, cut] : [0];
  const finite = starts
    .map((first, i) => {
      const end = starts[i + 1] ?? rows;
      return run(backend, { outer, rows: end - first, columns, first, last: end === rows });
    })
    .at(-1);
  expect(backend.firstTouched(OUT - GUARD, GUARD)).toBe(-1);
  expect(backend.firstTouched(OUT + 8 * outer * columns, GUARD)).toBe(-1);
  return { sums: [...(backend.readAt("f64", OUT, outer * columns) as Float64Array)], finite };
}

describe.each(kernelsOf("columns"))("%s", (name, loss, type) => {
  const tag = type as Tag;
  const size = tag === "f32" ? 4 : 8;

  it("gives each column, whole or in parts, the bits of the sum of that column alone, and touches nothing else", () => {
    for (const p of LOSS_TWINS[loss].parameters) {
      forEachCase(tag, (backend, of, x, y) => {
        const { outer, rows, columns } = of;
        const { kernels } = backend;
        const others = columnsOf(y, of);
        const expected = columnsOf(x, of).map((column, i) => {
          backend.write(ONE, column);
          backend.write(OTHER, others[i]);
          return kernels[`${loss}_sum_${tag}`](ONE, OTHER, rows, p) as number;
        });
        backend.write(X, x);
        backend.write(Y, y);
        for (const cut of outer === 1 ? [0, 32] : [0]) {
          for (const divisor of [1, 3]) {
            const { sums, finite } = sumsOf(backend, of, cut, (_, part) => {
              const at = part.first * columns * size;
              const [fresh, out] = [part.first === 0 ? 1 : 0, part.last ? OUT : 0];
              return kernels[name](
                ...[X + at, Y + at, outer, part.rows, columns, columns * size],
                ...[rows, p, STATE, fresh, out, divisor],
              );
            });
            const title = `${outer} of ${rows} rows of ${columns}, cut at ${cut}, over ${divisor}, ${p}`;
            const isFinite = expected.every(Number.isFinite);
            expect(finite, title).toBe(isFinite ? 1 : 0);
            // Of a sum that is not finite the bits are looked at no further: it is added again.
            const kept = (sum: number, i: number): number => (Number.isFinite(expected[i]) ? sum : 0);
            expect(sums.map(kept), title).toEqual(expected.map((sum) => sum / divisor).map(kept));
          }
        }
      });
    }
  });

  it("reads columns out of wider rows, each vector whole", () => {
    for (const backend of backends) {
      const [rows, wide] = [33, 12];
      const [x, y] = [0, 1].map((seed) => samples(tag, rows * wide, new Random(seed)));
      backend.write(X, x);
      backend.write(Y, y);
      const sum = (first: number, columns: number): number[] => {
        const at = first * size;
        const { kernels } = backend;
        kernels[name](X + at, Y + at, 1, rows, columns, wide * size, rows, 1, STATE, 1, OUT, 1);
        return [...(backend.readAt("f64", OUT, columns) as Float64Array)];
      };
      expect(sum(3, 7)).toEqual(sum(0, wide).slice(3, 10));
    }
  });
});

describe.each(kernelsOf("givenColumns"))("%s", (name, type) => {
  const tag = type as Tag;
  const size = tag === "f32" ? 4 : 8;

  it("adds terms that are given in the order of the losses' kernels, and of those of halves", () => {
    for (const halves of tag === "f32" ? [0, 1] : [0]) {
      forEachCase(tag, (backend, of, x) => {
        const { outer, rows, columns } = of;
        const terms = store(tag, Array.from(x as Float64Array, Math.abs));
        const expected = columnsOf(terms, of).map((column) => {
          backend.write(ONE, column);
          return backend.kernels[`terms_${tag}`](ONE, rows, halves) as number;
        });
        backend.write(X, terms);
        for (const cut of outer === 1 ? [0, 32] : [0]) {
          const { sums } = sumsOf(backend, of, cut, (_, part) => {
            const at = X + part.first * columns * size;
            const [fresh, out] = [part.first === 0 ? 1 : 0, part.last ? OUT : 0];
            return backend.kernels[name](
              ...[at, outer, part.rows, columns, rows, halves, STATE, fresh, out, 1],
            );
          });
          const kept = (sum: number, i: number): number => (Number.isFinite(expected[i]) ? sum : 0);
          expect(sums.map(kept), `${outer} of ${rows} rows of ${columns}`).toEqual(expected.map(kept));
        }
      });
    }
  });
});

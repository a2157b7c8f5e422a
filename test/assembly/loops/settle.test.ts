import { describe, expect, it } from "vitest";
import { backends, GUARD, read, store } from "../../support/kernels.js";
import type { Backend, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { roundUnits, sumUnits } from "../../support/rational.js";
import { kernelsOf } from "../families.js";

const STATE = 64;
const PLANE = 4096;
const OUT = STATE + 3 * PLANE;
const X = 32768;

type State = readonly [high: number, low: number, magnitude: number];

/** What the kernel writes, and the indices that it lists. */
function settle(
  backend: Backend,
  states: readonly State[],
  error: number,
  divisor: number,
): [number[], number[]] {
  backend.fill(0, X);
  for (let plane = 0; plane < 3; plane++) {
    const values = states.map((state) => state[plane]);
    backend.write(STATE + plane * PLANE, store("f64", values));
  }
  const left = backend.kernels.settle_f64(STATE, PLANE, states.length, error, divisor, OUT) as number;
  expect(backend.firstTouched(OUT + 8 * states.length, GUARD)).toBe(-1);
  return [
    read("f64", backend.readAt("f64", OUT, states.length)) as number[],
    read("i32", backend.readAt("i32", STATE, left)) as number[],
  ];
}

const ULP = 2 ** -52;

describe("settle_f64", () => {
  it.each<[string, State, boolean]>([
    ["nothing", [0, 0, 0], true],
    ["no lower term", [1, 0, 8], true],
    ["a lower term that is far from a half", [1, ULP / 4, 8], true],
    ["a half", [1, ULP / 2, 8], false],
    ["almost a half", [1, ULP / 2 - 2 ** -105, 8], false],
    ["a half below a power of two", [1, -ULP / 4, 8], false],
    ["a magnitude that the error shows of", [1, ULP / 4, 2 ** 46], false],
    ["a sum that cancels", [0, 0, 1], false],
    ["an infinity", [Infinity, NaN, Infinity], false],
    ["an infinity with a lower term", [Infinity, 0, 1], false],
    ["NaN", [NaN, NaN, NaN], false],
    ["a sum that overflows", [Number.MAX_VALUE, 2 ** 970, Number.MAX_VALUE], false],
  ])("%s: certain or not, at any place", (_, state, certain) => {
    const plain: State = [3, 0, 3];
    for (const backend of backends) {
      for (const n of [1, 2, 3, 4, 5]) {
        for (let at = 0; at < n; at++) {
          const states = Array.from({ length: n }, (__, i) => (i === at ? state : plain));
          const [sums, left] = settle(backend, states, 2 ** -100, 1);
          expect(left, `[${at}] of ${n}`).toEqual(certain ? [] : [at]);
          if (certain) expect(sums[at]).toBe(state[0] + state[1]);
        }
      }
    }
  });

  it("divides the rounded sum", () => {
    const [sums] = settle(
      backends[0],
      [
        [1, ULP / 4, 1],
        [2, 0, 2],
        [5, 0, 5],
      ],
      0,
      3,
    );
    expect(sums).toEqual([1 / 3, 2 / 3, 5 / 3]);
  });

  it("lists all that are not certain, in order", () => {
    const states = Array.from({ length: 301 }, (_, i): State => [1, i % 3 === 0 ? ULP / 2 : 0, 1]);
    const [, left] = settle(backends[0], states, 0, 1);
    expect(left).toEqual(states.flatMap((_, i) => (i % 3 === 0 ? [i] : [])));
  });
});

describe.each(kernelsOf("review"))("%s", (name, type) => {
  const tag = type as Tag;

  interface Case {
    readonly values: readonly number[];
    readonly candidate: number;
    readonly magnitude: number;
  }

  /** Columns of 4 numbers, or rows: what stands in `out` after it, and what is left. */
  function review(backend: Backend, cases: readonly Case[], byRows: boolean): [number[], number[]] {
    const n = cases.length;
    const list = cases.map((_, i) => i).filter((i) => i !== 1);
    const numbers = byRows
      ? cases.flatMap(({ values }) => values)
      : [0, 1, 2, 3].flatMap((l) => cases.map(({ values }) => values[l]));
    const x = store(tag, numbers);
    const size = x.BYTES_PER_ELEMENT;
    backend.fill(0, X);
    backend.write(X, x);
    backend.write(STATE, store("i32", list));
    backend.write(
      STATE + PLANE,
      store(
        "f64",
        cases.map(({ magnitude }) => magnitude),
      ),
    );
    backend.write(
      OUT,
      store(
        "f64",
        cases.map(({ candidate }) => candidate),
      ),
    );
    const [inner, stride] = byRows ? [1, size] : [n, n * size];
    const left = backend.kernels[name](X, 4, inner, stride, STATE, list.length, STATE + PLANE, OUT) as number;
    return [
      read("f64", backend.readAt("f64", OUT, n)) as number[],
      read("i32", backend.readAt("i32", STATE, left)) as number[],
    ];
  }

  const largest = tag === "f32" ? 3e38 : 1.7e308;
  const tiny = tag === "f32" ? 2 ** -149 : 2 ** -1074;
  const cases: readonly (Case & { readonly expected: number; readonly isLeft: boolean })[] = [
    { values: [1, 2, 3, 4], candidate: 77, magnitude: 10, expected: 77, isLeft: false },
    { values: [1, 2, 3, 4], candidate: 78, magnitude: 10, expected: 78, isLeft: false },
    { values: [NaN, 2, 3, 4], candidate: 5, magnitude: NaN, expected: NaN, isLeft: false },
    { values: [1, Infinity, 3, Infinity], candidate: 5, magnitude: NaN, expected: Infinity, isLeft: false },
    {
      values: [1, -Infinity, largest, largest],
      candidate: NaN,
      magnitude: NaN,
      expected: -Infinity,
      isLeft: false,
    },
    { values: [-Infinity, 1, Infinity, 2], candidate: 5, magnitude: NaN, expected: NaN, isLeft: false },
    { values: [largest, largest, tiny, 0], candidate: 5, magnitude: 2 * largest, expected: 5, isLeft: true },
    { values: [1, 1, 1, 1], candidate: Infinity, magnitude: 4, expected: Infinity, isLeft: true },
    { values: [0, 0, -0, 0], candidate: 0, magnitude: 0, expected: 0, isLeft: false },
    { values: [tiny, 0, -tiny, 0], candidate: 0, magnitude: 2 * tiny, expected: 0, isLeft: false },
  ];

  it.each([true, false])("settles specials and what was exact, and nothing else; by rows: %s", (byRows) => {
    for (const backend of backends) {
      const [sums, left] = review(backend, cases, byRows);
      expect(sums).toEqual(cases.map(({ expected }) => expected));
      expect(left).toEqual(cases.flatMap(({ isLeft }, i) => (isLeft ? [i] : [])));
    }
  });

  it("with the kernels before it gives correctly rounded sums of numbers with many ties, or leaves them", () => {
    const backend = backends[0];
    const random = new Random(8);
    const unit = tag === "f32" ? 1 : 2 ** -30;
    let settled = 0;
    for (const length of [2, 3, 8, 100, 200]) {
      const rows = 40;
      const x = store(
        tag,
        Array.from({ length: rows * length }, () =>
          random.chance(0.1) ? 2 ** 30 * random.integer(-5, 6) : random.integer(-3, 4) * 2 ** -24 * unit,
        ),
      );
      const values = read(tag, x) as number[];
      backend.write(X, x);
      const size = x.BYTES_PER_ELEMENT;
      backend.kernels[`sums_${tag}`](X, rows, length, 1, size, STATE, PLANE, 1);
      const error = (length + 2 ** 11) * 2 ** -97;
      const count = backend.kernels.settle_f64(STATE, PLANE, rows, error, 1, OUT) as number;
      const magnitudes = STATE + 2 * PLANE;
      const left = backend.kernels[name](X, length, 1, size, STATE, count, magnitudes, OUT) as number;
      const rest = read("i32", backend.readAt("i32", STATE, left)) as number[];
      (read("f64", backend.readAt("f64", OUT, rows)) as number[]).forEach((sum, r) => {
        if (rest.includes(r)) return;
        settled++;
        const row = values.slice(r * length, (r + 1) * length);
        expect(sum, `row ${r} of ${length}`).toBe(roundUnits(sumUnits(row), "float64"));
      });
    }
    expect(settled).toBeGreaterThan(150);
  });
});

import { describe, expect, it } from "vitest";
import { dtypes } from "../../src/ndarray/dtype.js";
import { NdArray } from "../../src/ndarray/ndarray.js";
import { mean, sum, sumOver } from "../../src/ndarray/reductions.js";
import { permute } from "../../src/ndarray/views.js";
import { addBlock, sumAll } from "../../src/ndarray/sums.js";
import { ExactSum } from "../../src/core/exact-sum.js";
import { BLOCK } from "../../src/core/block.js";
import { memory } from "../../src/core/memory.js";
import { operate } from "../../src/core/operation.js";
import { Random } from "../support/random.js";
import { errorInUlps, roundUnits, sumUnits } from "../support/rational.js";
import type { Value } from "../support/kernels.js";
import {
  arrayOf,
  difference,
  elementsOf,
  fit,
  FLOATS,
  INTEGERS,
  numbersOf,
  randomShape,
  randomValues,
  randomView,
} from "./naive.js";

const BOUND = 0.5 + 2 ** -3;

/** A view as randomView makes it, without Inf and NaN. */
function finiteView(dtype: (typeof FLOATS)[number], shape: readonly number[], random: Random): NdArray {
  const view = randomView(dtype, shape, random);
  const all = new NdArray(view.storage, dtype, [view.storage.bytes / dtypes[dtype].size]);
  const numbers = numbersOf(all).map((x) => (Number.isFinite(x) ? x : 0.75));
  return new NdArray(arrayOf(dtype, all.shape, numbers).storage, dtype, shape, view.strides, view.offset);
}

/** Σ of the elements whose index has the given values in the dimensions that stay. */
function groups(shape: readonly number[], dims: readonly number[]): number[][] {
  const kept = shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const strides = shape.map(() => 0);
  let stride = 1;
  for (const d of [...kept].reverse()) {
    strides[d] = stride;
    stride *= shape[d];
  }
  const rows = Array.from({ length: stride }, (): number[] => []);
  const positions = shape.reduce((n, size) => n * size, 1);
  for (let i = 0; i < positions; i++) {
    let [rest, row] = [i, 0];
    for (let d = shape.length - 1; d >= 0; d--) {
      row += (rest % shape[d]) * strides[d];
      rest = Math.floor(rest / shape[d]);
    }
    rows[row].push(i);
  }
  return rows;
}

function randomDims(shape: readonly number[], random: Random): number[] {
  return shape.map((_, d) => d).filter(() => random.chance(0.5));
}

function sums(x: NdArray, dims: readonly number[], divisor = 1): Value[] {
  const kept = x.shape.filter((_, d) => !dims.includes(d));
  const out = NdArray.empty(dtypes[x.dtype].compute === "i64" ? "int64" : "float64", kept);
  sumOver(x, dims, divisor, out);
  return numbersOf(out);
}

describe("sumAll and sumOver of floats", () => {
  it.each(FLOATS)(
    "%s: over any dimensions of any layout, within 0.625 ULP of float64 of the exact sum",
    (dtype) => {
      const random = new Random(1);
      for (let round = 0; round < 60; round++) {
        const shape = randomShape(random, random.integer(0, 5), 5);
        const x = finiteView(dtype, shape, random);
        const values = elementsOf(x) as number[];
        const bound = dtype === "float64" ? BOUND : 2 ** 26;
        expect(errorInUlps(Number(sumAll(x)), sumUnits(values), "float64")).toBeLessThanOrEqual(bound);
        const dims = randomDims(shape, random);
        const found = sums(x, dims);
        const expected = groups(shape, dims).map((positions) => sumUnits(positions.map((i) => values[i])));
        expect(found).toHaveLength(expected.length);
        found.forEach((value, row) => {
          expect(errorInUlps(Number(value), expected[row], "float64"), `row ${row}`).toBeLessThanOrEqual(
            bound,
          );
        });
      }
    },
  );

  it("divides the exact sum, though the sum alone overflows", () => {
    const x = arrayOf("float64", [2, 3], new Array<number>(6).fill(1.5e308));
    expect(sumAll(x)).toBe(Infinity);
    expect(sumAll(x, 6)).toBe(1.5e308);
    expect(sums(x, [1])).toEqual([Infinity, Infinity]);
    expect(sums(x, [1], 3)).toEqual([1.5e308, 1.5e308]);
  });

  it("adds one by one where a block's own error could show", () => {
    // The sum is 2^-90 of the numbers' size: two-term addition of a block may lose 2^-78 of it.
    for (const n of [100, 2 * BLOCK]) {
      const values = Array.from({ length: n }, (_, i) =>
        i % 2 === 0 ? 1 + i * 2 ** -52 : -1 - (i - 1) * 2 ** -52,
      );
      values[n >> 1] += 2 ** -52;
      values[n - 1] += 2 ** -90;
      const x = arrayOf("float64", [n], values);
      expect(sumAll(x)).toBe(roundUnits(sumUnits(values), "float64"));
    }
  });

  it("rows longer than a block, of a transposed float16 matrix", () => {
    const random = new Random(2);
    const [m, n] = [3, BLOCK + 5];
    const x = finiteView("float16", [n, m], random);
    const values = elementsOf(x) as number[];
    const found = sums(x, [0]);
    groups([n, m], [0]).forEach((positions, row) => {
      expect(found[row]).toBe(roundUnits(sumUnits(positions.map((i) => values[i])), "float64"));
    });
  });

  it("of nothing is 0, whatever the strides", () => {
    for (const [shape, strides] of [
      [[0], [1]],
      [
        [3, 0],
        [0, 1],
      ],
      [
        [0, 2, 3],
        [6, 1, 2],
      ],
      [
        [2, 0, 3],
        [3, 3, 1],
      ],
    ]) {
      const x = new NdArray(arrayOf("float32", [6], [1, 2, 3, 4, 5, 6]).storage, "float32", shape, strides);
      expect(sumAll(x)).toBe(0);
      expect(sumAll(x, 0)).toBeNaN();
      const empty = shape.indexOf(0);
      const rest = shape.filter((_, d) => d !== empty).reduce((a, b) => a * b, 1);
      expect(sums(x, [empty])).toEqual(new Array(rest).fill(0));
      expect(sums(x, [])).toEqual([]);
    }
  });
});

describe("sums along dimensions are rounded correctly", () => {
  /** Numbers of the dtype that add up in different ways: exactly, in two terms, one by one. */
  const KINDS: Readonly<Record<string, (random: Random, i: number) => number>> = {
    ordinary: (random) => random.normal(),
    "many zeros": (random) => (random.chance(0.6) ? 0 : random.normal()),
    "ties of a few bits": (random) => random.integer(-7, 8) * 2 ** random.pick([0, 0, 12]),
    "all sizes": (random) => random.normal() * 2 ** random.integer(-14, 12),
    "columns of their own sizes": (random, i) => random.normal() * 2 ** ((i % 5) * 3),
    cancelling: (random, i) => (i % 2 === 0 ? 1000 : -1000) + (random.chance(0.1) ? 2 ** -10 : 0),
  };
  /** Few and many, short and long, more than a window holds; and what is reduced. */
  const CASES: readonly (readonly [shape: readonly number[], dims: readonly number[]])[] = [
    [[3, 5000], [0]],
    [[5000, 3], [1]],
    [[5000, 3], [0]],
    [[2, BLOCK + 3], [0]],
    [[2, BLOCK + 3], [1]],
    [[70, 130], [0]],
    [[130, 70], [1]],
    [[9, 40, 5], [1]],
    [[3, 700, 9], [1]],
    [
      [6, 7, 8],
      [0, 2],
    ],
    [
      [4, 3, 5, 6],
      [1, 2],
    ],
    [
      [4, 3, 5, 6],
      [0, 3],
    ],
  ];

  function check(x: NdArray, dims: readonly number[], described: string): void {
    const values = elementsOf(x) as number[];
    const expected = groups(x.shape, dims).map((at) =>
      roundUnits(sumUnits(at.map((i) => values[i])), "float64"),
    );
    expect(difference(sums(x, dims), expected), described).toBeNull();
  }

  it.each(FLOATS.flatMap((dtype) => Object.keys(KINDS).map((kind) => [dtype, kind] as const)))(
    "%s, numbers of %s: in order, reversed, and as a slice",
    (dtype, kind) => {
      const random = new Random(5);
      for (const [shape, dims] of CASES) {
        const n = shape.reduce((a, b) => a * b, 1);
        const values = Array.from({ length: n }, (_, i) => fit(dtype, KINDS[kind](random, i)));
        if (n > 5000 && random.chance(0.5)) continue;
        const described = `[${shape.join()}] along ${dims.join()}`;
        const x = arrayOf(dtype, shape, values);
        check(x, dims, described);
        const last = shape.length - 1;
        const reversed = permute(
          x,
          shape.map((_, d) => last - d),
        );
        const mirrored = dims.map((d) => last - d).reverse();
        check(reversed, mirrored, `${described}, reversed`);
        if (n > 5000) continue;
        const whole = arrayOf(dtype, [2 * n], [...values, ...values]);
        const strides = x.strides.map((stride) => 2 * stride);
        check(new NdArray(whole.storage, dtype, shape, strides), dims, `${described}, every other`);
      }
    },
  );

  it("also where a lower term was itself rounded, whose last bit decides", () => {
    // 2^-53 is half a unit in the last place of 1, and 2^-110 is lost beside it.
    const values = [1, 2 ** -53, 2 ** -110];
    const above = 1 + 2 ** -52;
    expect(sumAll(arrayOf("float64", [3], values))).toBe(above);
    expect(sums(arrayOf("float64", [3, 1], values), [0])).toEqual([above]);
    const columns = values.flatMap((value) => new Array<number>(9).fill(value));
    expect(sums(arrayOf("float64", [3, 9], columns), [0])).toEqual(new Array(9).fill(above));
    const long = [...values, ...new Array<number>(2 * BLOCK).fill(0)];
    expect(sums(arrayOf("float64", [1, long.length], long), [1])).toEqual([above]);
  });

  it.each(FLOATS)("%s: NaN and infinities decide their sums, and no others", (dtype) => {
    for (const shape of [
      [4, 9],
      [100, 9],
      [100, 70],
      [5, 4100],
    ]) {
      const [length, inner] = shape;
      const values = new Array<number>(length * inner).fill(1);
      const put = (row: number, column: number, value: number): void => {
        values[row * inner + column] = value;
      };
      put(1, 1, NaN);
      put(2, 2, Infinity);
      put(0, 3, -Infinity);
      put(length - 1, 4, Infinity);
      put(0, 4, -Infinity);
      const expected = new Array<number>(inner).fill(length);
      expected.splice(1, 4, NaN, Infinity, -Infinity, NaN);
      const x = arrayOf(dtype, shape, values);
      expect(difference(sums(x, [0]), expected)).toBeNull();
      const y = arrayOf(dtype, [inner, length], numbersOf(x));
      const rows = Array.from({ length: inner }, (_, c) =>
        Array.from({ length }, (__, l) => values[l * inner + c]),
      );
      expect(difference(sums(arrayOf(dtype, y.shape, rows.flat()), [1]), expected)).toBeNull();
    }
  });

  it("means of numbers whose sums overflow", () => {
    const x = arrayOf("float64", [3, 70], new Array<number>(210).fill(1.5e308));
    expect(sums(x, [0])).toEqual(new Array(70).fill(Infinity));
    expect(sums(x, [0], 3)).toEqual(new Array(70).fill(1.5e308));
  });

  it("halves are rounded by way of float32, as all float64 are", () => {
    const x = arrayOf("float16", [3, 2], [1, 1, 2 ** -11, 2 ** -11, 2 ** -24, 2 ** -24]);
    expect(numbersOf(sum(x, [0], false))).toEqual([1, 1]);
  });
});

describe("sumAll and sumOver of integers", () => {
  const LARGE: readonly number[][] = [
    [3, BLOCK + 7],
    [3, BLOCK],
    [2, 3, BLOCK - 1],
    [5, 4100],
    [300, 70],
  ];
  it.each([...INTEGERS, "bool"] as const)("%s: exact, as a wrapping int64", (dtype) => {
    const random = new Random(3);
    for (let round = 0; round < 30; round++) {
      const shape = LARGE[round] ?? randomShape(random, random.integer(0, 5), 5);
      const x = randomView(dtype, shape, random);
      const values = elementsOf(x).map(BigInt);
      const total = (positions: readonly number[]): bigint =>
        BigInt.asIntN(
          64,
          positions.reduce((n, i) => n + values[i], 0n),
        );
      expect(sumAll(x)).toBe(total(values.map((_, i) => i)));
      for (const dims of round < LARGE.length ? [[0], [shape.length - 1]] : [randomDims(shape, random)]) {
        expect(difference(sums(x, dims), groups(shape, dims).map(total))).toBeNull();
      }
    }
  });

  it("int64 wraps past its end, across blocks too", () => {
    const largest = 2n ** 63n - 1n;
    expect(sumAll(arrayOf("int64", [2], [largest, 1n]))).toBe(-(2n ** 63n));
    const many = arrayOf("int64", [1], [largest]).expanded([BLOCK + 2]);
    expect(sumAll(many)).toBe(BigInt.asIntN(64, largest * BigInt(BLOCK + 2)));
  });
});

describe("addBlock", () => {
  it("adds what it is given to what is there, and says how large it was", () => {
    const exact = new ExactSum();
    exact.add(100);
    const x = arrayOf("float32", [4], [1, -2, 3, 0.5]);
    operate(() => {
      expect(addBlock(memory(), x.address(), 4, "f32", exact)).toBe(6.5);
      expect(exact.value()).toBe(102.5);
    });
  });

  it.each([
    [[Infinity, 1], Infinity],
    [[Infinity, -Infinity], NaN],
    [[NaN, 1], NaN],
    // The first and the fifth number meet in a lane.
    [[1.7e308, 0, 0, 0, 1.7e308, -1.7e308], 1.7e308],
    [[-1.5 * 2 ** 971, Number.MAX_VALUE], Number.MAX_VALUE - 1.5 * 2 ** 971],
  ])("takes %j, whose sum or error is not finite on the way", (values, expected) => {
    const exact = new ExactSum();
    const x = arrayOf("float64", [values.length], values);
    operate(() => {
      expect(addBlock(memory(), x.address(), values.length, "f64", exact)).toBe(0);
      expect(exact.value()).toBe(expected);
    });
  });
});

describe("sum and mean as results", () => {
  it.each(FLOATS)("%s: rounded once, of the dtype", (dtype) => {
    const x = arrayOf(dtype, [2, 3], [1, 2, 3, 4, 5, 6]);
    for (const [found, shape, values] of [
      [sum(x, undefined, false), [], [21]],
      [sum(x, undefined, true), [1, 1], [21]],
      [sum(x, [0], false), [3], [5, 7, 9]],
      [sum(x, [1], true), [2, 1], [6, 15]],
      [sum(x, [], false), [2, 3], [1, 2, 3, 4, 5, 6]],
      [mean(x, undefined, false), [], [3.5]],
      [mean(x, [0], true), [1, 3], [2.5, 3.5, 4.5]],
      [mean(arrayOf(dtype, [3], [1, 0, 0]), [0], false), [], [fit(dtype, 1 / 3)]],
    ] as const) {
      expect([found.dtype, found.shape, numbersOf(found)]).toEqual([dtype, shape, values]);
    }
  });

  it.each([...INTEGERS, "bool"] as const)("%s: int64, and no mean", (dtype) => {
    const x = arrayOf(dtype, [2, 2], randomValues(dtype, 4, new Random(4)));
    expect(sum(x, undefined, false).dtype).toBe("int64");
    expect(sum(x, [0], false).dtype).toBe("int64");
    expect(() => mean(x, undefined, false)).toThrow(TypeError);
  });

  it.each(["complex64", "complex128"] as const)("%s: part by part", (dtype) => {
    const z = arrayOf(dtype, [2, 2], [1, 10, 2, 20, 3, 30, 4, 40]);
    expect(numbersOf(sum(z, undefined, false))).toEqual([10, 100]);
    expect(numbersOf(sum(z, [0], false))).toEqual([4, 40, 6, 60]);
    expect(numbersOf(mean(z, [1], true))).toEqual([1.5, 15, 3.5, 35]);
  });
});

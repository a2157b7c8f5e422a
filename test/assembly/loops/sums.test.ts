import { describe, expect, it } from "vitest";
import { backends, GUARD, read, store } from "../../support/kernels.js";
import type { Backend, Stored, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { roundUnits, sumUnits, toUnits } from "../../support/rational.js";
import { kernelsOf } from "../families.js";
import { samples } from "../samples.js";

interface Sizes {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** Numbers between the beginnings of two rows: `inner`, unless the columns are a part of more. */
  readonly pitch?: number;
}

/** Room of the scratch space behind the states. */
const SCRATCH = 256;
/**
 * What a sum of n numbers may lose, in units of 2^-1074: src/ndarray/sums.ts tells the kernels so.
 */
const errorOf = (n: number): number => (n + 2 ** 11) * 2 ** -97;

type Make = (random: Random) => number;

/** Numbers whose sums come in different ways: exactly, in two terms, or not for certain at all. */
const KINDS: Readonly<Record<string, Make>> = {
  "of a few sizes": (random) => random.normal() * 2 ** random.integer(-3, 3),
  integers: (random) => random.integer(-1000, 1001),
  "with many zeros": (random) => (random.chance(0.5) ? random.pick([0, -0]) : random.normal()),
  "of all sizes": (random) => random.normal() * 2 ** random.integer(-60, 60),
  "huge, and subnormal": (random) =>
    random.pick([2 ** 120, -(2 ** 120), 2 ** -149, -(2 ** -140), 2 ** -127]) * random.next(),
};

/** Rows and columns that end within and beyond vectors, groups, batches and stripes. */
const SIZES: readonly Sizes[] = [
  ...[0, 1, 2, 3, 4, 5, 8, 33, 64, 65, 130, 300].flatMap((length) => [
    { outer: 3, length, inner: 1 },
    { outer: 2, length, inner: 3 },
  ]),
  { outer: 1, length: 129, inner: 1 },
  ...[2, 4, 8, 65, 67].map((inner) => ({ outer: 2, length: 9, inner })),
  ...[1, 2, 33].map((length) => ({ outer: 1, length, inner: 70 })),
  { outer: 1, length: 3, inner: 1030 },
  { outer: 1, length: 33, inner: 514 },
  { outer: 1, length: 35, inner: 5, pitch: 9 },
  { outer: 1, length: 6, inner: 70, pitch: 100 },
];

function describeSizes({ outer, length, inner, pitch = inner }: Sizes): string {
  return `[${outer}, ${length}, ${inner} of ${pitch}]`;
}

/** The numbers of each sum. */
function groups(x: readonly number[], { outer, length, inner, pitch = inner }: Sizes): number[][] {
  return Array.from({ length: outer * inner }, (_, i) => {
    const [o, c] = [Math.floor(i / inner), i % inner];
    return Array.from({ length }, (__, l) => x[(o * length + l) * pitch + c]);
  });
}

function make(tag: Tag, sizes: Sizes, kind: Make, seed: number): Stored {
  const { outer, length, inner, pitch = inner } = sizes;
  const random = new Random(seed);
  return store(
    tag,
    Array.from({ length: outer * length * pitch }, () => kind(random)),
  );
}

/**
 * A third of the memory is for the numbers, which end where the memory ends; the states come first.
 */
function place(backend: Backend, x: Stored): number {
  const address = backend.bytes.length - x.byteLength;
  backend.write(address, x);
  return address;
}

const STATE = 64;

interface State {
  readonly high: number;
  readonly low: number;
  readonly magnitude: number;
}

/**
 * The states that the kernel leaves, by parts of `rows` rows; throws where it writes beside them.
 */
function statesOf(backend: Backend, name: string, x: Stored, sizes: Sizes, rows: number): State[] {
  const { outer, length, inner, pitch = inner } = sizes;
  const count = outer * inner;
  const plane = 8 * (count + SCRATCH);
  backend.fill(0, STATE + 3 * plane + GUARD);
  const address = place(backend, x);
  const stride = pitch * x.BYTES_PER_ELEMENT;
  for (let l = 0; l === 0 || l < length; l += rows) {
    const now = Math.min(rows, length - l);
    backend.kernels[name](address + l * stride, outer, now, inner, stride, STATE, plane, Number(l === 0));
  }
  const planes = [0, 1, 2].map((i) => read("f64", backend.readAt("f64", STATE + i * plane, count)));
  expect(backend.firstTouched(0, STATE)).toBe(-1);
  expect(backend.firstTouched(STATE + 3 * plane, GUARD)).toBe(-1);
  return planes[0].map((high, i) => ({
    high: Number(high),
    low: Number(planes[1][i]),
    magnitude: Number(planes[2][i]),
  }));
}

function expectGood({ high, low, magnitude }: State, values: readonly number[], described: string): void {
  const size = sumUnits(values.map(Math.abs));
  const error = toUnits(high) + toUnits(low) - sumUnits(values);
  const scale = 2 ** 160;
  const limit = (toUnits(magnitude) * BigInt(Math.floor(errorOf(values.length) * scale))) >> 160n;
  expect(error <= limit && -error <= limit, `${described}: off by ${error}, at most ${limit}`).toBe(true);
  expect(high + low, described).toBe(high);
  const slack = (size * BigInt(values.length)) >> 53n;
  expect(toUnits(magnitude) >= size - slack, `${described}: Σ|x|`).toBe(true);
}

describe.each(kernelsOf("sums").filter(([, type]) => type !== "i64"))("%s", (name, type) => {
  const tag = type as Tag;

  it.each(Object.keys(KINDS))("numbers %s: sums in two terms, within the error that is told", (kind) => {
    SIZES.forEach((sizes, i) => {
      const x = make(tag, sizes, KINDS[kind], i);
      const expected = groups(read(tag, x) as number[], sizes);
      const described = describeSizes(sizes);
      const states = statesOf(backends[0], name, x, sizes, Math.max(sizes.length, 1));
      states.forEach((state, c) => {
        expectGood(state, expected[c], `${described}, sum ${c}`);
      });
      for (const backend of backends.slice(1)) {
        expect(statesOf(backend, name, x, sizes, Math.max(sizes.length, 1)), described).toEqual(states);
      }
    });
  });

  it("adds to states what comes in parts", () => {
    for (const sizes of SIZES.filter(({ outer, length }) => outer === 1 && length > 1)) {
      for (const rows of [3, 32]) {
        const x = make(tag, sizes, KINDS["of all sizes"], rows);
        const expected = groups(read(tag, x) as number[], sizes);
        statesOf(backends[0], name, x, sizes, rows).forEach((state, c) => {
          expectGood(state, expected[c], `${describeSizes(sizes)} by ${rows}, sum ${c}`);
        });
      }
    }
  });

  it.each([NaN, Infinity, -Infinity])(
    "gives no finite sum, or no finite error, of a single %d",
    (special) => {
      for (const sizes of SIZES.filter(({ length, outer }) => length > 0 && outer * length < 70)) {
        const count = sizes.outer * sizes.inner;
        for (let at = 0; at < sizes.length * Math.min(count, 9); at += 7) {
          const x = make(tag, sizes, () => 1, 0);
          x.set([special] as never, at);
          const expected = groups(read(tag, x) as number[], sizes);
          const states = statesOf(backends[0], name, x, sizes, sizes.length);
          expect(
            states.map(({ high, low }) => Number.isFinite(high + low)),
            `${describeSizes(sizes)}, [${at}]`,
          ).toEqual(expected.map((group) => group.every(Number.isFinite)));
        }
      }
    },
  );

  it("gives the same of numbers at every alignment", () => {
    const backend = backends[0];
    for (const sizes of SIZES.slice(0, 60)) {
      const x = make(tag, sizes, KINDS["of all sizes"], 3);
      const plane = 8 * (sizes.outer * sizes.inner + SCRATCH);
      const run = (address: number): unknown => {
        backend.write(address, x);
        const stride = sizes.inner * x.BYTES_PER_ELEMENT;
        backend.kernels[name](address, sizes.outer, sizes.length, sizes.inner, stride, STATE, plane, 1);
        return backend.readAt("f64", STATE, sizes.outer * sizes.inner);
      };
      const expected = run(1 << 19);
      for (let offset = 0; offset < 16; offset += x.BYTES_PER_ELEMENT) {
        expect(run((1 << 19) + offset), describeSizes(sizes)).toEqual(expected);
      }
    }
  });
});

describe("sums_i64", () => {
  it("adds rows and columns to what is there, wrapping", () => {
    for (const backend of backends) {
      SIZES.forEach((sizes, i) => {
        const { outer, length, inner, pitch = inner } = sizes;
        const x = samples("i64", outer * length * pitch, new Random(i));
        const count = outer * inner;
        const before = samples("i64", count, new Random(i + 1));
        backend.fill(0, STATE + 8 * count + GUARD);
        backend.write(STATE, before);
        backend.kernels.sums_i64(place(backend, x), outer, length, inner, 8 * pitch, STATE);
        const values = read("i64", x) as bigint[];
        const expected = (read("i64", before) as bigint[]).map((start, c) => {
          const [o, column] = [Math.floor(c / inner), c % inner];
          let sum = start;
          for (let l = 0; l < length; l++) sum += values[(o * length + l) * pitch + column];
          return BigInt.asIntN(64, sum);
        });
        expect(read("i64", backend.readAt("i64", STATE, count)), describeSizes(sizes)).toEqual(expected);
        expect(backend.firstTouched(STATE + 8 * count, GUARD)).toBe(-1);
      });
    }
  });
});

describe.each(kernelsOf("few"))("%s", (name, type) => {
  const tag = type as Tag;
  const few = SIZES.filter(({ length }) => length <= 64);

  function run(backend: Backend, x: Stored, sizes: Sizes, divisor: number): [boolean, number[]] {
    const { outer, length, inner, pitch = inner } = sizes;
    const count = outer * inner;
    backend.fill(0, STATE + 8 * count + GUARD);
    const stride = pitch * x.BYTES_PER_ELEMENT;
    const done = backend.kernels[name](place(backend, x), outer, length, inner, stride, divisor, STATE);
    expect(backend.firstTouched(0, STATE)).toBe(-1);
    expect(backend.firstTouched(STATE + 8 * count, GUARD)).toBe(-1);
    return [done === 1, read("f64", backend.readAt("f64", STATE, count)) as number[]];
  }

  it.each([
    ["of a few sizes", true],
    ["integers", true],
    ["of all sizes", false],
    ["huge, and subnormal", false],
  ] as const)("numbers %s: the sums are rounded correctly where it says that it could: %s", (kind, most) => {
    let done = 0;
    few.forEach((sizes, i) => {
      const x = make(tag, sizes, KINDS[kind], i);
      const expected = groups(read(tag, x) as number[], sizes).map((g) => roundUnits(sumUnits(g), "float64"));
      for (const backend of backends) {
        for (const divisor of [1, 3]) {
          const [could, found] = run(backend, x, sizes, divisor);
          if (could) expect(found, describeSizes(sizes)).toEqual(expected.map((sum) => sum / divisor));
          if (could) done++;
        }
      }
    });
    expect(done > few.length * backends.length).toBe(most);
  });

  it("rounds ties to even, and gives +0 where all cancels or is -0", () => {
    const unit = tag === "f32" ? 2 ** -23 : 2 ** -52;
    const lists = [
      [1 + unit, 1, 0, 0],
      [1 + 3 * unit, 1, 0, 0],
      [1 + unit, 1, 0.5, 0.25],
      [1 + unit, -1 - unit, 1, -1],
      [-0, -0, -0, -0],
    ];
    for (const values of lists) {
      const x = store(tag, values);
      const expected = roundUnits(sumUnits(read(tag, x) as number[]), "float64");
      expect(run(backends[0], x, { outer: 1, length: 4, inner: 1 }, 1)).toEqual([true, [expected]]);
      const twice = store(
        tag,
        values.flatMap((v) => [v, v, v, v, v]),
      );
      const columns = new Array<number>(5).fill(expected);
      expect(run(backends[0], twice, { outer: 1, length: 4, inner: 5 }, 1)).toEqual([true, columns]);
    }
  });

  it("adds 64 numbers that are as large, and as far apart, as it takes them", () => {
    const spread = tag === "f32" ? 21 : 19;
    const largest = tag === "f32" ? 2 - 2 ** -23 : 2 - 2 ** -52;
    for (const low of [0, -30]) {
      const values = Array.from({ length: 64 }, (_, i) =>
        i % 2 === 0 ? largest * 2 ** (low + spread) : largest * 2 ** low,
      );
      const x = store(tag, values);
      const expected = roundUnits(sumUnits(values), "float64");
      expect(run(backends[0], x, { outer: 1, length: 64, inner: 1 }, 1)).toEqual([true, [expected]]);
      values[7] = 2 ** (low - 3);
      expect(run(backends[0], store(tag, values), { outer: 1, length: 64, inner: 1 }, 1)[0]).toBe(false);
    }
  });

  it.each([NaN, Infinity, -Infinity])("says that it cannot add %d wherever it lies", (special) => {
    for (const sizes of few.filter(
      ({ length, inner, pitch = inner }) => length > 0 && pitch < 10 && pitch === inner,
    )) {
      const n = sizes.outer * sizes.length * sizes.inner;
      for (let at = 0; at < n; at++) {
        const x = make(tag, sizes, () => 1e38, 0);
        x.set([special] as never, at);
        expect(run(backends[0], x, sizes, 1)[0], `${describeSizes(sizes)}, [${at}]`).toBe(false);
      }
    }
  });

  if (tag === "f64") {
    it("does not take a subnormal number for 0, or a sum for finite that is not", () => {
      const sizes = { outer: 1, length: 4, inner: 1 };
      expect(run(backends[0], store(tag, [1, 2 ** -1074, 0, 0]), sizes, 1)[0]).toBe(false);
      expect(run(backends[0], store(tag, [1e308, 1e308, 1e308, 1e308]), sizes, 1)[0]).toBe(false);
    });
  }
});

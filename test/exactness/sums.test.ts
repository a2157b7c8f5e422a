/** Sums and means of tensors, held against exact addition of big integers. */
import { describe, expect, it } from "vitest";
import { full, tensor, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { Random } from "../support/random.js";
import { errorInUlps, FLOAT_DTYPES, roundUnits, sumUnits } from "../support/rational.js";
import type { FloatDType } from "../support/rational.js";

const BLOCK = 16384;
/**
 * A mean is divided in float64, and then rounded: a second rounding of that size for float64 alone.
 */
const MEAN_BOUND: Record<FloatDType, number> = { float16: 0.75, bfloat16: 0.75, float32: 0.75, float64: 1.5 };

/** A tensor of the numbers, which the dtype must be able to hold. */
function tensorOf(dtype: FloatDType, values: readonly number[]): Tensor {
  return tensor(Float64Array.from(values)).to(dtype);
}

function sumOf(dtype: FloatDType, values: readonly number[]): number {
  return tidy(() => tensorOf(dtype, values).sum().item());
}

function meanOf(dtype: FloatDType, values: readonly number[]): number {
  return tidy(() => tensorOf(dtype, values).mean().item());
}

function shuffle(values: number[], random: Random): number[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}

/** The numbers that the dtype holds nearest to these. */
function rounded(dtype: FloatDType, values: readonly number[]): number[] {
  return tidy(() => tensorOf(dtype, values).to("float64").tolist()) as number[];
}

describe("many ones", () => {
  it("2e7 in float32 sum to 2e7, past 2^24 where float32 alone would stand still", () => {
    tidy(() => {
      const ones = full([2e7], 1);
      expect(ones.sum().item()).toBe(2e7);
      expect(ones.mean().item()).toBe(1);
      expect(ones.neg().sum().item()).toBe(-2e7);
    });
  });

  it("of a half type sum exactly, and overflow only in the result", () => {
    tidy(() => {
      const ones = full([100_000], 1, { dtype: "float16" });
      expect(ones.mean().item()).toBe(1);
      expect(ones.sum().item()).toBe(Infinity);
      expect(full([65_504], 1, { dtype: "float16" }).sum().item()).toBe(65_504);
      expect(full([100_000], 1, { dtype: "bfloat16" }).sum().item()).toBe(99_840);
    });
  });
});

describe("constants", () => {
  it.each(FLOAT_DTYPES.flatMap((dtype) => [0.1, 1 / 3, -7e-5].map((value) => [value, dtype] as const)))(
    "the mean of 2^24 times %d in %s is that number: 0 ULP",
    (value, dtype) => {
      tidy(() => {
        const one = tensorOf(dtype, [value]);
        const mean = one
          .expand(2 ** 24)
          .mean()
          .item();
        expect(mean).toBe(one.item());
      });
    },
  );

  it.each(FLOAT_DTYPES)(
    "the mean of 10,000,019 times 0.1 in %s, read in place, is that number: 0 ULP",
    (dtype) => {
      tidy(() => {
        const many = full([10_000_019], 0.1, { dtype });
        expect(many.mean().item()).toBe(many.at(0).item());
      });
    },
  );
});

describe("cancellation", () => {
  it.each([
    [[1e30, 1, -1e30], 1],
    [[1, 1e30, 1, -1e30], 2],
    [[2 ** 100, 2 ** 50, 1, -(2 ** 100), -(2 ** 50)], 1],
    [[1e16, 1, -1e16, 1e-16], 1],
    [[2 ** 127, 2 ** -149, -(2 ** 127)], 2 ** -149],
    [[3, -3, 0, -0], 0],
  ])("float32 and float64 %j", (values, expected) => {
    expect(sumOf("float64", values)).toBe(roundUnits(sumUnits(values), "float64"));
    const singles = rounded("float32", values);
    expect(sumOf("float32", singles)).toBe(roundUnits(sumUnits(singles), "float32"));
    expect(Math.fround(roundUnits(sumUnits(values), "float64"))).toBe(Math.fround(expected));
  });

  it.each([
    ["float32", 60],
    ["float64", 500],
  ] as const)(
    "%s: 3000 lists whose large numbers cancel, in random order, sum to within 0.5 ULP and 2^-30",
    (dtype, spread) => {
      const random = new Random(1);
      for (let round = 0; round < 3000; round++) {
        const values: number[] = [];
        const pairs = random.integer(1, 12);
        for (let i = 0; i < pairs; i++) {
          const large = random.normal() * 2 ** random.integer(-spread, spread);
          values.push(large, -large);
        }
        const rest = random.integer(0, 5);
        for (let i = 0; i < rest; i++) values.push(random.normal() * 2 ** random.integer(-spread, spread));
        const list = shuffle(rounded(dtype, values), random);
        // A tie in the last place may be decided by less than float64 keeps of the sum.
        const error = errorInUlps(sumOf(dtype, list), sumUnits(list), dtype);
        if (error > 0.5 + 2 ** -30) expect.fail(`${JSON.stringify(list)}: off by ${error} ULP`);
      }
    },
  );

  it.each(["float32", "float64"] as const)(
    "%s: across blocks, to within 0.625 ULP; means 0.75 and 1.5 ULP",
    (dtype) => {
      const random = new Random(2);
      for (const n of [BLOCK, BLOCK + 1, 3 * BLOCK + 7]) {
        const half = Array.from({ length: n >> 1 }, () => random.normal() * 2 ** random.integer(-20, 20));
        const values = rounded(dtype, shuffle([...half, ...half.map((x) => -x), 1e-10], random));
        expect(errorInUlps(sumOf(dtype, values), sumUnits(values), dtype)).toBeLessThanOrEqual(0.625);
        expect(
          errorInUlps(meanOf(dtype, values), sumUnits(values), dtype, values.length),
        ).toBeLessThanOrEqual(1);
      }
    },
  );

  it("huge beside tiny: a million 1e-8 beside 1, and beside 1e10 that comes and goes", () => {
    tidy(() => {
      const values = new Float32Array(1_000_001).fill(1e-8);
      values[0] = 1;
      const exact = sumUnits(values);
      expect(tensor(values).sum().item()).toBe(roundUnits(exact, "float32"));
      values[0] = 1e10;
      values[500_000] = -1e10;
      expect(tensor(values).sum().item()).toBe(roundUnits(sumUnits(values), "float32"));
    });
  });
});

describe("the ends of the range", () => {
  it.each([
    ["float32", 2 ** -149],
    ["float64", 2 ** -1074],
    ["float16", 2 ** -24],
    ["bfloat16", 2 ** -133],
  ] as const)("%s: subnormals add up exactly", (dtype, smallest) => {
    const random = new Random(3);
    const values = Array.from({ length: 40_000 }, () => smallest * random.integer(-100, 101));
    expect(sumOf(dtype, values)).toBe(roundUnits(sumUnits(values), dtype));
    expect(sumOf(dtype, [smallest, -smallest, smallest])).toBe(smallest);
  });

  it.each([
    ["float32", 3.4028234663852886e38],
    ["float64", Number.MAX_VALUE],
    ["float16", 65504],
    ["bfloat16", 3.3895313892515355e38],
  ] as const)(
    "%s: the mean of numbers whose sum overflows is right, and the sum infinite",
    (dtype, largest) => {
      for (const n of [2, 3, 5, 6, 7, 11, 67, 1000, BLOCK + 1, 100_003]) {
        tidy(() => {
          const x = full([n], largest, { dtype });
          expect(x.sum().item()).toBe(Infinity);
          expect(errorInUlps(x.mean().item(), sumUnits([largest]), dtype)).toBeLessThanOrEqual(
            MEAN_BOUND[dtype],
          );
          expect(x.neg().mean().item()).toBe(-x.mean().item());
        });
      }
    },
  );

  it.each([
    ["float32", [3e38, 3e38, -3e38, -2e38]],
    ["float64", [1.5e308, 1.5e308, -1.5e308, -1e308]],
    // The sum fits, and the error of one addition on the way does not.
    ["float64", [-1.5 * 2 ** 971, Number.MAX_VALUE]],
    ["float64", [Number.MAX_VALUE, -1.5 * 2 ** 971]],
    ["float16", [65504, 65504, -65504, -60000]],
    ["bfloat16", [3e38, 3e38, -3e38]],
  ] as const)("%s: a sum that overflows on the way, but not in the end: %j", (dtype, given) => {
    const values = rounded(dtype, given);
    expect(sumOf(dtype, values)).toBe(roundUnits(sumUnits(values), dtype));
    // The same among zeros, in lanes and blocks of their own.
    for (const gap of [3, 8, BLOCK]) {
      const spread = values.flatMap((value) => [value, ...new Array<number>(gap).fill(0)]);
      expect(sumOf(dtype, spread), `gaps of ${gap}`).toBe(roundUnits(sumUnits(values), dtype));
    }
  });

  it.each(FLOAT_DTYPES)("%s: Inf and NaN decide wherever they lie", (dtype) => {
    for (const n of [1, 2, 67, 2 * BLOCK + 5]) {
      for (const at of [0, n >> 1, n - 1]) {
        const withOne = (special: number, other = 1): Tensor => {
          const values = new Float64Array(n).fill(other);
          values[at] = special;
          return tensor(values).to(dtype);
        };
        tidy(() => {
          expect(withOne(Infinity).sum().item()).toBe(Infinity);
          expect(withOne(-Infinity).mean().item()).toBe(-Infinity);
          expect(withOne(NaN).sum().item()).toBeNaN();
          expect(withOne(-Infinity, Infinity).sum().item()).toBe(n === 1 ? -Infinity : NaN);
          expect(withOne(Infinity).sum({ dim: 0 }).item()).toBe(Infinity);
        });
      }
    }
  });

  it.each(FLOAT_DTYPES)(
    "%s: the empty sum is +0 and the empty mean NaN; -0 sums to 0 as in torch",
    (dtype) => {
      tidy(() => {
        expect(zeros([0], { dtype }).sum().item()).toBe(0);
        expect(zeros([0], { dtype }).mean().item()).toBeNaN();
        expect(sumOf(dtype, [-0, -0])).toBe(0);
      });
    },
  );
});

describe("random numbers", () => {
  it.each(FLOAT_DTYPES)(
    "%s: sums are within 0.625 ULP of the exact sum, means within 0.75 ULP, of float64 1.5",
    (dtype) => {
      const random = new Random(4);
      for (const n of [1, 2, 3, 67, 1000, BLOCK, BLOCK + 1, 50_003]) {
        for (const make of [
          () => random.next(),
          () => random.normal(),
          () => random.normal() * 2 ** random.integer(-7, 7),
        ]) {
          const values = rounded(dtype, Array.from({ length: n }, make));
          const exact = sumUnits(values);
          expect(errorInUlps(sumOf(dtype, values), exact, dtype), `sum of ${n}`).toBeLessThanOrEqual(0.625);
          expect(errorInUlps(meanOf(dtype, values), exact, dtype, n), `mean of ${n}`).toBeLessThanOrEqual(
            MEAN_BOUND[dtype],
          );
        }
      }
    },
  );
});

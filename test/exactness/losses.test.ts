/**
 * Losses' sums and means held against exact addition of big integers: of their terms, and of what
 * the operands stand for.
 */
import { describe, expect, it } from "vitest";
import { full, ones, tensor, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { roundingOf } from "../../src/loss/losses.js";
import { roundTo } from "../../src/ndarray/dtype.js";
import { EXACT_UNIT, exactLoss, lossOf, LOSSES, rowOf } from "../support/losses.js";
import type { Loss, Reduction } from "../support/losses.js";
import { Random } from "../support/random.js";
import { errorInUlps, FLOAT_DTYPES, sumUnits } from "../support/rational.js";
import type { FloatDType } from "../support/rational.js";
import { SLOW } from "../support/slow.js";

const BLOCK = 16384;
/** What is promised of data that no adversary made. */
const BOUND: Record<FloatDType, number> = { float16: 1, bfloat16: 1, float32: 1, float64: 2 };
const CASES = FLOAT_DTYPES.flatMap((dtype) => LOSSES.map((loss) => [loss, dtype, BOUND[dtype]] as const));

const LARGEST: Record<FloatDType, number> = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
};

type Make = (random: Random) => number;
const DISTRIBUTIONS: readonly Make[] = [
  (random) => random.next(),
  (random) => random.normal(),
  (random) => random.normal() * 2 ** random.integer(-5, 5),
];

function randomTensor(dtype: FloatDType, n: number, make: Make, random: Random): Tensor {
  return tensor(Float64Array.from({ length: n }, () => make(random))).to(dtype);
}

function numbersOf(x: Tensor): number[] {
  return Array.from(x.to("float64").array<Float64Array>());
}

/**
 * The terms as they are added: in float32 for halves, which are not rounded to the half type on the
 * way; but for the parameter, where torch's kernel has that in the half type.
 */
function termsOf(loss: Loss, x: Tensor, y: Tensor): number[] {
  const computed = x.dtype === "float64" ? "float64" : "float32";
  const { parameter, valueRounding } = rowOf(loss);
  const held = roundingOf(valueRounding, x.dtype) === "each" ? x.dtype : computed;
  const p = parameter ? (roundTo(held, parameter.default) as number) : undefined;
  return numbersOf(lossOf(loss, x.to(computed), y.to(computed), "none", p));
}

/**
 * The value by the kernel that sums alone, which must be that of the kernel that also writes the
 * gradient.
 */
function valueOf(loss: Loss, x: Tensor, y: Tensor, reduction: Reduction): number {
  const value = lossOf(loss, x, y, reduction).item();
  const recorded = lossOf(loss, x.detach().clone().requiresGrad_(), y, reduction).item();
  if (!Object.is(recorded, value))
    throw new Error(`${loss} is ${value}, but ${recorded} where a gradient is asked for`);
  return value;
}

describe("constants", () => {
  it.runIf(SLOW).each(LOSSES)(
    "%s of 2e7 equal float32 differences is the sum of its terms: 0 ULP",
    (loss) => {
      tidy(() => {
        const x = ones([2e7]);
        const [term] = termsOf(loss, ones([1]), zeros([1]));
        expect(lossOf(loss, x, zeros([1]).expand(2e7), "sum").item()).toBe(Math.fround(term * 2e7));
        expect(lossOf(loss, x, zeros([1]).expand(2e7), "mean").item()).toBe(term);
      });
    },
  );

  it.each(CASES)("%s of 2^22 differences of 0.1 in %s has that term for its mean: 0 ULP", (loss, dtype) => {
    tidy(() => {
      const one = full([1], 0.1, { dtype });
      const [term] = termsOf(loss, one, zeros([1], { dtype }));
      const rounded = tensor([term], { dtype: "float64" }).to(dtype).item();
      const many = full([2 ** 22], 0.1, { dtype });
      expect(valueOf(loss, many, zeros([1], { dtype }).expand(2 ** 22), "mean")).toBe(rounded);
    });
  });
});

describe("random numbers", () => {
  it.each(CASES)(
    "%s in %s is within %d ULP of the exact sum of its terms, and of their mean",
    (loss, dtype, bound) => {
      const random = new Random(1);
      for (const n of [1, 2, 3, 31, 32, 67, 256, 511, 512, 577, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 40_003]) {
        for (const make of DISTRIBUTIONS) {
          tidy(() => {
            const [x, y] = [randomTensor(dtype, n, make, random), randomTensor(dtype, n, make, random)];
            const exact = sumUnits(termsOf(loss, x, y));
            expect(errorInUlps(valueOf(loss, x, y, "sum"), exact, dtype), `sum of ${n}`).toBeLessThanOrEqual(
              bound,
            );
            expect(
              errorInUlps(valueOf(loss, x, y, "mean"), exact, dtype, n),
              `mean of ${n}`,
            ).toBeLessThanOrEqual(bound);
          });
        }
      }
    },
  );

  it.each(CASES)(
    "%s in %s of 2000 pairs is within %d ULP of the formula's value without any rounding",
    (loss, dtype, bound) => {
      const random = new Random(2);
      for (const make of DISTRIBUTIONS) {
        tidy(() => {
          const [x, y] = [randomTensor(dtype, 2000, make, random), randomTensor(dtype, 2000, make, random)];
          const exact = exactLoss(loss, numbersOf(x), numbersOf(y));
          expect(errorInUlps(valueOf(loss, x, y, "sum"), exact, dtype, EXACT_UNIT)).toBeLessThanOrEqual(
            bound,
          );
          expect(
            errorInUlps(valueOf(loss, x, y, "mean"), exact, dtype, 2000n * EXACT_UNIT),
          ).toBeLessThanOrEqual(bound);
        });
      }
    },
  );
});

describe("the ends of the range", () => {
  it.each(FLOAT_DTYPES)(
    "the mean of %s differences whose sum overflows is right, the sum infinite",
    (dtype) => {
      for (const n of [2, 67, 600, BLOCK, 50_001]) {
        tidy(() => {
          const x = full([n], LARGEST[dtype], { dtype });
          const target = zeros([n], { dtype });
          const exact = sumUnits([LARGEST[dtype]]);
          expect(errorInUlps(valueOf("l1Loss", x, target, "mean"), exact, dtype)).toBeLessThanOrEqual(
            BOUND[dtype],
          );
          expect(valueOf("l1Loss", x, target, "sum")).toBe(Infinity);
        });
      }
    },
  );

  it("one block that overflows among others: bfloat16, float32 and float64", () => {
    for (const dtype of ["bfloat16", "float32", "float64"] as const) {
      tidy(() => {
        const random = new Random(3);
        const n = 3 * BLOCK + 100;
        const x = randomTensor(dtype, n, (r) => r.normal(), random);
        const values = numbersOf(x).map((value, i) =>
          i >= BLOCK && i < BLOCK + 2000 ? LARGEST[dtype] : value,
        );
        const overflowing = tensor(Float64Array.from(values)).to(dtype);
        const target = randomTensor(dtype, n, (r) => r.normal(), random);
        const exact = sumUnits(termsOf("l1Loss", overflowing, target));
        expect(
          errorInUlps(valueOf("l1Loss", overflowing, target, "mean"), exact, dtype, n),
        ).toBeLessThanOrEqual(BOUND[dtype]);
      });
    }
  });

  it("float16 differences beyond its range count as they are: a mean of 60000", () => {
    tidy(() => {
      const x = tensor([60000, 0], { dtype: "float16" });
      const y = tensor([-60000, 0], { dtype: "float16" });
      expect(lossOf("l1Loss", x, y, "none").tolist()).toEqual([Infinity, 0]);
      expect(valueOf("l1Loss", x, y, "mean")).toBe(60000);
    });
  });

  it.each([
    ["float16", 2 ** -24],
    ["bfloat16", 2 ** -133],
    ["float32", 2 ** -149],
    ["float64", 2 ** -1074],
  ] as const)("%s subnormals add up exactly", (dtype, smallest) => {
    const random = new Random(4);
    const counts = Float64Array.from({ length: 20_000 }, () => random.integer(-100, 100));
    tidy(() => {
      const x = tensor(counts.map((count) => count * smallest)).to(dtype);
      const total = counts.reduce((sum, count) => sum + Math.abs(count), 0);
      const rounded = tensor([total * smallest], { dtype: "float64" })
        .to(dtype)
        .item();
      expect(valueOf("l1Loss", x, zeros([20_000], { dtype }), "sum")).toBe(rounded);
    });
  });

  it.each(CASES)(
    "%s in %s: Inf beside finite numbers is Inf; Inf from Inf and NaN are NaN, wherever",
    (loss, dtype) => {
      for (const n of [1, 67, 600, BLOCK + 3]) {
        for (const at of [0, n >> 1, n - 1]) {
          tidy(() => {
            const withOne = (special: number): Tensor => {
              const values = new Float64Array(n).fill(0.5);
              values[at] = special;
              return tensor(values).to(dtype);
            };
            const [infinite, none] = [withOne(Infinity), full([n], 1.25, { dtype })];
            for (const reduction of ["sum", "mean"] as const) {
              expect(valueOf(loss, infinite, none, reduction)).toBe(Infinity);
              expect(valueOf(loss, none, infinite, reduction)).toBe(Infinity);
              expect(valueOf(loss, infinite, infinite, reduction)).toBeNaN();
              expect(valueOf(loss, withOne(NaN), none, reduction)).toBeNaN();
            }
          });
        }
      }
    },
  );
});

describe("an adversary", () => {
  /**
   * Eight vectors are added as ((a+b)+(c+d)) + ((e+f)+(g+h)). Here each of the three levels loses
   * half a unit in the last place of a sum just above a power of two, u of its size; and so many
   * eights are added that a block's total lies just below a power of two, where a unit in the last
   * place is u of it. One lane is left for `rests`, a number for each block.
   */
  function adversarial(u: number, lanes: number, rests: readonly number[]): Float64Array<ArrayBuffer> {
    const almost = 2 * u * (1 - u);
    const eight = [2, 2 * u, 2 * u, 0, 2 + 4 * u, almost, almost, 0];
    const values = Float64Array.from(
      { length: rests.length * BLOCK },
      (_, i) => eight[Math.floor(i / lanes) % 8],
    );
    rests.forEach((rest, block) => {
      const lane = (block + 1) * BLOCK - 7 * lanes - 1;
      for (let vector = 0; vector < 8; vector++) values[lane + vector * lanes] = vector === 0 ? rest : 0;
    });
    return values;
  }

  const [U32, U64] = [2 ** -24, 2 ** -53];
  /** Half a unit in the last place of a total just below `total`, and a little less. */
  const half = (total: number, u: number): number => (total / 2) * u * (1 - 16 * u);
  /** A block's eights of 4 add up to this; four blocks' to four times as much. */
  const TOTAL = BLOCK / 2;

  it.each([
    // The final rounding loses another half.
    ["float32", "one block", 3.5, adversarial(U32, 4, [half(TOTAL, U32)])],
    ["float32", "four blocks", 3.5, adversarial(U32, 4, [0, 0, 0, half(4 * TOTAL, U32)])],
    ["float64", "one block", 3.5, adversarial(U64, 2, [half(TOTAL, U64)])],
    // So does that of each block, and the exact sum of the four lies in the middle, too.
    [
      "float64",
      "four blocks",
      4,
      adversarial(
        U64,
        2,
        [2 * TOTAL * U64, 0, 0, 0].map((rest) => rest + half(TOTAL, U64)),
      ),
    ],
  ] as const)(
    "of the pairwise additions in %s, %s, gets a sum off by %d ULP, and no further",
    (dtype, _, bound, data) => {
      tidy(() => {
        const x = tensor(data).to(dtype);
        const target = zeros([data.length], { dtype });
        const exact = sumUnits(numbersOf(x));
        for (const [reduction, divisor] of [
          ["sum", 1],
          ["mean", data.length],
        ] as const) {
          const error = errorInUlps(valueOf("l1Loss", x, target, reduction), exact, dtype, divisor);
          expect(error).toBeLessThanOrEqual(bound);
          // The bound is the true one.
          expect(error).toBeGreaterThan(bound - 0.01);
        }
        // tensor.sum() carries the errors along.
        expect(errorInUlps(x.sum().item(), exact, dtype)).toBeLessThanOrEqual(0.5 + 2 ** -30);
      });
    },
  );
});

import { describe, expect, it } from "vitest";
import { roundToBFloat16, roundToFloat16 } from "../../src/core/half.js";
import { Generator } from "../../src/tensor/generator.js";
import type { RandomDType } from "../../src/tensor/generator.js";
import { normalPairFloat32 } from "../../src/tensor/generator/float32.js";
import { normalPairFloat64 } from "../../src/tensor/generator/float64.js";
import { MersenneTwister } from "../../src/tensor/generator/mersenne-twister.js";
import text from "../fixtures/generator.json?raw";

interface Call {
  function: "rand" | "randn";
  dtype: RandomDType;
  values: number[];
}

interface Stream {
  initialSeed: string;
  calls: Call[];
}

const fixture = JSON.parse(text) as {
  torch: string;
  seeded: (Stream & { seed: string })[];
  unseeded: Stream;
};

const DTYPES: RandomDType[] = ["float16", "bfloat16", "float32", "float64"];

function rand(generator: Generator, dtype: RandomDType, length: number): Float64Array {
  const out = new Float64Array(length);
  generator.fillUniform(dtype, out);
  return out;
}

function randn(generator: Generator, dtype: RandomDType, length: number): Float64Array {
  const out = new Float64Array(length);
  generator.fillNormal(dtype, out);
  return out;
}

/** How many float64 lie between `a` and `b`. */
function ulpsBetween(a: number, b: number): number {
  const [x, y] = new BigInt64Array(Float64Array.of(a, b).buffer);
  return Number(x < y ? y - x : x - y);
}

function expectSameStream(generator: Generator, calls: Call[]): void {
  for (const call of calls) {
    const draw = call.function === "rand" ? rand : randn;
    const actual = draw(generator, call.dtype, call.values.length);
    if (call.function === "randn" && call.dtype === "float64") {
      call.values.forEach((x, i) => {
        expect(ulpsBetween(actual[i], x)).toBeLessThanOrEqual(2);
      });
    } else {
      expect([...actual]).toEqual(call.values);
    }
  }
}

describe(`Generator against torch ${fixture.torch}`, () => {
  it.each(fixture.seeded)("draws the same stream from seed $seed", ({ seed, initialSeed, calls }) => {
    const generator = new Generator(BigInt(seed));
    expect(generator.initialSeed()).toBe(BigInt(initialSeed));
    expectSameStream(generator, calls);
  });

  it("draws the same stream without a seed", () => {
    const generator = new Generator();
    expect(generator.initialSeed()).toBe(BigInt(fixture.unseeded.initialSeed));
    expectSameStream(generator, fixture.unseeded.calls);
  });

  it("has float64 normal samples of equal bits but for 1 in 100", () => {
    let count = 0;
    let different = 0;
    for (const { seed, calls } of fixture.seeded) {
      const generator = new Generator(BigInt(seed));
      for (const call of calls) {
        const draw = call.function === "rand" ? rand : randn;
        const actual = draw(generator, call.dtype, call.values.length);
        if (call.dtype !== "float64") continue;
        count += actual.length;
        different += actual.filter((x, i) => x !== call.values[i]).length;
      }
    }
    expect(count).toBeGreaterThan(1000);
    expect(different).toBeLessThan(count / 100);
  });
});

describe("MersenneTwister", () => {
  it("gives the reference implementation's numbers", () => {
    const engine = new MersenneTwister();
    engine.seed(5489);
    expect([engine.next(), engine.next(), engine.next()]).toEqual([3499211612, 581869302, 3890346734]);
    for (let i = 4; i < 10_000; i++) engine.next();
    // The 10,000th, which the C++ standard prescribes for std::mt19937.
    expect(engine.next()).toBe(4123659995);
  });
});

describe("seeds", () => {
  it.each<[number | bigint, bigint]>([
    [0, 0n],
    [-0, 0n],
    [3.7, 3n],
    [-0.5, 0n],
    [-1, 2n ** 64n - 1n],
    [-1n, 2n ** 64n - 1n],
    [2 ** 63, 2n ** 63n],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
    [-(2n ** 63n), 2n ** 63n],
  ])("%d counts as %d", (seed, expected) => {
    expect(new Generator().manualSeed(seed).initialSeed()).toBe(expected);
  });

  it.each<[number | bigint, string]>([
    [2n ** 64n, "Overflow when unpacking long long"],
    [2 ** 64, "Overflow when unpacking long long"],
    [-(2n ** 63n) - 1n, "Overflow when unpacking long long"],
    [1e300, "Overflow when unpacking long long"],
    [NaN, "cannot convert float NaN to integer"],
    [Infinity, "cannot convert float infinity to integer"],
    [-Infinity, "cannot convert float infinity to integer"],
  ])("%d is out of range, and changes nothing", (seed, message) => {
    const generator = new Generator(5);
    expect(() => generator.manualSeed(seed)).toThrow(new RangeError(message));
    expect(generator.initialSeed()).toBe(5n);
    expect(generator.random()).toBe(new Generator(5).random());
  });

  it.each(["5", null, true, {}])("%o is no seed", (seed) => {
    expect(() => new Generator(seed as unknown as number)).toThrow(
      new TypeError(`manualSeed expected a number or a bigint, but got ${typeof seed}`),
    );
  });

  it("start the stream over, the spare normal sample included", () => {
    const generator = new Generator(3);
    const first = randn(generator, "float32", 3);
    expect(randn(generator.manualSeed(3), "float32", 3)).toEqual(first);
    expect(randn(generator, "float32", 3)).not.toEqual(first);
  });

  it("from outside differ from call to call", () => {
    const generator = new Generator();
    const seed = generator.seed();
    expect(generator.initialSeed()).toBe(seed);
    expect(generator.random()).toBe(new Generator(seed).random());
    expect(generator.seed()).not.toBe(seed);
  });
});

describe("fillUniform and fillNormal", () => {
  it.each(DTYPES)("draw nothing for no elements of %s", (dtype) => {
    const generator = new Generator(1);
    rand(generator, dtype, 0);
    randn(generator, dtype, 0);
    expect(generator.random()).toBe(new Generator(1).random());
  });

  it("draw as many integers as torch, which the next call shows", () => {
    const drawn = (fill: (generator: Generator) => void): number => {
      const generator = new Generator(9);
      fill(generator);
      const next = generator.random();
      const reference = new Generator(9);
      for (let i = 0; ; i++) if (reference.random() === next) return i;
    };
    const normal = (dtype: RandomDType, length: number) =>
      drawn((g) => {
        g.fillNormal(dtype, new Float64Array(length));
      });
    expect([1, 2, 3, 15].map((n) => normal("float32", n))).toEqual([4, 4, 8, 32]);
    expect([16, 17, 32, 33].map((n) => normal("float32", n))).toEqual([16, 33, 32, 49]);
    expect([16, 17, 32, 33].map((n) => normal("float64", n))).toEqual([32, 66, 64, 98]);
    expect([16, 17, 32, 33].map((n) => normal("float16", n))).toEqual([16, 32, 32, 48]);
    expect(
      drawn((g) => {
        g.fillUniform("float64", new Float64Array(5));
      }),
    ).toBe(10);
    expect(
      drawn((g) => {
        g.fillUniform("bfloat16", new Float64Array(5));
      }),
    ).toBe(5);
  });

  it.each(["float16", "bfloat16", "float32"] as const)("write %s into a Float32Array as well", (dtype) => {
    const out = new Float32Array(40);
    new Generator(4).fillNormal(dtype, out);
    expect([...out]).toEqual([...randn(new Generator(4), dtype, 40)]);
    new Generator(4).fillUniform(dtype, out);
    expect([...out]).toEqual([...rand(new Generator(4), dtype, 40)]);
  });

  it.each([
    ["float16", roundToFloat16],
    ["bfloat16", roundToBFloat16],
  ] as const)("put %s samples that round to 1 at 0", (dtype, round) => {
    const length = 20_000;
    const exact = rand(new Generator(2), "float32", length);
    const highest = exact.filter((x) => round(x) === 1).length;
    expect(highest).toBeGreaterThan(0);
    const expected = exact.map((x) => (round(x) === 1 ? 0 : round(x)));
    expect(rand(new Generator(2), dtype, length)).toEqual(expected);
  });
});

describe.each([
  ["normalPairFloat32", normalPairFloat32, 2 ** -24, Math.fround] as const,
  ["normalPairFloat64", normalPairFloat64, 2 ** -53, (x: number) => x] as const,
])("%s", (_name, pair, step, round) => {
  const result = new Float64Array(2);
  // Multiples of `step`, as the generator draws them.
  const samples = Array.from({ length: 64 }, (_, i) => [
    i / 64,
    i / 64 + Math.floor(0.37 / 64 / step) * step,
  ]).flat();

  it("gives +0 at radius 0", () => {
    for (const u2 of [0, 0.3, 0.6, 0.9]) {
      pair(0, round(u2), result, 0, 1);
      expect([...result]).toEqual([0, 0]);
    }
  });

  it("agrees with Math.log, cos and sin in every octant, and at both ends, to 4 ulp of the radius", () => {
    for (const u1 of [step, 1 - step, ...samples.slice(1)]) {
      const radius = Math.sqrt(-2 * Math.log(1 - u1));
      for (const u2 of [...samples, step, 1 - step]) {
        const angle = round(round(2 * Math.PI) * u2);
        pair(u1, u2, result, 0, 1);
        expect(Math.abs(result[0] - radius * Math.cos(angle))).toBeLessThanOrEqual(radius * 4 * step);
        expect(Math.abs(result[1] - radius * Math.sin(angle))).toBeLessThanOrEqual(radius * 4 * step);
      }
    }
  });

  it("keeps its relative precision at right angles, where cos or sin all but vanishes, to 8 ulp", () => {
    const radius = Math.sqrt(-2 * Math.log(1 / 2));
    for (const quadrant of [1, 2, 3]) {
      pair(1 / 2, quadrant / 4, result, 0, 1);
      const angle = round(round(2 * Math.PI) * (quadrant / 4));
      const [actual, vanishing] =
        quadrant === 2 ? [result[1], Math.sin(angle)] : [result[0], Math.cos(angle)];
      const expected = radius * vanishing;
      expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.abs(expected) * 8 * step);
    }
  });
});

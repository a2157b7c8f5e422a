import { manualSeed, rand, randn } from "lossgrad";
import type { DType } from "lossgrad";
import { describe, expect, it, vi } from "vitest";
import { expectRefused } from "../support/refuse.js";

const FLOATS: readonly DType[] = ["float16", "bfloat16", "float32", "float64"];

/** The numbers themselves are compared with PyTorch's in generator.test.ts. */
describe("rand and randn", () => {
  it.each([rand, randn])(
    "%o: the same seed gives the same numbers, further calls go on in the stream",
    (sample) => {
      manualSeed(7);
      const first = [sample([3]).tolist(), sample([3]).tolist()];
      expect(first[0]).not.toEqual(first[1]);
      manualSeed(7n);
      expect([sample([3]).tolist(), sample([3]).tolist()]).toEqual(first);
      manualSeed(8);
      expect(sample([3]).tolist()).not.toEqual(first[0]);
    },
  );

  it.each(FLOATS)("sample in %s, of any shape", (dtype) => {
    for (const shape of [[], [0], [2, 0], [3], [2, 3, 4]]) {
      for (const sample of [rand, randn]) {
        const made = sample(shape, { dtype, requiresGrad: true });
        expect([made.shape, made.dtype, made.requiresGrad, made.isLeaf]).toEqual([shape, dtype, true, true]);
      }
    }
  });

  it("rand lies in [0, 1) with mean 1/2; randn has mean 0 and variance 1, each to four standard errors at 100,000", () => {
    manualSeed(1);
    const uniform = rand([100_000], { dtype: "float64" });
    expect(uniform.lt(0).sum().item<bigint>() + uniform.ge(1).sum().item<bigint>()).toBe(0n);
    expect(Math.abs(uniform.mean().item() - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 100_000));
    const normal = randn([100_000], { dtype: "float64" });
    expect(Math.abs(normal.mean().item())).toBeLessThan(4 / Math.sqrt(100_000));
    expect(Math.abs(normal.square().mean().item() - 1)).toBeLessThan(4 * Math.sqrt(2 / 100_000));
  });

  it("start at an unforeseeable seed, another in each process, as torch does", async () => {
    const starts: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      vi.resetModules();
      const fresh = await import("lossgrad");
      starts.push(fresh.rand([4]).tolist());
    }
    expect(starts[0]).not.toEqual(starts[1]);
  });

  it.each([
    ["rand", rand],
    ["randn", randn],
  ] as const)("%s refuses what is no shape, no floating dtype, no option", (name, sample) => {
    expectRefused(
      () => sample([2], { dtype: "int32" }),
      TypeError,
      `${name}: expected a floating dtype, got int32`,
    );
    expectRefused(
      () => sample([2], { dtype: "complex64" }),
      TypeError,
      `${name}: expected a floating dtype, got complex64`,
    );
    expectRefused(
      () => sample([2], { dtype: "half" as never }),
      TypeError,
      `${name}: expected dtype to be one of`,
    );
    expectRefused(
      () => sample("2" as never),
      TypeError,
      `${name}: expected a shape as an array of sizes, got "2"`,
    );
    expectRefused(
      () => sample([-1]),
      RangeError,
      `${name}: expected sizes to be non-negative integers, got -1`,
    );
    expectRefused(
      () => sample([2], { seed: 1 } as never),
      TypeError,
      `${name}() got an unexpected keyword argument 'seed'`,
    );
    expectRefused(() => sample([2 ** 31]), RangeError, "less than 4 GiB");
  });

  it("a refused call takes nothing from the stream", () => {
    manualSeed(3);
    const expected = rand([2]).tolist();
    manualSeed(3);
    expectRefused(() => rand([2 ** 31]), RangeError, "less than 4 GiB");
    expectRefused(() => rand([2], { dtype: "bool" }), TypeError, "floating dtype");
    expect(rand([2]).tolist()).toEqual(expected);
  });

  it.each<[unknown, new (message: string) => Error, string]>([
    [NaN, RangeError, "cannot convert float NaN to integer"],
    [-Infinity, RangeError, "cannot convert float infinity to integer"],
    ["1", TypeError, "manualSeed expected a number or a bigint, but got string"],
    [undefined, TypeError, "manualSeed expected a number or a bigint, but got undefined"],
    [2n ** 64n, RangeError, "Overflow when unpacking long long"],
    [-(2n ** 63n) - 1n, RangeError, "Overflow when unpacking long long"],
  ])("manualSeed refuses %s", (seed, kind, message) => {
    expectRefused(() => manualSeed(seed as number), kind, message);
  });

  it("manualSeed takes integers from -2^63 to 2^64 - 1, negative ones modulo 2^64, and cuts fractions off", () => {
    manualSeed(-1.5);
    const samples = rand([2]).tolist();
    manualSeed(2n ** 64n - 1n);
    expect(rand([2]).tolist()).toEqual(samples);
  });
});

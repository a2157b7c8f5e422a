/** Arrays in the linear memory: kinds, contents, and how long they live. */
import { memoryStats, tidy, zeros } from "lossgrad";
import { allocate, l1Loss } from "lossgrad/arrays";
import type { AllocatedArrays } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { memory } from "../../src/core/memory.js";
import { collect, settle } from "../support/collect.js";
import { expectRefused } from "../support/refuse.js";

const KINDS: Record<keyof AllocatedArrays, string> = {
  float16: "Float16Array" in globalThis ? "Float16Array" : "Uint16Array",
  bfloat16: "Uint16Array",
  float32: "Float32Array",
  float64: "Float64Array",
  int8: "Int8Array",
  int16: "Int16Array",
  int32: "Int32Array",
  int64: "BigInt64Array",
  uint8: "Uint8Array",
};
const DTYPES = Object.keys(KINDS) as (keyof AllocatedArrays)[];

/** Bytes in use once what is garbage was collected and its finalizers ran. */
async function settled(): Promise<number> {
  await settle(4, 5);
  return memoryStats().bytesInUse;
}

/** More than the other tests leave behind for a collector that frees it at another time. */
const LARGE = 1 << 20;

describe.each(DTYPES)("allocate(%s)", (dtype) => {
  it("gives zeros of its kind in the linear memory, at every length", () => {
    for (const n of [0, 1, 7, 1000]) {
      const array = allocate(dtype, n);
      expect([array.constructor.name, array.length]).toEqual([KINDS[dtype], n]);
      expect(memory().owns(array.buffer)).toBe(true);
      expect(Array.from({ length: n }, (_, i) => Number(array[i]))).toEqual(new Array(n).fill(0));
    }
  });

  it("gives what a loss takes back, whole or in parts", () => {
    const array = allocate(dtype, 5) as Float32Array;
    expect(l1Loss(array, 1)).toBe(1);
    expect(l1Loss(array.subarray(1).subarray(0, 2), 2, { reduction: "sum" })).toBe(4);
    expect(array.subarray(3)).toHaveLength(2);
    expect(array.subarray(-2, -1).byteOffset - array.byteOffset).toBe(3 * array.BYTES_PER_ELEMENT);
  });
});

describe("an allocated array", () => {
  it("looks like any other of its kind", () => {
    const array = allocate("float32", 2);
    expect(array).toEqual(new Float32Array(2));
    expect(Object.keys(array)).toEqual(["0", "1"]);
    expect(array.slice()).toBeInstanceOf(Float32Array);
    expect(memory().owns(array.slice().buffer)).toBe(false);
  });

  it.skipIf(!collect)("is freed when it is garbage, and not before", async () => {
    const held = [allocate("float32", LARGE / 4)];
    held[0][5] = 3;
    expect(await settled()).toBeGreaterThanOrEqual(LARGE);
    expect(held.pop()![5]).toBe(3);
    expect(await settled()).toBeLessThan(LARGE);
  });

  it.skipIf(!collect)("lives as long as a part of it that subarray made", async () => {
    const held = [
      allocate("float32", LARGE / 4)
        .subarray(8)
        .subarray(8, 16),
    ];
    held[0].fill(2);
    expect(await settled()).toBeGreaterThanOrEqual(LARGE);
    expect(l1Loss(held.pop()!, 0)).toBe(2);
    expect(await settled()).toBeLessThan(LARGE);
  });

  it("outlives the scope that it is made in", () => {
    const array = tidy(() => {
      const made = allocate("float32", 64);
      made.fill(1);
      return { made };
    }).made;
    zeros([64]).dispose();
    tidy(() => zeros([64]).add(7));
    expect(l1Loss(array, 0)).toBe(1);
  });

  it.skipIf(!memory().shared)("stays where it is when the memory grows, where that is shared", () => {
    const array = allocate("float32", 100);
    array.fill(1);
    allocate("uint8", memoryStats().largestFreeBlock + 2 ** 20);
    expect([array.length, l1Loss(array, 3), array[99]]).toEqual([100, 2, 1]);
  });
});

describe("allocate refuses", () => {
  it.each([
    ["an unknown dtype", "float8", 1, TypeError, "allocate: expected dtype to be one of"],
    ["bools", "bool", 1, TypeError, "allocate: expected a dtype of real numbers, got bool"],
    ["complex numbers", "complex64", 1, TypeError, "got complex64"],
    ["a negative length", "float32", -1, RangeError, "non-negative integer, got -1"],
    ["a fraction", "float32", 1.5, RangeError, "got 1.5"],
    ["no length", "float32", undefined, RangeError, "got undefined"],
    ["a length in words", "float32", "3", RangeError, 'got "3"'],
    ["more than there can be", "float64", 2 ** 30, RangeError, "expected less than 4 GiB"],
    ["more than there can ever be", "float64", 2 ** 53, RangeError, "expected less than 4 GiB"],
  ] as const)("%s", (_, dtype, n, kind, message) => {
    expectRefused(() => allocate(dtype as "float32", n as number), kind, message);
  });
});

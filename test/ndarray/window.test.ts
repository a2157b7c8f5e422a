import { describe, expect, it, vi } from "vitest";
import { dtypes } from "../../src/ndarray/dtype.js";
import { copy } from "../../src/ndarray/elementwise.js";
import { NdArray } from "../../src/ndarray/ndarray.js";
import { forEachBlock, Source, splat, Target } from "../../src/ndarray/window.js";
import { type ComputeTag } from "../../src/core/kernels.js";
import { BLOCK } from "../../src/core/block.js";
import { memory } from "../../src/core/memory.js";
import { operate } from "../../src/core/operation.js";
import { Random } from "../support/random.js";
import { casesOfRun, SLOW } from "../support/slow.js";
import {
  arrayOf,
  difference,
  elementsOf,
  fit,
  isFloat,
  numbersOf,
  offsetsOf,
  randomShape,
  randomValues,
  randomView,
  REALS,
} from "./naive.js";
import type { RealDType } from "./naive.js";
import type { Value } from "../support/kernels.js";

const TAGS: Record<RealDType, ComputeTag> = {
  bool: "i64",
  uint8: "i64",
  int8: "i64",
  int16: "i64",
  int32: "i64",
  int64: "i64",
  float16: "f32",
  bfloat16: "f32",
  float32: "f32",
  float64: "f64",
};
const DTYPE_OF = { f32: "float32", f64: "float64", i64: "int64" } as const;

/** `n` numbers of the computing type at an address. */
function at(tag: ComputeTag, address: number, n: number): Value[] {
  const { f32, f64, i64 } = memory();
  const view = { f32, f64, i64 }[tag];
  const first = address / view.BYTES_PER_ELEMENT;
  return Array.from<Value>(view.subarray(first, first + n));
}

/** All elements of a view as a source gives them, block by block. */
function readAll(view: NdArray, tag: ComputeTag, length = BLOCK): Value[] {
  return operate(() => {
    const source = new Source(view, tag, 0);
    const found: Value[] = [];
    for (let start = 0; start < view.numel; start += length) {
      const n = Math.min(length, view.numel - start);
      found.push(...at(tag, source.read(start, n), n));
    }
    return found;
  });
}

describe("forEachBlock", () => {
  const rangesOf = (numel: number, direct: boolean): number[][] => {
    const ranges: number[][] = [];
    forEachBlock(numel, [{ direct: true }, { direct }], (start, n) => void ranges.push([start, n]));
    return ranges;
  };

  it("visits everything at once where all operands lie in place", () => {
    expect(rangesOf(5 * BLOCK + 1, true)).toEqual([[0, 5 * BLOCK + 1]]);
  });

  it.each([
    [1, [[0, 1]]],
    [BLOCK, [[0, BLOCK]]],
    [
      BLOCK + 1,
      [
        [0, BLOCK],
        [BLOCK, 1],
      ],
    ],
    [
      3 * BLOCK,
      [
        [0, BLOCK],
        [BLOCK, BLOCK],
        [2 * BLOCK, BLOCK],
      ],
    ],
  ])("visits %i elements block by block where one does not", (numel, expected) => {
    expect(rangesOf(numel, false)).toEqual(expected);
  });

  it("visits nothing where there is nothing", () => {
    expect([rangesOf(0, true), rangesOf(0, false)]).toEqual([[], []]);
  });
});

describe("Source", () => {
  it.each(["float32", "float64", "int64"] as const)("reads a contiguous %s array in place", (dtype) => {
    const array = arrayOf(dtype, [3, 10], randomValues(dtype, 30, new Random(1)));
    const row = new NdArray(array.storage, dtype, [10], [1], 20);
    operate(() => {
      const source = new Source(row, TAGS[dtype], 0);
      expect(source.direct).toBe(true);
      expect(source.read(3, 5)).toBe(array.address() + 23 * dtypes[dtype].size);
    });
  });

  it.each(REALS)("gives the elements of any view of %s as numbers of the computing type", (dtype) => {
    const random = new Random(2);
    const tag = TAGS[dtype];
    for (let round = 0; round < 40; round++) {
      const view = randomView(dtype, randomShape(random, random.integer(0, 6), 4), random);
      const expected = elementsOf(view).map((value) => fit(DTYPE_OF[tag], value));
      const problem = difference(readAll(view, tag, random.integer(1, 60)), expected);
      expect(problem, `shape ${view.shape.join()}, strides ${view.strides.join()}`).toBeNull();
    }
  });

  it.each(REALS)("gives the elements of views of %s longer than a block", (dtype) => {
    const random = new Random(3);
    for (const shape of [[BLOCK + 1], [129, 257], [3, 7, 1000], [2 * BLOCK, 2]]) {
      for (let round = 0; round < (SLOW ? 4 : 1); round++) {
        const view = randomView(dtype, shape, random);
        const expected = elementsOf(view).map((value) => fit(DTYPE_OF[TAGS[dtype]], value));
        expect(difference(readAll(view, TAGS[dtype]), expected), `strides ${view.strides.join()}`).toBeNull();
      }
    }
  });

  it("walks 64 dimensions, of which most have size 1", () => {
    const shape = new Array<number>(64).fill(1);
    for (const d of [0, 13, 40, 63]) shape[d] = 3;
    const values = Array.from({ length: 81 }, (_, i) => i);
    const array = arrayOf("float32", shape, values);
    const reversed = new NdArray(
      array.storage,
      "float32",
      [...shape].reverse(),
      [...array.strides].reverse(),
    );
    expect(difference(readAll(reversed, "f32", 10), elementsOf(reversed))).toBeNull();
    const spread = arrayOf("float32", [2], [5, 7]);
    const all = new NdArray(spread.storage, "float32", new Array<number>(12).fill(2), [
      ...new Array<number>(11).fill(0),
      1,
    ]);
    expect(difference(readAll(all, "f32", 100), elementsOf(all))).toBeNull();
  });

  it("converts a constant once, and reads it at any block", () => {
    const one = arrayOf("float16", [1], [2.5]);
    const constant = one.expanded([3 * BLOCK]);
    operate(() => {
      const source = new Source(constant, "f32", 0);
      const first = source.read(0, BLOCK);
      one.numbers()[0] = 0;
      expect(source.read(2 * BLOCK, BLOCK)).toBe(first);
      expect(new Set(at("f32", first, BLOCK))).toEqual(new Set([2.5]));
    });
  });

  it("gives a constant right after it was read as another type", () => {
    // An int8 as f16 lies in the window that its way to f32 writes integers to.
    const constant = arrayOf("int8", [1], [3]).expanded([2 * BLOCK]);
    operate(() => {
      const source = new Source(constant, "f16", 0);
      const bits = (address: number): number[] => [...new Uint16Array(memory().buffer, address, 4)];
      const expected = [0x4200, 0x4200, 0x4200, 0x4200];
      expect(bits(source.read(0, BLOCK))).toEqual(expected);
      expect(at("f32", source.readAs("f32", 0, BLOCK), 4)).toEqual([3, 3, 3, 3]);
      expect(bits(source.read(BLOCK, BLOCK))).toEqual(expected);
    });
  });

  it("rounds to a type on the way", () => {
    const array = arrayOf("int64", [3], [2049n, -2051n, 70000n]);
    operate(() => {
      const source = new Source(array, "f32", 0, "f16");
      expect(source.direct).toBe(false);
      expect(at("f32", source.read(0, 3), 3)).toEqual([2048, -2052, Infinity]);
      expect(at("f32", new Source(array, "f32", 1).read(0, 3), 3)).toEqual([2049, -2051, 70000]);
    });
  });
});

describe("Target", () => {
  /** Writes numbers of the computing type through a target, block by block. */
  function writeAll(view: NdArray, tag: ComputeTag, values: readonly Value[], length: number): void {
    operate(() => {
      const target = new Target(view, tag, 0);
      for (let start = 0; start < view.numel; start += length) {
        const n = Math.min(length, view.numel - start);
        const address = target.begin(start);
        const { f32, f64, i64 } = memory();
        const numbers = { f32, f64, i64 }[tag] as { [index: number]: Value; BYTES_PER_ELEMENT: number };
        for (let i = 0; i < n; i++) numbers[address / numbers.BYTES_PER_ELEMENT + i] = values[start + i];
        target.end(start, n);
      }
    });
  }

  it("lets kernels write a contiguous array of their type in place", () => {
    const array = arrayOf("float32", [10], randomValues("float32", 10, new Random(1)));
    operate(() => {
      const target = new Target(array, "f32", 0);
      expect(target.direct).toBe(true);
      expect(target.begin(4)).toBe(array.address() + 16);
    });
  });

  it.each(REALS)("puts numbers where any view of %s has its elements, and nowhere else", (dtype) => {
    const random = new Random(4);
    const tag = TAGS[dtype];
    for (let round = 0; round < 40; round++) {
      let view = randomView(dtype, randomShape(random, random.integer(0, 5), 4), random);
      // Elements that coincide cannot be written one by one.
      while (view.strides.some((stride, d) => stride === 0 && view.shape[d] > 1)) {
        view = randomView(dtype, view.shape, random);
      }
      const whole = new NdArray(view.storage, dtype, [view.storage.bytes / dtypes[dtype].size]);
      const before = elementsOf(whole);
      const values = randomValues(isFloat(dtype) ? DTYPE_OF[tag] : "int64", view.numel, random);
      writeAll(view, tag, values, random.integer(1, 60));
      const stored = values.map((value) => fit(dtype, value));
      expect(difference(elementsOf(view), stored), `strides ${view.strides.join()}`).toBeNull();
      const inside = new Set(offsetsOf(view));
      const after = elementsOf(whole);
      expect(before.every((value, i) => inside.has(i) || Object.is(value, after[i]))).toBe(true);
    }
  });

  it("writes a transposed float16 matrix of more than a block", () => {
    const shape = [300, 130];
    const matrix = arrayOf("float16", shape, new Array<Value>(300 * 130).fill(0));
    const transposed = new NdArray(matrix.storage, "float16", [130, 300], [1, 130]);
    const values = Array.from({ length: 300 * 130 }, (_, i) => i % 2048);
    writeAll(transposed, "f32", values, BLOCK);
    expect(difference(elementsOf(transposed), values)).toBeNull();
    expect(numbersOf(matrix)[1]).toBe(300);
  });
});

describe("conversions", () => {
  const pairs = REALS.flatMap((from) => REALS.map((to) => [from, to] as const));

  function convert(from: RealDType, to: RealDType, n: number): void {
    const values = randomValues(from, n, new Random(n));
    const out = copy(arrayOf(from, [n], values), NdArray.empty(to, [n]));
    const expected = values.map((value) => fit(to, value));
    expect(difference(numbersOf(out), expected)).toBeNull();
  }

  it.each(pairs)("from %s to %s", (from, to) => {
    for (const n of [1, 3, 100]) convert(from, to, n);
  });

  it.each(casesOfRun(pairs, (pair) => pair.includes("float32")))(
    "from %s to %s, longer than a block",
    (from, to) => {
      convert(from, to, BLOCK + 3);
    },
  );
});

describe("splat", () => {
  it.each([
    ["f32", 0.1, Math.fround(0.1), 4],
    ["f64", 0.1, 0.1, 2],
    ["i64", 5, 5n, 2],
    ["i64", -(2n ** 63n), -(2n ** 63n), 2],
  ] as const)("fills all lanes of %s with %s", (tag, value, expected, lanes) => {
    const addresses = [0, 1, 2].map((slot) => splat(value, tag, slot));
    for (const address of addresses) expect(at(tag, address, lanes)).toEqual(new Array(lanes).fill(expected));
    expect(addresses.map((address) => address - addresses[0])).toEqual([0, 16, 32]);
  });
});

describe("windows of an operand", () => {
  /** Slots that no operation has, so that their windows are not there yet. */
  let slot = 50;
  const strided = (): NdArray => arrayOf("float16", [2, 3], [1, 2, 3, 4, 5, 6]).reshaped([3, 2], [1, 3]);

  it("are made with it, and none while kernels run", () => {
    slot++;
    const view = strided();
    operate(() => {
      const source = new Source(view, "f32", slot);
      const take = vi.spyOn(memory().allocator, "take");
      expect(at("f32", source.read(0, 6), 6)).toEqual([1, 4, 2, 5, 3, 6]);
      expect(take).not.toHaveBeenCalled();
      take.mockRestore();
    });
  });

  it("are not made for an operand in place", () => {
    slot++;
    const array = arrayOf("float32", [2], [1, 2]);
    const window = vi.spyOn(memory(), "window");
    operate(() => new Source(array, "f32", slot));
    expect(window).not.toHaveBeenCalled();
    window.mockRestore();
  });

  it("move results out where the memory cannot grow", () => {
    slot++;
    const result = NdArray.empty("float32", [4 * BLOCK]);
    const isSpilled = (): boolean => Reflect.get(result.storage, "spilled") !== null;
    const view = strided();
    const allocate = vi.spyOn(memory(), "allocate").mockReturnValue(null);
    // Nothing is free until the result has moved.
    const { allocator } = memory();
    const take = allocator.take.bind(allocator);
    const room = vi
      .spyOn(allocator, "take")
      .mockImplementation((bytes) => (isSpilled() ? take(bytes) : null));
    try {
      const found = operate(() => at("f32", new Source(view, "f32", slot).read(0, 6), 6));
      expect(found).toEqual([1, 4, 2, 5, 3, 6]);
    } finally {
      allocate.mockRestore();
      room.mockRestore();
      result.storage.dispose();
    }
  });

  it("are refused when the operand is made where there is no room at all, and made once there is", () => {
    slot++;
    const view = strided();
    const allocate = vi.spyOn(memory(), "allocate").mockReturnValue(null);
    const take = vi.spyOn(memory().allocator, "take").mockReturnValue(null);
    try {
      expect(() => operate(() => new Source(view, "f32", slot))).toThrow("no memory for a working window");
    } finally {
      allocate.mockRestore();
      take.mockRestore();
    }
    expect(operate(() => at("f32", new Source(view, "f32", slot).read(0, 1), 1))).toEqual([1]);
  });
});

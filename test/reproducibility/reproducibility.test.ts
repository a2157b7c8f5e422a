/**
 * What the set has, and what its hash tells apart. `npm run reproduce` compares it with the recorded
 * one.
 */
import type { DType } from "lossgrad";
import { describe, expect, it } from "vitest";
import { DTYPES } from "../../src/ndarray/dtype.js";
import { losses } from "../../src/loss/losses.js";
import page from "../../docs/REPRODUCIBILITY.md?raw";
import { toHex } from "../support/bytes.js";
import { arrayGroups, PLACES } from "./arrays.js";
import { hashGroups } from "./digest.js";
import type { Group } from "./digest.js";
import { readRecord, writeRecord } from "./record.js";
import * as table from "../support/losses.js";
import { TENSOR_GROUPS } from "./main.js";
import { LOSSES, WEIGHTED } from "./tensors.js";

const recorded = readRecord(page);

describe("the set", () => {
  const names = TENSOR_GROUPS.map(({ name }) => name);

  it("is recorded, group by group", () => {
    const ofArrays = PLACES.flatMap((place) => arrayGroups(place).map(({ name }) => name));
    expect(Object.keys(recorded.groups).sort()).toEqual([...new Set([...names, ...ofArrays])].sort());
  });

  it("has every loss in every floating dtype, and L1 in every dtype but bool", () => {
    expect(Object.keys(LOSSES)).toEqual(Object.keys(losses));
    expect(WEIGHTED).toEqual(table.WEIGHTED);
    const floats = ["float16", "bfloat16", "float32", "float64"];
    const expected = Object.keys(losses).flatMap((loss) => floats.map((dtype) => `tensor ${loss} ${dtype}`));
    expect(names).toEqual(expect.arrayContaining(expected));
    const others = DTYPES.filter((dtype) => dtype !== "bool").map((dtype) => `tensor l1Loss ${dtype}`);
    expect(names).toEqual(expect.arrayContaining(others));
  });
});

/** The hash of one group with one step that has these results. */
async function hashOf(...results: [DType, ArrayBufferView][]): Promise<string> {
  const step: Group["steps"][number] = (emit) => {
    for (const [dtype, elements] of results) emit(dtype, elements);
  };
  return (await hashGroups([{ name: "x", steps: [step] }])).x;
}

describe("the hash", () => {
  it("is SHA-256 of the steps' SHA-256 of lines and bytes, filled up to multiples of 8", async () => {
    const line = new TextEncoder().encode("float32 4\n\0\0\0\0\0\0");
    const bytes = Uint8Array.of(...line, 0, 0, 0x80, 0x3f, 0, 0, 0, 0);
    const step = await crypto.subtle.digest("SHA-256", bytes);
    const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", step));
    expect(await hashOf(["float32", Float32Array.of(1)])).toBe(toHex(expected));
  });

  it("tells the bits of numbers apart, zeros of either sign too", async () => {
    const views = [[0], [-0], [1], [1 + 2 ** -23], [0, 0]].map((values) => Float32Array.from(values));
    const hashes = await Promise.all(views.map((view) => hashOf(["float32", view])));
    expect(new Set(hashes).size).toBe(views.length);
  });

  it("tells dtypes, order and length apart", async () => {
    const [one, two] = [Float32Array.of(1), Float32Array.of(2)];
    const hashes = await Promise.all([
      hashOf(["float32", one]),
      hashOf(["complex64", one]),
      hashOf(["float32", one], ["float32", two]),
      hashOf(["float32", two], ["float32", one]),
      hashOf(["float32", Float32Array.of(1, 2)]),
    ]);
    expect(new Set(hashes).size).toBe(5);
  });

  it.each([
    [
      "float16",
      Uint16Array.of(0x7e00),
      [Uint16Array.of(0xfe01), Uint16Array.of(0x7c01)],
      Uint16Array.of(0x7c00),
    ],
    [
      "bfloat16",
      Uint16Array.of(0x7fc0),
      [Uint16Array.of(0xffff), Uint16Array.of(0x7f81)],
      Uint16Array.of(0x7f80),
    ],
    [
      "float32",
      Uint32Array.of(0x7fc00000),
      [Uint32Array.of(0xffc00000), Uint32Array.of(0x7f800001)],
      Uint32Array.of(0x7f800000),
    ],
    [
      "float64",
      Uint32Array.of(0, 0x7ff80000),
      [Uint32Array.of(1, 0xfff00000), Uint32Array.of(7, 0x7ff80001)],
      Uint32Array.of(0, 0x7ff00000),
    ],
  ] as const)("takes all NaNs of %s for one, but not infinity", async (dtype, nan, others, infinity) => {
    const expected = await hashOf([dtype, nan]);
    for (const other of others) expect(await hashOf([dtype, other])).toBe(expected);
    expect(await hashOf([dtype, infinity])).not.toBe(expected);
  });
});

describe("the record", () => {
  it("reads what it writes, and leaves the rest of the page", () => {
    const hashes = { all: "ab".repeat(32), groups: { "tensor sum float32": "0123456789abcdef" } };
    const written = writeRecord(page, hashes);
    expect(readRecord(written)).toEqual(hashes);
    const { all, groups } = recorded;
    expect(writeRecord(written, { all, groups })).toBe(page);
  });
});

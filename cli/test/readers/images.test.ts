import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readerOf } from "../../src/readers/open.js";
import { bytesSource, contentOf, pipeOf, readAll, refusalOf } from "../support/arrays.js";

const fixture = (name: string) =>
  Uint8Array.from(
    readFileSync(fileURLToPath(new URL(`../../../test/fixtures/images/${name}`, import.meta.url))),
  );
const open = (name: string) => readerOf(bytesSource(fixture(name), name));

interface Expected {
  readonly dtype: string;
  readonly shape: number[];
  readonly data: number[];
}
const values = JSON.parse(new TextDecoder().decode(fixture("values.json"))) as Record<string, Expected>;

test.each(["rgb", "rgba", "grey", "grey-alpha", "grey16", "interlaced"])(
  "reads the numbers that Pillow has: %s.png",
  async (name) => {
    const { data, dtype, shape } = await contentOf(open(`${name}.png`));
    expect({ data: Array.from(data as Uint8Array), dtype, shape }).toEqual(values[`${name}.png`]);
  },
);

// Decoders of JPEG round differently.
test.each(["rgb", "progressive", "grey"])(
  "reads what Pillow has, but for roundings: %s.jpg",
  async (name) => {
    const { data, dtype, shape } = await contentOf(open(`${name}.jpg`));
    const expected = values[`${name}.jpg`];
    expect({ dtype, shape }).toEqual({ dtype: expected.dtype, shape: expected.shape });
    const distances = expected.data.map((value, i) => Math.abs(value - Number(data[i])));
    expect(Math.max(...distances)).toBeLessThanOrEqual(3);
  },
);

test("reads an image from a pipe", async () => {
  const pieces = Array.from(fixture("rgb.png"), (byte) => Uint8Array.of(byte));
  const data = (await readAll(await readerOf(pipeOf(pieces)))) as Uint8Array;
  expect(Array.from(data)).toEqual(values["rgb.png"].data);
});

describe("refuses", () => {
  const size = "expected from 1 to 134217728 bytes, got 100000 × 100000 × 3 of 8 bits";
  test.each([
    ["huge.png", size],
    ["bomb.png", "expected 440 bytes, got more"],
    ["palette.png", "expected grey or RGB, got the colours of a palette"],
    ["bits.png", "expected 8 or 16 bits, got 1"],
  ])("%s", async (name, message) => {
    expect(await refusalOf(() => open(name))).toBe(`${name}: not readable as PNG: ${message}`);
  });

  test("JPEG of other colours, and of more pixels than it may have", async () => {
    expect(await refusalOf(() => open("cmyk.jpg"))).toBe(
      "cmyk.jpg: not readable as JPEG: expected grey or RGB, got 4 channels",
    );
    const large = fixture("rgb.jpg");
    const frame = large.findIndex((byte, i) => byte === 0xff && large[i + 1] === 0xc0);
    large.fill(0xff, frame + 5, frame + 9);
    expect(await refusalOf(() => readerOf(bytesSource(large)))).toContain("got 65535 × 65535");
  });

  test("a file in which a bit is another", async () => {
    const bytes = fixture("rgb.png");
    bytes[50] ^= 1;
    expect(await refusalOf(() => readerOf(bytesSource(bytes)))).toMatch(
      /the checksum of its part at byte 33/,
    );
  });
});

import { describe, expect, it } from "vitest";
import {
  fromBFloat16Bits,
  fromFloat16Bits,
  roundToBFloat16,
  roundToFloat16,
  toBFloat16Bits,
  toFloat16Bits,
} from "../../src/core/half.js";

interface Format {
  name: string;
  exponentBits: number;
  fractionBits: number;
  nan: number;
  toBits: (x: number) => number;
  fromBits: (bits: number) => number;
  round: (x: number) => number;
}

const FORMATS: Format[] = [
  {
    name: "float16",
    exponentBits: 5,
    fractionBits: 10,
    nan: 0x7e00,
    toBits: toFloat16Bits,
    fromBits: fromFloat16Bits,
    round: roundToFloat16,
  },
  {
    name: "bfloat16",
    exponentBits: 8,
    fractionBits: 7,
    nan: 0x7fc0,
    toBits: toBFloat16Bits,
    fromBits: fromBFloat16Bits,
    round: roundToBFloat16,
  },
];

/** The oracle: IEEE 754's definition of a binary format, in exact float64 arithmetic. */
function decode({ exponentBits, fractionBits }: Format, bits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = Math.floor((bits % 0x8000) / 2 ** fractionBits);
  const fraction = (bits % 2 ** fractionBits) / 2 ** fractionBits;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** The next float32 above or below a positive float32. */
function neighbour(x: number, step: 1 | -1): number {
  const float = Float32Array.of(x);
  new Int32Array(float.buffer)[0] += step;
  return float[0];
}

describe.each(FORMATS)("$name", (format) => {
  const { exponentBits, fractionBits, nan, toBits, fromBits, round } = format;
  const infinity = (2 ** exponentBits - 1) * 2 ** fractionBits;

  it("reads all 65536 bit patterns as the definition does", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if (!Object.is(fromBits(bits), decode(format, bits))) expect.fail(`${bits}: ${fromBits(bits)}`);
    }
  });

  it("returns all 65536 bit patterns from a round trip, every NaN as one", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const expected = bits % 0x8000 > infinity ? nan : bits;
      const actual = toBits(fromBits(bits));
      if (actual !== expected) expect.fail(`${bits}: expected ${expected}, got ${actual}`);
    }
  });

  it("rounds to nearest, ties to even, about the midpoint of every pair of neighbours", () => {
    for (let bits = 0; bits < infinity; bits++) {
      const below = decode(format, bits);
      // Past the largest finite number the next would be 2^(emax + 1), whose place infinity takes.
      const above = bits + 1 === infinity ? 2 * below - decode(format, bits - 1) : decode(format, bits + 1);
      const middle = below + (above - below) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const cases = [
        [neighbour(middle, -1), bits],
        [middle, even],
        [neighbour(middle, 1), bits + 1],
      ];
      for (const [x, expected] of cases) {
        if (toBits(x) !== expected) expect.fail(`${x}: expected ${expected}, got ${toBits(x)}`);
        if (toBits(-x) !== expected + 0x8000)
          expect.fail(`${-x}: expected ${expected + 0x8000}, got ${toBits(-x)}`);
      }
    }
  });

  it.each([
    [0, 0],
    [-0, 0x8000],
    [Number.MIN_VALUE, 0],
    [-Number.MIN_VALUE, 0x8000],
    [Infinity, infinity],
    [-Infinity, 0x8000 + infinity],
    [Number.MAX_VALUE, infinity],
    [-Number.MAX_VALUE, 0x8000 + infinity],
    [NaN, nan],
  ])("turns %d into the bits %i", (x, bits) => {
    expect(toBits(x)).toBe(bits);
  });

  it("rounds a float64 by way of float32, as PyTorch", () => {
    const half = 2 ** (-fractionBits - 1);
    expect(round(1 + half + 2 ** -40)).toBe(1);
    expect(round(1 + half + 2 ** -23)).toBe(1 + 2 * half);
    expect(round(1 + 3 * half - 2 ** -40)).toBe(1 + 4 * half);
  });
});

describe("limits", () => {
  it("of float16", () => {
    expect(roundToFloat16(65519.99)).toBe(65504);
    expect(roundToFloat16(65520)).toBe(Infinity);
    expect(roundToFloat16(-65519.99)).toBe(-65504);
    expect(roundToFloat16(2 ** -25)).toBe(0);
    expect(roundToFloat16(2 ** -25 + 2 ** -48)).toBe(2 ** -24);
    expect(roundToFloat16(-(2 ** -25))).toBe(-0);
    expect(roundToFloat16(2 ** -14 - 2 ** -38)).toBe(2 ** -14);
    expect(roundToFloat16(NaN)).toBeNaN();
  });

  it("of bfloat16", () => {
    const largest = 2 ** 128 - 2 ** 120;
    expect(roundToBFloat16(largest)).toBe(largest);
    expect(roundToBFloat16(largest + 2 ** 119 - 2 ** 104)).toBe(largest);
    expect(roundToBFloat16(largest + 2 ** 119)).toBe(Infinity);
    expect(roundToBFloat16(2 ** -133)).toBe(2 ** -133);
    expect(roundToBFloat16(2 ** -134)).toBe(0);
    expect(roundToBFloat16(NaN)).toBeNaN();
  });
});

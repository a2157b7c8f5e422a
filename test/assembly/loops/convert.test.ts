import { describe, expect, it } from "vitest";
import { checkElementwise } from "../../support/elementwise.js";
import { BLOCK_EDGES, backends, LENGTHS, read, store } from "../../support/kernels.js";
import type { Stored, Tag, Value } from "../../support/kernels.js";
import { fromFloat16 } from "../../support/halves.js";
import { Random } from "../../support/random.js";
import { roundUnits } from "../../support/rational.js";
import { kernelsOf } from "../families.js";
import { samples } from "../samples.js";

const BITS: Partial<Record<Tag, number>> = { i8: 8, i16: 16, i32: 32, i64: 64 };

/** The number as the type `to` holds it, from the definition. */
function convert(value: Value, to: Tag): Value {
  if (to === "bool") return value == 0 ? 0 : 1;
  if (to in BITS) {
    const wrapped = BigInt.asIntN(BITS[to]!, typeof value === "bigint" ? value : truncate(value));
    return to === "i64" ? wrapped : Number(wrapped);
  }
  // A bigint is rounded once: by way of a float64 it might be rounded twice.
  return typeof value === "bigint" ? roundUnits(value << 1074n, to === "f32" ? "float32" : "float64") : value;
}

/** Towards 0, NaN to 0, and to the nearest 64-bit integer from outside their range. */
function truncate(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

/** Special and ordinary numbers of any type; floats about the edges of the integer types, too. */
function numbersOf(tag: Tag, n: number, random: Random): Stored {
  if (tag === "i8" || tag === "i16" || tag === "i32" || tag === "u8") {
    return store(
      tag,
      Array.from({ length: n }, () => random.integer(-(2 ** 31), 2 ** 31 - 1)),
    );
  }
  if (tag === "i64") {
    const near = [2n ** 24n + 1n, 2n ** 53n + 1n, 2n ** 62n + 2n ** 38n, 2n ** 63n - 1n];
    const any = (): bigint =>
      BigInt(random.integer(-(2 ** 31), 2 ** 31)) * BigInt(random.integer(0, 2 ** 31)) +
      BigInt(random.integer(-9, 9));
    return store(
      tag,
      Array.from({ length: n }, () =>
        random.chance(0.3) ? random.pick([...near, ...near.map((x) => -x)]) : any(),
      ),
    );
  }
  const edges = [
    0.999,
    127.5,
    128,
    255,
    256,
    65536,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 53,
    2 ** 62,
    2 ** 63 - 1024,
    2 ** 63,
    1e19,
    1e30,
  ];
  const stored = samples(tag, n, random);
  const values = (read(tag, stored) as number[]).map((x) =>
    random.chance(0.4) ? random.pick(edges) * random.pick([1, -1]) : x,
  );
  return store(tag, values);
}

function check(name: string, from: Tag, to: Tag, x: Stored, once = false): string | null {
  const expected = store(
    to,
    read(from, x).map((value) => convert(value, to)),
  );
  return checkElementwise({
    inputs: [{ tag: from, stored: x }],
    output: { tag: to, expected },
    call: (kernels, [a], out) => void kernels[name](a, out, x.length),
    inPlace: false,
    once,
  });
}

describe.each(kernelsOf("convert"))("%s", (name, from, to) => {
  const run = (lengths: readonly number[], once: boolean): void => {
    for (const n of lengths) {
      const x = numbersOf(from as Tag, n, new Random(n + 1));
      expect(check(name, from as Tag, to as Tag, x, once), `length ${n}`).toBeNull();
    }
  };

  it("converts as defined at every length from 0 to 67 and every alignment, and touches nothing else", () => {
    run(LENGTHS, false);
  });

  it("converts as defined about the edges of a block", () => {
    run(BLOCK_EDGES, true);
  });
});

describe.each(["f16", "bf16"] as const)("%s", (tag) => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

  it("widens all 65536 bit patterns exactly", () => {
    expect(check(`convert_${tag}_f32`, tag, "f32", all, true)).toBeNull();
  });

  it("comes back from f32 with all 65536 bit patterns, NaN as a quiet NaN", () => {
    const widened = store("f32", read(tag, all));
    for (const { kernels, ...backend } of backends.map((b) => ({ kernels: b.kernels, b }))) {
      backend.b.write(64, widened);
      kernels[`convert_f32_${tag}`](64, 64 + widened.byteLength, all.length);
      const found = backend.b.readAt(tag, 64 + widened.byteLength, all.length) as Uint16Array;
      const [infinity, quiet] = tag === "f16" ? [0x7c00, 0x7e00] : [0x7f80, 0x7fc0];
      const wrong = all.findIndex((bits, i) =>
        (bits & 0x7fff) > infinity ? (found[i] & 0x7fff) !== quiet : found[i] !== bits,
      );
      expect(wrong).toBe(-1);
    }
  });

  it("rounds to nearest, ties to even, about the middle of every two neighbours", () => {
    const infinity = tag === "f16" ? 0x7c00 : 0x7f80;
    const below = Uint16Array.from({ length: infinity }, (_, bits) => bits);
    const next = below.map((bits) => bits + 1);
    const values = read(tag, below) as number[];
    // Past the largest finite number the next would be the power of two whose place infinity takes.
    const above = (read(tag, next) as number[]).map((x, i) =>
      x === Infinity ? 2 * values[i] - values[i - 1] : x,
    );
    const middles = store(
      "f32",
      values.map((x, i) => x / 2 + above[i] / 2),
    );
    const neighbours = new Int32Array(middles.buffer);
    const expectedTie = below.map((bits) => bits + (bits & 1));
    for (const [shift, expected] of [
      [0, expectedTie],
      [-1, below],
      [1, next],
    ] as const) {
      const x = new Float32Array(neighbours.map((bits) => bits + shift).buffer);
      expect(narrowed(tag, x, expected)).toBeNull();
      expect(
        narrowed(
          tag,
          x.map((value) => -value),
          expected.map((bits) => bits | 0x8000),
        ),
      ).toBeNull();
    }
  });

  function narrowed(to: Tag, x: Stored, expected: Stored): string | null {
    return checkElementwise({
      inputs: [{ tag: "f32", stored: x }],
      output: { tag: to, expected },
      call: (kernels, [a], out) => void kernels[`convert_f32_${to}`](a, out, x.length),
      inPlace: false,
      once: true,
    });
  }
});

describe("limits", () => {
  const largestBfloat16 = 2 ** 128 - 2 ** 120;

  it.each([
    ["f16", 65519.996, 65504],
    ["f16", 65520, Infinity],
    ["f16", -65520, -Infinity],
    ["f16", 2 ** -25, 0],
    ["f16", -(2 ** -25), -0],
    ["f16", 2 ** -25 + 2 ** -48, 2 ** -24],
    ["f16", 2 ** -14 - 2 ** -38, 2 ** -14],
    ["f16", 3 * 2 ** -25, 2 ** -23],
    ["f16", 2 ** -149, 0],
    ["bf16", largestBfloat16 + 2 ** 119 - 2 ** 104, largestBfloat16],
    ["bf16", largestBfloat16 + 2 ** 119, Infinity],
    ["bf16", 257, 256],
    ["bf16", 259, 260],
    ["bf16", 2 ** -134, 0],
    ["bf16", 3 * 2 ** -134, 2 ** -132],
  ] as const)("%s of %d is %d", (tag, value, expected) => {
    const { kernels } = backends[0];
    backends[0].write(64, Float32Array.of(value));
    kernels[`convert_f32_${tag}`](64, 128, 1);
    expect(read(tag, backends[0].readAt(tag, 128, 1))).toEqual([expected]);
  });

  it("knows float16 as numbers", () => {
    expect([0x3c00, 0x0001, 0x7bff].map(fromFloat16)).toEqual([1, 2 ** -24, 65504]);
  });
});

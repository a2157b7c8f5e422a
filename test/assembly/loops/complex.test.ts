import { describe, expect, it } from "vitest";
import { checkElementwise } from "../../support/elementwise.js";
import { BLOCK_EDGES, LENGTHS, backends, read, show, store } from "../../support/kernels.js";
import type { Stored, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { errorInUlps, toUnits } from "../../support/rational.js";
import { kernelsOf } from "../families.js";
import { samples, specials } from "../samples.js";

/**
 * |z|, in float64: a power of two taken out of float64 parts so that no square overflows or loses
 * bits.
 */
function modulus(tag: Tag, re: number, im: number): number {
  const [a, b] = [Math.abs(re), Math.abs(im)];
  if (a === Infinity || b === Infinity) return Infinity;
  const largest = Math.max(a, b);
  const scale = tag === "f32" ? 1 : largest > 1e150 ? 2 ** -600 : largest < 1e-150 ? 2 ** 600 : 1;
  const [x, y] = [Math.max(a, b) * scale, Math.min(a, b) * scale];
  const [p, q] = [x * x, y * y];
  const root = Math.sqrt(p + q);
  if (tag === "f32" || root === 0) return root / scale;
  const lost = q - (p + q - p) + (squareError(x, p) + squareError(y, q));
  const square = root * root;
  return (root + (p + q - square - squareError(root, square) + lost) / (2 * root)) / scale;
}

/** What the rounded square of x lacks, by Dekker's product. */
function squareError(x: number, square: number): number {
  const scaled = x * (2 ** 27 + 1);
  const high = scaled - (scaled - x);
  const low = x - high;
  return high * high - square + 2 * high * low + low * low;
}

function sign(tag: Tag, re: number, im: number): [number, number] {
  const m = modulus(tag, re, im);
  return m === 0 ? [0, 0] : [re / m, im / m];
}

function pairsOf(values: readonly number[]): [number, number][] {
  return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i], values[2 * i + 1]]);
}

describe.each(kernelsOf("complex"))("%s", (name, operation, type) => {
  const tag = type as Tag;

  function check(z: Stored, once: boolean): string | null {
    const pairs = pairsOf(read(tag, z) as number[]);
    const outputs = pairs.map(([re, im]) =>
      operation === "cabs" ? [modulus(tag, re, im)] : sign(tag, re, im),
    );
    return checkElementwise({
      inputs: [{ tag, stored: z }],
      output: { tag, expected: store(tag, outputs.flat()) },
      call: (kernels, [a], out) => void kernels[name](a, out, pairs.length),
      inPlace: false,
      once,
    });
  }

  it("equals its twin at every length from 0 to 67 and every alignment, and touches nothing else", () => {
    for (const n of LENGTHS)
      expect(check(samples(tag, 2 * n, new Random(n + 1)), false), `length ${n}`).toBeNull();
  });

  it("equals its twin about the edges of a block", () => {
    for (const n of BLOCK_EDGES)
      expect(check(samples(tag, 2 * n, new Random(n + 1)), true), `length ${n}`).toBeNull();
  });

  it("equals its twin at every pair of special values", () => {
    for (const re of specials(tag)) {
      for (const im of specials(tag))
        expect(check(store(tag, [re, im]), true), `${show(re)} + ${show(im)}i`).toBeNull();
    }
  });
});

/** The whole square root, by Newton's iteration from above. */
function squareRoot(x: bigint): bigint {
  if (x < 2n) return x;
  let root = 1n << BigInt(Math.ceil(x.toString(2).length / 2));
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

describe("cabs_f64", () => {
  it("is within 0.52 ULP of the exact modulus, from subnormal parts to the largest", () => {
    const random = new Random(11);
    const values = Array.from({ length: 4000 }, () => random.normal() * 2 ** random.integer(-1074, 1021));
    // Neighbours of about the same size, too: those far apart have the larger part's modulus.
    const z = Float64Array.from(values, (x, i) => (i % 4 === 1 ? random.normal() * values[i - 1] : x));
    const [backend] = backends;
    backend.write(64, z);
    backend.kernels.cabs_f64(64, 64 + z.byteLength, z.length / 2);
    const found = backend.readAt("f64", 64 + z.byteLength, z.length / 2) as Float64Array;
    let worst = 0;
    pairsOf([...z]).forEach(([re, im], i) => {
      const square = toUnits(re) ** 2n + toUnits(im) ** 2n;
      worst = Math.max(worst, errorInUlps(found[i], squareRoot(square << 128n), "float64", 2 ** 64));
    });
    expect(worst).toBeLessThanOrEqual(0.52);
  });
});

import { describe, expect, it } from "vitest";
import { checkElementwise } from "../../support/elementwise.js";
import { backend, BLOCK_EDGES, isAtEveryAlignment, LENGTHS, store } from "../../support/kernels.js";
import type { Stored } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { sumUnits, toUnits } from "../../support/rational.js";
import { kernelsOf } from "../families.js";
import { numbers, ordinarySamples, samples } from "../samples.js";
import { LOSS_TWINS, lossOutput, lossTerms } from "../twins/losses.js";
import type { LossTag } from "../twins/losses.js";

const NORM = -0.3;
/**
 * From 512 elements on, terms are added pairwise over eight vectors first: about that edge, and
 * with every number of vectors and elements left over, for vectors of four.
 */
const PAIRWISE_LENGTHS = Array.from({ length: 72 }, (_, i) => 509 + i);

/**
 * What a sum may be off by, relative to the exact sum of its terms, which are not negative. Three
 * additions in the computing type, 3 u at most, and little more: f32 sums go on in f64, under 2^11
 * additions of 2^-53 each; f64 sums carry their errors along and are rounded once more.
 */
const BOUNDS: Record<LossTag, { bound: number; words: string }> = {
  f16: { bound: 3.001 * 2 ** -24, words: "3.001 · 2^-24" },
  bf16: { bound: 3.001 * 2 ** -24, words: "3.001 · 2^-24" },
  f32: { bound: 3.001 * 2 ** -24, words: "3.001 · 2^-24" },
  f64: { bound: 4.001 * 2 ** -53, words: "4.001 · 2^-53" },
};

/** The error of `sum`, relative to the exact sum of the terms; 0 where both are 0. */
function relativeError(sum: number, terms: readonly number[]): number {
  const exact = sumUnits(terms);
  const difference = toUnits(sum) - exact;
  if (difference === 0n) return 0;
  if (exact === 0n) return Infinity;
  return Math.abs(Number((difference << 80n) / exact)) * 2 ** -80;
}

/** The sum that a kernel returns, of operands at the given offsets. */
function sumAt(name: string, x: Stored, y: Stored, p: number, offsets: readonly [number, number]): number {
  const region = Math.ceil((x.byteLength + 64) / 64) * 64;
  const [a, b] = [64 + offsets[0], 64 + region + offsets[1]];
  backend.write(a, x);
  backend.write(b, y);
  const out = 64 + 2 * region;
  const rest = name.includes("sumslope") ? [out, x.length, p, NORM, p] : [x.length, p];
  return backend.kernels[name](a, b, ...rest) as number;
}

/** Every pair of element-aligned offsets below 16 bytes. */
function alignments(size: number): [number, number][] {
  const offsets = Array.from({ length: 16 / size }, (_, i) => i * size);
  return offsets.flatMap((a) => offsets.map((b): [number, number] => [a, b]));
}

const sums = kernelsOf("loss").filter(([, , pass]) => pass === "sum" || pass === "sumslope");

describe.each(sums)("%s", (name, loss, pass, type) => {
  const tag = type as LossTag;
  // The value's parameter, and the slope's, which torch may round otherwise.
  const p = LOSS_TWINS[loss].parameters.at(-1)!;
  const q = LOSS_TWINS[loss].parameters[0];
  const { bound, words } = BOUNDS[tag];
  const termsOf = (x: Stored, y: Stored): number[] =>
    lossTerms(loss, tag, numbers(tag, x), numbers(tag, y), p);

  it(`is within ${words} of the exact sum at lengths 0 to 67, 509 to 580 and about the edges of a block`, () => {
    for (const n of [...LENGTHS, ...PAIRWISE_LENGTHS, ...BLOCK_EDGES]) {
      const random = new Random(n + 1);
      const [x, y] = [ordinarySamples(tag, n, random), ordinarySamples(tag, n, random)];
      const error = relativeError(sumAt(name, x, y, p, [0, 0]), termsOf(x, y));
      expect(error, `length ${n}`).toBeLessThanOrEqual(bound);
    }
  });

  it("gives the same bits at every alignment, and as sum alone", () => {
    for (const n of [...LENGTHS, ...PAIRWISE_LENGTHS].filter(isAtEveryAlignment)) {
      const random = new Random(n + 1);
      const [x, y] = [samples(tag, n, random), samples(tag, n, random)];
      const expected = sumAt(`${loss}_sum_${tag}`, x, y, p, [0, 0]);
      for (const offsets of alignments(x.BYTES_PER_ELEMENT)) {
        const found = sumAt(name, x, y, p, offsets);
        if (!Object.is(found, expected))
          expect.fail(`length ${n}, offsets ${offsets.join()}: ${found}, not ${expected}`);
      }
    }
  });

  it("reads no further than the last element of either operand", () => {
    for (const n of LENGTHS) {
      const random = new Random(n + 1);
      const [x, y] = [samples(tag, n, random), samples(tag, n, random)];
      const end = backend.bytes.length - x.byteLength;
      for (const [a, b] of [
        [end, 64],
        [64, end],
      ]) {
        backend.write(a, x);
        backend.write(b, y);
        const rest = pass === "sumslope" ? [4096, n, p, NORM, q] : [n, p];
        expect(backend.kernels[name](a, b, ...rest), `length ${n}`).toBe(sumAt(name, x, y, p, [0, 0]));
      }
    }
  });

  it.each([NaN, Infinity, -Infinity])("finds a single %d wherever it lies, in body and tail", (special) => {
    for (const n of [1, 2, 3, 4, 7, 31, 32, 33, 67, 551]) {
      const [x, y] = [1, 0.5].map((value) => store(tag, new Array<number>(n).fill(value)));
      for (let at = 0; at < n; at++) {
        x.set(store(tag, [special]) as never, at);
        const found = sumAt(name, x, y, p, [0, 0]);
        if (!Object.is(found, Math.abs(special))) expect.fail(`[${at}] of ${n}: ${found}`);
        x.set(y.subarray(0, 1) as never, at);
      }
    }
  });

  it("adds subnormal terms exactly, and equal operands to +0", () => {
    const random = new Random(3);
    const smallest = { f16: 2 ** -24, bf16: 2 ** -133, f32: 2 ** -149, f64: 2 ** -1074 }[tag];
    for (const n of [...LENGTHS, ...PAIRWISE_LENGTHS]) {
      const x = store(
        tag,
        Array.from({ length: n }, () => smallest * random.integer(0, 100)),
      );
      const y = store(tag, new Array<number>(n).fill(0));
      const terms = termsOf(x, y);
      expect(relativeError(sumAt(name, x, y, p, [0, 0]), terms)).toBeLessThanOrEqual(
        loss === "l1" ? 0 : bound,
      );
      expect(sumAt(name, x, x, p, [0, 0])).toBe(0);
    }
  });

  it("is infinite, not NaN, where the sum overflows the computing type: the caller adds anew", () => {
    const largest = { f16: 65504, bf16: 3.3e38, f32: 3.3e38, f64: 1.7e308 }[tag];
    const x = store(tag, new Array<number>(1024).fill(largest));
    const y = store(tag, new Array<number>(1024).fill(0));
    const overflows = tag !== "f16";
    expect(sumAt(name, x, y, p, [0, 0]) === Infinity).toBe(overflows);
  });

  it.runIf(pass === "sumslope")(
    "writes its twin's slopes at every length and alignment, in place too, and nothing else",
    () => {
      for (const n of [...LENGTHS, ...PAIRWISE_LENGTHS, ...BLOCK_EDGES]) {
        const random = new Random(n + 1);
        // Float16 without Inf and NaN takes a way of its own.
        const draw = n % 2 === 0 ? samples : ordinarySamples;
        const [x, y] = [draw(tag, n, random), draw(tag, n, random)];
        const expected = lossOutput(loss, "sumslope", tag, numbers(tag, x), numbers(tag, y), {
          p: q,
          norm: NORM,
          g: 1,
        });
        const problem = checkElementwise({
          inputs: [
            { tag, stored: x },
            { tag, stored: y },
          ],
          output: { tag, expected: store(tag, expected) },
          call: (kernels, [a, b], out) => void kernels[name](a, b, out, n, p, NORM, q),
          inPlace: true,
          once: n > 67,
        });
        expect(problem, `length ${n}`).toBeNull();
      }
    },
  );
});

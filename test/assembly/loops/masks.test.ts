import { describe, expect, it } from "vitest";
import { backends, GUARD, LENGTHS, store } from "../../support/kernels.js";
import type { Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";
import { samples } from "../samples.js";
import { LOSS_TWINS } from "../twins/losses.js";

const [MASK, X, OUT] = [64, 2048, 6144];

function bytes(n: number, random: Random): number[] {
  return Array.from({ length: n }, () => (random.chance(0.5) ? 0 : random.integer(1, 255)));
}

describe.each(kernelsOf("masked"))("%s", (name, bytesOfOne) => {
  const size = Number(bytesOfOne);

  it("keeps the bits of x where the mask is not 0, and writes +0 elsewhere, in place too, at lengths 0 to 67", () => {
    for (const backend of backends) {
      for (const n of [...LENGTHS, 160]) {
        const random = new Random(n + size);
        const mask = bytes(n, random);
        const x = Array.from({ length: n * size }, () => random.integer(0, 255));
        const expected = x.map((value, i) => (mask[Math.floor(i / size)] ? value : 0));
        for (const out of [OUT, X]) {
          backend.fill(out - GUARD, 2 * GUARD + n * size);
          backend.write(MASK, store("u8", mask));
          backend.write(X, store("u8", x));
          backend.kernels[name](MASK, X, out, n);
          expect([...backend.bytes.subarray(out, out + n * size)], `length ${n}`).toEqual(expected);
          expect(backend.firstTouched(out - GUARD, GUARD)).toBe(-1);
          expect(backend.firstTouched(out + n * size, GUARD)).toBe(-1);
        }
      }
    }
  });
});

describe.each(kernelsOf("counts"))("%s", (name) => {
  it("counts the bytes of each row that are not 0, at lengths 0 to 67 and long ones, and touches nothing else", () => {
    for (const backend of backends) {
      for (const length of [...LENGTHS, 500, 1000]) {
        const mask = bytes(3 * length, new Random(length));
        backend.fill(OUT - GUARD, 2 * GUARD + 24);
        backend.write(MASK, store("u8", mask));
        backend.kernels[name](MASK, OUT, 3, length);
        const expected = [0, 1, 2].map(
          (r) => mask.slice(r * length, (r + 1) * length).filter((byte) => byte !== 0).length,
        );
        expect([...(backend.readAt("f64", OUT, 3) as Float64Array)], `length ${length}`).toEqual(expected);
        expect(backend.firstTouched(OUT - GUARD, GUARD)).toBe(-1);
        expect(backend.firstTouched(OUT + 24, GUARD)).toBe(-1);
      }
    }
  });
});

/** Operands of 600 f64, what is kept of them, and their results. */
const [LEFT, RIGHT, KEPT_LEFT, KEPT_RIGHT, WRITTEN, BYTES] = [64, 6144, 12_288, 18_432, 24_576, 32_768];

describe.each(kernelsOf("kept"))("%s", (name, loss, pass, type) => {
  const tag = type as Tag;
  const size = tag === "f64" ? 8 : 4;
  const slopes = pass === "keptslope";

  it("gives the bits of the kernel without a mask of operands that are 0 where nothing is kept, and +0 as the gradient", () => {
    for (const backend of backends) {
      const { kernels } = backend;
      for (const n of [...LENGTHS, 511, 512, 529, 600]) {
        for (const norm of slopes ? [0.3, -0.3, Infinity] : [1]) {
          for (const p of LOSS_TWINS[loss].parameters) {
            const random = new Random(n + size);
            const mask = bytes(n, random);
            const [x, y] = [0, 1].map(() => samples(tag, n, random));
            backend.write(BYTES, store("u8", mask));
            backend.write(LEFT, x);
            backend.write(RIGHT, y);
            kernels[`masked_${size}`](BYTES, LEFT, KEPT_LEFT, n);
            kernels[`masked_${size}`](BYTES, RIGHT, KEPT_RIGHT, n);
            const rest = slopes ? [WRITTEN, n, p, norm, p] : [n, p];
            const unmasked = `${loss}_${slopes ? "sumslope" : "sum"}_${tag}`;
            const expected = kernels[unmasked](KEPT_LEFT, KEPT_RIGHT, ...rest);
            kernels[`masked_${size}`](BYTES, WRITTEN, WRITTEN, n);
            const gradient = backend.readAt(tag, WRITTEN, n).slice();
            backend.fill(WRITTEN - GUARD, 2 * GUARD + n * size);
            const found = kernels[name](LEFT, RIGHT, BYTES, ...rest);
            expect(found, `length ${n}, norm ${norm}, parameter ${p}`).toBe(expected);
            if (!slopes) continue;
            expect(backend.firstDifference(tag, WRITTEN, gradient), `length ${n}, norm ${norm}`).toBe(-1);
            expect(backend.firstTouched(WRITTEN - GUARD, GUARD)).toBe(-1);
            expect(backend.firstTouched(WRITTEN + n * size, GUARD)).toBe(-1);
          }
        }
      }
    }
  });
});

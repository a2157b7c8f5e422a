import { describe, expect, it } from "vitest";
import { backends, GUARD, LENGTHS, store } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";

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
      for (const length of [...LENGTHS, 500]) {
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

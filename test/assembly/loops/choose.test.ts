import { describe, expect, it } from "vitest";
import { backends, GUARD, LENGTHS, store } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";

const MASK = 64;

describe.each(kernelsOf("choose"))("%s", (name, bytes) => {
  const size = Number(bytes);

  it("takes the bytes of x where the mask is not 0, else those of y, at lengths 0 to 67, and touches nothing else", () => {
    for (const backend of backends) {
      for (const n of LENGTHS) {
        const random = new Random(n + size);
        const byte = (): number => random.integer(0, 255);
        const mask = Array.from({ length: n }, () => (random.chance(0.5) ? 0 : random.integer(1, 255)));
        const [x, y] = [0, 1].map(() => Array.from({ length: n * size }, byte));
        const [a, b, out] = [1, 2, 3].map((i) => MASK + i * 2048);
        backend.fill(0, out + 2048);
        backend.write(MASK, store("u8", mask));
        backend.write(a, store("u8", x));
        backend.write(b, store("u8", y));
        backend.kernels[name](MASK, a, b, out, n);
        const expected = x.map((value, i) => (mask[Math.floor(i / size)] ? value : y[i]));
        expect([...backend.bytes.subarray(out, out + n * size)], `length ${n}`).toEqual(expected);
        expect(backend.firstTouched(out - GUARD, GUARD)).toBe(-1);
        expect(backend.firstTouched(out + n * size, GUARD)).toBe(-1);
      }
    }
  });
});

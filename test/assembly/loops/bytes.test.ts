import { describe, expect, it } from "vitest";
import { checkElementwise } from "../../support/elementwise.js";
import { BLOCK_EDGES, backends, LENGTHS, store } from "../../support/kernels.js";
import type { Stored } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";

/**
 * About the 128 vectors of 16 after which sums are moved to wider lanes, and about twice as many.
 */
const EDGES = [2032, 2047, 2048, 2049, 2064, 4095, 4096, 4097, 4112];

const TWINS: Record<string, (x: number, y: number) => number> = {
  l1: (x, y) => Math.abs(x - y),
  l1wrap: (x, y) => (x - y + 256) % 256,
};

function bytes(n: number, random: Random): number[] {
  return Array.from({ length: n }, () =>
    random.chance(0.3) ? random.pick([0, 1, 254, 255]) : random.integer(0, 255),
  );
}

describe.each(kernelsOf("bytes").filter(([, , pass]) => pass === "map"))("%s", (name, loss) => {
  const twin = TWINS[loss];

  function check(x: readonly number[], y: readonly number[], once: boolean): string | null {
    return checkElementwise({
      inputs: [x, y].map((values) => ({ tag: "u8", stored: store("u8", values) })),
      output: {
        tag: "u8",
        expected: store(
          "u8",
          x.map((a, i) => twin(a, y[i])),
        ),
      },
      call: (kernels, [a, b], out) => void kernels[name](a, b, out, x.length),
      inPlace: true,
      once,
    });
  }

  it("equals its twin at every length from 0 to 67, in place too, and touches nothing else", () => {
    for (const n of [...LENGTHS, ...BLOCK_EDGES]) {
      const random = new Random(n + 1);
      expect(check(bytes(n, random), bytes(n, random), true), `length ${n}`).toBeNull();
    }
  });

  it("equals its twin at every alignment", () => {
    for (const n of [1, 15, 16, 17, 35]) {
      const random = new Random(n + 1);
      expect(check(bytes(n, random), bytes(n, random), false), `length ${n}`).toBeNull();
    }
  });

  it("equals its twin for every pair of bytes", () => {
    const all = Array.from({ length: 256 }, (_, i) => i);
    for (const a of all) expect(check(new Array<number>(256).fill(a), all, true), `x = ${a}`).toBeNull();
  });
});

describe.each(kernelsOf("bytes").filter(([, , pass]) => pass === "sum"))("%s", (name, loss) => {
  const twin = TWINS[loss];

  function sums(x: Stored, y: Stored, [a, b] = [64, 64 + Math.ceil(x.length / 64) * 64 + 64]): unknown[] {
    return backends.map((backend) => {
      backend.write(a, x);
      backend.write(b, y);
      return backend.kernels[name](a, b, x.length);
    });
  }

  function check(x: readonly number[], y: readonly number[], addresses?: [number, number]): void {
    const expected = x.reduce((sum, a, i) => sum + twin(a, y[i]), 0);
    const found = sums(store("u8", x), store("u8", y), addresses);
    expect(found, `length ${x.length} at ${addresses?.join()}`).toEqual(backends.map(() => expected));
  }

  it("is exact at every length from 0 to 67, about its lanes' limits and about the edges of a block", () => {
    for (const n of [...LENGTHS, ...EDGES, ...BLOCK_EDGES]) {
      const random = new Random(n + 1);
      check(bytes(n, random), bytes(n, random));
    }
  });

  it("is exact at every alignment, and reads no further than the last byte", () => {
    const end = backends[0].bytes.length;
    for (const n of [1, 16, 35, 67]) {
      const random = new Random(n + 1);
      const [x, y] = [bytes(n, random), bytes(n, random)];
      for (let i = 0; i < 256; i++) check(x, y, [64 + (i >> 4), 256 + (i & 15)]);
      check(x, y, [end - n, 64]);
      check(x, y, [64, end - n]);
    }
  });

  it("holds the largest sums", () => {
    for (const n of [...EDGES, ...BLOCK_EDGES, 500_000]) {
      check(new Array<number>(n).fill(255), new Array<number>(n).fill(0), [64, 65536 * 8]);
    }
  });
});

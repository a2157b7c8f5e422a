import { describe, expect, it } from "vitest";
import { BLOCK_EDGES, backends, LENGTHS, read, store } from "../../support/kernels.js";
import type { Backend, Stored, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { sumUnits, toUnits } from "../../support/rational.js";
import { kernelsOf } from "../families.js";
import { samples } from "../samples.js";

const OUT = 64;
const X = 256;

/**
 * Numbers of both signs and of sizes from 2^-spread to 2^spread, every other one cancelling the one
 * before almost.
 */
function cancelling(tag: Tag, n: number, spread: number, random: Random): Stored {
  let last = 0;
  return store(
    tag,
    Array.from({ length: n }, (_, i) => {
      last =
        i % 2 === 1 && random.chance(0.7) ? -last : random.normal() * 2 ** random.integer(-spread, spread);
      return last;
    }),
  );
}

/** The sum, what its rounding lost, and Σ|x|; throws when anything but the three is written. */
function total(backend: Backend, name: string, x: Stored, address = X): Float64Array {
  backend.fill(0, X);
  backend.write(address, x);
  backend.kernels[name](address, x.length, OUT);
  const results = backend.readAt("f64", OUT, 3) as Float64Array;
  backend.fill(OUT, results.byteLength);
  if (!backend.isBlank(X)) throw new Error(`${name} wrote beside its three results`);
  return results;
}

describe.each(kernelsOf("total").filter(([, type]) => type !== "i64"))("%s", (name, type) => {
  const tag = type as Tag;
  const spread = tag === "f32" ? 60 : 500;

  it("gives the exact sum but for n² 2^-106 Σ|x|, and Σ|x| but for n 2^-53, at lengths 0 to 67 and about a block's edges", () => {
    for (const n of [...LENGTHS, ...BLOCK_EDGES]) {
      const x = cancelling(tag, n, spread, new Random(n + 1));
      const values = read(tag, x) as number[];
      const [sum, lost, magnitude] = total(backends[0], name, x);
      const exactMagnitude = sumUnits(values.map(Math.abs));
      const error = toUnits(sum) + toUnits(lost) - sumUnits(values);
      const limit = (exactMagnitude * BigInt(n * n)) >> 106n;
      expect(error <= limit && error >= -limit, `length ${n}: sum off by ${error} units of 2^-1074`).toBe(
        true,
      );
      const difference = toUnits(magnitude) - exactMagnitude;
      const slack = (exactMagnitude * BigInt(n)) >> 53n;
      expect(difference <= slack && difference >= -slack, `length ${n}: Σ|x| off by ${difference}`).toBe(
        true,
      );
    }
  });

  it("adds subnormals exactly", () => {
    const random = new Random(5);
    const smallest = tag === "f32" ? 2 ** -149 : 2 ** -1074;
    const x = store(
      tag,
      Array.from({ length: 67 }, () => smallest * random.integer(-1000, 1000)),
    );
    const [sum, lost] = total(backends[0], name, x);
    expect(toUnits(sum) + toUnits(lost)).toBe(sumUnits(read(tag, x) as number[]));
  });

  it("gives the same bits at every alignment and in both binaries", () => {
    for (const n of LENGTHS) {
      const x = cancelling(tag, n, spread, new Random(n + 1));
      const expected = total(backends[0], name, x);
      for (const backend of backends) {
        for (let offset = 0; offset < 16; offset += x.BYTES_PER_ELEMENT) {
          expect(total(backend, name, x, X + offset), `length ${n}, offset ${offset}`).toEqual(expected);
        }
      }
    }
  });

  it.each([NaN, Infinity, -Infinity])(
    "gives no finite sum of a single %d wherever it lies, so that the caller notices",
    (special) => {
      for (let n = 1; n <= 11; n++) {
        for (let at = 0; at < n; at++) {
          const x = store(
            tag,
            Array.from({ length: n }, (_, i) => (i === at ? special : 1)),
          );
          expect(Number.isFinite(total(backends[0], name, x)[0]), `[${at}] of ${n}`).toBe(false);
        }
      }
    },
  );

  it("reads no further than the last element", () => {
    for (const backend of backends) {
      for (const n of LENGTHS) {
        const x = cancelling(tag, n, spread, new Random(n + 1));
        expect(total(backend, name, x, backend.bytes.length - x.byteLength)).toEqual(total(backend, name, x));
      }
    }
  });
});

describe("total_i64", () => {
  const sum = (backend: Backend, x: Stored, address: number): bigint => {
    backend.write(address, x);
    return backend.kernels.total_i64(address, x.length) as bigint;
  };

  it("gives the wrapping sum at every length, at every alignment and at the end of the memory", () => {
    for (const n of [...LENGTHS, ...BLOCK_EDGES]) {
      const x = samples("i64", n, new Random(n + 1));
      const exact = (read("i64", x) as bigint[]).reduce((a, b) => a + b, 0n);
      for (const backend of backends) {
        for (const address of [64, 72, backend.bytes.length - x.byteLength]) {
          expect(sum(backend, x, address), `length ${n}`).toBe(BigInt.asIntN(64, exact));
        }
      }
    }
  });
});

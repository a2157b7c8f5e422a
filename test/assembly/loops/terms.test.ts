import { describe, expect, it } from "vitest";
import { BLOCK_EDGES, backends, LENGTHS, store } from "../../support/kernels.js";
import type { Stored, Tag } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { numbers, samples } from "../samples.js";

/**
 * About the length from which terms are added pairwise, and with every number of vectors left over.
 */
const PAIRWISE_LENGTHS = Array.from({ length: 72 }, (_, i) => 509 + i);
const TAGS = ["f16", "bf16", "f32", "f64"] as const;

function terms(tag: Tag, x: Stored, y: Stored): Stored {
  const [a, b] = [numbers(tag, x), numbers(tag, y)];
  return store(
    tag === "f64" ? "f64" : "f32",
    a.map((value, i) => Math.abs(value - b[i])),
  );
}

describe.each(TAGS)("the sum of stored terms of %s", (tag) => {
  const kernel = tag === "f64" ? "terms_f64" : "terms_f32";
  const halves = tag === "f16" || tag === "bf16" ? 1 : 0;

  it("has the bits of the loss that adds the same terms", () => {
    for (const { kernels, write } of backends.map((backend) => ({
      kernels: backend.kernels,
      write: backend.write.bind(backend),
    }))) {
      for (const n of [...LENGTHS, ...PAIRWISE_LENGTHS, ...BLOCK_EDGES]) {
        const random = new Random(n + 1);
        const [x, y] = [samples(tag, n, random), samples(tag, n, random)];
        const [a, b, t] = [64, 64 + 17_000 * 8, 64 + 34_000 * 8];
        write(a, x);
        write(b, y);
        write(t, terms(tag, x, y));
        const expected = kernels[`l1_sum_${tag}`](a, b, n, 0);
        expect(kernels[kernel](t, n, halves), `length ${n}`).toBe(expected);
      }
    }
  });
});

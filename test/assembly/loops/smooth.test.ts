/**
 * SmoothL1's kernels have the bits of torch's formula for every beta, whether they go by way of
 * Huber's or not.
 */
import { describe, expect, it } from "vitest";
import { checkElementwise } from "../../support/elementwise.js";
import { backends, store } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { numbers, samples } from "../samples.js";
import { lossOutput, lossTerms } from "../twins/losses.js";

/** Powers of two within and beyond what goes by way of Huber, and other numbers beside them. */
const BETAS = [1, 0.5, 0.25, 2 ** -20, 2 ** -60, 2 ** -61, 2, 1024, 0.75, 0.3, 5];
/** The last two overflow where they are divided by a small beta. */
const NORMS = [1, -0.3, 2 ** -149, 3e38, -(2 ** 120)];
const TAGS = ["f16", "bf16", "f32", "f64"] as const;
/** Body and tail, the length from which terms are added pairwise included. */
const LENGTHS = [1, 3, 4, 31, 511, 512, 551];

describe.each(TAGS)("smoothl1 of %s", (tag) => {
  it.each(BETAS)("beta = %d: the sum of one element is its term, bit by bit", (beta) => {
    const n = 600;
    const random = new Random(n);
    const [x, y] = [samples(tag, n, random), samples(tag, n, random)];
    const terms = lossTerms("smoothl1", tag, numbers(tag, x), numbers(tag, y), beta);
    for (const { kernels, write } of backends.map((backend) => ({
      kernels: backend.kernels,
      write: backend.write.bind(backend),
    }))) {
      write(64, x);
      write(8192, y);
      const found = terms.map((_, i) => {
        const at = i * x.BYTES_PER_ELEMENT;
        return kernels[`smoothl1_sum_${tag}`](64 + at, 8192 + at, 1, beta);
      });
      expect(found).toEqual(terms);
    }
  });

  it.each(BETAS.flatMap((beta) => NORMS.map((norm) => [beta, norm] as const)))(
    "beta = %d, norm = %d: the slopes beside the sum are the twin's",
    (beta, norm) => {
      for (const n of LENGTHS) {
        const random = new Random(n + 1);
        const [x, y] = [samples(tag, n, random), samples(tag, n, random)];
        const expected = lossOutput("smoothl1", "sumslope", tag, numbers(tag, x), numbers(tag, y), {
          p: beta,
          norm,
          g: 1,
        });
        const problem = checkElementwise({
          inputs: [
            { tag, stored: x },
            { tag, stored: y },
          ],
          output: { tag, expected: store(tag, expected) },
          call: (kernels, [a, b], out) =>
            void kernels[`smoothl1_sumslope_${tag}`](a, b, out, n, beta, norm, beta),
          inPlace: true,
          once: true,
        });
        expect(problem, `length ${n}`).toBeNull();
      }
    },
  );
});

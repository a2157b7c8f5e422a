import { describe, expect, it } from "vitest";
import { checkElementwise } from "../../support/elementwise.js";
import { BLOCK_EDGES, LENGTHS, read, show, store } from "../../support/kernels.js";
import type { Stored, Tag, Value } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";
import { numbers, samples, specials } from "../samples.js";
import { binaryOutput, unaryOutput } from "../twins/arithmetic.js";
import { LOSS_TWINS, lossOutput } from "../twins/losses.js";
import type { LossScalars, LossTag, Pass } from "../twins/losses.js";

/** Longer than two turns and a tail of any type. */
const SPREAD = 11;

/** Every pair of special values, each in all lanes of body and tail. */
function forEachSpecialPair(tag: Tag, visit: (x: Stored, y: Stored) => string | null): string | null {
  for (const a of specials(tag)) {
    for (const b of specials(tag)) {
      const fill = (value: Value): Stored => store(tag, new Array<Value>(SPREAD).fill(value));
      const problem = visit(fill(a), fill(b));
      if (problem) return `x = ${show(a)}, y = ${show(b)}: ${problem}`;
    }
  }
  return null;
}

function forEachLength(
  lengths: readonly number[],
  visit: (n: number, random: Random) => string | null,
): string | null {
  for (const n of lengths) {
    const problem = visit(n, new Random(n + 1));
    if (problem) return `length ${n}: ${problem}`;
  }
  return null;
}

describe.each(kernelsOf("loss").filter(([, , pass]) => pass === "map" || pass === "slope"))(
  "%s",
  (name, loss, pass, type) => {
    const tag = type as LossTag;

    function check(x: Stored, y: Stored, scalars: LossScalars, once = false): string | null {
      const expected = store(
        tag,
        lossOutput(loss, pass as Pass, tag, numbers(tag, x), numbers(tag, y), scalars),
      );
      const { p, norm, g } = scalars;
      const rest = pass === "map" ? [p] : [p, norm, g];
      return checkElementwise({
        inputs: [
          { tag, stored: x },
          { tag, stored: y },
        ],
        output: { tag, expected },
        call: (kernels, [a, b], out) => void kernels[name](a, b, out, x.length, ...rest),
        inPlace: true,
        once,
      });
    }

    const ordinary: LossScalars = { p: LOSS_TWINS[loss].parameters.at(-1)!, norm: -0.3, g: 1.7 };

    it("equals its twin at every length from 0 to 67 and every alignment, in place too, and touches nothing else", () => {
      expect(
        forEachLength(LENGTHS, (n, random) =>
          check(samples(tag, n, random), samples(tag, n, random), ordinary),
        ),
      ).toBeNull();
    });

    it("equals its twin about the edges of a block", () => {
      const problem = forEachLength(BLOCK_EDGES, (n, random) =>
        check(samples(tag, n, random), samples(tag, n, random), ordinary, true),
      );
      expect(problem).toBeNull();
    });

    it("equals its twin at every pair of special values, alike in body and tail", () => {
      expect(forEachSpecialPair(tag, (x, y) => check(x, y, ordinary, true))).toBeNull();
    });

    it("equals its twin for special parameters, norms and upstream gradients", () => {
      const random = new Random(7);
      const [x, y] = [samples(tag, 64, random), samples(tag, 64, random)];
      const scalars = [0, -0, 1, -1, 1e-41, 5e-8, 65504, 3e38, Infinity, -Infinity, NaN];
      const factors = pass === "map" ? [[1, 1]] : scalars.flatMap((norm) => scalars.map((g) => [norm, g]));
      for (const p of [...LOSS_TWINS[loss].parameters, 1e-41, 1e30]) {
        for (const [norm, g] of factors)
          expect(check(x, y, { p, norm, g }, true), `p ${p}, norm ${norm}, g ${g}`).toBeNull();
      }
    });
  },
);

describe.each(kernelsOf("unary"))("%s", (name, operation, type) => {
  const tag = type as Tag;

  function check(x: Stored, p: number, q: number, once = false): string | null {
    return checkElementwise({
      inputs: [{ tag, stored: x }],
      output: { tag, expected: store(tag, unaryOutput(operation, tag, read(tag, x), p, q)) },
      call: (kernels, [a], out) => void kernels[name](a, out, x.length, p, q),
      inPlace: true,
      once,
    });
  }

  it("equals its twin at every length from 0 to 67 and every alignment, in place too, and touches nothing else", () => {
    expect(forEachLength(LENGTHS, (n, random) => check(samples(tag, n, random), -0.7, 2.3))).toBeNull();
  });

  it("equals its twin about the edges of a block", () => {
    expect(
      forEachLength(BLOCK_EDGES, (n, random) => check(samples(tag, n, random), -0.7, 2.3, true)),
    ).toBeNull();
  });

  it("equals its twin at every special value, alike in body and tail, whatever the two parameters are", () => {
    const parameters = operation === "clamp" ? (specials(tag) as number[]) : [0];
    for (const p of parameters) {
      for (const q of parameters) {
        for (const x of specials(tag)) {
          expect(
            check(store(tag, new Array<Value>(SPREAD).fill(x)), p, q, true),
            `${show(x)}, ${p}, ${q}`,
          ).toBeNull();
        }
      }
    }
  });
});

describe.each(kernelsOf("binary"))("%s", (name, operation, type) => {
  const tag = type as Tag;
  const width = tag === "f32" ? 4 : 2;

  /**
   * An operand of one element stands for a scalar: it lies splat, and the kernel does not advance
   * over it.
   */
  function check(x: Stored, y: Stored, once = false): string | null {
    const n = Math.max(x.length, y.length);
    const spread = (stored: Stored): Value[] => {
      const values = read(tag, stored);
      return stored.length === 1 ? new Array<Value>(n).fill(values[0]) : values;
    };
    const laid = (stored: Stored): Stored =>
      stored.length === 1 ? store(tag, new Array<Value>(width).fill(read(tag, stored)[0])) : stored;
    const step = (stored: Stored): number => (stored.length === 1 ? 0 : 16);
    return checkElementwise({
      inputs: [
        { tag, stored: laid(x) },
        { tag, stored: laid(y) },
      ],
      output: { tag, expected: store(tag, binaryOutput(operation, tag, spread(x), spread(y))) },
      call: (kernels, [a, b], out) => void kernels[name](a, step(x), b, step(y), out, n),
      inPlace: x.length === n && y.length === n && n !== 1,
      once,
    });
  }

  it("equals its twin at every length from 0 to 67 and every alignment, in place too, and touches nothing else", () => {
    expect(
      forEachLength(LENGTHS, (n, random) => check(samples(tag, n, random), samples(tag, n, random))),
    ).toBeNull();
  });

  it("equals its twin with a scalar on either side or on both", () => {
    const lengths = LENGTHS.filter((n) => n > 0);
    const problem = forEachLength(lengths, (n, random) => {
      const scalar = (): Stored => samples(tag, 1, random);
      return (
        check(samples(tag, n, random), scalar()) ??
        check(scalar(), samples(tag, n, random)) ??
        check(scalar(), scalar())
      );
    });
    expect(problem).toBeNull();
  });

  it("equals its twin about the edges of a block", () => {
    expect(
      forEachLength(BLOCK_EDGES, (n, random) =>
        check(samples(tag, n, random), samples(tag, n, random), true),
      ),
    ).toBeNull();
  });

  it("equals its twin at every pair of special values, alike in body and tail", () => {
    expect(forEachSpecialPair(tag, (x, y) => check(x, y, true))).toBeNull();
  });
});

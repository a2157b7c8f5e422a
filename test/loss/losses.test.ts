/** Values and gradients of the four losses, as PyTorch gives them (fixtures/losses.py). */
import { onWarning } from "lossgrad";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fixture from "../fixtures/losses.json?raw";
import { checkLossCase, WIRE_LOSSES } from "../support/loss-case.js";
import type { LossAnswer, LossCase } from "../support/loss-case.js";

interface Entry {
  group: string;
  case: LossCase;
  answer: LossAnswer;
}

const { cases } = JSON.parse(fixture) as { cases: Entry[] };
const GROUPS: Record<string, string> = {
  lengths: "every length from 1 to 67",
  specials: "each special value against each, upstream gradients among them",
  one_special: "sums and means with one special value; sums that overflow",
  ties: "differences of exactly 0 and exactly the threshold",
  shapes: "0-d, empty, broadcast and expanded operands",
  promotion: "operands of different dtypes; integers",
  complexes: "complex operands, within 1 ULP (float64: 2), gradients 3",
  weights: "weights, with their own gradient",
};

// Broadcasting warns, as it should: messages.test.ts.
beforeAll(() => {
  onWarning(() => undefined);
});
afterAll(() => {
  onWarning(null);
});

describe.each(WIRE_LOSSES)(
  "%s as in PyTorch: bit for bit, sums within 1 ULP (float64: 2) of the exact value",
  (loss) => {
    for (const [group, title] of Object.entries(GROUPS)) {
      const entries = cases.filter((entry) => entry.group === group && entry.case.loss === loss);
      if (entries.length === 0) continue; // complex numbers are L1's alone, and SmoothL1 takes no weight
      test(title, () => {
        const failures = entries.flatMap((entry) =>
          checkLossCase(entry.case, entry.answer).map(
            (difference) => `${describeEntry(entry)}: ${difference}`,
          ),
        );
        expect(failures).toEqual([]);
      });
    }
  },
);

test("every group of the fixture is run", () => {
  expect([...new Set(cases.map(({ group }) => group))].sort()).toEqual(Object.keys(GROUPS).sort());
});

function describeEntry({ case: { reduction, parameter, input, target } }: Entry): string {
  const operands = [input, target].map(({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`);
  return `${reduction}${parameter === undefined ? "" : ` ${parameter}`} of ${operands.join(", ")}`;
}

/**
 * Losses of typed arrays against what PyTorch answered: the cases of the tensors' tests that arrays
 * have, too.
 */
import { expect, test } from "vitest";
import { checkArrayCase, isArrayCase } from "../support/array-case.js";
import fixture from "../fixtures/losses.json?raw";
import { WIRE_LOSSES } from "../support/loss-case.js";
import type { LossAnswer, LossCase } from "../support/loss-case.js";

interface Entry {
  group: string;
  case: LossCase;
  answer: LossAnswer;
}

const { cases } = JSON.parse(fixture) as { cases: Entry[] };

test.each(WIRE_LOSSES)("%s: bit for bit, sums within 1 ULP (float64: 2) of the exact value", (loss) => {
  const entries = cases.filter((entry) => entry.case.loss === loss && isArrayCase(entry.case, entry.answer));
  expect(entries.length).toBeGreaterThan(100);
  const failures = entries.flatMap((entry) =>
    checkArrayCase(entry.case, entry.answer).map(
      (difference) => `${entry.group} ${entry.case.reduction} of ${entry.case.input.dtype}: ${difference}`,
    ),
  );
  expect(failures).toEqual([]);
});

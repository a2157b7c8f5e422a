/**
 * Indexing, assignment, joints and borders as in PyTorch 2.14: test/fixtures/indexing.py made the
 * cases and the answers.
 */
import { describe, expect, test } from "vitest";
import { checkIndexing } from "../support/indexing-case.js";
import type { IndexingAnswer, IndexingCase } from "../support/indexing-case.js";
import fixture from "../fixtures/indexing.json?raw";

const { cases } = JSON.parse(fixture) as { cases: { case: IndexingCase; answer: IndexingAnswer }[] };
const names = [...new Set(cases.map((entry) => entry.case.call[0]))].sort();

describe("as in PyTorch: values, views' gradients, names of derivatives and errors, bit for bit", () => {
  test.each(names)("%s", (name) => {
    const entries = cases.filter((entry) => entry.case.call[0] === name);
    const failures = entries.flatMap(({ case: asked, answer }) =>
      checkIndexing(asked, answer).map((difference) => {
        const leaves = asked.leaves.map(({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`);
        return `${JSON.stringify(asked.call)} of ${leaves.join("; ")}: ${difference}`;
      }),
    );
    expect(failures.slice(0, 15).join("\n")).toBe("");
  });

  test("there are enough cases of each", () => {
    expect(names.length).toBeGreaterThan(14);
    expect(cases.length).toBeGreaterThan(500);
  });
});

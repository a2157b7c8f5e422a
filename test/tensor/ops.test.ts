/**
 * Tensor operations, their gradients and dtypes, as PyTorch gives them (fixtures/tensor-ops.py).
 */
import { tensor } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { describe, expect, test } from "vitest";
import { checkExpression } from "../support/expression-case.js";
import type { ExpressionAnswer, ExpressionCase } from "../support/expression-case.js";
import fixture from "../fixtures/tensor-ops.json?raw";

interface Entry {
  group: string;
  case: ExpressionCase;
  answer: ExpressionAnswer;
}

/**
 * By the first operand's dtype and the second's; null where torch answers complex32, which lossgrad
 * lacks.
 */
type Table = Record<DType, Record<string, DType | null>>;

const { cases, promotion } = JSON.parse(fixture) as {
  cases: Entry[];
  promotion: Record<"tensors" | "with 0-d" | "with a number", Table>;
};

const GROUPS: Record<string, string> = {
  unary: "unary operations on special values, with gradients: bit for bit",
  power: "powers: 0, 1, 2, 3 and -1 bit for bit, others within 2 ULP",
  binary: "binary operations and comparisons on special values, with gradients: bit for bit",
  with_number: "operations with a number: bit for bit",
  reductions:
    "sum and mean, along dimensions: within 1 ULP (float64: 2) of the exact value, gradients bit for bit",
  broadcasting: "broadcasting, gradients summed back: exact numbers",
  products: "matmul and its gradients: exact numbers",
};

describe("tensor operations as in PyTorch", () => {
  test.each(Object.entries(GROUPS))("%s: %s", (group) => {
    const entries = cases.filter((entry) => entry.group === group);
    expect(entries.length).toBeGreaterThan(0);
    const failures = entries.flatMap((entry) =>
      checkExpression(entry.case, entry.answer).map((difference) => `${describeEntry(entry)}: ${difference}`),
    );
    expect(failures).toEqual([]);
  });

  test("every group of the fixture is run", () => {
    expect([...new Set(cases.map(({ group }) => group))].sort()).toEqual(Object.keys(GROUPS).sort());
  });
});

describe("dtype of a sum, for all pairs of dtypes", () => {
  const dtypes = Object.keys(promotion.tensors) as DType[];
  const vectors = Object.fromEntries(dtypes.map((dtype) => [dtype, tensor([1, 1], { dtype })])) as Record<
    DType,
    Tensor
  >;
  const scalars = Object.fromEntries(dtypes.map((dtype) => [dtype, tensor(1, { dtype })])) as Record<
    DType,
    Tensor
  >;

  test.each(dtypes)("%s + each", (first) => {
    const sums = dtypes.map((second) => [second, vectors[first].add(vectors[second]).dtype]);
    expect(Object.fromEntries(sums)).toEqual(promotion.tensors[first]);
  });

  test.each(dtypes)("%s + each, 0-d", (first) => {
    const known = dtypes.filter((second) => promotion["with 0-d"][first][second] !== null);
    for (const second of known)
      expect(vectors[first].add(scalars[second]).dtype, second).toBe(promotion["with 0-d"][first][second]);
  });

  test.each(dtypes)("%s + a number", (first) => {
    expect(vectors[first].add(2).dtype).toBe(promotion["with a number"][first]["2"]);
    expect(vectors[first].add(2.5).dtype).toBe(promotion["with a number"][first]["2.5"]);
  });
});

function describeEntry({ case: { leaves, program } }: Entry): string {
  const operands = leaves.map(({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`);
  return `${JSON.stringify(program)} of ${operands.join(", ")}`;
}

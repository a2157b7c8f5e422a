/** The promise of fuse: random formulas give the bits of the same text run on tensors. */
import { type DType, fuse, type Tensor, tidy } from "lossgrad";
import { afterEach, expect, test } from "vitest";
import { forceProvider } from "../../src/formula/provider.js";
import { type FormulaCase, randomFormula, randomOperand } from "../support/formula-case.js";
import { Random } from "../support/random.js";
import { SLOW } from "../support/slow.js";

const DTYPES: readonly DType[] = ["float16", "bfloat16", "float32", "float64"];
const SHAPES: readonly (readonly (readonly number[])[])[] = [
  [[7], [7], [7]],
  [
    [3, 5],
    [3, 5],
    [3, 5],
  ],
  [[1], [1], [1]],
  [[], [], []],
  [[0], [0], [0]],
  [[4, 3], [3], [4, 1]],
  [[6], [], [1]],
  [[2, 1, 3], [2, 2, 1], []],
];

type Call = (operands: readonly Tensor[]) => Tensor;
type Outcome = readonly (readonly unknown[] | string)[];

/** Values and gradients of a call; what differs only in the bits of NaN is the same. */
function outcome(
  call: Call,
  operands: readonly Tensor[],
  requiring: readonly boolean[],
  upstream?: Tensor,
): Outcome {
  const leaves = operands.map((x, i) => x.detach().clone().requiresGrad_(requiring[i]));
  const result = call(leaves);
  if (result.requiresGrad) result.backward(upstream);
  const read = (x: Tensor | null): readonly unknown[] | string =>
    x === null ? "none" : [x.dtype, x.shape, x.detach().tolist()];
  return [read(result), String(result.requiresGrad), ...leaves.map(({ grad }) => read(grad))];
}

/** Whether calls of `text` and what fuse makes of it agree; a message where they do not. */
function compare(random: Random, formula: FormulaCase, dtype: DType): void {
  const shapes = random.pick(SHAPES);
  const operands = Array.from({ length: formula.operands }, (_, i) =>
    randomOperand(random, shapes[i], dtype),
  );
  const requiring = operands.map(() => random.chance(0.7));
  const fused = fuse(formula.text);
  const unfused = formula.text(...operands);
  const upstream = randomOperand(random, unfused.shape, dtype);
  const where = `${dtype} ${JSON.stringify(shapes)} ${requiring.join()} ${formula.shown}`;
  expect(
    outcome((x) => fused(...x, { reduction: "none" }), operands, requiring, upstream),
    where,
  ).toEqual(outcome((x) => formula.text(...x), operands, requiring, upstream));
  for (const reduction of ["mean", "sum"] as const) {
    const reducing = (...x: Tensor[]): Tensor => formula.text(...x)[reduction]();
    const reduced = fuse(reducing);
    expect(
      outcome((x) => reduced(...x), operands, requiring),
      `${where} ${reduction}`,
    ).toEqual(outcome((x) => reducing(...x), operands, requiring));
  }
}

afterEach(() => {
  forceProvider(null);
});

/**
 * Formulas of each dtype, each of them unreduced, averaged and summed: 20,000 comparisons with
 * test:slow.
 */
const RUNS = SLOW ? 1670 : 40;

test.each(DTYPES)(
  "random formulas of %s give the bits of tensors, with gradients and reductions",
  (dtype) => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = new Random(seed);
      // Each of the two ways, on formulas of its own.
      forceProvider(seed % 2 === 0 ? "interpreted" : null);
      const formula = randomFormula(random, 12, dtype);
      tidy(() => {
        compare(random, formula, dtype);
      });
    }
  },
  900_000,
);

/** The functional form of a row of the table of formulas. */
import { withGradMode } from "../autograd/mode.js";
import { type Taken, takeOptions } from "../core/options.js";
import { markFused } from "../formula/mark.js";
import { refusedAmong } from "../formula/refusals.js";
import type { Refusal } from "../formula/traits.js";
import { FormulaLoss } from "../loss/formula-loss.js";
import type { FormulaOperand, FormulaRow } from "../loss/formula-row.js";
import { PART_OPTIONS } from "../loss/losses.js";
import { legacyReduction, ownReduction } from "../loss/reduction.js";
import { notATensor } from "../ndarray/adapter.js";
import { broadcastShapes, type Shape } from "../ndarray/shape.js";
import {
  NONE_GIVEN,
  readOptions,
  scalar,
  type TakenOptions,
  takenTensor,
} from "../tensor/fused-arguments.js";
import { evaluateRead, type Made, madeOf } from "../tensor/fuse.js";
import { Tensor } from "../tensor/tensor.js";

/** A loss of the operands O, which takes the options P behind them. */
export type FormulaLossFunction<O extends readonly (Tensor | number)[], P extends object> = (
  ...args: [...operands: O, options?: P]
) => Tensor;

/** The function of a row. */
export function formulaLoss<O extends readonly (Tensor | number)[], P extends object>(
  row: FormulaRow,
): FormulaLossFunction<O, P> {
  const fused = new FormulaLoss(row);
  const options = [
    ...(row.legacy ? ["sizeAverage", "reduce"] : []),
    "reduction",
    ...PART_OPTIONS,
    ...(row.weightedMean ? ["weight"] : []),
    ...(row.optional ?? []),
  ];
  const made = madeOf(fused, options);
  const call = (...args: unknown[]): Tensor => evaluate(made, args);
  Object.defineProperty(call, "name", { value: row.name });
  markFused(call, fused);
  return call;
}

type Given = Record<string, unknown>;

/**
 * The user's code can run while options are taken, and in the handler of warnings: the operands are
 * looked at after both.
 */
function evaluate(made: Made<FormulaLoss>, args: readonly unknown[]): Tensor {
  const { fused: called } = made;
  const { name, row, operandCount: count } = called;
  const { [count]: given } = args;
  const taken = given === undefined ? undefined : takeOptions(name, given as Given, made.options);
  checkOperands(called, args);
  const options = readAll(called, taken);
  const { fused, behind } = taken ? called.givenBy(taken) : { fused: called, behind: [] };
  const values = taken ? fused.readParameters(taken) : fused.parameters;
  const operands = Array.from({ length: count }, (_, i) => args[i] as Tensor | number);
  for (const word of behind) operands.push(takenTensor(name, word, taken![word])!);
  for (const x of operands) if (x instanceof Tensor) x.checkAlive(name);
  const read = fitted(row, behind, operands, options.weight);
  for (const refusal of fused.traits.refusals) refuse(fused, refusal, read, options.mask);
  const divisor = options.divisorOf?.(read[0].shape);
  return evaluateRead(
    { ...made, fused },
    read,
    values,
    divisor === undefined ? options : { ...options, divisor },
  );
}

/** The options of a call, and what a reduction of the loss's own divides by. */
interface AllOptions extends TakenOptions {
  readonly divisorOf?: (input: Shape) => number;
}

function readAll(fused: FormulaLoss, taken: Taken<Given> | undefined): AllOptions {
  const { name, traits } = fused;
  const { sizeAverage, reduce } = (taken ?? {}) as { sizeAverage?: boolean | null; reduce?: boolean | null };
  const legacy = legacyReduction(sizeAverage, reduce);
  if (legacy !== null) return readOptions(fused, { ...taken, reduction: legacy } as Taken<Given>);
  const { divisor } = ownReduction(traits, taken?.reduction ?? "mean");
  if (!taken) return NONE_GIVEN;
  if (!divisor) return readOptions(fused, taken);
  const options = readOptions(fused, { ...taken, reduction: "mean" });
  const { dims, keepdim } = options.read;
  if (dims === undefined && !keepdim) return { ...options, divisorOf: divisor };
  const word = dims === undefined ? "keepdim" : "dim";
  throw new TypeError(
    `${name}: expected no ${word} with reduction "${taken.reduction as string}", which is one of all elements; take ` +
      `"mean" or "sum", or leave out ${word}`,
  );
}

function checkOperands(fused: FormulaLoss, args: readonly unknown[]): void {
  const { row, name } = fused;
  for (let i = 0; i < row.operands.length; i++) {
    const { [i]: x } = args;
    if (x instanceof Tensor) {
      x.checkAlive(name);
      continue;
    }
    const orNumber = row.numbers?.includes(row.operands[i]) ?? false;
    if (orNumber && typeof x === "number") continue;
    throw notATensor(name, `${fused.wordFor(i)} to be a Tensor${orNumber ? " or a number" : ""}`, x);
  }
}

/** The operands as tensors that may meet, in the shapes that torch gives them. */
function fitted(
  { operands: words, check }: FormulaRow,
  behind: readonly string[],
  operands: readonly (Tensor | number)[],
  weight: Tensor | null,
): Tensor[] {
  const { nd: like } = operands[0] as Tensor;
  // A number stands for as many as the input has.
  const seen = operands.map((x): FormulaOperand => (typeof x === "number" ? like : x.nd));
  const tensors = operands.map((x) => (typeof x === "number" ? scalar(like.dtype, x) : x));
  if (!check) return tensors;
  const named = [...words, ...behind].map((word, i): [string, FormulaOperand] => [word, seen[i]]);
  if (weight) named.push(["weight", weight.nd]);
  const shapes = check(Object.fromEntries(named)) ?? {};
  return tensors.map((x, i) => {
    const { [words[i]]: shape } = shapes;
    return shape && operands[i] === x ? x.reshape(shape) : x;
  });
}

/** Throws where an operand has an element that it must not have, among those that the mask keeps. */
function refuse(
  { name }: FormulaLoss,
  refusal: Refusal,
  operands: readonly Tensor[],
  mask: Tensor | null,
): void {
  const { [refusal.index]: x } = operands;
  const count = withGradMode(false, () => {
    const whole = mask
      ? x.expand(operands.map(({ shape }) => shape).reduce<readonly number[]>(broadcastShapes, []))
      : x;
    const made = { fused: refusedAmong(refusal), node: name, options: [] };
    const read = { ...NONE_GIVEN.read, mode: "sum", named: true } as const;
    const sum = evaluateRead(made, [whole], null, { ...NONE_GIVEN, read, mask });
    const value = Number(sum.item());
    sum.dispose();
    return value;
  });
  if (count > 0) throw new RangeError(refusal.message);
}

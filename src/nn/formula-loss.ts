/** The functional form of a row of the table of formulas. */
import { takeOptions } from "../core/options.js";
import { markFused } from "../formula/mark.js";
import { FormulaLoss } from "../loss/formula-loss.js";
import type { FormulaRow } from "../loss/formulas.js";
import { optionNames } from "../loss/losses.js";
import { legacyReduction } from "../loss/reduction.js";
import { notATensor } from "../ndarray/adapter.js";
import {
  evaluateRead,
  type Made,
  madeOf,
  NONE_GIVEN,
  readOptions,
  type TakenOptions,
} from "../tensor/fuse.js";
import { Tensor } from "../tensor/tensor.js";

/** A loss of the operands O, which takes the options P behind them. */
export type FormulaLossFunction<O extends readonly Tensor[], P extends object> = (
  ...args: [...operands: O, options?: P]
) => Tensor;

/** The function of a row. */
export function formulaLoss<O extends readonly Tensor[], P extends object>(
  row: FormulaRow,
): FormulaLossFunction<O, P> {
  const fused = new FormulaLoss(row);
  const { legacy, takesWeight } = row;
  const options = optionNames({ legacy, parameter: null, weightedMean: takesWeight ? "weights" : null });
  const made = madeOf(fused, options);
  const call = (...args: unknown[]): Tensor => evaluate(made, args);
  Object.defineProperty(call, "name", { value: row.name });
  markFused(call, fused);
  return call;
}

/**
 * The user's code can run while options are taken, and in the handler of warnings: the operands are
 * looked at after both.
 */
function evaluate(made: Made<FormulaLoss>, args: readonly unknown[]): Tensor {
  const { fused } = made;
  const { name, row, operandCount: count } = fused;
  const { [count]: given } = args;
  const taken = given === undefined ? undefined : takeOptions(name, given as Given, made.options);
  checkOperands(fused, args);
  const options = taken ? readAll(name, taken) : NONE_GIVEN;
  const values = taken ? fused.readParameters(taken) : fused.parameters;
  const operands = Array.from({ length: count }, (_, i) => args[i] as Tensor);
  for (const x of operands) x.checkAlive(name);
  row.check?.(operands.map(({ nd }) => nd));
  return evaluateRead(made, operands, values, options);
}

type Given = Record<string, unknown>;

function readAll(name: string, taken: ReturnType<typeof takeOptions<Given>>): TakenOptions {
  const { sizeAverage, reduce } = taken as { sizeAverage?: boolean | null; reduce?: boolean | null };
  const reduction = legacyReduction(sizeAverage, reduce);
  return readOptions(name, reduction === null ? taken : { ...taken, reduction });
}

function checkOperands(fused: FormulaLoss, args: readonly unknown[]): void {
  for (let i = 0; i < fused.operandCount; i++) {
    const { [i]: x } = args;
    if (!(x instanceof Tensor)) throw notATensor(fused.name, `${fused.wordFor(i)} to be a Tensor`, x);
    x.checkAlive(fused.name);
  }
}

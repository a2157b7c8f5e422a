/** The built-in losses as programs: their rows' formulas, rounded as the rows say. */
import { Expression, Trace } from "../../src/formula/expression.js";
import { lower, type Wanted } from "../../src/formula/lower.js";
import type { Program, ProgramDType } from "../../src/formula/program.js";
import { type LossRow, type Rounding, roundingOf } from "../../src/loss/losses.js";

type Pass = "sum" | "sumslope" | "map" | "slope";
/** The term's parameter, the slope's, and its norm, as torch's kernels see them. */
interface Scalars {
  readonly p: number;
  readonly q: number;
  readonly scale: number;
}

/** A pass of a loss over input and target, and its numbers. */
export function builtIn(
  row: LossRow,
  dtype: ProgramDType,
  pass: Pass,
  { p, q, scale }: Scalars,
): { program: Program; numbers: number[] } {
  const trace = new Trace(row.module);
  const [x, y] = [0, 1].map((index) => Expression.operand(trace, index, { dtype, shape: [1] }));
  /** Halves that are rounded once are computed in float32. */
  const difference = (rounding: Rounding): Expression => {
    const computed = rounding === "each" || dtype === "float64" ? dtype : "float32";
    return x.to(computed).sub(y.to(computed));
  };
  const outputs: Wanted[] = [];
  // Sums are made of terms that were not rounded.
  if (pass.startsWith("sum")) outputs.push({ role: "sum", from: row.term(difference("once"), p) });
  if (pass === "map") {
    const term = row.term(difference(roundingOf(row.valueRounding, dtype)), p);
    outputs.push({ role: "store", from: term.to(dtype) });
  }
  if (pass.endsWith("slope")) {
    const slope = row.slope(difference(roundingOf(row.slopeRounding, dtype)), q).mul(scale);
    outputs.push({ role: "store", from: slope.to(dtype) });
  }
  const lowered = lower(outputs, dtype, () => false)!;
  return { program: lowered.program, numbers: lowered.numbers(() => NaN) };
}

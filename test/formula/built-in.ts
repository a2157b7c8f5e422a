/** The built-in losses as programs: the formulas of assembly/terms/, rounded as the rows of the table say. */
import type { Instruction, Program, ProgramDType, Reference } from "../../src/formula/program.js";
import { type LossRow, roundingOf } from "../../src/loss/losses.js";
import { number, operand, programOf, value } from "./programs.js";

/** The numbers of the programs: the term's parameter, 0.5, the slope's parameter and its norm, and minus that parameter. */
const [P, HALF, Q, NORM, MINUS_Q] = [0, 1, 2, 3, 4].map(number);
export const numbersOf = (p: number, q: number, norm: number): number[] => [p, 0.5, q, norm, -q];

type Apply = (name: Instruction["name"], ...inputs: Reference[]) => Reference;

const VALUES: Record<LossRow["kernel"], (apply: Apply, d: Reference) => Reference> = {
  l1: (apply, d) => apply("abs", d),
  mse: (apply, d) => apply("mul", d, d),
  smoothl1: (apply, d) => {
    const z = apply("abs", d);
    const inner = apply("div", apply("mul", apply("mul", HALF, z), z), P);
    const outer = apply("sub", z, apply("mul", HALF, P));
    return apply("where", apply("le", P, z), outer, inner);
  },
  huber: (apply, d) => {
    const z = apply("abs", d);
    const m = apply("minimum", z, P);
    return apply("mul", m, apply("sub", z, apply("mul", HALF, m)));
  },
};

const SLOPES: Record<LossRow["kernel"], (apply: Apply, d: Reference) => Reference> = {
  l1: (apply, d) => apply("mul", NORM, apply("sign", d)),
  mse: (apply, d) => apply("mul", NORM, d),
  smoothl1: (apply, d) => {
    const unit = apply("where", apply("le", Q, apply("abs", d)), apply("sign", d), apply("div", d, Q));
    return apply("mul", NORM, unit);
  },
  huber: (apply, d) => apply("mul", NORM, apply("maximum", apply("minimum", d, Q), MINUS_Q)),
};

type Pass = "sum" | "sumslope" | "map" | "slope";

/** A pass of a loss over input and target. */
export function builtIn(row: LossRow, dtype: ProgramDType, pass: Pass): Program {
  const code: Instruction[] = [];
  const applying =
    (rounds: boolean): Apply =>
    (name, ...inputs) =>
      value(code.push({ name, inputs, rounds }) - 1);
  const of = (formula: (typeof VALUES)[LossRow["kernel"]], rounds: boolean): Reference => {
    const apply = applying(rounds);
    return formula(apply, apply("sub", operand(0), operand(1)));
  };
  const sums = pass.startsWith("sum");
  const slopes = pass.endsWith("slope");
  const eachValue = !sums && roundingOf(row.valueRounding, dtype) === "each";
  const term = sums || pass === "map" ? of(VALUES[row.kernel], eachValue) : undefined;
  const slope = slopes ? of(SLOPES[row.kernel], roundingOf(row.slopeRounding, dtype) === "each") : undefined;
  return programOf(dtype, {
    operands: 2,
    numbers: 5,
    code,
    sum: sums ? term : undefined,
    stores: [...(pass === "map" ? [term!] : []), ...(slope ? [slope] : [])],
  });
}

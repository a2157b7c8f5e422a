/**
 * Random formulas as data: each is a text that runs on tensors, is traced by fuse, and is run by
 * PyTorch.
 */
import { type DType, type Operand, type Tensor, tensor, where } from "lossgrad";
import { ELEMENTARY } from "./elementary.js";
import type { Random } from "./random.js";

/** A value made before, by its index, or a number, written so that JSON keeps it: "-0", "NaN". */
export type FormulaArgument = number | { readonly number: string };

/** An operation on values that were made before, which makes another. */
export interface FormulaStep {
  readonly op: Operation;
  readonly args: readonly FormulaArgument[];
  /** A number, written as those of arguments. */
  readonly alpha?: string;
  readonly exponent?: number;
  /** Bounds of clamp. */
  readonly min?: FormulaArgument;
  readonly max?: FormulaArgument;
  /** What a bool is converted to, and what `where` gives. */
  readonly dtype?: DType;
}

export interface FormulaCase {
  /** How many operands it has. */
  readonly operands: number;
  /** Values are the operands and then each step's; the last is the result. */
  readonly steps: readonly FormulaStep[];
  readonly text: (...operands: Tensor[]) => Tensor;
  /** The same text, for a message. */
  readonly shown: string;
}

/** Numbers at which operations have edges. */
const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  3,
  NaN,
  Infinity,
  -Infinity,
  1e-45,
  -1e-45,
  65504,
  3e38,
  -0.1,
] as const;

const UNARY = [
  "neg",
  "abs",
  "sign",
  "square",
  "sqrt",
  "relu",
  "detach",
  "clone",
  "nanToNum",
  ...ELEMENTARY,
] as const;
const BINARY = ["add", "sub", "mul", "div", "maximum", "minimum"] as const;
const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
const QUESTIONS = ["isnan", "isinf", "isfinite"] as const;
const EXPONENTS = [0, 1, 2, 3, 0.5, -0.5, -1, -2, 1.7] as const;

type Operation =
  | (typeof UNARY)[number]
  | (typeof BINARY)[number]
  | (typeof COMPARISONS)[number]
  | (typeof QUESTIONS)[number]
  | "clamp"
  | "pow"
  | "where"
  | "to";

type Kind =
  "unary" | "binary" | "alpha" | "clamp" | "pow" | "compare" | "ask" | "logic" | "where" | "convert";
const WEIGHTS: Readonly<Record<Kind, number>> = {
  unary: 5,
  binary: 9,
  alpha: 1,
  clamp: 2,
  pow: 2,
  compare: 2,
  ask: 1,
  logic: 1,
  where: 2,
  convert: 1,
};

/** A formula of up to `depth` steps, each of which may use all that came before. */
export function randomFormula(random: Random, depth: number, dtype: DType): FormulaCase {
  const operands = random.integer(1, 3);
  const steps: FormulaStep[] = [];
  const bools: boolean[] = Array<boolean>(operands).fill(false);
  const add = (step: FormulaStep, bool: boolean): void => {
    steps.push(step);
    bools.push(bool);
  };
  const count = random.integer(1, depth);
  while (steps.length < count) {
    const made = makeStep(random, bools, dtype);
    if (made) add(made.step, made.bool);
  }
  // A comparison at the end counts as a number.
  const last = bools.length - 1;
  if (bools[last]) add({ op: "to", args: [last], dtype }, false);
  const text = (...given: Tensor[]): Tensor => {
    const values = given.slice(0, operands);
    for (const step of steps) values.push(compute(step, values));
    return values[values.length - 1];
  };
  const shown = steps.map((step, i) => `v${operands + i} = ${JSON.stringify(step)}`).join("; ");
  return { operands, steps, text, shown };
}

/** What a step makes of tensors, or of the operands of a formula. */
function compute(
  { op, args, alpha, exponent, min, max, dtype }: FormulaStep,
  values: readonly Tensor[],
): Tensor {
  const read = (x: FormulaArgument): Operand => (typeof x === "number" ? values[x] : Number(x.number));
  const first = read(args[0]) as Tensor;
  const others = args.slice(1).map(read);
  switch (op) {
    case "add":
    case "sub":
      return first[op](others[0], ...(alpha === undefined ? [] : [{ alpha: Number(alpha) }]));
    case "clamp":
      return first.clamp({
        min: min === undefined ? undefined : read(min),
        max: max === undefined ? undefined : read(max),
      });
    case "pow":
      return first.pow(exponent!);
    case "where":
      return where(first, others[0], others[1]).to(dtype!);
    case "to":
      return first.to(dtype!);
    default:
      return (first[op] as (...others: Operand[]) => Tensor).apply(first, others);
  }
}

function makeStep(
  random: Random,
  bools: readonly boolean[],
  dtype: DType,
): { step: FormulaStep; bool: boolean } | null {
  const ofKind = (bool: boolean): number[] => bools.flatMap((is, i) => (is === bool ? [i] : []));
  const numbers = ofKind(false);
  const masks = ofKind(true);
  // Mostly what came last, so that formulas grow deep.
  const pick = (list: readonly number[]): number =>
    random.chance(0.6) ? list[list.length - 1] : random.pick(list);
  const number = (): number =>
    random.chance(0.3) ? random.pick(SPECIAL) : Math.round(random.normal() * 100) / 40;
  /** A value, or a number in its place. */
  const other = (): FormulaArgument =>
    random.chance(0.4) ? { number: show(number()) } : random.pick(numbers);
  const a = pick(numbers);
  const gives = (step: FormulaStep, bool = false): { step: FormulaStep; bool: boolean } => ({ step, bool });
  switch (random.weighted(WEIGHTS)) {
    case "unary":
      return gives({ op: random.pick(UNARY), args: [a] });
    case "binary":
      return gives({ op: random.pick(BINARY), args: [a, other()] });
    case "alpha":
      return gives({ op: random.pick(["add", "sub"]), args: [a, other()], alpha: show(number()) });
    case "clamp": {
      const bounds = {
        ...(random.chance(0.8) ? { min: other() } : {}),
        ...(random.chance(0.8) ? { max: other() } : {}),
      };
      return Object.keys(bounds).length === 0 ? null : gives({ op: "clamp", args: [a], ...bounds });
    }
    case "pow":
      return gives({ op: "pow", args: [a], exponent: random.pick(EXPONENTS) });
    case "compare":
      return gives({ op: random.pick(COMPARISONS), args: [a, other()] }, true);
    case "ask":
      return gives({ op: random.pick(QUESTIONS), args: [a] }, true);
    case "logic": {
      if (masks.length === 0) return null;
      const op = random.pick(["add", "mul", "eq", "maximum"] as const);
      const not = op === "eq" && random.chance(0.5);
      return gives({ op, args: [random.pick(masks), not ? { number: "0" } : random.pick(masks)] }, true);
    }
    case "where":
      if (masks.length === 0) return null;
      return gives({
        op: "where",
        args: [random.pick(masks), random.chance(0.5) ? a : other(), other()],
        dtype,
      });
    case "convert":
      return masks.length === 0 ? null : gives({ op: "to", args: [random.pick(masks)], dtype });
  }
}

function show(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Elements with special values among them. */
export function randomOperand(random: Random, shape: readonly number[], dtype: DType): Tensor {
  const n = shape.reduce((product, size) => product * size, 1);
  const special = random.pick([0, 0.1, 0.6]);
  const value = (): number =>
    random.chance(special)
      ? random.pick(SPECIAL)
      : Math.round(random.normal() * 64) / 32 + random.integer(0, 1) * 1e-3;
  return tensor(Array.from({ length: n }, value), { dtype }).reshape([...shape]);
}

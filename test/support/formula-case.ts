/** Random formulas: one text that runs on tensors and is traced by fuse alike. */
import { type DType, type Operand, type Tensor, tensor, where } from "lossgrad";
import type { Random } from "./random.js";

/** A step takes values made before, by their indices, and makes another. */
interface Step {
  readonly shown: string;
  /** Whether it gives bools. */
  readonly bool: boolean;
  readonly compute: (values: readonly Tensor[]) => Tensor;
}

export interface FormulaCase {
  /** How many operands it has. */
  readonly operands: number;
  readonly text: (...operands: Tensor[]) => Tensor;
  /** The same text, for a message. */
  readonly shown: string;
}

/** Numbers at which operations have edges. */
export const SPECIAL = [
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
  "exp",
  "expm1",
  "log",
  "log1p",
  "sigmoid",
  "tanh",
  "softplus",
  "logsigmoid",
  "sin",
  "cos",
  "erf",
] as const;
const BINARY = ["add", "sub", "mul", "div", "maximum", "minimum"] as const;
const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
const QUESTIONS = ["isnan", "isinf", "isfinite"] as const;
const EXPONENTS = [0, 1, 2, 3, 0.5, -0.5, -1, -2, 1.7] as const;

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
  const steps: Step[] = [];
  const bools: boolean[] = Array<boolean>(operands).fill(false);
  const count = random.integer(1, depth);
  while (steps.length < count) {
    const step = makeStep(random, bools, dtype);
    if (!step) continue;
    steps.push(step);
    bools.push(step.bool);
  }
  const name = (i: number): string => (i < operands ? `x${i}` : `v${i}`);
  const shown = steps.map((step, i) => `${name(operands + i)} = ${step.shown}`).join("; ");
  const text = (...given: Tensor[]): Tensor => {
    const values = given.slice(0, operands);
    for (const step of steps) values.push(step.compute(values));
    // A comparison at the end counts as a number.
    return bools[bools.length - 1] ? values[values.length - 1].to(dtype) : values[values.length - 1];
  };
  return { operands, text, shown };
}

function makeStep(random: Random, bools: readonly boolean[], dtype: DType): Step | null {
  const ofKind = (bool: boolean): number[] => bools.flatMap((is, i) => (is === bool ? [i] : []));
  const numbers = ofKind(false);
  const masks = ofKind(true);
  // Mostly what came last, so that formulas grow deep.
  const pick = (list: readonly number[]): number =>
    random.chance(0.6) ? list[list.length - 1] : random.pick(list);
  const number = (): number =>
    random.chance(0.3) ? random.pick(SPECIAL) : Math.round(random.normal() * 100) / 40;
  /** A value, or a number in its place. */
  const other = (): { show: string; read: (values: readonly Tensor[]) => Operand } => {
    if (random.chance(0.4)) {
      const value = number();
      return { show: show(value), read: () => value };
    }
    const index = random.pick(numbers);
    return { show: `v${index}`, read: (values) => values[index] };
  };
  const a = pick(numbers);
  switch (random.weighted(WEIGHTS)) {
    case "unary": {
      const name = random.pick(UNARY);
      return { shown: `v${a}.${name}()`, bool: false, compute: (v) => v[a][name]() };
    }
    case "binary": {
      const name = random.pick(BINARY);
      const b = other();
      return { shown: `v${a}.${name}(${b.show})`, bool: false, compute: (v) => v[a][name](b.read(v)) };
    }
    case "alpha": {
      const name = random.pick(["add", "sub"] as const);
      const [b, alpha] = [other(), number()];
      return {
        shown: `v${a}.${name}(${b.show}, alpha ${show(alpha)})`,
        bool: false,
        compute: (v) => v[a][name](b.read(v), { alpha }),
      };
    }
    case "clamp": {
      const [low, high] = [random.chance(0.8) ? other() : null, random.chance(0.8) ? other() : null];
      if (!low && !high) return null;
      return {
        shown: `v${a}.clamp(${low?.show}, ${high?.show})`,
        bool: false,
        compute: (v) => v[a].clamp({ min: low?.read(v), max: high?.read(v) }),
      };
    }
    case "pow": {
      const exponent = random.pick(EXPONENTS);
      return { shown: `v${a}.pow(${exponent})`, bool: false, compute: (v) => v[a].pow(exponent) };
    }
    case "compare": {
      const name = random.pick(COMPARISONS);
      const b = other();
      return { shown: `v${a}.${name}(${b.show})`, bool: true, compute: (v) => v[a][name](b.read(v)) };
    }
    case "ask": {
      const name = random.pick(QUESTIONS);
      return { shown: `v${a}.${name}()`, bool: true, compute: (v) => v[a][name]() };
    }
    case "logic": {
      if (masks.length === 0) return null;
      const [m, n] = [random.pick(masks), random.pick(masks)];
      const name = random.pick(["add", "mul", "eq", "maximum"] as const);
      const not = name === "eq" && random.chance(0.5);
      return {
        shown: `v${m}.${name}(${not ? 0 : `v${n}`})`,
        bool: true,
        compute: (v) => v[m][name](not ? 0 : v[n]),
      };
    }
    case "where": {
      if (masks.length === 0) return null;
      const m = random.pick(masks);
      const [b, c] = [other(), other()];
      const first = random.chance(0.5) ? a : null;
      return {
        shown: `where(v${m}, ${first === null ? b.show : `v${first}`}, ${c.show}).to(${dtype})`,
        bool: false,
        compute: (v) => where(v[m], first === null ? b.read(v) : v[first], c.read(v)).to(dtype),
      };
    }
    case "convert": {
      if (masks.length === 0) return null;
      const m = random.pick(masks);
      return { shown: `v${m}.to(${dtype})`, bool: false, compute: (v) => v[m].to(dtype) };
    }
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

/**
 * Expressions of one floating dtype as a program. Each operation becomes the instructions that
 * ndarray/operations.ts computes it with, rounded where that rounds and with numbers rounded as
 * ndarray/elementwise.ts rounds them in their place, so that a program gives the bits of tensors.
 * Bools are 1 and 0.
 *
 * What no instruction computes has no program: then the formula runs on tensors, operation by
 * operation.
 */
import { LARGEST } from "../ndarray/choices.js";
import { type DType, roundFloat } from "../ndarray/dtype.js";
import type { ParametersByName } from "../ndarray/operations.js";
import type {
  AlphaParameters,
  ClampParameters,
  NanToNumParameters,
  PowParameters,
  SoftplusParameters,
} from "../ndarray/parameters.js";
import type { Expression, ExpressionInput } from "./expression.js";
import type { ElementwiseName } from "./elementwise.js";
import type { Instruction, InstructionName, Output, Program, ProgramDType, Reference } from "./program.js";
import { inOrder } from "./trace.js";

/** What becomes of an expression's values. */
export interface Wanted {
  readonly role: Output["role"];
  readonly from: Expression;
}

/** Where a number of a program comes from: it is known, or it is the value of an operand. */
type NumberSource = { readonly value: number } | { readonly operand: number };

export interface Lowered {
  readonly program: Program;
  /** The formula's operands that are the program's, in order. */
  readonly operands: readonly number[];
  /** The program's numbers, given the values of the operands that are numbers. */
  numbers(valueOf: (operand: number) => number): number[];
}

/** Thrown where there is no program. */
class NoProgram extends Error {}

function refuse(): never {
  throw new NoProgram();
}

/**
 * The program of `outputs`; null where there is none. `isNumber` says which operands are one number
 * for all elements.
 */
export function lower(
  outputs: readonly Wanted[],
  dtype: ProgramDType,
  isNumber: (operand: number) => boolean,
  masked = false,
): Lowered | null {
  const lowering = new Lowering(dtype, isNumber);
  try {
    for (const x of inOrder(outputs.map(({ from }) => from))) lowering.add(x);
  } catch (error) {
    if (error instanceof NoProgram) return null;
    throw error;
  }
  if (!outputs.every((output) => lowering.gives(output))) return null;
  const lowered = lowering.finish(outputs, masked);
  // What no element of an operand shows in has no loop to be computed in.
  return lowered.operands.length > 0 ? lowered : null;
}

/** Operations whose result is one of their inputs, or 0 or 1: nothing is to be rounded. */
const EXACT: ReadonlySet<InstructionName> = new Set<InstructionName>([
  "neg",
  "abs",
  "sign",
  "relu",
  "maximum",
  "minimum",
  "keep",
  "eq",
  "ne",
  "lt",
  "le",
  "where",
]);

/** What numbers alone give, so that no kernel computes it for each element. */
const FOLDED: Readonly<Partial<Record<InstructionName, (a: number, b: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

type Rounds = "always" | "as-needed" | "never";

class Lowering {
  private readonly code: Instruction[] = [];
  private readonly sources: NumberSource[] = [];
  private readonly operands: number[] = [];
  private readonly values = new Map<Expression, Reference>();
  /** Instructions by what they compute: equal ones are computed once. */
  private readonly known = new Map<string, Reference>();
  readonly half: boolean;
  /**
   * Whether what is being lowered is of float32, beside halves: torch computes some derivatives so.
   */
  private wide = false;

  constructor(
    readonly dtype: ProgramDType,
    private readonly isNumber: (operand: number) => boolean,
  ) {
    this.half = dtype === "float16" || dtype === "bfloat16";
  }

  add(x: Expression): void {
    if (x.dtype !== this.dtype && x.dtype !== "bool" && !this.isWide(x)) refuse();
    this.wide = this.isWide(x) || x.inputs.some((input) => typeof input !== "number" && this.isWide(input));
    this.values.set(x, this.lowered(x));
  }

  /** Whether a program's outputs can be that: halves may be added up before they are rounded. */
  gives({ role, from }: Wanted): boolean {
    return from.dtype === this.dtype || (role === "sum" && this.isWide(from));
  }

  /** Whether an expression is of float32, beside halves. */
  private isWide({ dtype }: Expression): boolean {
    return this.half && dtype === "float32";
  }

  private lowered(x: Expression): Reference {
    switch (x.name) {
      case "operand":
        return x.dtype === this.dtype ? this.operand(x.index) : refuse();
      case "detach":
      case "stated":
        return this.read(x.inputs[0]);
      case "mean":
      case "sum":
        return refuse();
      default:
        return loweredBy(x.name, this, x, x.parameters);
    }
  }

  /** The dtype of the operation that is being lowered. */
  get type(): ProgramDType {
    return this.wide ? "float32" : this.dtype;
  }

  private operand(index: number): Reference {
    if (this.isNumber(index)) return { kind: "number", index: this.sources.push({ operand: index }) - 1 };
    return { kind: "operand", index: this.operands.push(index) - 1 };
  }

  /** The value of an expression, or a number rounded to the dtype. */
  read(x: ExpressionInput): Reference {
    return typeof x === "number" ? this.number(roundFloat(this.type, x)) : this.values.get(x)!;
  }

  /** A number in the type that the dtype is computed in, not rounded to the dtype itself. */
  readAsIs(x: ExpressionInput): Reference {
    if (typeof x !== "number") return this.read(x);
    return this.number(this.dtype === "float64" ? x : Math.fround(x));
  }

  number(value: number): Reference {
    const found = this.sources.findIndex((source) => "value" in source && Object.is(source.value, value));
    return { kind: "number", index: found >= 0 ? found : this.sources.push({ value }) - 1 };
  }

  emit(name: InstructionName, inputs: readonly Reference[], rounds: Rounds = "as-needed"): Reference {
    const folded = this.fold(name, inputs, rounds);
    if (folded) return folded;
    const needed = rounds === "always" || (rounds === "as-needed" && !EXACT.has(name));
    const rounded = this.half && !this.wide && needed;
    return this.instruct({ name, inputs, rounds: rounded });
  }

  /** A power that is no product and no root. */
  power(base: Reference, exponent: number): Reference {
    return this.instruct({ name: "pow", inputs: [base], rounds: this.half && !this.wide, exponent });
  }

  instruct(instruction: Instruction): Reference {
    const key = textOf(instruction);
    let reference = this.known.get(key);
    if (!reference) {
      reference = { kind: "value", index: this.code.push(instruction) - 1 };
      this.known.set(key, reference);
    }
    return reference;
  }

  /** A value of float32 as one of the operands' dtype. */
  narrowed(value: Reference): Reference {
    const number = this.knownNumber(value);
    if (number !== null) return this.number(roundFloat(this.dtype, number));
    // A number that an operand gives is one of the dtype as it is.
    return value.kind === "value" ? this.instruct({ ...this.code[value.index], rounds: true }) : value;
  }

  private fold(name: InstructionName, inputs: readonly Reference[], rounds: Rounds): Reference | null {
    const compute = FOLDED[name];
    const [a, b] = inputs.map((input) => this.knownNumber(input));
    if (!compute || a === null || b === null) return null;
    const value = compute(a, b);
    // One operation on float32 numbers, rounded twice, is as if it were rounded once.
    const single = this.dtype === "float64" ? value : Math.fround(value);
    return this.number(rounds === "never" ? single : roundFloat(this.type, single));
  }

  private knownNumber({ kind, index }: Reference): number | null {
    if (kind !== "number") return null;
    const source = this.sources[index];
    return "value" in source ? source.value : null;
  }

  finish(wanted: readonly Wanted[], masked: boolean): Lowered {
    const outputs = wanted.map(({ role, from }) => ({ role, from: this.values.get(from)! }));
    const { code, dtype, operands, sources } = this;
    const key = [
      dtype,
      operands.length,
      sources.length,
      masked ? "masked" : "whole",
      ...code.map(textOf),
      ...outputs.map(({ role, from }) => `${role} ${nameOf(from)}`),
    ].join(";");
    return {
      program: { dtype, operands: operands.length, numbers: sources.length, code, outputs, masked, key },
      operands,
      numbers: (valueOf) =>
        sources.map((source) => ("value" in source ? source.value : valueOf(source.operand))),
    };
  }
}

function textOf({ name, inputs, rounds, exponent }: Instruction): string {
  return `${name}${exponent ?? ""}${rounds ? "~" : ""} ${inputs.map(nameOf).join(" ")}`;
}

function nameOf({ kind, index }: Reference): string {
  return `${kind.charAt(0)}${index}`;
}

type LoweringRule<P = unknown> = (to: Lowering, x: Expression, parameters: P) => Reference;

const first = ({ inputs }: Expression): Expression => inputs[0] as Expression;
const isBool = (x: ExpressionInput): boolean => typeof x !== "number" && x.dtype === "bool";

/** Of one operand, which is no bool. */
const unary =
  (name: InstructionName): LoweringRule =>
  (to, x) =>
    isBool(first(x)) ? refuse() : to.emit(name, [to.read(first(x))]);

/** A product takes its second factor, a quotient its divisor as precise as the computing type. */
const scaling =
  (name: "mul" | "div"): LoweringRule =>
  (to, x) => {
    const [a, b] = x.inputs;
    if (x.dtype === "bool") return onBools(to, x);
    return to.emit(name, [to.read(a), to.readAsIs(b)]);
  };

/** The larger or the smaller; of bools as well. */
const selection =
  (name: "maximum" | "minimum"): LoweringRule =>
  (to, x) =>
    x.dtype === "bool"
      ? onBools(to, x)
      : to.emit(
          name,
          x.inputs.map((input) => to.read(input)),
        );

/** Sums of bools are "or", products "and". */
function onBools(to: Lowering, { name, inputs }: Expression): Reference {
  if (!inputs.every(isBool)) refuse();
  const larger = name === "add" || name === "maximum";
  return to.emit(
    larger ? "maximum" : "minimum",
    inputs.map((input) => to.read(input)),
  );
}

/** x ± alpha · y */
const additive =
  (name: "add" | "sub"): LoweringRule<AlphaParameters> =>
  (to, x, { alpha = 1 }) => {
    const [a, b] = x.inputs;
    if (name === "sub" && x.inputs.some(isBool)) refuse();
    if (x.dtype === "bool") return alpha === 1 ? onBools(to, x) : refuse();
    if (alpha === 1) return to.emit(name, [to.read(a), to.read(b)]);
    // Of halves, the product is one of float32, and the sum alone is rounded.
    if (to.half) return to.emit(name, [to.read(a), to.emit("mul", [to.read(b), to.read(alpha)], "never")]);
    return to.emit(name, [to.read(a), to.emit("mul", [to.read(b), to.read(alpha)])]);
  };

const comparison =
  (name: "eq" | "ne" | "lt" | "le", swapped = false): LoweringRule =>
  (to, x) => {
    const values = x.inputs.map((input) => compared(to, x, input));
    return to.emit(name, swapped ? values.reverse() : values);
  };

/** What is compared. Bools are compared with numbers as integers, or as float32. */
function compared(to: Lowering, { inputs }: Expression, input: ExpressionInput): Reference {
  if (typeof input !== "number" || !inputs.some(isBool)) return to.read(input);
  if (Number.isInteger(input) && input !== 0 && input !== 1) refuse();
  return to.number(Math.fround(input));
}

/** By min and max that pass on a NaN, and a zero of either sign within the bounds. */
const clamp: LoweringRule<ClampParameters> = (to, x, { min, max }) => {
  if (isBool(first(x)) || [min, max].some(Number.isNaN)) refuse();
  let value = to.read(first(x));
  if (min !== undefined) {
    const bound = to.read(min);
    const rounds = max === undefined ? "always" : "never";
    value = to.emit("where", [to.emit("lt", [value, bound]), bound, value], rounds);
  }
  if (max !== undefined) {
    const bound = to.read(max);
    value = to.emit("where", [to.emit("lt", [bound, value]), bound, value], "always");
  }
  return value;
};

const clampBetween: LoweringRule = (to, { inputs }) => {
  const [x, low, high] = inputs.map((input) => to.read(input));
  return to.emit("minimum", [to.emit("maximum", [x, low]), high]);
};

/** As ndarray/power.ts: the usual exponents are products and roots. */
const power: LoweringRule<PowParameters> = (to, x, { exponent }) => {
  if (isBool(first(x))) refuse();
  const value = to.read(first(x));
  // Several operations in a row are rounded once, in bfloat16 each by itself where they are
  // products.
  const once: Rounds = "never";
  const products: Rounds = to.type === "bfloat16" ? "as-needed" : "never";
  const one = to.number(1);
  switch (exponent) {
    case 0:
      return one;
    case 1:
      return value;
    case 2:
      return to.emit("mul", [value, value]);
    case 3:
      return to.emit("mul", [to.emit("mul", [value, value], products), value]);
    case 0.5:
      return to.emit("sqrt", [rooted(to, value)]);
    case -0.5:
      return to.emit("div", [one, to.emit("sqrt", [rooted(to, value)], once)]);
    case -1:
      return to.emit("div", [one, value]);
    case -2:
      return to.emit("div", [one, to.emit("mul", [value, value], products)]);
    default:
      return to.power(value, roundFloat(to.type, exponent));
  }
};

/** What is under a root: of float16, -0 counts as 0 there, and -Infinity as Infinity. */
function rooted(to: Lowering, value: Reference): Reference {
  if (to.type !== "float16") return value;
  const infinity = to.number(Infinity);
  const positive = to.emit("where", [to.emit("eq", [value, to.number(-Infinity)]), infinity, value]);
  return to.emit("add", [positive, to.number(0)], "never");
}

/** beta and the threshold are inputs like x. */
const softplus: LoweringRule<SoftplusParameters> = (to, x, { beta = 1, threshold = 20 }) => {
  if (isBool(first(x))) refuse();
  return to.emit("softplus", [to.read(first(x)), to.readAsIs(beta), to.readAsIs(threshold)]);
};

const where: LoweringRule = (to, x) => {
  const [condition, a, b] = x.inputs;
  if (!isBool(condition) || (x.dtype === "bool" && !(isBool(a) && isBool(b)))) refuse();
  return to.emit("where", [to.read(condition), to.read(a), to.read(b)]);
};

const keep: LoweringRule = (to, x) =>
  isBool(first(x))
    ? refuse()
    : to.emit(
        "keep",
        x.inputs.map((input) => to.read(input)),
      );

const conversion: LoweringRule = (to, x) => {
  const from = first(x);
  const value = to.read(from);
  if (isBool(from) || x.dtype === from.dtype) return value;
  if (x.dtype === "bool") return to.emit("ne", [value, to.number(0)]);
  return x.dtype === to.dtype ? to.narrowed(value) : value;
};

const nanToNum: LoweringRule<NanToNumParameters> = (to, x, { nan = 0, posinf, neginf }) => {
  if (isBool(first(x))) refuse();
  const largest = LARGEST[to.type]!;
  const value = to.read(first(x));
  const replace = (current: Reference, mask: Reference, by: number): Reference =>
    to.emit("where", [mask, to.read(by), current]);
  const numbers = replace(value, to.emit("ne", [value, value]), nan);
  const below = replace(numbers, to.emit("eq", [value, to.number(Infinity)]), posinf ?? largest);
  return replace(below, to.emit("eq", [value, to.number(-Infinity)]), neginf ?? -largest);
};

/** A question about |x|, or about x; asked of numbers only. */
const asks =
  (question: (to: Lowering, value: Reference) => Reference): LoweringRule =>
  (to, x) =>
    isBool(first(x)) ? refuse() : question(to, to.read(first(x)));

const RULES: { readonly [N in ElementwiseName]: LoweringRule<ParametersByName[N]> } = {
  add: additive("add"),
  sub: additive("sub"),
  mul: scaling("mul"),
  div: scaling("div"),
  maximum: selection("maximum"),
  minimum: selection("minimum"),
  keep,
  neg: unary("neg"),
  abs: unary("abs"),
  sign: unary("sign"),
  sgn: refuse,
  conj: refuse,
  sqrt: unary("sqrt"),
  exp: unary("exp"),
  expm1: unary("expm1"),
  log: unary("log"),
  log1p: unary("log1p"),
  sigmoid: unary("sigmoid"),
  tanh: unary("tanh"),
  softplus,
  logsigmoid: unary("logsigmoid"),
  sigmoidOfNegative: (to, x) => to.emit("sigmoid", [to.emit("neg", [to.read(first(x))])]),
  sin: unary("sin"),
  cos: unary("cos"),
  erf: unary("erf"),
  relu: unary("relu"),
  clamp,
  clampBetween,
  clampBelow: selection("maximum"),
  clampAbove: selection("minimum"),
  pow: power,
  eq: comparison("eq"),
  ne: comparison("ne"),
  lt: comparison("lt"),
  le: comparison("le"),
  gt: comparison("lt", true),
  ge: comparison("le", true),
  isnan: asks((to, value) => to.emit("ne", [value, value])),
  isinf: asks((to, value) => to.emit("eq", [to.emit("abs", [value]), to.number(Infinity)])),
  isfinite: asks((to, value) => to.emit("lt", [to.emit("abs", [value]), to.number(Infinity)])),
  nanToNum,
  where,
  to: conversion,
  clone: (to, x) => to.read(first(x)),
  zeros: (to) => to.number(0),
};

function loweredBy<N extends ElementwiseName>(
  name: N,
  to: Lowering,
  x: Expression,
  parameters: ParametersByName[N],
): Reference {
  return RULES[name](to, x, parameters);
}

/** The dtypes that programs have. */
export function isProgramDType(dtype: DType): dtype is ProgramDType {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}

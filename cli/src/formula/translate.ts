/**
 * From a tree to a function for `fuse`. It knows no operation by name: `abs(x)` is `x.abs()`, and
 * `maximum(x, y)` is `x.maximum(y)`, for whatever methods the operands of a formula have. So what
 * the library learns can be typed, and what it refuses is refused with its own words.
 */
import type jsep from "jsep";
import { Tensor, where } from "lossgrad";
import { FormulaError } from "./error.js";
import { placeOf, type Tree } from "./parse.js";

/** What formulas are made of: operands that stand in the place of tensors, with their methods. */
export interface Algebra<V extends Operand> {
  /** The number for every element, whatever `like` holds. */
  constant(value: number, like: V): V;
  where(condition: V, a: V | number, b: V | number): V;
  /** Whether operands have a method of that name. */
  has(name: string): boolean;
  /** Why there is no function of that name. */
  missing(name: string): string;
}

export interface Operand {
  readonly dtype: string;
  to(dtype: never): Operand;
  neg(): Operand;
  mean(): Operand;
  sum(): Operand;
}

/** Tensors, and what `fuse` calls a function with in their place. */
export const TENSORS: Algebra<Tensor> = {
  constant: (value, like) => like.detach().mul(0).nanToNum().add(value),
  where: (condition, a, b) => where(condition, a, b),
  // Not what every object has, and what an operand may have besides.
  has: (name) => name in Tensor.prototype && !(name in Object.prototype),
  missing: (name) =>
    `there is no function ${name}; functions are the methods of tensors that work element by element, ` +
    "such as abs, sqrt, square, exp, log, tanh, maximum and where",
};

type Method<V> = (...others: (V | number)[]) => V;
/** The method of an operand that an operator stands for. */
const METHODS: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "**": "pow",
  "^": "pow",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "==": "eq",
  "!=": "ne",
};
const COMPARISONS = new Set(["lt", "le", "gt", "ge", "eq", "ne"]);
const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI };
/** What tensors call by these names is another thing: the extreme of all elements. */
const OF_TWO: Readonly<Record<string, string>> = { max: "maximum", min: "minimum" };

/** The places of operands by their names: the first name of each is the one that messages tell. */
export type Names = Readonly<Record<string, number>>;

/** A function of operands by these names. It throws FormulaError when it is called. */
export function translate<V extends Operand>(
  tree: Tree,
  names: Names,
  algebra: Algebra<V>,
): (...operands: V[]) => V {
  return (...operands) => new Translation(names, operands, algebra).result(tree);
}

class Translation<V extends Operand> {
  constructor(
    private readonly names: Names,
    private readonly operands: readonly V[],
    private readonly algebra: Algebra<V>,
  ) {}

  /** The first name of each operand. */
  private get known(): string[] {
    return this.operands.map((_, i) => Object.keys(this.names).find((name) => this.names[name] === i)!);
  }

  /** A mean or sum around the whole is the reduction, which a fused function may end in. */
  result(tree: Tree): V {
    const [name, inner] = reductionOf(tree);
    const value = this.lifted(this.numeric(inner));
    return name ? (value[name]() as V) : value;
  }

  private value(tree: Tree): V | number {
    switch (tree.type) {
      case "Literal":
        if (typeof tree.value === "number") return tree.value;
        throw new FormulaError(`expected numbers, got the text ${tree.raw}`, placeOf(tree));
      case "Identifier":
        return this.named(tree.name, placeOf(tree));
      case "UnaryExpression":
        return this.signed(tree.operator, this.numeric(tree.argument as Tree));
      case "BinaryExpression":
        return this.combined(tree);
      case "ConditionalExpression":
        return this.chosen([tree.test, tree.consequent, tree.alternate] as Tree[], placeOf(tree));
      case "CallExpression":
        return this.called(tree);
      default:
        throw new FormulaError(
          `expected ${this.known.join(", ")}, numbers, operators and functions, got ${nameOf(tree)}`,
          placeOf(tree),
        );
    }
  }

  private named(name: string, place: number | null): V | number {
    if (Object.hasOwn(this.names, name)) return this.operands[this.names[name]];
    if (Object.hasOwn(CONSTANTS, name)) return CONSTANTS[name];
    const known = [...this.known, ...Object.keys(CONSTANTS)].join(", ");
    throw new FormulaError(`expected one of ${known}, got ${name}`, place);
  }

  /** The value as a number or as numbers: what a comparison gives counts as 0 and 1. */
  private numeric(tree: Tree): V | number {
    const value = this.value(tree);
    return isBool(value) ? (value.to(this.operands[0].dtype as never) as V) : value;
  }

  /** A number as an operand. */
  private lifted(value: V | number): V {
    return typeof value === "number" ? this.algebra.constant(value, this.operands[0]) : value;
  }

  private signed(sign: string, value: V | number): V | number {
    if (sign === "+") return value;
    return typeof value === "number" ? -value : (value.neg() as V);
  }

  private combined(tree: jsep.BinaryExpression): V | number {
    const { operator, left, right } = tree as { operator: string; left: Tree; right: Tree };
    const [name, place] = [METHODS[operator], placeOf(tree)];
    if (COMPARISONS.has(name)) {
      const sides = [this.value(left), this.value(right)];
      // Of 0 < p < 1 the second would compare 0 and 1, the outcomes of the first.
      if (sides.some(isBool))
        throw new FormulaError("a comparison cannot be compared; compare numbers", place);
      return this.invoke(name, sides, place);
    }
    const [a, b] = [this.numeric(left), this.numeric(right)];
    if (typeof a === "number" && typeof b === "number") return fold(operator, a, b);
    return this.invoke(name, [a, b], place);
  }

  private chosen([test, yes, no]: readonly Tree[], place: number | null): V {
    const [condition, a, b] = [this.lifted(this.value(test)), this.numeric(yes), this.numeric(no)];
    // Two numbers by themselves would be float32, whatever the operands are.
    return placed(place, () => this.algebra.where(condition, typeof b === "number" ? this.lifted(a) : a, b));
  }

  private called(tree: jsep.CallExpression): V | number {
    const { callee, arguments: given } = tree as { callee: Tree; arguments: Tree[] };
    const place = placeOf(tree);
    if (callee.type !== "Identifier") {
      throw new FormulaError(`expected the name of a function, got ${nameOf(callee)}`, place);
    }
    const { name } = callee;
    if (isReduction(name)) {
      throw new FormulaError(
        `${name}(…) can only stand around the whole formula, which is computed element by element`,
        place,
      );
    }
    if (name === "where" && given.length === 3) return this.chosen(given, place);
    if (given.length === 0) throw new FormulaError(`${name}() has no arguments`, place);
    const values = given.map((one) => this.numeric(one));
    const method = given.length === 2 && Object.hasOwn(OF_TWO, name) ? OF_TWO[name] : name;
    return this.invoke(method, values, place);
  }

  private invoke(name: string, [first, ...others]: readonly (V | number)[], place: number | null): V {
    const receiver = this.lifted(first);
    const methods = receiver as unknown as Readonly<Record<string, Method<V> | undefined>>;
    const method = this.algebra.has(name) ? methods[name] : undefined;
    // A method that formulas do not have throws, and says why.
    if (typeof method === "function") return placed(place, () => method.apply(receiver, others));
    throw new FormulaError(this.algebra.missing(name), place);
  }
}

/** What the library refuses, with the place in the formula. */
function placed<V>(place: number | null, work: () => V): V {
  try {
    return work();
  } catch (error) {
    throw new FormulaError((error as Error).message, place);
  }
}

function isReduction(name: unknown): name is "mean" | "sum" {
  return name === "mean" || name === "sum";
}

/** The reduction around a tree, if there is one, and what is in it. */
function reductionOf(tree: Tree): ["mean" | "sum" | null, Tree] {
  if (tree.type !== "CallExpression" || tree.arguments.length !== 1) return [null, tree];
  const name = tree.callee.type === "Identifier" ? tree.callee.name : "";
  return isReduction(name) ? [name, tree.arguments[0] as Tree] : [null, tree];
}

function isBool<V extends Operand>(value: V | number): value is V {
  return typeof value !== "number" && value.dtype === "bool";
}

function fold(operator: string, a: number, b: number): number {
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  return operator === "/" ? a / b : a ** b;
}

const NAMES: Partial<Record<Tree["type"], string>> = {
  ArrayExpression: "a list in brackets",
  MemberExpression: "a member behind a point or in brackets",
  ThisExpression: "this",
};

function nameOf({ type }: Tree): string {
  return NAMES[type] ?? "something else";
}

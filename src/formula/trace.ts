/** A user's function as a formula: what it makes of operands without elements. */
import { isLossgradTensor } from "../ndarray/adapter.js";
import type { Typed } from "../ndarray/promotion.js";
import { describeValue } from "../core/describe.js";
import { Expression, Trace } from "./expression.js";
import type { Traits } from "./traits.js";

/** Numbers of a formula by their names. */
export type ParameterValues = Readonly<Record<string, number>>;

/**
 * A function of expressions, and of its parameters where it has any; to its author, of tensors or
 * arrays.
 */
export type FormulaFunction = (...args: never) => unknown;

/**
 * The gradients of a function by its operands in their order, null where there is none: made of the
 * gradient of the result, and of what the function takes.
 */
export type SlopesFunction = (
  upstream: Expression,
  ...args: (Expression | ParameterValues)[]
) => readonly (Expression | null)[];

/** A formula as it is written. */
export interface FormulaText {
  readonly name: string;
  readonly fn: FormulaFunction;
  /** Its gradients where they are not those of the function's operations; else null. */
  readonly slopes: SlopesFunction | null;
  readonly traits: Pick<Traits, "weighsInPlace">;
}

/** Gradients by the indices of the operands. */
export type Gradients = ReadonlyMap<number, Expression>;

export interface Formula {
  readonly caller: string;
  readonly trace: Trace;
  /** The operands in order; one that was passed twice stands here once. */
  readonly operands: readonly Expression[];
  /** What is computed of each element. */
  readonly root: Expression;
  /** The reduction that the function's text ends in. */
  readonly reduction: "mean" | "sum" | null;
  /**
   * The gradients from that of `root`, where the formula states them; called by `extend`. Null where
   * they are those of its operations.
   */
  readonly slopes: ((upstream: Expression) => Gradients) | null;
  /** Whether weighted elements have the dtype of `root`, whatever that of the weights. */
  readonly weighsInPlace: boolean;
}

/**
 * Calls the function with operands of these types, then the parameters. `positions` says which
 * operand stands where: a tensor that is passed twice is one operand, as it is one leaf of the tape.
 *
 * @throws what the function throws; TypeError when it returns anything but an expression of its
 *   operands
 */
export function traceFormula(
  { name: caller, fn, slopes, traits }: FormulaText,
  types: readonly Typed[],
  positions: readonly number[],
  parameters: ParameterValues | null,
): Formula {
  const trace = new Trace(caller);
  const operands = types.map((type, i) => Expression.operand(trace, i, type));
  const given = [...positions.map((i) => operands[i]), ...(parameters ? [parameters] : [])];
  let root: Expression;
  try {
    root = callFormula(fn, trace, given);
  } finally {
    trace.open = false;
  }
  const own =
    slopes && ((upstream: Expression) => byOperand(slopes(upstream, ...given), operands, positions));
  const formula = { caller, trace, operands, slopes: own, weighsInPlace: traits.weighsInPlace };
  return root.name === "mean" || root.name === "sum"
    ? { ...formula, root: root.inputs[0] as Expression, reduction: root.name }
    : { ...formula, root, reduction: null };
}

/** The gradients of operands from those of the places where they stand. */
function byOperand(
  gradients: readonly (Expression | null)[],
  operands: readonly Expression[],
  positions: readonly number[],
): Gradients {
  const found = new Map<number, Expression>();
  gradients.forEach((gradient, place) => {
    if (!gradient) return;
    const index = positions[place];
    const own = gradient.to(operands[index].dtype);
    found.set(index, found.get(index)?.add(own) ?? own);
  });
  return found;
}

/** What `fn` makes of each element, of operands of a trace that is open. */
export function termOf(
  fn: FormulaFunction,
  given: readonly Expression[],
  parameters: ParameterValues | null,
): Expression {
  const root = callFormula(fn, given[0].trace, [...given, ...(parameters ? [parameters] : [])]);
  return root.name === "mean" || root.name === "sum" ? (root.inputs[0] as Expression) : root;
}

/** What `fn` makes of operands of a trace that is open, and of its parameters behind them. */
function callFormula(
  fn: FormulaFunction,
  trace: Trace,
  given: readonly (Expression | ParameterValues)[],
): Expression {
  return checkResult(trace, (fn as (...args: typeof given) => unknown)(...given));
}

function checkResult(trace: Trace, result: unknown): Expression {
  if (result instanceof Expression) {
    if (result.trace === trace) return result;
    throw trace.error(
      `expected the function to return an expression of its operands, got one of ${result.trace.caller} that was kept ` +
        "from another call",
    );
  }
  const found = described(result);
  // An async function goes on after the trace, and fails then: nobody else will look at its
  // promise.
  Promise.resolve(result).catch(() => undefined);
  throw trace.error(`expected the function to return an expression of its operands, got ${found}`);
}

function described(result: unknown): string {
  if (result === undefined) return "undefined; does it lack a return?";
  if (typeof result === "number")
    return "a number; the result must depend on an operand, as in x.mul(0).add(1)";
  if (isLossgradTensor(result)) return "a Tensor; compute with the operands that it is called with";
  if (typeof result === "object" && result !== null) {
    if ("then" in result) return "a promise; the function must not be async";
    if ("next" in result) return "an iterator; the function must not be a generator";
  }
  return describeValue(result);
}

/**
 * Runs `fn`, which may make expressions of this trace: derivatives are made after the user's
 * function has ended.
 */
export function extend<R>(trace: Trace, fn: () => R): R {
  trace.extending = true;
  try {
    return fn();
  } finally {
    trace.extending = false;
  }
}

/**
 * The expressions that `roots` are made of, in the order in which they were made: each after its
 * inputs.
 */
export function inOrder(roots: readonly Expression[]): Expression[] {
  const seen = new Set<Expression>(roots);
  for (const { inputs } of seen) for (const x of inputs) if (typeof x !== "number") seen.add(x);
  return [...seen].sort((a, b) => a.sequence - b.sequence);
}

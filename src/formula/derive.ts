/**
 * The derivative of a formula, which is a formula again: reverse mode over the expressions, by the
 * rules of the tape (autograd/elementwise.ts), in the tape's order (autograd/backward.ts), so that
 * gradients have its bits.
 */
import { isIntegral } from "../ndarray/dtype.js";
import { type Gradient, gradients, type Saved } from "../autograd/elementwise.js";
import type { ParametersByName } from "../ndarray/operations.js";
import type { ElementwiseName } from "./elementwise.js";
import type { Expression } from "./expression.js";
import { extend, inOrder } from "./trace.js";

/**
 * The gradients of `root` for the operands `wanted`, by their indices, from that of `root` itself.
 * An operand that no gradient reaches has none.
 */
export function derive(
  root: Expression,
  wanted: ReadonlySet<number>,
  seed: Expression,
): ReadonlyMap<number, Expression> {
  const gradients = new Map<number, Expression>();
  const order = inOrder([root]);
  const needing = requiring(order, wanted);
  if (!needing.has(root)) return gradients;
  extend(root.trace, () => {
    const waiting = new Map<Expression, Expression>([[root, seed]]);
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i];
      const upstream = waiting.get(node);
      if (!upstream) continue;
      if (node.name === "operand") gradients.set(node.index, upstream);
      else deliver(node, upstream, needing, waiting);
    }
  });
  return gradients;
}

/** The operands that a gradient of `root` reaches, by their indices. */
export function reachedBy(root: Expression): ReadonlySet<number> {
  const operands = new Set<number>();
  const reached = new Set([root]);
  for (const x of reached) {
    if (x.name === "operand") operands.add(x.index);
    else if (goesOn(x)) for (const input of x.inputs) if (typeof input !== "number") reached.add(input);
  }
  return operands;
}

/** The expressions that would require grad on the tape. */
function requiring(order: readonly Expression[], wanted: ReadonlySet<number>): Set<Expression> {
  const needing = new Set<Expression>();
  for (const x of order) {
    const needs =
      x.name === "operand"
        ? wanted.has(x.index)
        : goesOn(x) && x.inputs.some((input) => needing.has(input as Expression));
    if (needs) needing.add(x);
  }
  return needing;
}

const rules: { readonly [N in ElementwiseName]: Gradient<ParametersByName[N]> | null } = gradients;

/**
 * Whether gradients go on: not at comparisons, conversions to integers and what is detached. What is
 * stated stands in gradients alone, which tensors differentiate (replay.ts).
 */
function goesOn({ name, dtype }: Expression): boolean {
  const ends =
    name === "operand" || name === "detach" || name === "stated" || name === "mean" || name === "sum";
  return !ends && !isIntegral(dtype) && rules[name] !== null;
}

function thunksOf<N extends ElementwiseName>(
  name: N,
  upstream: Expression,
  saved: Saved<Expression, ParametersByName[N]>,
): readonly (() => Expression | null)[] {
  const rule = rules[name]!;
  return rule(upstream, saved);
}

/**
 * Hands the gradients of a node's inputs on, each in its dtype, added to what arrived there before.
 */
function deliver(
  node: Expression,
  upstream: Expression,
  needing: ReadonlySet<Expression>,
  waiting: Map<Expression, Expression>,
): void {
  const thunks = thunksOf(node.name as ElementwiseName, upstream, readerOf(node));
  const gradients = node.inputs.map((input, i) => {
    if (typeof input === "number" || !needing.has(input)) return null;
    return thunks[i]()?.to(input.dtype) ?? null;
  });
  node.inputs.forEach((input, i) => {
    const gradient = gradients[i];
    if (gradient === null) return;
    const before = waiting.get(input as Expression);
    waiting.set(input as Expression, before ? before.add(gradient) : gradient);
  });
}

function readerOf(node: Expression): Saved<Expression, Expression["parameters"]> {
  const [x, y, z] = node.inputs;
  return {
    x: () => x as Expression,
    y: () => y,
    z: () => z,
    out: () => node,
    parameters: node.parameters,
    shape: [],
  };
}

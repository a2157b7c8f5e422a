/** Gradients by way of operations of tensors, for what computes its value in another way. */
import { captureGradients, receiverOf } from "./backward.js";
import type { EngineOptions, Variable } from "./graph.js";
import { withGradMode } from "./mode.js";

/**
 * The gradient of `compose` for each operand, null where none is wanted; differentiable where that
 * is asked for. Each operand is read by a view of its own: one may have been made of another, or be
 * the same one, and its gradient goes on from the operand itself.
 */
export function composedGradients<V extends Variable>(
  operands: readonly V[],
  isWanted: (operand: V, index: number) => boolean,
  compose: (operands: readonly V[]) => Variable,
  upstream: Variable,
  options: EngineOptions,
): readonly (Variable | null)[] {
  const { views, variable } = withGradMode(true, () => {
    // What an operation gives is of the kind of its operand.
    const views = operands.map((x, i) => (isWanted(x, i) ? x.op("alias") : x.detach()) as V);
    return { views, variable: compose(views) };
  });
  const receivers = views.map((view, i) => (isWanted(operands[i], i) ? receiverOf(view) : null));
  const found = captureGradients(
    [{ variable, gradient: upstream }],
    { ...options, retainGraph: options.createGraph },
    new Set(receivers.filter((receiver) => receiver !== null)),
  );
  return receivers.map((receiver) => (receiver && found.get(receiver)) ?? null);
}

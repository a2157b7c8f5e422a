/** The node of a loss in the graph. */
import type { DType } from "../ndarray/dtype.js";
import { type EngineOptions, edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import type { Gradients, Operands, Side } from "./gradients.js";
import { SignGradients } from "./sign-gradients.js";
import { SlopeGradients } from "./slope-gradients.js";
import type { Task } from "./task.js";

/** The loss of `task`, recorded: its operands get gradients where they require them. */
export function recordLoss<V extends Variable>(
  task: Task,
  resultDType: DType,
  operands: Operands<V>,
  wrap: Wrap<V>,
): V {
  const { row, dtype } = task.problem;
  const gradients: Gradients = row.divides
    ? new SignGradients(task, operands, wrap)
    : new SlopeGradients(task, operands, wrap);
  const result = gradients.forward(resultDType);
  const edges = [edgeTo(operands.input), edgeTo(operands.target)];
  const node: GraphNode = new GraphNode(
    row.nodes[task.mode],
    edges,
    result.shape,
    result.dtype,
    (upstream, options) => {
      node.checkUsable();
      return derivative(gradients, upstream.to(dtype), options);
    },
  );
  gradients.saveTo(node);
  return wrap(result, node, null);
}

function derivative(
  gradients: Gradients,
  upstream: Variable,
  { createGraph, retainGraph }: EngineOptions,
): (() => Variable)[] {
  const of = (which: Side) => () =>
    createGraph
      ? gradients.differentiable(which, upstream)
      : gradients.gradient(which, upstream, retainGraph);
  return [of("input"), of("target")];
}

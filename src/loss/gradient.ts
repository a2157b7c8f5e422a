/** The node of a loss in the graph. */
import type { DType } from "../ndarray/dtype.js";
import { edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import type { Gradients, Operands } from "./gradients.js";
import { SignGradients } from "./sign-gradients.js";
import { SlopeGradients } from "./slope-gradients.js";
import type { Task } from "./task.js";

/**
 * The loss of `task`, recorded under torch's name of its derivative: its operands get gradients where they require
 * them.
 */
export function recordLoss<V extends Variable>(
  name: string,
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
  const node = new GraphNode(name, edges, result.shape, result.dtype, (upstream, options) => {
    const { createGraph, retainGraph } = options;
    const g = upstream.nd.dtype === dtype ? upstream : upstream.to(dtype);
    if (createGraph) {
      return [() => gradients.differentiable("input", g), () => gradients.differentiable("target", g)];
    }
    return [
      () => gradients.gradient("input", g, retainGraph),
      () => gradients.gradient("target", g, retainGraph),
    ];
  });
  gradients.saveTo(node);
  return wrap(result, node, null);
}

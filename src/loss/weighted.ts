/**
 * Weighted losses that are reduced: the value in one pass over input, target and weight, in float64
 * windows.
 */
import type { DType } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sumAll } from "../ndarray/sums.js";
import { permute } from "../ndarray/views.js";
import { composedGradients } from "../autograd/composed.js";
import { type EngineOptions, edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled } from "../autograd/mode.js";
import type { Wrap } from "../autograd/record.js";
import type { Operands } from "./gradients.js";
import { type Divisor, weightedLosses, weightsOfRows } from "./rows.js";
import { arrayOf, inOrder } from "./parts.js";
import type { Task } from "./task.js";

/** What a weighted loss takes. */
interface WeightedOperands<V> extends Operands<V> {
  readonly weight: V;
}

/** The weighted sum or mean of each result. */
function valueOf(task: Task, weight: NdArray, dtype: DType): NdArray {
  const { problem, mode, extent, divisor } = task;
  const byWeights = mode === "mean" && problem.row.weightedMean === "weights";
  const { shape } = problem.input;
  const rows = extent ?? { rows: 1, length: problem.input.numel };
  const ordered = extent ? inOrder(problem, extent.order) : problem;
  const expanded = weight.expanded(shape);
  const weights = extent ? permute(expanded, extent.order) : expanded;
  const by = (): Divisor => {
    if (!byWeights) return divisor;
    // All weights as they were given: where the input is broadcast, torch counts each of them once.
    if (!extent && !problem.mask) return Number(sumAll(weight));
    return weightsOfRows(weights, ordered.mask, rows);
  };
  const losses = weightedLosses(ordered, weights, rows, by());
  return extent ? arrayOf(losses, dtype, extent.result) : NdArray.scalar(dtype, losses[0]);
}

/**
 * The weighted sums or means. Their gradient is that of `compose`, the same loss made of
 * differentiable operations in torch's order, which is built when the gradient is called for: until
 * then nothing of the operands' size is kept.
 */
export function weightedLoss<V extends Variable>(
  name: string,
  task: Task,
  dtype: DType,
  { input, target, weight, mask }: WeightedOperands<V>,
  compose: (operands: readonly V[]) => V,
  wrap: Wrap<V>,
): V {
  const operands = [input, target, weight];
  const result = valueOf(task, weight.nd, dtype);
  if (!isGradEnabled() || !operands.some((x) => x.requiresGrad)) return wrap(result, null, null);

  const differentiate = (upstream: Variable, options: EngineOptions): (() => Variable | null)[] => {
    for (const check of checks) check();
    let gradients: readonly (Variable | null)[] | null = null;
    const all = (): readonly (Variable | null)[] =>
      (gradients ??= composedGradients(operands, (x) => x.requiresGrad, compose, upstream, options));
    return operands.map((_, i) => () => all()[i]);
  };
  const edges = operands.map(edgeTo);
  const node = new GraphNode(name, edges, result.shape, dtype, differentiate);
  const checks = [...operands, ...(mask ? [mask] : [])].map((x) => node.save(x));
  return wrap(result, node, null);
}

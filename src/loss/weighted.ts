/** Weighted losses that are reduced: the value in one pass over input, target and weight, in float64 windows. */
import type { DType } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sumAll } from "../ndarray/sums.js";
import { receiverOf, run } from "../autograd/backward.js";
import { type EngineOptions, edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled, withGradMode } from "../autograd/mode.js";
import type { Wrap } from "../autograd/record.js";
import { type Problem, weightedSum } from "./evaluate.js";
import type { LossRow, Reduction } from "./losses.js";

/** What a weighted mean divides by. */
function divisorOf(row: LossRow, input: NdArray, weight: NdArray): number {
  return row.weightedMean === "elements" ? input.numel : Number(sumAll(weight));
}

function nodeName(row: LossRow, reduction: Reduction): string {
  if (reduction === "sum") return "SumBackward0";
  return row.weightedMean === "elements" ? "MeanBackward0" : "DivBackward0";
}

/**
 * The weighted sum or mean. Its gradient is that of `compose`, the same loss made of differentiable operations in torch's order,
 * which is built when the gradient is called for: until then nothing of the operands' size is kept.
 */
export function weightedLoss<V extends Variable>(
  problem: Problem<NdArray>,
  reduction: "mean" | "sum",
  dtype: DType,
  operands: readonly [input: V, target: V, weight: V],
  compose: () => V,
  wrap: Wrap<V>,
): V {
  const { row, input } = problem;
  const weight = operands[2].nd;
  const divisor = reduction === "sum" ? 1 : divisorOf(row, input, weight);
  const result = NdArray.scalar(dtype, weightedSum(problem, weight.expanded(input.shape), divisor));
  if (!isGradEnabled() || !operands.some((x) => x.requiresGrad)) return wrap(result, null, null);

  const differentiate = (upstream: Variable, options: EngineOptions): (() => Variable | null)[] => {
    for (const check of checks) check();
    const loss = withGradMode(true, compose);
    const receivers = operands.map(receiverOf);
    const wanted = new Set(receivers.filter((_, i) => operands[i].requiresGrad));
    const gradients = run(
      [{ variable: loss, gradient: upstream }],
      { ...options, retainGraph: options.createGraph },
      wanted,
    );
    return receivers.map((receiver) => () => gradients.get(receiver) ?? null);
  };
  const edges = operands.map(edgeTo);
  const node = new GraphNode(nodeName(row, reduction), edges, [], dtype, differentiate);
  const checks = operands.map((x) => node.save(x));
  return wrap(result, node, null);
}

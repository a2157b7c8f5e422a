/** Weighted losses that are reduced: the value in one pass over input, target and weight, in float64 windows. */
import { type DType, dtypes } from "../array/dtype.js";
import { NdArray } from "../array/ndarray.js";
import { addBlock, sumAll } from "../array/sums.js";
import { inBlocks, Source } from "../array/window.js";
import { receiverOf, run } from "../autograd/backward.js";
import { type EngineOptions, edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled, withGradMode } from "../autograd/mode.js";
import type { Wrap } from "../autograd/record.js";
import { ExactSum } from "../core/exact-sum.js";
import { memory } from "../core/memory.js";
import { beginOperation } from "../core/storage.js";
import { parameterOf, type Problem } from "./evaluate.js";
import type { LossRow, Reduction } from "./losses.js";

/** The window of the weighted terms, behind those of three operands. */
const TERMS = 6;

const exact = new ExactSum();

/** Σ weight · term(input - target) / divisor, the sum exact across blocks; terms and products are rounded to float64. */
function weightedSum(problem: Problem, weight: NdArray, divisor: number): number {
  const { row, input, target } = problem;
  beginOperation();
  // An operand of another dtype is rounded to the loss's, as torch promotes it.
  const via = dtypes[problem.dtype].storage;
  const x = new Source(input, "f64", 0, via);
  const y = new Source(target, "f64", 1, via);
  const w = new Source(weight.expanded(input.shape), "f64", 2);
  const kernel = memory().kernels[`${row.kernel}_map_f64`];
  const p = parameterOf(problem);
  exact.reset();
  inBlocks(input.numel, (start, n) => {
    const terms = memory().window(TERMS);
    kernel(x.read(start, n), y.read(start, n), terms, n, p);
    memory().kernels.mul_f64(terms, 16, w.read(start, n), 16, terms, n);
    addBlock(terms, n, "f64", exact);
  });
  return exact.dividedBy(divisor);
}

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
  problem: Problem,
  reduction: "mean" | "sum",
  dtype: DType,
  operands: readonly [input: V, target: V, weight: V],
  compose: () => V,
  wrap: Wrap<V>,
): V {
  const { row, input } = problem;
  const weight = operands[2].nd;
  const divisor = reduction === "sum" ? 1 : divisorOf(row, input, weight);
  const result = NdArray.scalar(dtype, weightedSum(problem, weight, divisor));
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

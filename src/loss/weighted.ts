/**
 * Weighted losses of tensors that are reduced, and their gradients. Where the input alone requires
 * one, it comes along with the value.
 */
import type { DType } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sameShape } from "../ndarray/shape.js";
import { permute } from "../ndarray/views.js";
import { composedGradients } from "../autograd/composed.js";
import { type EngineOptions, edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled } from "../autograd/mode.js";
import type { Wrap } from "../autograd/record.js";
import type { Operands } from "./gradients.js";
import type { Divisor } from "./rows.js";
import { arrayOf, inOrder } from "./parts.js";
import type { Task } from "./task.js";
import { weightedLosses, weightsOfRows } from "./weighted-sums.js";
import { scaleOfMean, weightedTerms } from "./weighted-terms.js";

/** What a weighted loss takes. */
interface WeightedOperands<V> extends Operands<V> {
  readonly weight: V;
}

/** The weighted sum or mean of each result, and what each sum was divided by. */
interface Evaluated {
  readonly value: NdArray;
  readonly divisor: Divisor;
}

function evaluated(task: Task, weight: NdArray, dtype: DType): Evaluated {
  const { problem, mode, extent } = task;
  const byWeights = mode === "mean" && problem.row.weightedMean === "weights";
  const { shape } = problem.input;
  const rows = extent ?? { rows: 1, length: problem.input.numel };
  const ordered = extent ? inOrder(problem, extent.order) : problem;
  const expanded = weight.expanded(shape);
  const weights = extent ? permute(expanded, extent.order) : expanded;
  const sumsOfWeights = (): Divisor => {
    if (extent) return weightsOfRows(weights, ordered.mask, rows);
    // All weights as they were given: where the input is broadcast, torch counts each of them once.
    const given = problem.mask ? weights : weight;
    return weightsOfRows(given, problem.mask, { rows: 1, length: given.numel })[0];
  };
  const divisor = byWeights ? sumsOfWeights() : task.divisor;
  const losses = weightedLosses(ordered, weights, rows, divisor);
  const value = extent ? arrayOf(losses, dtype, extent.result) : NdArray.scalar(dtype, losses[0]);
  return { value, divisor };
}

/**
 * Whether the gradient of the input can be computed at once: it alone requires one, of one result,
 * and all is of one shape and dtype.
 */
function isSimple<V extends Variable>({ problem, extent }: Task, operands: WeightedOperands<V>): boolean {
  const { input, target, weight } = operands;
  const { dtype, input: expanded } = problem;
  return (
    extent === null &&
    input.requiresGrad &&
    !target.requiresGrad &&
    !weight.requiresGrad &&
    [input, target, weight].every((x) => x.nd.dtype === dtype && sameShape(x.nd.shape, expanded.shape))
  );
}

/** The gradient of the input for the upstream gradient 1. */
function gradientOf({ problem, mode }: Task, weight: NdArray, divisor: number): NdArray {
  const { dtype, input } = problem;
  const grad = NdArray.empty(dtype, input.shape);
  const scale = mode === "mean" ? scaleOfMean(problem.row, divisor, weight.dtype, dtype) : 1;
  weightedTerms({ problem, weight, loss: dtype }, { out: null, grad }, scale);
  return grad;
}

/**
 * The weighted sums or means. Gradients that did not come along are those of `compose`, the same
 * loss made of differentiable operations in torch's order, which is built when they are called for:
 * until then nothing of the operands' size is kept.
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
  const { value, divisor } = evaluated(task, weight.nd, dtype);
  if (!isGradEnabled() || !operands.some((x) => x.requiresGrad)) return wrap(value, null, null);

  const kept = isSimple(task, { input, target, weight, mask })
    ? wrap(gradientOf(task, weight.nd, divisor as number), null, null)
    : null;
  const differentiate = (upstream: Variable, options: EngineOptions): (() => Variable | null)[] => {
    for (const check of checks) check();
    if (kept && !options.createGraph && upstream.nd.item() === 1) {
      return [() => (options.retainGraph ? kept.clone() : kept), () => null, () => null];
    }
    let gradients: readonly (Variable | null)[] | null = null;
    const all = (): readonly (Variable | null)[] =>
      (gradients ??= composedGradients(operands, (x) => x.requiresGrad, compose, upstream, options));
    return operands.map((_, i) => () => all()[i]);
  };
  const edges = operands.map(edgeTo);
  const node = new GraphNode(name, edges, value.shape, dtype, differentiate);
  const checks = [...operands, ...(mask ? [mask] : []), ...(kept ? [kept] : [])].map((x) => node.save(x));
  return wrap(value, node, null);
}

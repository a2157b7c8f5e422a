/** The loss of CTC, reduced, and its recording: the gradient comes along with the value. */
import type { Wrap } from "../autograd/record.js";
import { edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { ExactSum } from "../core/exact-sum.js";
import { quotientOf } from "../core/exact-value.js";
import { roundFloat } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { unsqueeze } from "../ndarray/views.js";
import { type CtcProblem, ctcLosses } from "./ctc.js";
import { KeptGradients, type KeptLoss } from "./kept-gradients.js";
import type { Reduction } from "./losses.js";
import { arrayOf } from "./parts.js";
import { readWeights } from "./row-problem.js";

export interface CtcTask {
  readonly problem: CtcProblem;
  readonly mode: Reduction;
  /** What the loss of each sequence is divided by: the length of its target, of a mean. */
  readonly lengths: Float64Array;
  /** Of the unreduced loss. */
  readonly shape: Shape;
}

/** The log-probabilities of one sequence as those of a batch. */
export function inBatch(input: NdArray): NdArray {
  return input.shape.length === 3 ? input : unsqueeze(input, 1);
}

/** By what the gradient of each sequence is multiplied, for the upstream gradient `g`. */
function normsOf({ mode, lengths }: CtcTask, g: number): Float64Array {
  const share = mode === "mean" ? g / lengths.length : g;
  return lengths.map((length) => share / length);
}

/** The loss, and its gradient by the input for the upstream 1 where there is room for it. */
export function ctcValue(task: CtcTask, grad: NdArray | null = null): NdArray {
  const { problem, mode, lengths, shape } = task;
  const { dtype } = problem.input;
  const losses = ctcLosses(problem, grad && { out: grad, norms: normsOf(task, 1) });
  if (mode === "none") return arrayOf(losses, dtype, shape);
  const [sum, count] = [new ExactSum(), new ExactSum()];
  // torch rounds the losses, then what they are divided by their lengths.
  losses.forEach((loss, i) => {
    sum.add(roundFloat(dtype, roundFloat(dtype, loss) / lengths[i]));
  });
  count.add(mode === "mean" ? losses.length : 1);
  return NdArray.scalar(dtype, quotientOf(sum, count));
}

/** The same, recorded under torch's `name` of the derivative: the input gets its gradient. */
export function recordCtc<V extends Variable>(name: string, task: CtcTask, input: V, wrap: Wrap<V>): V {
  const { dtype } = input.nd;
  const isWhole = task.mode !== "none";
  const gradients: KeptLoss<V>["gradients"] = ([now], upstream, [grad]) => {
    const norms = isWhole ? normsOf(task, upstream.item() as number) : readWeights(upstream);
    ctcLosses({ ...task.problem, input: inBatch(now) }, { out: inBatch(grad!), norms });
  };
  const loss: KeptLoss<V> = {
    operands: [input],
    count: 1,
    isWhole,
    scales: false,
    dtypes: { computed: dtype, result: dtype },
    value: ([grad]) => ctcValue(task, grad && inBatch(grad)),
    gradients,
    differentiable: ([now], upstream) => {
      const grad = NdArray.empty(dtype, now.shape);
      gradients([now.nd], upstream.nd, [grad]);
      return [once(grad, [input, upstream], wrap)];
    },
  };
  return new KeptGradients(loss, wrap).record(name);
}

/** A gradient that has none itself, as torch's has none. */
function once<V extends Variable>(nd: NdArray, of: readonly Variable[], wrap: Wrap<V>): V {
  const refuse = (): never => {
    throw new Error("derivative for aten::_ctc_loss_backward is not implemented");
  };
  const edges = of.map(edgeTo);
  const node = new GraphNode("NotImplemented", edges, nd.shape, nd.dtype, () => edges.map(() => refuse));
  return wrap(nd, node, null);
}

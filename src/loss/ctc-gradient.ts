/** The loss of CTC, reduced, and its recording: the gradient comes along with the value. */
import type { Wrap } from "../autograd/record.js";
import { edgeTo, GraphNode, reshapedError, type Variable } from "../autograd/graph.js";
import { ExactSum } from "../core/exact-sum.js";
import { quotientOf } from "../core/exact-value.js";
import { roundFloat } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { unsqueeze } from "../ndarray/views.js";
import { type CtcProblem, ctcLosses } from "./ctc.js";
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
  const { shape } = task.problem.input;
  const blank = (): NdArray => NdArray.empty(dtype, shape);
  const asGiven = (nd: NdArray): V => wrap(nd.reshaped(input.nd.shape), null, null);
  let kept: NdArray | null = task.mode === "none" ? null : blank();
  const result = ctcValue(task, kept);
  let read: () => Variable = () => input;
  const gradient = (upstream: Variable): NdArray => {
    const now = read().nd;
    if (!sameShape(now.shape, input.nd.shape)) throw reshapedError();
    const isWhole = task.mode !== "none";
    const g = isWhole ? (upstream.nd.item() as number) : 1;
    if (g === 1 && kept) return kept;
    const grad = blank();
    const norms = isWhole ? normsOf(task, g) : readWeights(upstream.nd);
    ctcLosses({ ...task.problem, input: inBatch(now) }, { out: grad, norms });
    return grad;
  };
  const node = new GraphNode(name, [edgeTo(input)], result.shape, result.dtype, (upstream, options) => [
    () => {
      const found = asGiven(gradient(upstream));
      if (options.createGraph) return once(found, [input, upstream], wrap);
      // What is kept for another run stays as it is.
      if (options.retainGraph && kept) return found.clone();
      kept = null;
      return found;
    },
  ]);
  read = node.save(input);
  return wrap(result, node, null);
}

/** A copy of a gradient that has none itself, as torch's has none. */
function once<V extends Variable>(gradient: V, of: readonly Variable[], wrap: Wrap<V>): V {
  const { nd } = gradient.clone();
  const refuse = (): never => {
    throw new Error("derivative for aten::_ctc_loss_backward is not implemented");
  };
  const edges = of.map(edgeTo);
  return wrap(
    nd,
    new GraphNode("NotImplemented", edges, nd.shape, nd.dtype, () => edges.map(() => refuse)),
    null,
  );
}

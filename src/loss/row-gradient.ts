/** The node of a loss of rows in the graph. */
import { contiguous, fill } from "../ndarray/elementwise.js";
import type { DType } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { composedGradients } from "../autograd/composed.js";
import { edgeTo, GraphNode, reshapedError, type Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import type { Reduction } from "./losses.js";
import { runRows, type RowProblem, sumOfRows } from "./row-problem.js";

/** A loss of rows of tensors, and its reduction. */
export interface RowTask {
  readonly problem: RowProblem;
  readonly mode: Reduction;
  /** What a sum is divided by. */
  readonly divisor: number;
  /** Of the unreduced loss. */
  readonly shape: Shape;
  /** Of the result. */
  readonly dtype: DType;
}

/** The loss, and its gradient by the input for the upstream 1 where there is room for it. */
export function lossOfRows({ problem, mode, divisor, shape, dtype }: RowTask, grad?: NdArray): NdArray {
  if (mode === "none") {
    const losses = NdArray.empty(dtype, shape);
    if (problem.layout.classes > 0) runRows(problem, { losses });
    else fill(losses, -0);
    return losses;
  }
  const value = sumOfRows(problem, divisor, grad ? { grad, norm: 1 / divisor } : {});
  return NdArray.scalar(dtype, value);
}

/**
 * The same, recorded: the input gets its gradient. `compose` makes the loss of operations, for
 * derivatives of higher order; `operands` are what it takes, the input first.
 */
export function recordRows<V extends Variable>(
  name: string,
  task: RowTask,
  operands: readonly V[],
  compose: (operands: readonly V[]) => Variable,
  wrap: Wrap<V>,
): V {
  const [input] = operands;
  const { problem, mode, divisor } = task;
  const { shape, dtype } = input.nd;
  const blank = (): NdArray => NdArray.empty(dtype, shape);
  let kept: V | null = mode === "none" ? null : wrap(blank(), null, null);
  const result = lossOfRows(task, kept?.nd);
  let readers: readonly (() => Variable)[] = [];
  /** The gradient by the input as it is now: `data` may have been assigned since. */
  const gradient = (upstream: Variable, retainGraph: boolean): Variable => {
    const now = readers.map((read) => read())[0].nd;
    if (!sameShape(now.shape, shape)) throw reshapedError();
    const current = { ...problem, input: now };
    if (mode === "none") {
      const grad = blank();
      runRows(current, { grad, norms: contiguous(upstream.nd) });
      return wrap(grad, null, null);
    }
    const g = upstream.nd.item() as number;
    if (g === 1 && kept) {
      const own = kept;
      if (!retainGraph) kept = null;
      return retainGraph ? own.clone() : own;
    }
    const grad = blank();
    runRows(current, { grad, norm: g / divisor });
    return wrap(grad, null, null);
  };
  const node = new GraphNode(name, [edgeTo(input)], result.shape, result.dtype, (upstream, options) => [
    () => {
      if (!options.createGraph) return gradient(upstream, options.retainGraph);
      const now = readers.map((read) => read()) as V[];
      const [slopes] = composedGradients(now, (_, i) => i === 0, compose, upstream, options);
      // torch's derivative of slopes that do not depend on the input is 0, and not none.
      return problem.row.kernel !== "crossentropy" ? slopes!.add(now[0].keep(now[0].zeros())) : slopes;
    },
  ]);
  readers = operands.map((operand) => node.save(operand));
  if (kept) node.save(kept);
  return wrap(result, node, null);
}

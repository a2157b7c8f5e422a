/** The node of a loss of rows in the graph. */
import { contiguous, fill } from "../ndarray/elementwise.js";
import type { DType } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { composedGradients } from "../autograd/composed.js";
import type { Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import { KeptGradients, type KeptLoss } from "./kept-gradients.js";
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
  const { problem, mode, divisor } = task;
  const { dtype } = operands[0].nd;
  const loss: KeptLoss<V> = {
    operands,
    count: 1,
    isWhole: mode !== "none",
    scales: false,
    dtypes: { computed: dtype, result: dtype },
    value: ([grad]) => lossOfRows(task, grad ?? undefined),
    gradients: ([input], upstream, [grad]) => {
      const factors =
        mode === "none" ? { norms: contiguous(upstream) } : { norm: (upstream.item() as number) / divisor };
      runRows({ ...problem, input }, { grad: grad!, ...factors });
    },
    differentiable: (now, upstream, options) => {
      const [slopes] = composedGradients(now, (_, i) => i === 0, compose, upstream, options);
      // torch's derivative of slopes that do not depend on the input is 0, and not none.
      if (problem.row.kernel === "crossentropy") return [slopes];
      return [slopes!.add(now[0].keep(now[0].zeros()))];
    },
  };
  return new KeptGradients(loss, wrap).record(name);
}

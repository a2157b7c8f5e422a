/** The node of a loss of products in the graph. */
import { composedGradients } from "../autograd/composed.js";
import { GraphNode, type Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import { contiguous, convert } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { sumAll } from "../ndarray/sums.js";
import { type GradientArrays, KeptGradients, type KeptLoss } from "./kept-gradients.js";
import { type LinearProblem, runLinear, wideOf } from "./linear-rows.js";
import type { Reduction } from "./losses.js";
import { readWeights } from "./row-problem.js";

/** A loss of products, and its reduction. */
export interface LinearTask {
  readonly problem: LinearProblem;
  readonly mode: Reduction;
  /** What a sum is divided by. */
  readonly divisor: number;
  /** Of the unreduced loss. */
  readonly shape: Shape;
  /** Of torch's chunks: whether backward may be called again. Null for the loss of operations. */
  readonly chunked: { readonly allowRetainGraph: boolean } | null;
}

/**
 * The loss, and the gradients of a mean or sum where there are arrays for them: by the input, by the
 * weight and, where there is one, by the bias.
 */
export function linearLoss(
  { problem, mode, divisor, shape }: LinearTask,
  grads: GradientArrays = [],
): NdArray {
  const { dtype, layout } = problem.terms;
  const losses = NdArray.empty(wideOf(problem), [layout.outer * layout.inner]);
  const [input, weight, bias] = grads;
  runLinear(problem, { losses, input, weight, bias, norm: 1 / divisor });
  if (mode === "none") return convert(losses, dtype).reshaped(shape);
  const value = sumAll(losses, divisor) as number;
  losses.storage.dispose();
  return NdArray.scalar(dtype, value);
}

/** Of torch's chunks: they never say that they were released, but that they were consumed. */
class ChunkedNode extends GraphNode {
  override release(): void {
    // What is kept goes when it is consumed.
  }
}

/** Those of torch's chunks of a mean or sum: they are what was computed, of no operand any more. */
class ChunkedGradients<V extends Variable> extends KeptGradients<V> {
  protected override readonly Node = ChunkedNode;
  private node: GraphNode | null = null;

  constructor(
    loss: KeptLoss<V>,
    wrap: Wrap<V>,
    private readonly allowRetainGraph: boolean,
  ) {
    super(loss, wrap);
  }

  protected override saveFor(node: GraphNode): void {
    this.node = node;
    for (const grad of this.kept!) if (grad) node.save(grad);
  }

  protected override of(upstream: Variable): readonly (Variable | null)[] {
    const { kept, node } = this;
    if (!kept) {
      throw new Error(
        "linear_cross_entropy chunked backward called twice; retain_graph=True / double backward are not supported.",
      );
    }
    const consumed = !this.allowRetainGraph;
    if (consumed) {
      this.kept = null;
      node!.saved.length = 0;
    }
    return this.scaled(kept, upstream, consumed);
  }
}

/** The operands of a loss of products: of the first `count` of them there are gradients. */
interface Operands<V> {
  readonly operands: readonly V[];
  readonly count: number;
}

/** What is computed of operands as they are now: `compose` makes the loss of all by operations. */
function keptLoss<V extends Variable>(
  task: LinearTask,
  { operands, count }: Operands<V>,
  compose: (operands: readonly V[]) => Variable,
): KeptLoss<V> {
  const { problem, mode, divisor, chunked } = task;
  const computed = wideOf(problem);
  const { dtype } = problem.terms;
  const wanted = operands.map((x, i) => i < count && x.requiresGrad);
  return {
    operands,
    count,
    isWhole: mode !== "none",
    // What is small in a half may not be so times the upstream gradient.
    scales: dtype === computed,
    dtypes: { computed, result: dtype },
    value: (into) => linearLoss(task, into),
    gradients: ([x, w, b], upstream, [input, weight, bias]) => {
      const norm = mode === "none" ? 1 : (upstream.item() as number) / divisor;
      const norms = mode === "none" ? readWeights(contiguous(upstream)) : null;
      const now = { ...problem, input: x, weight: w, bias: count > 2 ? b : null };
      runLinear(now, { input, weight, bias, norm, norms });
    },
    differentiable:
      chunked === null
        ? (now, upstream, options) => composedGradients(now, (_, i) => wanted[i], compose, upstream, options)
        : null,
  };
}

/**
 * The loss, recorded: input, weight and bias get their gradients. `compose` makes the loss of all
 * operands by operations, for derivatives of higher order.
 */
export function recordLinear<V extends Variable>(
  name: string,
  task: LinearTask,
  given: Operands<V>,
  compose: (operands: readonly V[]) => Variable,
  wrap: Wrap<V>,
): V {
  const { chunked } = task;
  const loss = keptLoss(task, given, compose);
  const isOfChunks = chunked !== null && loss.isWhole;
  const gradients = isOfChunks
    ? new ChunkedGradients(loss, wrap, chunked.allowRetainGraph)
    : new KeptGradients(loss, wrap);
  return gradients.record(name);
}

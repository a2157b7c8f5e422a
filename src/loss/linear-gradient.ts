/** The node of a loss of products in the graph. */
import { composedGradients } from "../autograd/composed.js";
import { edgeTo, type EngineOptions, GraphNode, reshapedError, type Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import { binary, contiguous, convert } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { sumAll } from "../ndarray/sums.js";
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

/** By the input, by the weight and, where there is one, by the bias; null where none is wanted. */
type Gradients = readonly (NdArray | null)[];

/** The loss, and the gradients of a mean or sum where there are arrays for them. */
export function linearLoss({ problem, mode, divisor, shape }: LinearTask, grads: Gradients = []): NdArray {
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

/**
 * The loss, recorded: input, weight and bias get their gradients. These are the first of the
 * operands, `count` of them; `compose` makes the loss of all of them by operations, for derivatives
 * of higher order.
 */
export function recordLinear<V extends Variable>(
  name: string,
  task: LinearTask,
  { operands, count }: { readonly operands: readonly V[]; readonly count: number },
  compose: (operands: readonly V[]) => Variable,
  wrap: Wrap<V>,
): V {
  const { problem, mode, divisor, chunked } = task;
  const { dtype } = problem.terms;
  const wide = wideOf(problem);
  const shapes = operands.slice(0, count).map(({ nd }) => nd.shape);
  const edges = operands.slice(0, count).map(edgeTo);
  const blank = (): Gradients => edges.map((edge) => edge && NdArray.empty(wide, edge.shape));
  const asVariables = (grads: Gradients): (V | null)[] =>
    grads.map((grad) => grad && wrap(convert(grad, dtype), null, null));

  const first = mode === "none" ? [] : blank();
  const result = linearLoss(task, first);
  let kept = mode === "none" ? null : asVariables(first);
  let readers: readonly (() => Variable)[] = [];

  /** Those for an upstream gradient, of the operands as they are now: `data` may have been assigned since. */
  const computed = (now: readonly Variable[], upstream: Variable): (V | null)[] => {
    const grads = blank();
    const [input, weight, bias] = grads;
    const [x, w, b] = now.map(({ nd }) => nd);
    const current = { ...problem, input: x, weight: w, bias: count > 2 ? b : null };
    const norm = mode === "none" ? 1 : (upstream.nd.item() as number) / divisor;
    const norms = mode === "none" ? readWeights(contiguous(upstream.nd)) : null;
    runLinear(current, { input, weight, bias, norm, norms });
    return asVariables(grads);
  };
  /** The kept ones times the upstream gradient, in their place where they are consumed. */
  const scaled = (own: readonly (V | null)[], upstream: Variable, consumed: boolean): (Variable | null)[] => {
    const g = upstream.nd.item() as number;
    if (!consumed) return own.map((grad) => grad && (g === 1 ? grad.clone() : grad.mul(g)));
    if (g !== 1) for (const grad of own) if (grad) binary("mul", grad.nd, g, dtype, grad.nd);
    return [...own];
  };
  const ofChunks = (upstream: Variable): (Variable | null)[] => {
    if (!kept) {
      throw new Error(
        "linear_cross_entropy chunked backward called twice; retain_graph=True / double backward are not supported.",
      );
    }
    const own = kept;
    const consumed = !chunked!.allowRetainGraph;
    if (consumed) {
      kept = null;
      node.saved.length = 0;
    }
    return scaled(own, upstream, consumed);
  };
  const gradients = (upstream: Variable, options: EngineOptions): readonly (Variable | null)[] => {
    if (chunked && mode !== "none") return ofChunks(upstream);
    const now = readers.map((read) => read()) as V[];
    if (shapes.some((shape, i) => !sameShape(shape, now[i].nd.shape))) throw reshapedError();
    if (options.createGraph && !chunked) {
      return composedGradients(now, (_, i) => Boolean(edges[i]), compose, upstream, options);
    }
    // What is small in a half may not be so times the upstream gradient.
    if (!kept || (dtype !== wide && upstream.nd.item() !== 1)) return computed(now, upstream);
    const own = kept;
    if (!options.retainGraph) kept = null;
    return scaled(own, upstream, !options.retainGraph);
  };
  const Node = chunked && mode !== "none" ? ChunkedNode : GraphNode;
  const node = new Node(name, edges, result.shape, result.dtype, (upstream, options) => {
    let found: readonly (Variable | null)[] | null = null;
    return edges.map((_, i) => () => (found ??= gradients(upstream, options))[i]);
  });
  if (Node === GraphNode) readers = operands.map((operand) => node.save(operand));
  for (const grad of kept ?? []) if (grad) node.save(grad);
  return wrap(result, node, null);
}

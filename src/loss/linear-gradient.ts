/** The node of a loss of products in the graph. */
import { composedGradients } from "../autograd/composed.js";
import {
  type Edge,
  edgeTo,
  type EngineOptions,
  GraphNode,
  reshapedError,
  type Variable,
} from "../autograd/graph.js";
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

/** The operands of a loss of products: of the first `count` of them there are gradients. */
interface Operands<V> {
  readonly operands: readonly V[];
  readonly count: number;
}

/** What a loss of products keeps for its gradients. */
class LinearGradients<V extends Variable> {
  readonly edges: readonly (Edge | null)[];
  readonly result: NdArray;
  /** For the upstream gradient 1; null where there are none, or where they were consumed. */
  private kept: readonly (V | null)[] | null;
  private readers: readonly (() => Variable)[] = [];
  private node: GraphNode | null = null;
  private readonly shapes: readonly Shape[];

  constructor(
    private readonly task: LinearTask,
    private readonly given: Operands<V>,
    private readonly compose: (operands: readonly V[]) => Variable,
    private readonly wrap: Wrap<V>,
  ) {
    const leading = given.operands.slice(0, given.count);
    this.shapes = leading.map(({ nd }) => nd.shape);
    this.edges = leading.map(edgeTo);
    const grads = task.mode === "none" ? [] : this.blank();
    this.result = linearLoss(task, grads);
    this.kept = task.mode === "none" ? null : this.asVariables(grads);
  }

  /** Whether torch's chunks of a mean or sum are consumed. */
  get isChunked(): boolean {
    return this.task.chunked !== null && this.task.mode !== "none";
  }

  /** Saves for `node` what its gradients read; torch's chunks read what was computed, and no operands. */
  saveFor(node: GraphNode): void {
    this.node = node;
    if (!this.isChunked) this.readers = this.given.operands.map((operand) => node.save(operand));
    for (const grad of this.kept ?? []) if (grad) node.save(grad);
  }

  of(upstream: Variable, options: EngineOptions): readonly (Variable | null)[] {
    if (this.isChunked) return this.ofChunks(upstream);
    const { edges, shapes, compose, kept } = this;
    const { terms } = this.task.problem;
    const now = this.readers.map((read) => read()) as V[];
    if (shapes.some((shape, i) => !sameShape(shape, now[i].nd.shape))) throw reshapedError();
    if (options.createGraph && !this.task.chunked) {
      return composedGradients(now, (_, i) => Boolean(edges[i]), compose, upstream, options);
    }
    // What is small in a half may not be so times the upstream gradient.
    const isWide = terms.dtype === wideOf(this.task.problem);
    if (!kept || (!isWide && upstream.nd.item() !== 1)) return this.computed(now, upstream);
    if (!options.retainGraph) this.kept = null;
    return this.scaled(kept, upstream, !options.retainGraph);
  }

  private ofChunks(upstream: Variable): readonly (Variable | null)[] {
    const { kept, node } = this;
    if (!kept) {
      throw new Error(
        "linear_cross_entropy chunked backward called twice; retain_graph=True / double backward are not supported.",
      );
    }
    const consumed = !this.task.chunked!.allowRetainGraph;
    if (consumed) {
      this.kept = null;
      node!.saved.length = 0;
    }
    return this.scaled(kept, upstream, consumed);
  }

  /** Those for an upstream gradient, of the operands as they are now: `data` may have been assigned. */
  private computed(now: readonly Variable[], upstream: Variable): readonly (V | null)[] {
    const { problem, mode, divisor } = this.task;
    const grads = this.blank();
    const [input, weight, bias] = grads;
    const [x, w, b] = now.map(({ nd }) => nd);
    const current = { ...problem, input: x, weight: w, bias: this.given.count > 2 ? b : null };
    const norm = mode === "none" ? 1 : (upstream.nd.item() as number) / divisor;
    const norms = mode === "none" ? readWeights(contiguous(upstream.nd)) : null;
    runLinear(current, { input, weight, bias, norm, norms });
    return this.asVariables(grads);
  }

  /** The kept ones times the upstream gradient, in their place where they are consumed. */
  private scaled(
    kept: readonly (V | null)[],
    upstream: Variable,
    consumed: boolean,
  ): readonly (Variable | null)[] {
    const g = upstream.nd.item() as number;
    if (!consumed) return kept.map((grad) => grad && (g === 1 ? grad.clone() : grad.mul(g)));
    const { dtype } = this.task.problem.terms;
    if (g !== 1) for (const grad of kept) if (grad) binary("mul", grad.nd, g, dtype, grad.nd);
    return kept;
  }

  private blank(): Gradients {
    const wide = wideOf(this.task.problem);
    return this.edges.map((edge) => edge && NdArray.empty(wide, edge.shape));
  }

  private asVariables(grads: Gradients): readonly (V | null)[] {
    const { dtype } = this.task.problem.terms;
    return grads.map((grad) => grad && this.wrap(convert(grad, dtype), null, null));
  }
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
  const gradients = new LinearGradients(task, given, compose, wrap);
  const { edges, result } = gradients;
  const Node = gradients.isChunked ? ChunkedNode : GraphNode;
  const node = new Node(name, edges, result.shape, result.dtype, (upstream, options) => {
    let found: readonly (Variable | null)[] | null = null;
    return edges.map((_, i) => () => (found ??= gradients.of(upstream, options))[i]);
  });
  gradients.saveFor(node);
  return wrap(result, node, null);
}

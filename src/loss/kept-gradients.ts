/**
 * The node of a loss whose gradients come along with its value: those for the upstream gradient 1
 * are kept until a run consumes them, others are computed when they are called for.
 */
import {
  type Edge,
  edgeTo,
  type EngineOptions,
  GraphNode,
  reshapedError,
  type Variable,
} from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import { allAtOnce } from "../formula/saved.js";
import type { DType } from "../ndarray/dtype.js";
import { binary, convert } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";

/** A gradient for each operand that may have one; null where none is wanted. */
export type GradientArrays = readonly (NdArray | null)[];

/** A loss of operands, of which the first `count` may have gradients. */
export interface KeptLoss<V extends Variable> {
  readonly operands: readonly V[];
  readonly count: number;
  /** Whether it is a mean or sum: then gradients for the upstream gradient 1 come along with it. */
  readonly isWhole: boolean;
  /** Whether these times another upstream gradient are those for it; else they are computed. */
  readonly scales: boolean;
  /** What gradients are computed in, and what they have at last. */
  readonly dtypes: { readonly computed: DType; readonly result: DType };
  /** The loss, and the gradients that there are arrays for. */
  value(into: GradientArrays): NdArray;
  /** The gradients for an upstream gradient, of the operands as they are now. */
  gradients(now: readonly NdArray[], upstream: NdArray, into: GradientArrays): void;
  /** The same as differentiable expressions; null where they are none. */
  readonly differentiable:
    ((now: readonly V[], upstream: Variable, options: EngineOptions) => readonly (Variable | null)[]) | null;
}

/** A loss that was computed, and the gradients that came along with it. */
export class KeptGradients<V extends Variable> {
  protected readonly Node: typeof GraphNode = GraphNode;
  private readonly edges: readonly (Edge | null)[];
  private readonly shapes: readonly Shape[];
  private readonly result: NdArray;
  /** For the upstream gradient 1; null where there are none, or where they were consumed. */
  protected kept: readonly (V | null)[] | null;
  private readers: readonly (() => V)[] = [];

  constructor(
    private readonly loss: KeptLoss<V>,
    private readonly wrap: Wrap<V>,
  ) {
    const leading = loss.operands.slice(0, loss.count);
    this.shapes = leading.map(({ nd }) => nd.shape);
    this.edges = leading.map(edgeTo);
    const into = loss.isWhole ? this.blank() : [];
    this.result = loss.value(into);
    this.kept = loss.isWhole ? this.asVariables(into) : null;
  }

  /** The loss with its node in the graph. */
  record(name: string): V {
    const { edges, result, Node } = this;
    const node = new Node(name, edges, result.shape, result.dtype, (upstream, options) =>
      allAtOnce(edges.length, [...edges.keys()], () => this.of(upstream, options)),
    );
    this.saveFor(node);
    return this.wrap(result, node, null);
  }

  /** Saves for `node` what the gradients read. */
  protected saveFor(node: GraphNode): void {
    this.readers = this.loss.operands.map((operand) => node.save(operand));
    for (const grad of this.kept ?? []) if (grad) node.save(grad);
  }

  protected of(upstream: Variable, options: EngineOptions): readonly (Variable | null)[] {
    const { loss, kept } = this;
    const now = this.readers.map((read) => read());
    // Elements may have been assigned to `data` since.
    if (this.shapes.some((shape, i) => !sameShape(shape, now[i].nd.shape))) throw reshapedError();
    if (options.createGraph && loss.differentiable) return loss.differentiable(now, upstream, options);
    if (!kept || (!loss.scales && upstream.nd.item() !== 1)) return this.computed(now, upstream);
    if (!options.retainGraph) this.kept = null;
    return this.scaled(kept, upstream, !options.retainGraph);
  }

  private computed(now: readonly V[], upstream: Variable): readonly (V | null)[] {
    const into = this.blank();
    const arrays = now.map(({ nd }) => nd);
    this.loss.gradients(arrays, upstream.nd, into);
    return this.asVariables(into);
  }

  /** The kept ones times the upstream gradient, in their place where they are consumed. */
  protected scaled(
    kept: readonly (V | null)[],
    upstream: Variable,
    consumed: boolean,
  ): readonly (Variable | null)[] {
    const g = upstream.nd.item() as number;
    if (!consumed) return kept.map((grad) => grad && (g === 1 ? grad.clone() : grad.mul(g)));
    if (g !== 1) for (const grad of kept) if (grad) binary("mul", grad.nd, g, grad.nd.dtype, grad.nd);
    return kept;
  }

  private blank(): GradientArrays {
    const { computed } = this.loss.dtypes;
    return this.edges.map((edge) => edge && NdArray.empty(computed, edge.shape));
  }

  private asVariables(grads: GradientArrays): readonly (V | null)[] {
    const { result } = this.loss.dtypes;
    return grads.map((grad) => grad && this.wrap(convert(grad, result), null, null));
  }
}

/**
 * What the two ways to the gradients of a loss have in common; see sign-gradients.ts and
 * slope-gradients.ts.
 */
import type { DType } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { type GraphNode, reshapedError, type Variable } from "../autograd/graph.js";

export interface Operands<V> {
  readonly input: V;
  readonly target: V;
  /** The mask of the task, as the user gave it. */
  readonly mask: V | null;
}

export type Side = "input" | "target";

/** How the gradients of a loss come about. */
export interface Gradients {
  /** The loss, of `dtype`; what the gradients need is computed along with it, or kept. */
  forward(dtype: DType): NdArray;
  /** Keeps what must not have changed when the gradients are called for. */
  saveTo(node: GraphNode): void;
  /**
   * The gradient of an operand, of the loss's dtype and of the shape that both were broadcast to.
   */
  gradient(which: Side, upstream: Variable, retainGraph: boolean): Variable;
  /** The same as a differentiable expression. */
  differentiable(which: Side, upstream: Variable): Variable;
}

/**
 * The elements of an operand as they are now, in the shape of the loss: `data` may have been
 * assigned since.
 */
export function elementsNow(x: Variable, before: Shape, shape: Shape): NdArray {
  if (sameShape(x.nd.shape, before)) return x.nd.expanded(shape);
  throw reshapedError();
}

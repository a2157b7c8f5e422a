/** A formula on tensors, operation by operation, as its text says. */
import type { NdArray } from "../ndarray/ndarray.js";
import { edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled, withGradMode } from "../autograd/mode.js";
import type { Expression } from "./expression.js";
import type { Traced } from "./fused.js";
import { inOrder } from "./trace.js";

/** How what was computed becomes a tensor of the graph. */
interface Recorded {
  /** The name of the node. */
  readonly node: string;
  readonly wrap: (nd: NdArray, node: GraphNode | null, base: null) => Variable;
}

/**
 * The terms of a formula, computed as any operations of tensors. They are recorded as these; or as
 * one node, named `node`, where the formula states its gradients.
 */
export function replay<V extends Variable>(
  { formula, slopes, used }: Traced,
  operands: readonly V[],
  { node: name, wrap }: Recorded,
): V {
  const { root } = formula;
  if (!slopes) return valueOf(root, operands);
  const terms = withGradMode(false, () => valueOf(root, operands));
  if (!isGradEnabled() || !operands.some((x, i) => x.requiresGrad && slopes.has(i))) return terms;
  const edges = operands.map((x, i) => (slopes.has(i) ? edgeTo(x) : null));
  const node: GraphNode = new GraphNode(name, edges, terms.nd.shape, terms.nd.dtype, (upstream) => {
    const given = [...saved.map((read) => read()), upstream];
    return edges.map((_, i) => () => valueOf(slopes.get(i)!, given));
  });
  const saved = operands.map((x, i) => (used.has(i) ? node.save<Variable>(x) : () => x));
  return wrap(terms.nd, node, null) as V;
}

/** The value of `root`, computed and recorded operation by operation. */
function valueOf<V extends Variable>(root: Expression, operands: readonly V[]): V {
  const values = new Map<Expression, Variable>();
  for (const x of inOrder([root])) {
    if (x.name === "operand") {
      values.set(x, operands[x.index]);
      continue;
    }
    const [first, ...others] = x.inputs.map((input) =>
      typeof input === "number" ? input : values.get(input)!,
    ) as [Variable, ...(Variable | number)[]];
    if (x.name === "detach") values.set(x, first.detach());
    else values.set(x, first.op(x.name, x.parameters, ...others));
  }
  return values.get(root) as V;
}

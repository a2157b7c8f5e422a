/** A formula on tensors, operation by operation, as its text says. */
import type { NdArray } from "../ndarray/ndarray.js";
import { edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled, withGradMode } from "../autograd/mode.js";
import type { Expression, PartialDerivative } from "./expression.js";
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
  recorded: Recorded,
): V {
  const { root } = formula;
  const { node: name, wrap } = recorded;
  if (!slopes) return valueOf(root, operands, recorded);
  const terms = withGradMode(false, () => valueOf(root, operands, recorded));
  if (!isGradEnabled() || !operands.some((x, i) => x.requiresGrad && slopes.has(i))) return terms;
  const edges = operands.map((x, i) => (slopes.has(i) ? edgeTo(x) : null));
  const node: GraphNode = new GraphNode(name, edges, terms.nd.shape, terms.nd.dtype, (upstream) => {
    const given = [...saved.map((read) => read()), upstream];
    return edges.map((_, i) => () => valueOf(slopes.get(i)!, given, recorded));
  });
  const saved = operands.map((x, i) => (used.has(i) ? node.save<Variable>(x) : () => x));
  return wrap(terms.nd, node, null) as V;
}

/** The value of `root`, computed and recorded operation by operation. */
function valueOf<V extends Variable>(root: Expression, operands: readonly V[], recorded: Recorded): V {
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
    else if (x.name === "stated") values.set(x, stated(first, x.partials, operands, recorded));
    else values.set(x, first.op(x.name, x.parameters, ...others));
  }
  return values.get(root) as V;
}

/** `value`, whose derivatives by operands are `partials`. */
function stated(
  value: Variable,
  partials: readonly PartialDerivative[],
  operands: readonly Variable[],
  recorded: Recorded,
): Variable {
  const { node: name, wrap } = recorded;
  if (!value.requiresGrad) return value;
  const edges = partials.map(([{ index }]) => edgeTo(operands[index]));
  const node: GraphNode = new GraphNode(
    name.replace("Backward", "BackwardBackward"),
    edges,
    value.nd.shape,
    value.nd.dtype,
    (upstream) => {
      const given = saved.map((read) => read());
      return partials.map(
        ([, derivative]) =>
          () =>
            upstream.mul(valueOf(derivative, given, recorded)),
      );
    },
  );
  const saved = operands.map((x) => node.save(x));
  return wrap(value.nd, node, null);
}

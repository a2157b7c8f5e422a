/** Runs an operation and records it. */
import { isIntegral } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { type OperationName, operations, type ParametersByName } from "../ndarray/operations.js";
import { derivatives, type Saved } from "./derivatives.js";
import { edgeTo, GraphNode, type Variable } from "./graph.js";
import { isGradEnabled } from "./mode.js";

export type Input<V extends Variable> = V | number;

/**
 * Makes a tensor of an array. `node` is null when it requires no grad; a view shares its base's
 * version.
 */
export type Wrap<V extends Variable> = (nd: NdArray, node: GraphNode | null, base: V | null) => V;

/** Applies operation `name` to tensors and numbers. */
export function apply<V extends Variable, N extends OperationName>(
  name: N,
  inputs: readonly [V, ...Input<V>[]],
  parameters: ParametersByName[N],
  wrap: Wrap<V>,
): V {
  const nd = operations[name](
    inputs.map((x) => {
      if (typeof x === "number") return x;
      x.checkAlive(name);
      return x.nd;
    }),
    parameters,
  );
  const rule = derivatives[name];
  const recorded = isGradEnabled() && inputs.some((x) => typeof x !== "number" && x.requiresGrad);
  const first = inputs[0];
  const base = first.nd.storage === nd.storage ? first : null;
  // An output that cannot carry a gradient (a comparison, a conversion to integers) ends the graph.
  if (!recorded || rule.node === "NotDifferentiable" || isIntegral(nd.dtype)) return wrap(nd, null, base);

  const saved: {
    x?: () => Variable;
    y?: () => Variable | number;
    z?: () => Variable | number;
    out?: () => Variable;
  } = {};
  const missing = (): never => {
    throw new Error(`internal: the rule of ${name} reads what it does not save`);
  };
  const reader: Saved<Variable, ParametersByName[N]> = {
    x: () => (saved.x ?? missing)(),
    y: () => (saved.y ?? missing)(),
    z: () => (saved.z ?? missing)(),
    out: () => (saved.out ?? missing)(),
    parameters,
    shape: first.nd.shape,
  };
  const edges = inputs.map((x) => (typeof x === "number" ? null : edgeTo(x)));
  const node: GraphNode = new GraphNode(parameters.node ?? rule.node, edges, nd.shape, nd.dtype, (g) =>
    rule.gradient(g, reader),
  );
  const output = wrap(nd, node, base);
  const reads = rule.reads.flatMap((names, i) => (edges[i] ? names : []));
  if (reads.includes("x")) saved.x = node.save(first);
  if (reads.includes("y")) saved.y = typeof inputs[1] === "number" ? () => inputs[1] : node.save(inputs[1]);
  if (reads.includes("z")) saved.z = typeof inputs[2] === "number" ? () => inputs[2] : node.save(inputs[2]);
  // A node that holds its own output is a cycle, which the garbage collector resolves.
  if (reads.includes("out")) saved.out = node.save(output);
  return output;
}

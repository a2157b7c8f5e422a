/** A formula on tensors, operation by operation, as its text says. */
import type { Variable } from "../autograd/graph.js";
import type { Expression } from "./expression.js";
import { inOrder } from "./trace.js";

/** The value of `root`, computed and recorded as any operations of tensors. */
export function replay<V extends Variable>(root: Expression, operands: readonly V[]): V {
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

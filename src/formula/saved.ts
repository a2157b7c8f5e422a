/** What a node in the graph keeps of a fused function, and how it gives gradients. */
import { sameShape, type Shape } from "../ndarray/shape.js";
import { type GraphNode, reshapedError, type Variable } from "../autograd/graph.js";
import type { Traced } from "./fused.js";

/** What gradients are computed of. */
interface Kept {
  readonly operands: readonly Variable[];
  /** The operands' shapes when the value was computed. */
  readonly shapes: readonly Shape[];
  readonly mask: Variable | null;
  /** The gradients that were computed with the value. */
  readonly gradients: readonly Variable[];
}

/** Keeps it for the derivative; what it returns throws when any of it has changed since. */
export function saveFor(node: GraphNode, { used }: Pick<Traced, "used">, kept: Kept): () => void {
  const { operands, shapes, mask, gradients } = kept;
  const reads = operands.filter((_, i) => used.has(i)).map((x) => node.save(x));
  if (mask) reads.push(node.save(mask));
  for (const gradient of gradients) node.save(gradient);
  return () => {
    for (const read of reads) read();
    // `data` may have been assigned since.
    if (!operands.every(({ nd }, i) => sameShape(nd.shape, shapes[i]))) throw reshapedError();
  };
}

/**
 * The gradients of `count` operands, of which `wanted` lists those that have one: all are computed
 * when the first is called for.
 */
export function allAtOnce(
  count: number,
  wanted: readonly number[],
  compute: () => readonly (Variable | null)[],
): (() => Variable | null)[] {
  let gradients: readonly (Variable | null)[] | null = null;
  return Array.from({ length: count }, (_, i) => () => {
    gradients ??= compute();
    return gradients[wanted.indexOf(i)] ?? null;
  });
}

/** Changes in place, and what autograd makes of them. */
import {
  C_NAMES,
  checkCast,
  type DType,
  dtypes,
  isComplex,
  isFloating,
  promoteTypes,
} from "../ndarray/dtype.js";
import { binary, copy, fill } from "../ndarray/elementwise.js";
import type { NdArray } from "../ndarray/ndarray.js";
import {
  addScaled,
  checkSubtraction,
  type OperationName,
  operations,
  type ParametersByName,
} from "../ndarray/operations.js";
import { resultType } from "../ndarray/promotion.js";
import { checkBroadcastsInto } from "../ndarray/shape.js";
import { isGradEnabled } from "../autograd/mode.js";
import { apply, type Wrap } from "../autograd/record.js";
import { edgeTo, GraphNode, type Variable } from "../autograd/graph.js";

export type InPlaceName = "add" | "sub" | "mul" | "div" | "fill" | "copy";

/** A tensor whose history can be replaced. */
export interface Target extends Variable {
  nd: NdArray;
  node: GraphNode | null;
  readonly base: Variable | null;
  readonly isLeaf: boolean;
}

/** target = target op other, in target's memory. */
export function inPlace<V extends Target>(
  target: V,
  name: InPlaceName,
  other: V | number,
  alpha: number,
  wrap: Wrap<V>,
): void {
  target.checkAlive(`${name}_`);
  if (typeof other !== "number") other.checkAlive(`${name}_`);
  const recorded =
    isGradEnabled() && (target.requiresGrad || (typeof other !== "number" && other.requiresGrad));
  checkTarget(target, recorded);
  const operand = typeof other === "number" ? other : other.nd;
  if (typeof operand !== "number") checkBroadcastsInto(target.shape, operand.shape);
  if (name === "sub") checkSubtraction(target.nd, operand);
  const common = name === "fill" || name === "copy" ? target.dtype : commonType(target, name, operand);

  if (name === "fill" || name === "copy") {
    if (typeof operand === "number") fill(target.nd, operand);
    else copy(operand, target.nd);
    // Integers and bools take the numbers and no history: no gradient can pass.
    const differentiable = isFloating(target.dtype) || isComplex(target.dtype);
    if (recorded && differentiable) rewrite(target, replacement(target, other));
  } else if (recorded) {
    // The history continues as if the result were new; its elements then move into place.
    const result = apply(name, [before(target, name, wrap), other], { alpha }, wrap);
    copy(result.nd, target.nd);
    rewrite(target, result.node);
  } else if (dtypes[common].category === "complex") {
    copy(operations[name]([target.nd, operand], { alpha }), target.nd);
  } else if (name === "add" || name === "sub") {
    addScaled(name, target.nd, operand, alpha, common, target.nd);
  } else {
    binary(name, target.nd, operand, target.dtype, target.nd, common);
  }
  target.version.count++;
}

/** target = the operation of target and others, in target's memory. */
export function inPlaceOf<V extends Target, N extends OperationName>(
  target: V,
  name: N,
  others: readonly (V | number)[],
  parameters: ParametersByName[N],
  wrap: Wrap<V>,
): void {
  target.checkAlive(`${name}_`);
  const tensors = others.filter((other) => typeof other !== "number");
  for (const other of tensors) other.checkAlive(`${name}_`);
  const recorded = isGradEnabled() && [target, ...tensors].some((x) => x.requiresGrad);
  checkTarget(target, recorded);
  for (const other of tensors) checkBroadcastsInto(target.shape, other.shape);
  // What a derivative reads of the target is overwritten: it has a copy.
  const copied = recorded ? operations.clone([target.nd], {}) : target.nd;
  const result = apply(name, [wrap(copied, target.node, null), ...others], parameters, wrap);
  if (name === "clamp") checkCast(result.dtype, target.dtype, C_NAMES[target.dtype]);
  else checkCast(result.dtype, target.dtype);
  copy(result.nd, target.nd);
  if (recorded) rewrite(target, result.node);
  else if (result.nd.storage !== target.nd.storage) result.nd.storage.dispose();
  target.version.count++;
}

/**
 * Writes what does not depend on the elements that stood there; `node` names the derivative, which
 * is 0.
 */
export function overwrite(target: Target, caller: string, node: string, write: () => NdArray): void {
  target.checkAlive(caller);
  const recorded = isGradEnabled() && target.requiresGrad;
  checkTarget(target, recorded);
  const result = write();
  copy(result, target.nd);
  result.storage.dispose();
  if (recorded) rewrite(target, constantNode(target, node));
  target.version.count++;
}

/** The history of what was made of numbers: the old elements have no part in it. */
function constantNode(target: Target, name: string): GraphNode {
  const { shape, dtype } = target;
  return new GraphNode(name, [edgeTo(target)], shape, dtype, (g) => [() => g.zeros()]);
}

/** The target as it was: a copy where a derivative may read what is overwritten now. */
function before<V extends Target>(target: V, name: InPlaceName, wrap: Wrap<V>): V {
  const read = name === "mul" || name === "div";
  return wrap(read ? operations.clone([target.nd], {}) : target.nd, target.node, null);
}

/** The derivative of fill_ and copy_: the old elements have no part in the new ones. */
function replacement(target: Target, other: Variable | number): GraphNode {
  const { shape, dtype } = target;
  if (typeof other === "number") return constantNode(target, "FillBackward0");
  const edges = [edgeTo(target), edgeTo(other)];
  return new GraphNode("CopyBackwards", edges, shape, dtype, (g) => [() => g.zeros(), () => g]);
}

export function rewrite(target: Target, history: GraphNode | null): void {
  target.node = history;
  target.version.rewrites++;
}

/**
 * Throws unless `target` may be changed; `viewed` where what changes is a view of it, as torch
 * takes x[0] = 1.
 */
export function checkTarget(target: Target, recorded: boolean, viewed = false): void {
  const { nd } = target;
  if (nd.numel > 0 && nd.strides.some((stride, d) => stride === 0 && nd.shape[d] > 1)) {
    throw new Error(
      "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please " +
        "clone() the tensor before performing the operation.",
    );
  }
  if (!recorded) return;
  if (target.requiresGrad && target.isLeaf) {
    const what = viewed ? "a view of a leaf Variable" : "a leaf Variable";
    throw new Error(`${what} that requires grad is being used in an in-place operation.`);
  }
  if (!target.base) return;
  const root = rootOf(target.base);
  if (root.requiresGrad && root.node === null) {
    throw new Error("a view of a leaf Variable that requires grad is being used in an in-place operation.");
  }
  throw new Error(
    "expected a tensor of its own memory, got a view: changing a view in place is not recorded by autograd; clone() it first, " +
      "or use noGrad(() => ...)",
  );
}

/** The tensor that a view, or a view of a view, is a view of. */
function rootOf(base: Variable): Variable {
  let root = base;
  while (root.base) root = root.base;
  return root;
}

/** The type to compute in, whose results must fit the target's; torch's error. */
function commonType(target: Target, name: InPlaceName, operand: NdArray | number): DType {
  const result = resultType([target.nd, operand]);
  const common =
    name === "div" && dtypes[result].category !== "float" ? promoteTypes(result, "float32") : result;
  checkCast(common, target.dtype);
  return common;
}

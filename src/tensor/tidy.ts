/** tidy: a scope whose tensors are freed at its end. */
import type { GraphNode, Variable } from "../autograd/graph.js";
import { describeValue } from "../core/describe.js";
import { scope } from "../core/scope.js";
import type { Storage } from "../core/storage.js";
import { checkSynchronous } from "../core/synchronous.js";
import { Tensor } from "./tensor.js";

/**
 * Runs `fn` and frees the tensors made meanwhile, but for those in what it returns (a tensor, or
 * arrays, objects, maps and sets of tensors), what a later backward() of these needs, and gradients
 * that leaves received: those that were read inside only stay until their leaf gives them up.
 * Returns what `fn` returns; frees all of them when it throws.
 *
 * Memory of which array() gave a view is freed by the garbage collector, or at once by dispose().
 *
 * @throws TypeError when `fn` is no function, or returns a promise: a scope ends before it would
 * settle
 * @example
 * const x = tensor([3, 4]);
 * tidy(() => x.square().sum().sqrt()).item(); // 5
 */
export function tidy<T>(fn: () => T): T {
  if (typeof fn !== "function") throw new TypeError(`tidy: expected a function, got ${describeValue(fn)}`);
  return scope(fn, (result) => {
    checkSynchronous("tidy", result, "; use dispose() or `using`");
    return tensorsIn(result);
  });
}

const NOTHING: readonly Storage[] = [];

/** The storages of the tensors that `result` is or leads to. */
function tensorsIn(result: unknown): readonly Storage[] {
  if (result === undefined || !mayHold(result)) return NOTHING;
  const kept: Storage[] = [];
  const seen = new Set<unknown>();
  const stack: unknown[] = [result];
  while (stack.length > 0) {
    const value = stack.pop();
    if (!mayHold(value) || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Tensor) keepVariable(value, kept);
    else for (const item of itemsOf(value)) stack.push(item);
  }
  return kept;
}

/** Objects, and functions: modules are such. */
function mayHold(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function itemsOf(value: object): Iterable<unknown> {
  if (ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return value.values();
  return value instanceof Set ? value : Object.values(value);
}

/** Keeps a tensor, its gradient, and what the graph behind it saved. */
function keepVariable(root: Variable, kept: Storage[]): void {
  keepLeaf(root, kept);
  if (!root.node) return;
  const seen = new Set<GraphNode>();
  const stack: (GraphNode | null)[] = [root.node];
  while (stack.length > 0) {
    const node = stack.pop();
    if (!node || seen.has(node)) continue;
    seen.add(node);
    for (const saved of node.saved) kept.push(saved.nd.storage);
    for (const edge of node.edges) {
      if (edge?.node) stack.push(edge.node);
      if (edge?.leaf) keepLeaf(edge.leaf, kept);
    }
  }
}

function keepLeaf({ nd, leafGrad }: Variable, kept: Storage[]): void {
  kept.push(nd.storage);
  if (leafGrad) kept.push(leafGrad.nd.storage);
}

/**
 * The engine: gradients of the outputs flow against the graph, newest node first.
 *
 * Unless a graph of the gradients is wanted (createGraph), memory is given back as it goes: a
 * gradient is freed when its node is done with it, and a leaf takes over a buffer that nobody else
 * holds instead of copying it.
 */
import { sameShape, sizeText } from "../ndarray/shape.js";
import { scope } from "../core/scope.js";
import type { Storage } from "../core/storage.js";
import { type Edge, type EngineOptions, type GraphNode, releasedError, type Variable } from "./graph.js";
import { withGradMode } from "./mode.js";

/** A root with the gradient it starts from. */
export interface Root {
  readonly variable: Variable;
  readonly gradient: Variable;
}

/** Who receives gradients: a leaf, or the node of a non-leaf. */
type Receiver = GraphNode | Variable;

export function receiverOf(x: Variable): Receiver {
  return x.node ?? x;
}

let runs = 0;

/**
 * Gradients that arrived and wait, and how many hold each storage: counted in the storages, which
 * costs less than maps (measured).
 */
class Arrivals {
  readonly waiting = new Map<Receiver, Variable>();
  /** Tells the counts of this run from those that one that threw left behind. */
  private readonly run = ++runs;

  constructor(private readonly createGraph: boolean) {}

  private storageOf({ nd: { storage } }: Variable): Storage {
    if (storage.run !== this.run) {
      storage.run = this.run;
      storage.holds = 0;
      storage.owned = false;
    }
    return storage;
  }

  /** The engine made this gradient, and may free it. */
  own(gradient: Variable): void {
    this.storageOf(gradient).owned = true;
  }

  hold(gradient: Variable): void {
    this.storageOf(gradient).holds++;
  }

  drop(gradient: Variable): void {
    const storage = this.storageOf(gradient);
    storage.holds--;
    if (storage.holds === 0 && storage.owned && !this.createGraph) storage.dispose();
  }

  /**
   * Whether `gradient` is all of a buffer that only its caller holds: then it may be written, or
   * kept.
   */
  isSole(gradient: Variable): boolean {
    const { contiguous, offset } = gradient.nd;
    const { owned, holds } = this.storageOf(gradient);
    return !this.createGraph && owned && holds === 1 && contiguous && offset === 0;
  }

  /** Adds a gradient that the caller holds to what `receiver` has; takes over the hold. */
  deliver(receiver: Receiver, gradient: Variable): void {
    const before = this.waiting.get(receiver);
    if (!before) {
      this.waiting.set(receiver, gradient);
      return;
    }
    const sole = this.isSole(before);
    const sum = sole ? before.add_(gradient) : before.add(gradient);
    this.drop(gradient);
    if (sole) return;
    this.own(sum);
    this.hold(sum);
    this.drop(before);
    this.waiting.set(receiver, sum);
  }
}

/** Runs from `root`, and adds to each leaf its gradient. */
export function accumulateGradients({ variable, gradient }: Root, options: EngineOptions): void {
  const { node } = variable;
  const edge = node && soleEdge(node);
  withGradMode(options.createGraph, () => {
    if (edge?.leaf) accumulateOne(node!, edge.leaf, gradient, options);
    else accumulateAll(variable, gradient, options);
  });
}

/**
 * The edge of a node that has one. A loss of one leaf is the commonest graph: nothing has to wait
 * there.
 */
function soleEdge({ edges }: GraphNode): Edge | null {
  let sole: Edge | null = null;
  for (const edge of edges) {
    if (edge === null) continue;
    if (sole !== null) return null;
    sole = edge;
  }
  return sole;
}

/** The gradient of the one input of `node` that wants one, added to that of its leaf. */
function accumulateOne(node: GraphNode, leaf: Variable, upstream: Variable, options: EngineOptions): void {
  for (const gradient of gradientsOf(node, upstream, options)) {
    if (!gradient) continue;
    const { storage, contiguous, offset } = gradient.nd;
    const isOwned = storage !== upstream.nd.storage && !options.createGraph;
    const isTaken = accumulate(leaf, gradient, isOwned && contiguous && offset === 0, options.createGraph);
    if (isOwned && !isTaken) storage.dispose();
  }
}

function accumulateAll(variable: Variable, gradient: Variable, options: EngineOptions): void {
  const arrivals = new Arrivals(options.createGraph);
  arrivals.hold(gradient);
  arrivals.deliver(receiverOf(variable), gradient);
  for (const node of reachable([variable])) visit(node, arrivals, options);
  for (const [leaf, arrived] of arrivals.waiting) {
    const isTaken = accumulate(leaf as Variable, arrived, arrivals.isSole(arrived), options.createGraph);
    if (!isTaken) arrivals.drop(arrived);
  }
}

/** Runs from `roots`; gives each receiver of `captured` its gradient. */
export function captureGradients(
  roots: readonly Root[],
  options: EngineOptions,
  captured: ReadonlySet<Receiver>,
): Map<Receiver, Variable> {
  const { createGraph } = options;
  const arrivals = new Arrivals(createGraph);
  const results = new Map<Receiver, Variable>();
  withGradMode(createGraph, () => {
    for (const { variable, gradient } of roots) {
      arrivals.hold(gradient);
      arrivals.deliver(receiverOf(variable), gradient);
    }
    const nodes = reachable(roots.map(({ variable }) => variable));
    const wanted = leadingTo(captured, nodes);
    for (const node of nodes) {
      if (captured.has(node)) capture(node, arrivals, results, createGraph);
      if (wanted.has(node)) visit(node, arrivals, options);
    }
    for (const [receiver, gradient] of arrivals.waiting) {
      if (captured.has(receiver)) capture(receiver, arrivals, results, createGraph);
      arrivals.drop(gradient);
    }
  });
  return results;
}

/**
 * All nodes behind the roots, newest first: each comes before those that its inputs were made by.
 */
function reachable(roots: readonly Variable[]): GraphNode[] {
  const seen = new Set<GraphNode>();
  const stack = roots.map(({ node }) => node);
  while (stack.length > 0) {
    const node = stack.pop();
    if (!node || seen.has(node)) continue;
    seen.add(node);
    for (const edge of node.edges) if (edge?.node) stack.push(edge.node);
  }
  return [...seen].sort((a, b) => b.sequence - a.sequence);
}

/**
 * The nodes that captured receivers lie behind: no other is worth a visit. `nodes` come newest
 * first.
 */
function leadingTo(captured: ReadonlySet<Receiver>, nodes: readonly GraphNode[]): Set<GraphNode> {
  const wanted = new Set<GraphNode>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const leads = ({ node, leaf }: Edge): boolean =>
      captured.has((node ?? leaf)!) || (node !== null && wanted.has(node));
    if (nodes[i].edges.some((edge) => edge !== null && leads(edge))) wanted.add(nodes[i]);
  }
  return wanted;
}

/**
 * Keeps the gradient that arrived at a captured receiver. The user may change or free it, so it is
 * copied where something else shares its memory; but not where it is part of a graph itself.
 */
function capture(
  receiver: Receiver,
  arrivals: Arrivals,
  results: Map<Receiver, Variable>,
  createGraph: boolean,
): void {
  const gradient = arrivals.waiting.get(receiver);
  if (!gradient || results.has(receiver)) return;
  if (!createGraph && !arrivals.isSole(gradient)) {
    results.set(receiver, gradient.clone());
    return;
  }
  // A hold of its own, which is never dropped.
  arrivals.hold(gradient);
  results.set(receiver, gradient);
}

function visit(node: GraphNode, arrivals: Arrivals, options: EngineOptions): void {
  const upstream = arrivals.waiting.get(node);
  if (!upstream) return;
  arrivals.waiting.delete(node);
  const gradients = gradientsOf(node, upstream, options);
  // All results are held before any is delivered: two inputs may share one buffer.
  for (const gradient of gradients) {
    if (!gradient) continue;
    if (gradient.nd.storage !== upstream.nd.storage) arrivals.own(gradient);
    arrivals.hold(gradient);
  }
  node.edges.forEach((edge, i) => {
    const gradient = gradients[i];
    if (edge && gradient) arrivals.deliver((edge.node ?? edge.leaf)!, gradient);
  });
  arrivals.drop(upstream);
}

/**
 * The gradients of a node's inputs where they are wanted; the node lets go of what it saved, unless
 * that is retained.
 */
function gradientsOf(
  node: GraphNode,
  upstream: Variable,
  options: EngineOptions,
): readonly (Variable | null)[] {
  if (node.released) throw releasedError();
  const derivative = (): (Variable | null)[] => {
    const thunks = node.differentiate(upstream, options);
    const gradients: (Variable | null)[] = [];
    for (const edge of node.edges) gradients.push(edge ? fit(thunks[gradients.length](), edge) : null);
    return gradients;
  };
  const gradients = options.createGraph ? derivative() : scope(derivative, storagesOf);
  if (!options.retainGraph) node.release();
  return gradients;
}

function storagesOf(values: readonly (Variable | null)[]): Storage[] {
  const storages: Storage[] = [];
  for (const value of values) if (value) storages.push(value.nd.storage);
  return storages;
}

/** A gradient in the shape and dtype of the input it belongs to. */
function fit(gradient: Variable | null, edge: Edge): Variable | null {
  if (!gradient) return null;
  let fitted = gradient;
  const { shape } = gradient.nd;
  if (shape !== edge.shape && !sameShape(shape, edge.shape)) fitted = sumTo(fitted, edge.shape);
  return fitted.nd.dtype === edge.dtype ? fitted : fitted.to(edge.dtype);
}

/** Σ over the dimensions along which `shape` was broadcast. */
function sumTo(gradient: Variable, shape: readonly number[]): Variable {
  const lead = gradient.shape.length - shape.length;
  const dims = gradient.shape
    .map((_, d) => d)
    .filter((d) => d < lead || shape[d - lead] !== gradient.shape[d]);
  return gradient.sum({ dim: dims, keepdim: true }).reshape(shape);
}

/**
 * Adds a gradient to that of a leaf; says whether the leaf has taken over its buffer, which nobody
 * else may hold then.
 */
function accumulate(leaf: Variable, gradient: Variable, isSole: boolean, createGraph: boolean): boolean {
  const before = leaf.leafGrad;
  if (!before) leaf.storeGrad(isSole ? gradient : gradient.clone(), true);
  else if (createGraph) leaf.storeGrad(before.add(gradient), false);
  else before.add_(gradient);
  return isSole && !before;
}

/** Throws torch's error unless `gradient` has the shape of `output`. */
export function checkUpstream(output: Variable, gradient: Variable, index: number): void {
  if (sameShape(output.shape, gradient.shape)) return;
  throw new RangeError(
    `Mismatch in shape: grad_output[${index}] has a shape of ${sizeText(gradient.shape)} and output[${index}] has a shape ` +
      `of ${sizeText(output.shape)}.`,
  );
}

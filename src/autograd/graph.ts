/**
 * The recorded graph: what rules and tape need of a tensor, and a node for each operation, with
 * what its derivative needs.
 */
import { type DType, dtypes } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { BareName, OperationName, ParametersByName } from "../ndarray/operations.js";

/** Counts in-place changes; shared by a tensor, its views and what was detached from it. */
export interface Version {
  count: number;
  /** Counts those that replaced the history: views taken before have to be taken anew. */
  rewrites: number;
}

/**
 * What the derivative rules compute with: the operations that they are made of. The tape's
 * variables have it, and the expressions of formulas (formula/expression.ts), so that one table of
 * rules serves both. Members marked internal are left out of the published types, here as in the
 * classes that implement them.
 */
export interface Algebra<V> {
  readonly shape: readonly number[];
  readonly dtype: DType;

  add(other: V | number): V;
  sub(other: V | number): V;
  mul(other: V | number): V;
  div(other: V | number): V;
  neg(): V;
  sign(): V;
  sgn(): V;
  conj(): V;
  pow(exponent: number): V;
  eq(other: V | number): V;
  ge(other: V | number): V;
  le(other: V | number): V;
  lt(other: V | number): V;
  gt(other: V | number): V;
  abs(): V;
  /** This where `mask` holds, 0 elsewhere. @internal */
  keep(mask: V): V;
  sum(options?: { dim?: number | readonly number[]; keepdim?: boolean }): V;
  mean(options?: { dim?: number | readonly number[]; keepdim?: boolean }): V;
  mm(other: V): V;
  bmm(other: V): V;
  mv(other: V): V;
  ne(other: V | number): V;
  isnan(): V;
  isfinite(): V;
  unsqueeze(dim: number): V;
  /** Where dimension `dim`, of `size`, is at these indices; see ndarray/extremes.ts. @internal */
  positions(dim: number, size: number): V;
  transpose(a: number, b: number): V;
  reshape(shape: readonly number[]): V;
  expand(shape: readonly number[]): V;
  to(dtype: DType): V;
  /** @internal */
  zeros(): V;
  /** An operation of the table, recorded like any. @internal */
  op(name: BareName): V;
  /** @internal */
  op<N extends OperationName>(name: N, parameters: ParametersByName[N], ...others: (V | number)[]): V;
}

/** What the tape needs of a tensor; the class itself stands a storey higher. */
export interface Variable extends Algebra<Variable> {
  /** @internal */
  readonly nd: NdArray;
  /** @internal */
  readonly version: Version;
  readonly requiresGrad: boolean;
  /** The operation that made it; null for a leaf. @internal */
  readonly node: GraphNode | null;
  /** The tensor whose elements this one shows; null for one with elements of its own. @internal */
  readonly base: Variable | null;
  /** A leaf's gradient; reading it here does not count as handing it out. @internal */
  readonly leafGrad: Variable | null;
  /** Sets a leaf's gradient; `sole` when nothing else holds its memory. @internal */
  storeGrad(gradient: Variable, sole: boolean): void;
  /** Throws when the memory was given back. @internal */
  checkAlive(caller: string): void;
  clone(): Variable;
  /** @internal */
  onesLike(): Variable;
  add_(other: Variable | number): Variable;
  detach(): Variable;
}

/** Where a gradient goes: on into the graph, or to a leaf. Null where none is wanted. */
export interface Edge {
  readonly node: GraphNode | null;
  readonly leaf: Variable | null;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export function edgeTo(x: Variable): Edge | null {
  if (!x.requiresGrad) return null;
  const { node, nd } = x;
  return { node, leaf: node ? null : x, shape: nd.shape, dtype: nd.dtype };
}

/**
 * What becomes of the graph after this run, and whether the gradients are to be differentiable
 * themselves.
 */
export interface EngineOptions {
  retainGraph: boolean;
  createGraph: boolean;
}

/**
 * The derivative of one operation: gradients of the inputs from that of the output, each computed
 * when it is called for.
 */
type Derivative = (upstream: Variable, options: EngineOptions) => readonly (() => Variable | null)[];

let created = 0;

export class GraphNode {
  /**
   * Grows with time, so a node's inputs have smaller numbers: descending order is a topological
   * one.
   */
  readonly sequence = created++;
  /** What it keeps for the derivative. */
  readonly saved: Variable[] = [];
  /** Whether an earlier backward released what the derivative needs. */
  released = false;

  constructor(
    /** torch's name of the operation's derivative, such as MeanBackward0. */
    readonly name: string,
    readonly edges: readonly (Edge | null)[],
    readonly shape: readonly number[],
    readonly dtype: DType,
    readonly differentiate: Derivative,
  ) {}

  /**
   * Keeps `variable` for the derivative; what it returns reads it back, and throws when it has
   * changed since.
   */
  save<V extends Variable>(variable: V): () => V {
    const version = variable.version.count;
    this.saved.push(variable);
    return () => {
      if (this.released) throw releasedError();
      variable.checkAlive(this.name);
      if (variable.version.count !== version) throw modifiedError(variable, version);
      return variable;
    };
  }

  /** Lets go of what was saved. A node that saved nothing stays usable, as in torch. */
  release(): void {
    if (this.saved.length > 0) this.released = true;
    this.saved.length = 0;
  }
}

export function reshapedError(): Error {
  return new Error(
    "backward: expected operands of the shapes that the loss was computed of, got data of another shape assigned since",
  );
}

export function releasedError(): Error {
  return new Error(
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been " +
      "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify " +
      "retainGraph: true if you need to backward through the graph a second time or if you need to access saved tensors " +
      "after calling backward.",
  );
}

/** A node's name as torch has it in errors: `AddBackward0` is Add, `ClampBackward1` Clamp1. */
function operationOf({ name }: GraphNode): string {
  return name.replace(/Backward(\d+)$/, (_, digits: string) => (digits === "0" ? "" : digits));
}

function modifiedError(variable: Variable, version: number): Error {
  const made = variable.node ? `, which is output 0 of ${operationOf(variable.node)},` : "";
  return new Error(
    "one of the variables needed for gradient computation has been modified by an inplace operation: " +
      `[${dtypes[variable.dtype].torchName}Tensor [${variable.shape.join(", ")}]]${made} is at version ` +
      `${variable.version.count}; expected version ${version} instead.`,
  );
}

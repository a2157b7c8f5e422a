/** What the tape and the derivative rules need of a tensor. The class itself stands a storey higher. */
import type { DType } from "../array/dtype.js";
import type { NdArray } from "../array/ndarray.js";
import type { GraphNode } from "./graph.js";

/** Counts in-place changes; shared by a tensor, its views and what was detached from it. */
export class Version {
  count = 0;
}

/** Members marked internal are left out of the published types, here as in the class that implements them. */
export interface Variable {
  /** @internal */
  readonly nd: NdArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** @internal */
  readonly version: Version;
  readonly requiresGrad: boolean;
  /** The operation that made it; null for a leaf. @internal */
  readonly node: GraphNode | null;
  /** A leaf's gradient; reading it here does not count as handing it out. @internal */
  readonly leafGrad: Variable | null;
  /** Sets a leaf's gradient; `sole` when nothing else holds its memory. @internal */
  storeGrad(gradient: Variable, sole: boolean): void;
  /** Throws when the memory was given back. @internal */
  checkAlive(caller: string): void;

  add(other: Variable | number): Variable;
  sub(other: Variable | number): Variable;
  mul(other: Variable | number): Variable;
  div(other: Variable | number): Variable;
  neg(): Variable;
  sign(): Variable;
  sgn(): Variable;
  conj(): Variable;
  pow(exponent: number): Variable;
  eq(other: Variable | number): Variable;
  ge(other: Variable | number): Variable;
  le(other: Variable | number): Variable;
  lt(other: Variable | number): Variable;
  gt(other: Variable | number): Variable;
  abs(): Variable;
  /** This where `mask` holds, 0 elsewhere. @internal */
  keep(mask: Variable): Variable;
  sum(options?: { dim?: number | readonly number[]; keepdim?: boolean }): Variable;
  matmul(other: Variable): Variable;
  transpose(a: number, b: number): Variable;
  reshape(shape: readonly number[]): Variable;
  expand(shape: readonly number[]): Variable;
  to(dtype: DType): Variable;
  clone(): Variable;
  /** @internal */
  zeros(): Variable;
  /** @internal */
  onesLike(): Variable;
  add_(other: Variable | number): Variable;
  detach(): Variable;
  /** Zeros of `shape` with this in slice `index` of dimension 0. @internal */
  intoSlice(shape: readonly number[], index: number): Variable;
}

/**
 * The binary's exports as TypeScript sees them; assembly/index.ts says what each kernel does.
 * Pointers are byte addresses. A name listed here that the binary does not export is an error of
 * `tsc`.
 */
import type { KernelName } from "./generated/kernels.js";

type LossOf<K> = K extends `${infer Loss}_sumslope_f32` ? Loss : never;
/**
 * The losses that have kernels, by the first part of the kernels' names; one that has this kernel
 * must have them all.
 */
export type LossKernel = LossOf<KernelName>;
/** What a loss kernel reads and writes. */
export type FloatTag = "f16" | "bf16" | "f32" | "f64";
/** The types that are computed with. */
export type ComputeTag = "f32" | "f64" | "i64";
/** What lies in memory. */
export type StorageTag = FloatTag | ComputeTag | "i8" | "i16" | "i32" | "u8" | "bool";

type MapKernel = (x: number, y: number, out: number, n: number, p: number) => void;
type SumKernel = (x: number, y: number, n: number, p: number) => number;
type KeptKernel = (x: number, y: number, keep: number, n: number, p: number) => number;
type KeptSlopeKernel = (
  x: number,
  y: number,
  keep: number,
  out: number,
  n: number,
  p: number,
  norm: number,
  q: number,
) => number;
type RowsKernel = (
  x: number,
  y: number,
  keep: number,
  sums: number,
  rows: number,
  length: number,
  p: number,
) => void;
type RowSlopesKernel = (
  x: number,
  y: number,
  keep: number,
  out: number,
  sums: number,
  norms: number,
  rows: number,
  length: number,
  p: number,
  q: number,
) => void;
type SlopeKernel = (x: number, y: number, out: number, n: number, p: number, norm: number, g: number) => void;
type SumSlopeKernel = (
  x: number,
  y: number,
  out: number,
  n: number,
  p: number,
  norm: number,
  q: number,
) => number;
export type UnaryKernel = (x: number, out: number, n: number, p: number, q: number) => void;
export type BinaryKernel = (
  x: number,
  xStep: number,
  y: number,
  yStep: number,
  out: number,
  n: number,
) => void;
type ConvertKernel = (x: number, out: number, n: number) => void;
type StridedKernel = (
  from: number,
  to: number,
  start: number,
  n: number,
  ndim: number,
  table: number,
) => void;

type ChooseKernel = (mask: number, x: number, y: number, out: number, n: number) => void;
type ExtremeKernel = (
  x: number,
  values: number,
  indices: number,
  outer: number,
  length: number,
  inner: number,
  largest: number,
) => void;
/** What it gives has as many elements as x, or one for each row. */
type RowKernel = (x: number, out: number, rows: number, n: number) => void;
type CrossEntropyKernel = (
  x: number,
  targets: number,
  y: number,
  w: number,
  losses: number,
  grad: number,
  norms: number,
  rows: number,
  n: number,
  a: number,
  b: number,
  norm: number,
) => void;
type LikelihoodKernel = (
  x: number,
  targets: number,
  w: number,
  losses: number,
  grad: number,
  norms: number,
  rows: number,
  n: number,
  norm: number,
) => void;
type MultiMarginKernel = (
  x: number,
  targets: number,
  w: number,
  losses: number,
  grad: number,
  norms: number,
  rows: number,
  n: number,
  p: number,
  margin: number,
  norm: number,
) => void;
type MultilabelMarginKernel = (
  x: number,
  targets: number,
  room: number,
  losses: number,
  grad: number,
  norms: number,
  rows: number,
  n: number,
  norm: number,
) => void;
type PathSumsKernel = (
  x: number,
  stride: number,
  labels: number,
  jumps: number,
  out: number,
  step: number,
  frames: number,
  n: number,
) => number;
type PathSlopesKernel = (
  x: number,
  stride: number,
  labels: number,
  alpha: number,
  beta: number,
  step: number,
  grad: number,
  frames: number,
  n: number,
  classes: number,
  loss: number,
  norm: number,
) => void;
type TransposeKernel = (
  x: number,
  stride: number,
  out: number,
  outStride: number,
  rows: number,
  columns: number,
) => void;

/** Returns whether all sums are finite. */
type CorrelateKernel = (
  x: number,
  w: number,
  out: number,
  rows: number,
  stride: number,
  n: number,
  size: number,
  step: number,
) => void;
type LossColumnsKernel = (
  x: number,
  y: number,
  outer: number,
  rows: number,
  columns: number,
  stride: number,
  length: number,
  p: number,
  state: number,
  fresh: number,
  out: number,
  divisor: number,
) => number;
type ColumnsKernel = (
  x: number,
  outer: number,
  rows: number,
  columns: number,
  length: number,
  halves: number,
  state: number,
  fresh: number,
  out: number,
  divisor: number,
) => number;
type SumsKernel = (
  x: number,
  outer: number,
  length: number,
  inner: number,
  stride: number,
  state: number,
  plane: number,
  fresh: number,
) => void;
/** Returns whether it could. */
type FewKernel = (
  x: number,
  outer: number,
  length: number,
  inner: number,
  stride: number,
  divisor: number,
  out: number,
) => number;
/** Returns whether it could. */
type SinglesKernel = (x: number, rows: number, length: number, divisor: number, out: number) => number;
type SquaresKernel = (x: number, rows: number, length: number, out: number) => number;
type SettleKernel = (
  state: number,
  plane: number,
  count: number,
  error: number,
  divisor: number,
  out: number,
) => number;
type ReviewKernel = (
  x: number,
  length: number,
  inner: number,
  stride: number,
  list: number,
  count: number,
  magnitudes: number,
  out: number,
) => number;

/**
 * The elementary functions, which have a function of one vector beside the kernel:
 * `VectorFunctionName`.
 */
type ElementaryName =
  "exp" | "expm1" | "log" | "log1p" | "sigmoid" | "tanh" | "softplus" | "logsigmoid" | "sin" | "cos" | "erf";
/** What rows of numbers, one for each class, become. */
export type RowName = "softmax" | "logsoftmax" | "logsumexp";
export type UnaryName = "neg" | "abs" | "sign" | "sqrt" | "relu" | "clamp" | ElementaryName;
export type BinaryName =
  "add" | "sub" | "mul" | "div" | "maximum" | "minimum" | "keep" | "eq" | "ne" | "lt" | "le";
type ElementSize = 1 | 2 | 4 | 8 | 16;

export type Kernels = Record<`${LossKernel}_map_${FloatTag}`, MapKernel> &
  Record<`${LossKernel}_sum_${FloatTag}`, SumKernel> &
  Record<`${LossKernel}_kept_${"f32" | "f64"}`, KeptKernel> &
  Record<`${LossKernel}_keptslope_${"f32" | "f64"}`, KeptSlopeKernel> &
  Record<`${LossKernel}_rows_${FloatTag}`, RowsKernel> &
  Record<`${LossKernel}_rowslopes_${FloatTag}`, RowSlopesKernel> &
  Record<`${LossKernel}_columns_${"f32" | "f64"}`, LossColumnsKernel> &
  Record<`${LossKernel}_slope_${FloatTag}`, SlopeKernel> &
  Record<`${LossKernel}_sumslope_${FloatTag}`, SumSlopeKernel> &
  Record<`${"l1" | "l1wrap"}_map_u8`, (x: number, y: number, out: number, n: number) => void> &
  Record<`${"l1" | "l1wrap"}_sum_u8`, (x: number, y: number, n: number) => number> &
  Record<`${UnaryName}_${"f32" | "f64"}` | `${"neg" | "abs" | "sign"}_i64`, UnaryKernel> &
  Record<`${BinaryName}_${"f32" | "f64"}` | `${Exclude<BinaryName, "div" | "keep">}_i64`, BinaryKernel> &
  Record<`total_${"f32" | "f64"}`, (x: number, n: number, out: number) => void> &
  Record<`exact_${"f32" | "f64"}`, (x: number, n: number, out: number) => void> &
  Record<`terms_${"f32" | "f64"}`, (x: number, n: number, halves: number) => number> &
  Record<"total_i64", (x: number, n: number) => bigint> &
  Record<
    `scale_${"f32" | "f64"}`,
    (x: number, factors: number, out: number, rows: number, length: number) => void
  > &
  Record<`masked_${2 | 4 | 8}`, (mask: number, x: number, out: number, n: number) => void> &
  Record<"counts_u8", (mask: number, out: number, rows: number, length: number) => void> &
  Record<`columns_${"f32" | "f64"}`, ColumnsKernel> &
  Record<`sums_${"f32" | "f64"}`, SumsKernel> &
  Record<
    "sums_i64",
    (x: number, outer: number, length: number, inner: number, stride: number, out: number) => void
  > &
  Record<`few_${"f32" | "f64"}`, FewKernel> &
  Record<"singles_f32", SinglesKernel> &
  Record<"squares_f32", SquaresKernel> &
  Record<"settle_f64", SettleKernel> &
  Record<`review_${"f32" | "f64"}`, ReviewKernel> &
  Record<`where_${ElementSize}`, ChooseKernel> &
  Record<`extreme_${ComputeTag}`, ExtremeKernel> &
  Record<`${RowName}_${"f32" | "f64"}`, RowKernel> &
  Record<`crossentropy_${"f32" | "f64"}`, CrossEntropyKernel> &
  Record<`nll_${"f32" | "f64"}`, LikelihoodKernel> &
  Record<`multimargin_${"f32" | "f64"}`, MultiMarginKernel> &
  Record<`multilabelmargin_${"f32" | "f64"}`, MultilabelMarginKernel> &
  Record<"ctc_f64", PathSumsKernel> &
  Record<"ctcslope_f64", PathSlopesKernel> &
  Record<`transpose_${4 | 8}`, TransposeKernel> &
  Record<`correlate_${"f32" | "f64"}`, CorrelateKernel> &
  Record<
    | `convert_${"f16" | "bf16" | "f64" | "i64"}_f32`
    | `convert_${"f32" | "i64"}_f64`
    | `convert_${"f32" | "f64" | "i8" | "i16" | "i32" | "u8"}_i64`
    | `convert_f32_${"f16" | "bf16"}`
    | `convert_i64_${"i8" | "i16" | "i32"}`
    | `convert_${ComputeTag}_bool`,
    ConvertKernel
  > &
  Record<`${"gather" | "scatter"}_${ElementSize}`, StridedKernel> &
  Record<
    `matmul_${ComputeTag}` | `addmatmul_${"f32" | "f64"}`,
    (a: number, b: number, out: number, m: number, k: number, n: number) => void
  > &
  Record<`${"cabs" | "csign"}_${"f32" | "f64"}`, (z: number, out: number, n: number) => void>;

/**
 * The elementary functions of one vector. JavaScript cannot call them, since they take and give a
 * v128; their bodies can be copied into another module, because they call nothing and touch no
 * memory.
 */
type VectorFunctionName = `fn_${ElementaryName}_${"f32" | "f64"}`;

/**
 * The kernel `name` in the type `tag`; it is the caller's to ask for those alone that there are.
 */
export function unaryKernel(kernels: Kernels, name: UnaryName, tag: ComputeTag): UnaryKernel {
  const unary: Partial<Record<`${UnaryName}_${ComputeTag}`, UnaryKernel>> = kernels;
  return unary[`${name}_${tag}`]!;
}

/** As `unaryKernel`, of two operands. */
export function binaryKernel(kernels: Kernels, name: BinaryName, tag: ComputeTag): BinaryKernel {
  const binary: Partial<Record<`${BinaryName}_${ComputeTag}`, BinaryKernel>> = kernels;
  return binary[`${name}_${tag}`]!;
}

/** Fails to compile when `Kernels` and the binary's exports differ. */
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? true
    : { missing: Exclude<B, A> }
  : { absent: Exclude<A, B> };
export const KERNELS_MATCH: Same<keyof Kernels | VectorFunctionName, KernelName> = true;

/**
 * The table of losses: functional forms, modules, types, tests, benchmarks and docs iterate over
 * it. To add a loss: its term in assembly/terms/, its kernels in assembly/index.ts, a row here.
 * Rows are constants of their own, since a bundle has those that it uses.
 */
import type { DType } from "../ndarray/dtype.js";
import type { LossKernel } from "../core/kernels.js";
import type { Algebra } from "../autograd/graph.js";

/**
 * How torch rounds a half type on the way: after each operation, or once from float32. Other dtypes
 * need no rule.
 */
export type Rounding = "each" | "once";
export type HalfRounding = Readonly<Record<"float16" | "bfloat16", Rounding>>;

/** The parameter of a term, which is an option of the loss. */
export interface Parameter {
  readonly name: string;
  readonly default: number;
  /** Finite values that it must not have, by torch's message. */
  readonly refused: "negative" | "not positive";
  readonly message: string;
  /** Whether the slope is divided by it. */
  readonly divides?: true;
  /** The loss that it is for 0. */
  readonly atZero?: LossRow;
}

/** A function of d = input - target, of tensors as of what formulas are traced with. */
export type LossFormula = <V extends Algebra<V>>(d: V, parameter: number) => V;

export interface LossRow {
  /** Name of the module class. */
  readonly module: string;
  /** torch's word for it in messages: "<cpu> not implemented for 'Long'". */
  readonly cpu: string;
  /** First part of the kernels' names. */
  readonly kernel: LossKernel;
  /** The term in terms of d = input - target, and its slope, as documentation. */
  readonly formula: string;
  /** The term's parameter; null when it has none. */
  readonly parameter: Parameter | null;
  /** The gradient's factor is `factor` / N for a mean: torch counts the 2 of d² to it. */
  readonly factor: number;
  /** Integers and complex numbers have this loss, too. */
  readonly anyDType: boolean;
  /**
   * Whether the gradient is a division of the upstream gradient by N, rather than a product with 1
   * / N.
   */
  readonly divides: boolean;
  readonly valueRounding: HalfRounding;
  readonly slopeRounding: HalfRounding;
  /** The result has the dtype of the input, whatever the target's. */
  readonly inputDecidesDType: boolean;
  /** Whether torch's deprecated arguments, sizeAverage and reduce, are understood. */
  readonly legacy: boolean;
  /** A weighted mean divides by Σw, or by N; null where the loss takes no weights. */
  readonly weightedMean: "weights" | "elements" | null;
  /**
   * The tensor method that makes a weighted loss's terms of d in torch; null where torch weights
   * the unreduced loss itself.
   */
  readonly weightedTerm: "square" | null;
  /** The term as operations, whose bits its kernels have. */
  readonly term: LossFormula;
  /**
   * Its slope as torch computes and rounds it, as operations as well: derivatives of higher order
   * are made of them, and the kernels have their bits.
   */
  readonly slope: LossFormula;
}

/** The names of the options that say which elements make up which result. */
export const PART_OPTIONS = ["dim", "keepdim", "mask"] as const;
/** How elementwise losses become one. */
export type Reduction = "none" | "mean" | "sum";
export const REDUCTIONS: readonly Reduction[] = ["none", "mean", "sum"];

/** beta of SmoothL1. */
export interface BetaOptions {
  /** Where the loss turns from squared to absolute: at least 0; 1 by default. */
  beta?: number;
}
/** delta of Huber. */
export interface DeltaOptions {
  /** Where the loss turns from squared to absolute: above 0; 1 by default. */
  delta?: number;
}

/** `inner` where |d| < limit or d is NaN, else `outer`. */
function within<V extends Algebra<V>>(d: V, limit: number, inner: V, outer: V): V {
  return d.abs().ge(limit).op("where", {}, outer, inner);
}

/**
 * `inner` where |d| < limit, else ±bound with the sign of d. A zero keeps its sign: x - (+0) = x.
 */
function limited<V extends Algebra<V>>(d: V, limit: number, inner: V, bound: number): V {
  const within = d.abs().ge(limit).eq(0);
  return inner.keep(within).sub(d.sign().mul(-bound).keep(within.eq(0)));
}

export const l1Loss = {
  module: "L1Loss",
  cpu: "l1_cpu",
  kernel: "l1",
  formula: "|d|; slope sign(d), 0 at d = 0",
  parameter: null,
  factor: 1,
  anyDType: true,
  divides: true,
  valueRounding: { float16: "each", bfloat16: "each" },
  slopeRounding: { float16: "once", bfloat16: "once" },
  inputDecidesDType: false,
  legacy: true,
  weightedMean: "weights",
  weightedTerm: null,
  term: (d) => d.abs(),
  slope: (d) => d.sign(),
} as const satisfies LossRow;

export const mseLoss = {
  module: "MSELoss",
  cpu: "mse_cpu",
  kernel: "mse",
  formula: "d²; slope 2d",
  parameter: null,
  factor: 2,
  anyDType: false,
  divides: false,
  valueRounding: { float16: "each", bfloat16: "each" },
  slopeRounding: { float16: "each", bfloat16: "each" },
  inputDecidesDType: false,
  legacy: true,
  weightedMean: "weights",
  weightedTerm: "square",
  term: (d) => d.mul(d),
  slope: (d) => d,
} as const satisfies LossRow;

export const smoothL1Loss = {
  module: "SmoothL1Loss",
  cpu: "smooth_l1_cpu",
  kernel: "smoothl1",
  formula: "d² / (2 beta) where |d| < beta, else |d| - beta / 2; slope d / beta, else sign(d)",
  parameter: {
    name: "beta",
    default: 1,
    refused: "negative",
    message: "smooth_l1_loss does not support negative values for beta.",
    divides: true,
    atZero: l1Loss,
  },
  factor: 1,
  anyDType: false,
  divides: false,
  valueRounding: { float16: "each", bfloat16: "once" },
  slopeRounding: { float16: "once", bfloat16: "once" },
  inputDecidesDType: false,
  legacy: true,
  weightedMean: null,
  weightedTerm: null,
  term: (d, beta) => {
    const z = d.abs();
    return within(d, beta, z.mul(0.5).mul(z).div(beta), z.sub(beta / 2));
  },
  slope: (d, beta) => limited(d, beta, d.div(beta), 1),
} as const satisfies LossRow;

export const huberLoss = {
  module: "HuberLoss",
  cpu: "huber_cpu",
  kernel: "huber",
  formula: "d² / 2 where |d| < delta, else delta (|d| - delta / 2); slope d, else delta sign(d)",
  parameter: {
    name: "delta",
    default: 1,
    refused: "not positive",
    message: "huber_loss does not support non-positive values for delta.",
  },
  factor: 1,
  anyDType: false,
  divides: false,
  valueRounding: { float16: "once", bfloat16: "each" },
  slopeRounding: { float16: "each", bfloat16: "each" },
  inputDecidesDType: true,
  legacy: false,
  weightedMean: "elements",
  weightedTerm: null,
  term: (d, delta) => {
    const z = d.abs();
    return within(d, delta, z.mul(0.5).mul(z), z.sub(delta / 2).mul(delta));
  },
  slope: (d, delta) => limited(d, delta, d, delta),
} as const satisfies LossRow;

export const losses = {
  l1Loss,
  mseLoss,
  smoothL1Loss,
  huberLoss,
};

/** The losses that there are, by the names of their functions. */
export type LossName = keyof typeof losses;
/** The options that are a term's parameter. */
export type ParameterName = NonNullable<(typeof losses)[LossName]["parameter"]>["name"];

/** The options of a loss's function. */
export function optionNames({
  legacy,
  parameter,
  weightedMean,
}: Pick<LossRow, "legacy" | "parameter" | "weightedMean">): readonly string[] {
  return [
    ...(legacy ? ["sizeAverage", "reduce"] : []),
    "reduction",
    ...PART_OPTIONS,
    ...(parameter ? [parameter.name] : []),
    ...(weightedMean ? ["weight"] : []),
  ];
}

/** The loss that `row` is with this parameter, as in torch. */
export function rowWith(row: LossRow, parameter: number): LossRow {
  return parameter === 0 ? (row.parameter?.atZero ?? row) : row;
}

/** The rounding that a row prescribes for `dtype`: none for float32 and float64. */
export function roundingOf(rule: HalfRounding, dtype: DType): Rounding {
  return dtype === "float16" || dtype === "bfloat16" ? rule[dtype] : "once";
}

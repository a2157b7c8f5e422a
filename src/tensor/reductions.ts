/**
 * What users may write for reductions beside sum and mean, read whole; and those that are made of
 * others.
 */
import { dtypes, isComplex, isFloating } from "../ndarray/dtype.js";
import { countAlong } from "../ndarray/moments.js";
import { readDims } from "../ndarray/shape.js";
import { describeValue } from "../core/describe.js";
import { checkFlag, checkNoMore, takeOptions } from "../core/options.js";
import { warn } from "../core/warnings.js";
import type { ReduceOptions, Tensor } from "./tensor.js";

/** Dimensions alone, or options: `2`, `[0, 1]`, `{ dim: 2, keepdim: true }`. */
export type ReduceArgument<Options extends ReduceOptions = ReduceOptions> =
  Options | number | readonly number[];

/** Options of max and min along a dimension. */
export interface AlongOptions {
  /** The dimension to reduce, a negative one counted from the end. */
  dim: number;
  /** Whether it stays, with size 1. */
  keepdim?: boolean;
}

/** Options of argmax and argmin. */
export interface ArgOptions {
  /** The dimension to search along; by default all elements in row-major order. */
  dim?: number | null;
  /** Whether reduced dimensions stay, with size 1. */
  keepdim?: boolean;
}

/** Options of var and std. */
export interface VarianceOptions extends ReduceOptions {
  /** What is taken off the number of elements that the squares' sum is divided by; 1 by default. */
  correction?: number;
  /** True for a correction of 1, false for 0. */
  unbiased?: boolean;
}

/** Options of norm. */
export interface NormOptions extends ReduceOptions {
  /** The order: a number, also ±Infinity, or "fro" for 2, the default. */
  p?: number | "fro";
}

/** What max and min along a dimension give. */
export interface ValuesAndIndices {
  /** The extremes. */
  values: Tensor;
  /** Where they stand in their dimension, as int64. */
  indices: Tensor;
}

type Sized = Pick<Tensor, "ndim">;

interface Extent {
  dims: number[] | undefined;
  keepdim: boolean;
}

/** The options as an object, of known names only. */
function asObject<O extends ReduceOptions>(
  caller: string,
  options: ReduceArgument<O>,
  names: readonly (keyof O & string)[],
): O {
  if (typeof options === "number" || Array.isArray(options)) return { dim: options } as unknown as O;
  return takeOptions(caller, options as O, ["dim", "keepdim", ...names]);
}

function extent(caller: string, { dim, keepdim = false }: ReduceOptions, x: Sized): Extent {
  checkFlag(caller, "keepdim", keepdim);
  return { dims: readDims(dim, x), keepdim };
}

/** Dimensions and keepdim, as options or in their order. */
export function readExtent(caller: string, options: ReduceArgument, x: Sized, keepdim?: boolean): Extent {
  const given = asObject(caller, options, []);
  if (keepdim === undefined) return extent(caller, given, x);
  if (typeof options === "object" && !Array.isArray(options)) checkNoMore(caller, [keepdim]);
  return extent(caller, { dim: given.dim, keepdim }, x);
}

function readVariance(
  caller: string,
  options: ReduceArgument<VarianceOptions>,
  x: Sized,
): Extent & { correction: number } {
  const given = asObject(caller, options, ["correction", "unbiased"]);
  const { dim, keepdim, correction, unbiased } = given;
  if (correction !== undefined && unbiased !== undefined) {
    throw new TypeError(`${caller}: expected correction or unbiased, got both`);
  }
  if (unbiased !== undefined) checkFlag(caller, "unbiased", unbiased);
  if (correction !== undefined && typeof correction !== "number") {
    throw new TypeError(`${caller}: expected correction to be a number, got ${describeValue(correction)}`);
  }
  return {
    ...extent(caller, { dim, keepdim }, x),
    correction: correction ?? (unbiased === false ? 0 : 1),
  };
}

/** See Tensor.var and Tensor.std. */
export function variance(name: "var" | "std", x: Tensor, options: ReduceArgument<VarianceOptions>): Tensor {
  const { dims, keepdim, correction } = readVariance(name, options, x);
  x.checkAlive(name);
  const defined = isFloating(x.dtype) && !isComplex(x.dtype);
  if (defined && countAlong(x.shape, dims) <= correction) {
    warn(
      `${name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor ` +
        "(input numel divided by output numel).",
    );
  }
  // A handler of warnings may have replaced the elements, and the shape with them.
  return x.op(name, { dims: readDims(dims, x), keepdim, correction });
}

/** The order of a norm before its options, or among them. */
export function readNorm(
  first: number | "fro" | NormOptions,
  options: ReduceArgument,
  x: Sized,
): Extent & { p: number } {
  if (typeof first === "object") {
    const { p = 2, dim, keepdim } = asObject<NormOptions>("norm", first, ["p"]);
    return { ...extent("norm", { dim, keepdim }, x), p: readOrder(p) };
  }
  return { ...readExtent("norm", options, x), p: readOrder(first) };
}

function readOrder(p: unknown): number {
  if (typeof p === "number") return p;
  if (p === "fro") return 2;
  if (typeof p === "string") throw new RangeError(`linalg.matrix_norm: Order ${p} not supported.`);
  throw new TypeError(`norm: expected p to be a number or "fro", got ${describeValue(p)}`);
}

/**
 * `dim`, as it was given, and `keepdim` in their order, or as options; no dimension is `undefined`.
 */
export function readAlong(
  caller: string,
  first: number | null | ArgOptions | undefined,
  second: boolean | undefined,
): { dim: number | undefined; keepdim: boolean } {
  const { dim, keepdim = false } =
    typeof first === "object" && first !== null
      ? takeOptions<ArgOptions>(caller, first, ["dim", "keepdim"])
      : { dim: first, keepdim: second };
  checkFlag(caller, "keepdim", keepdim);
  return { dim: dim ?? undefined, keepdim };
}

/** nansum over how many elements are not NaN, as torch has it. */
export function nanmean(x: Tensor, options: ReduceArgument, kept?: boolean): Tensor {
  const { dims, keepdim } = readExtent("nanmean", options, x, kept);
  x.checkAlive("nanmean");
  if (!isFloating(x.dtype) && !isComplex(x.dtype)) {
    throw new TypeError(
      `nanmean(): expected input to have floating point or complex dtype but got ${dtypes[x.dtype].torchName}`,
    );
  }
  const along = { dim: dims, keepdim };
  return x.nansum(along).div(x.detach().isnan().eq(0).sum(along));
}

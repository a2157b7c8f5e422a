/**
 * How the elements of a loss become its result, as a user asks for it: the options reduction, dim,
 * keepdim, mask and weight, read and checked; and the two arguments that reduction replaced.
 */
import type { DType } from "../ndarray/dtype.js";
import { sameShape, type Shape, takeDims, wrapDims } from "../ndarray/shape.js";
import { describeValue, wordOf } from "../core/describe.js";
import { checkFlag } from "../core/options.js";
import { warn } from "../core/warnings.js";
import type { Parts } from "../formula/term-rows.js";
import type { OwnReduction, ReductionWords, Traits } from "../formula/traits.js";
import { type Reduction, REDUCTIONS } from "./losses.js";

/** The options as a user gave them: each was read once. */
interface GivenReduction {
  readonly reduction?: unknown;
  readonly dim?: unknown;
  readonly keepdim?: unknown;
}

/** A reduction that was read, before the shape of the loss is known. */
export interface ReadReduction {
  readonly mode: Reduction;
  /** The dimensions as they were given; undefined for all. */
  readonly dims: readonly number[] | undefined;
  readonly keepdim: boolean;
}

/**
 * Reads reduction, dim and keepdim. A list of dimensions may run the user's code, and a warning
 * their handler: operands are looked at afterwards.
 */
export function readReduction(
  caller: string,
  { reduction = "mean", dim, keepdim = false }: GivenReduction,
  words: ReductionWords,
): ReadReduction {
  checkFlag(caller, "keepdim", keepdim);
  const dims = takeDims(dim);
  const mode = checkReduction(reduction, words);
  if (mode === "none" && (dims !== undefined || keepdim)) {
    const word = dims === undefined ? "keepdim" : "dim";
    throw new TypeError(
      `${caller}: expected no ${word} with reduction "none", which keeps every element, got ` +
        `${describeValue(dim ?? keepdim)}; take "mean" or "sum", or leave out ${word}`,
    );
  }
  return { mode, dims, keepdim: keepdim as boolean };
}

/** Which elements of a loss make up which result. */
export type Extent = Parts;

/**
 * The extent of a reduction of a loss of `shape`; torch's errors for dimensions that it has not.
 */
export function extentOf({ dims, keepdim }: Pick<ReadReduction, "dims" | "keepdim">, shape: Shape): Extent {
  const all = shape.map((_, d) => d);
  const reduced = wrapDims(dims, shape.length) ?? all;
  const stay = all.filter((d) => !reduced.includes(d));
  const count = (along: readonly number[]): number => along.reduce((n, d) => n * shape[d], 1);
  const kept = shape.map((size, d) => (reduced.includes(d) ? 1 : size));
  return {
    dims: reduced,
    order: [...stay, ...reduced],
    rows: count(stay),
    length: count(reduced),
    kept,
    result: keepdim ? kept : stay.map((d) => shape[d]),
  };
}

/** What is known of a mask or a weight without reading it. */
interface Sized {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Throws unless `mask` can say of each element of a loss of `shape` whether it counts. */
export function checkMask(caller: string, mask: Sized, shape: Shape): void {
  if (mask.dtype !== "bool" && mask.dtype !== "uint8") {
    throw new TypeError(
      `${caller}: expected mask to be of bools or uint8, got ${mask.dtype}; mask.ne(0) makes bools`,
    );
  }
  if (isBroadcastable(mask.shape, shape)) return;
  throw new RangeError(
    `${caller}: expected a mask that broadcasts to the loss's shape [${shape.join(", ")}], got shape ` +
      `[${mask.shape.join(", ")}]`,
  );
}

/** Throws unless `weight` broadcasts to a loss of `shape`. */
export function checkWeightBroadcasts(caller: string, weight: Sized, shape: Shape): void {
  if (isBroadcastable(weight.shape, shape)) return;
  throw new RangeError(
    `${caller}: expected a weight that broadcasts to the loss's shape [${shape.join(", ")}], got shape ` +
      `[${weight.shape.join(", ")}]`,
  );
}

function isBroadcastable(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((size, d) => size === 1 || size === to[lead + d]);
}

/** Throws torch's error unless there is a weight for each element of the input. */
export function checkWeight(weight: Sized, input: Sized): void {
  if (!sameShape(weight.shape, input.shape)) {
    throw new RangeError("Weights and input must have the same size.");
  }
}

/**
 * The reduction that torch's deprecated arguments stand for; warns. Null when neither is given.
 *
 *     reduce false: none, whatever sizeAverage is;   sizeAverage false: sum;   else mean
 */
export function legacyReduction(
  sizeAverage: boolean | null | undefined,
  reduce: boolean | null | undefined,
): Reduction | null {
  const average = readFlag("sizeAverage", sizeAverage);
  const reduced = readFlag("reduce", reduce);
  if (average === null && reduced === null) return null;
  const reduction = reduced === false ? "none" : average === false ? "sum" : "mean";
  warn(`sizeAverage and reduce args will be deprecated, please use reduction='${reduction}' instead.`);
  return reduction;
}

function readFlag(word: string, value: boolean | null | undefined): boolean | null {
  const flag = value ?? null;
  if (flag === null || typeof flag === "boolean") return flag;
  throw new TypeError(`${word}: expected a boolean or null, got ${describeValue(flag)}; use reduction`);
}

const REFUSALS: Readonly<Record<ReductionWords, (shown: string) => string>> = {
  enum: (shown) => `${shown} is not a valid value for reduction`,
  weighted: (shown) => `Invalid reduction mode: ${shown}. Expected one of 'none', 'mean', 'sum'.`,
  string: (shown) => `${shown} is not a valid value for reduction`,
  short: (shown) => `${shown} is not valid`,
};

/** What is known of a reduction besides, or of one of the function's own; warns as torch does. */
export function ownReduction({ reductions }: Traits, name: unknown): OwnReduction {
  if (typeof name !== "string" || !Object.hasOwn(reductions, name)) return {};
  const { [name]: own } = reductions;
  if (own.warning !== undefined) warn(own.warning);
  return own;
}

/** Throws torch's error unless `value` is a reduction. */
export function checkReduction(value: unknown, words: ReductionWords): Reduction {
  if ((REDUCTIONS as readonly unknown[]).includes(value)) return value as Reduction;
  if (value === "elementwise_mean" && words === "enum") {
    warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.");
    return "mean";
  }
  throw new RangeError(REFUSALS[words](wordOf(value)));
}

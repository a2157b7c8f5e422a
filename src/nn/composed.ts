/** What the losses that are made of operations of tensors share: their operands and reduction. */
import { dtypes, isComplex, isFloating } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import type { Reduction } from "../loss/losses.js";
import { countKept } from "../loss/mask.js";
import { readNumber } from "../loss/parameter.js";
import { checkMask, checkWeightBroadcasts } from "../loss/reduction.js";
import { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./distances.js";
import type { MaskOptions, WeightOptions } from "./options.js";

/** How the losses of a loss's parts become one. */
export interface PartReductionOptions {
  /** "mean" (default), "sum", or "none" for the loss of each part. */
  reduction?: Reduction;
}

/** Which parts count, and how much: a part has one loss. */
export interface PartCountOptions extends MaskOptions, WeightOptions {}
export const COUNT_OPTIONS = ["mask", "weight"] as const;

/** How the losses of parts become one, read. */
export interface Parts {
  readonly mode: Reduction;
  /** Of the losses. */
  readonly shape: Shape;
  /** Bools in that shape; null where all parts count. */
  readonly holds: Tensor | null;
  readonly weight: Tensor | null;
}

/**
 * Reads which parts of a loss of `shape` count, and how much. A shape that operands have to fit for is
 * asked for where parts are told apart: without that, their operations say that they do not.
 */
export function readParts(
  caller: string,
  mode: Reduction,
  shape: Shape | (() => Shape),
  counted: PartCountOptions,
): Parts {
  const { mask = null, weight = null } = counted;
  if (typeof shape === "function") {
    return readParts(caller, mode, mask !== null || weight !== null ? shape() : [], counted);
  }
  checkTensors(caller, { ...(mask !== null && { mask }), ...(weight !== null && { weight }) });
  if (mask) checkMask(caller, mask.nd, shape);
  if (weight) checkWeightBroadcasts(caller, weight.nd, shape);
  if (weight && isComplex(weight.dtype)) {
    throw new TypeError(`${caller}: expected weights that are real, got ${weight.dtype}`);
  }
  return { mode, shape, holds: mask?.ne(0).expand([...shape]) ?? null, weight };
}

/** Whether parts are told apart: then a mean is that of the parts' losses. */
export function areTold({ holds, weight }: Parts): boolean {
  return holds !== null || weight !== null;
}

/**
 * `x` with zeros in the place of parts that are left out, whose numbers are in no gradient then.
 * `dims` are those of x that the losses lack, in order.
 */
export function keptParts(x: Tensor, { holds }: Parts, dims: readonly number[] = []): Tensor {
  if (!holds) return x;
  const spread = dims.reduce((mask, dim) => mask.unsqueeze(dim), holds);
  return spread.choose(x, zeroOf(x));
}

function zeroOf({ dtype }: Tensor): Tensor {
  return new Tensor(NdArray.scalar(dtype, 0));
}

/** The losses of parts as one. A weighted mean divides by the weights of those that count. */
export function reduceParts(losses: Tensor, parts: Parts): Tensor {
  const { mode, holds, weight, shape } = parts;
  if (!areTold(parts)) return mode === "none" ? losses : losses[mode]();
  // A weight that is left out may be NaN.
  const factors = weight && keptParts(weight.expand([...shape]), parts);
  const terms = keptParts(factors ? losses.mul(factors) : losses, parts);
  if (mode === "none") return terms;
  if (mode === "sum") return terms.sum();
  // The sum of a mean is not rounded to the result's dtype, where it may be infinite.
  const total = terms.to("float64").sum();
  const counted = factors?.to("float64").sum() ?? countKept(holds!.nd, 1, holds!.nd.numel)[0];
  return total.div(counted).to(terms.dtype);
}

/** Images with zeros in the place of those that are left out, and how their losses become one. */
interface Images {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly parts: Parts;
}

/** Images whose height and width are the last dimensions, of which some count. */
export function readImages(
  caller: string,
  [input, target]: readonly [Tensor, Tensor],
  mode: Reduction,
  counted: PartCountOptions,
): Images {
  const lead = input.ndim - 2;
  const parts = readParts(caller, mode, input.shape.slice(0, -2), counted);
  const [x, y] = [input, target].map((image) => keptParts(image, parts, [lead, lead + 1]));
  return { x, y, parts };
}

/** Dimensions, the first ones first. */
export function inOrder(dims: readonly number[]): number[] {
  return [...dims].sort((a, b) => a - b);
}

/** The shape without these dimensions. */
export function without(shape: Shape, dims: readonly number[]): Shape {
  return shape.filter((_, d) => !dims.includes(d));
}

/** A number that an option gives, above 0. */
export function readPositive(caller: string, word: string, given: unknown): number {
  const message = `${caller} does not support non-positive values for ${word}.`;
  return readNumber(caller, word, given, { refused: "not positive", message });
}

/** A number that an option gives, at least 0. */
export function readNotNegative(caller: string, word: string, given: unknown): number {
  const message = `${caller} does not support negative values for ${word}.`;
  return readNumber(caller, word, given, { refused: "negative", message });
}

/** Throws unless all operands are tensors of floating dtypes that are still there. */
export function checkFloating(caller: string, operands: Readonly<Record<string, unknown>>): void {
  checkTensors(caller, operands);
  for (const [word, x] of Object.entries(operands)) {
    const { dtype } = x as Tensor;
    if (isFloating(dtype)) continue;
    const { torchName } = dtypes[dtype];
    throw new TypeError(
      `${caller}: expected ${word} to be of a floating dtype, got ${torchName}; to("float32") converts it`,
    );
  }
}

/** Throws unless two operands have one shape. */
export function checkSameShape(caller: string, x: Tensor, y: Tensor): void {
  const [own, other] = [x, y].map(({ shape }) => `[${shape.join(", ")}]`);
  if (own === other) return;
  throw new RangeError(`${caller}: expected operands of one shape, got ${own} and ${other}`);
}

/**
 * Weighted terms of a loss and their slopes, element by element. torch composes them of operations,
 * each of which rounds to its dtype:
 *
 *     loss       term(x - y)         rounded as the row says to the dtype of the computation, then to that of the unreduced loss
 *     out        loss · w            both in their promoted dtype
 *     upstream   scale · w           in that dtype, and then in the two of the loss
 *     grad       slope · upstream    in the dtype of the computation, then in the input's
 *
 * What the mask leaves out is 0 in all operands, so that the terms are 0, and +0 in the gradient.
 */
import { type DType, dtypes, isFloating, promoteTypes, roundFloat } from "../ndarray/dtype.js";
import {
  convertAlong,
  type Elements,
  inBlocks,
  pathThrough,
  Source,
  splat,
  Target,
} from "../ndarray/window.js";
import type { FloatTag } from "../core/kernels.js";
import type { LinearMemory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { divided, kernelOf, parameterOf, type Problem, slopeDType, slopeScalars, tagOf } from "./evaluate.js";
import type { LossRow } from "./losses.js";
import { MaskedSource, MaskSource } from "./mask.js";

/** A problem and its weights, in reach of one memory. */
export interface WeightedProblem<E extends Elements = Elements> {
  readonly problem: Problem<E>;
  readonly weight: E;
  /** The dtype of the unreduced loss. */
  readonly loss: DType;
}

/**
 * The derivative of a weighted mean by a weighted term, where the sum is divided by `divisor`: 1
 * over it, in the dtype of the mean. A sum of weights is an operation's, and rounded as such.
 */
export function scaleOfMean({ weightedMean }: LossRow, divisor: number, weight: DType, mean: DType): number {
  const rounds = weightedMean === "weights" && isFloating(weight);
  return divided(1, rounds ? roundFloat(weight, divisor) : divisor, mean);
}

/** Where the results go; null where they are not wanted. */
interface Results {
  readonly out: Elements | null;
  readonly grad: Elements | null;
}

/**
 * Writes the weighted terms to `out`, and `scale` times their derivatives by the input to `grad`.
 */
export function weightedTerms(weighted: WeightedProblem, { out, grad }: Results, scale: number): void {
  operate(() => {
    const { problem } = weighted;
    const product = new Product(weighted);
    const value = out && termsInto(out, problem, product);
    const slope = grad && slopesInto(grad, problem, product, scale);
    inBlocks(weighted.weight.numel, (start, n) => {
      value?.(start, n);
      slope?.(start, n);
    });
  });
}

type BlockWriter = (start: number, n: number) => void;

/** Slots of windows, behind those of input and target. */
const [WEIGHT, RESULT, BETWEEN] = [2, 3, 4];

/** A multiplication by the weights. */
class Product {
  /** The dtype of the unreduced loss, and of the product. */
  readonly loss: DType;
  readonly dtype: DType;
  readonly tag: "f32" | "f64";
  readonly mask: MaskSource | null;
  private readonly weights: Source | MaskedSource;
  private readonly memory: LinearMemory;

  constructor({ problem, weight, loss }: WeightedProblem) {
    this.mask = problem.mask && new MaskSource(problem.mask);
    this.loss = loss;
    this.dtype = promoteTypes(loss, weight.dtype);
    const { compute, storage } = dtypes[this.dtype];
    this.tag = compute as "f32" | "f64";
    // As in torch, a single weight is not rounded to the product's dtype.
    const weights = new Source(weight, this.tag, WEIGHT, weight.numel === 1 ? this.tag : storage);
    this.weights = this.kept(weights, this.tag, WEIGHT);
    this.memory = weight.memory;
  }

  /** The same operand, 0 where the mask does not hold. */
  kept(source: Source, tag: FloatTag, slot: number): Source | MaskedSource {
    return this.mask ? new MaskedSource(source, this.mask, tag, slot) : source;
  }

  /** out = x · weight for the weights [start, start + n); `xStep` is 0 for a scalar. */
  multiply(x: number, xStep: number, out: number, start: number, n: number): void {
    const { weights, tag } = this;
    this.memory.kernels[`mul_${tag}`](x, xStep, weights.read(start, n), 16, out, n);
  }
}

function termsInto(out: Elements, problem: Problem, product: Product): BlockWriter {
  const { row, input, target, dtype } = problem;
  const { memory } = input;
  const tag = tagOf(dtype);
  const x = product.kept(new Source(input, tag, 0), tag, 0);
  const y = product.kept(new Source(target, tag, 1), tag, 1);
  const to = new Target(out, product.tag, RESULT, dtypes[product.dtype].storage);
  const map = kernelOf(row, "map", tag, memory);
  const p = parameterOf(problem);
  const path = pathThrough(tag, tagOf(product.loss), product.tag);
  const terms = windowBetween(memory, path.length);
  return (start, n) => {
    map(x.read(start, n), y.read(start, n), terms, n, p);
    product.multiply(convertAlong(path, memory, terms, n, BETWEEN), 16, to.begin(start), start, n);
    to.end(start, n);
  };
}

/**
 * The window of what is between the operands; a conversion needs the other of the slot besides,
 * before anything runs.
 */
function windowBetween(memory: LinearMemory, conversions: number): number {
  if (conversions > 0) memory.window(2 * BETWEEN + 1);
  return memory.window(2 * BETWEEN);
}

function slopesInto(grad: Elements, problem: Problem, product: Product, factor: number): BlockWriter {
  const { row, input, target, dtype } = problem;
  const { memory } = input;
  const [own, wide] = [tagOf(dtype), slopeDType(problem)];
  const [tag, { compute }] = [tagOf(wide), dtypes[wide]];
  const x = product.kept(new Source(input, tag, 0, own), tag, 0);
  const y = product.kept(new Source(target, tag, 1, own), tag, 1);
  const to = new Target(grad, compute, RESULT, own);
  const slope = kernelOf(row, "slope", tag, memory);
  const { q, scale: norm } = slopeScalars({ ...problem, dtype: wide }, row.factor);
  const ofUpstream = pathThrough(product.tag, tagOf(product.dtype), tagOf(product.loss), own, compute);
  const ofSlopes = pathThrough(tag, compute);
  const factors = splat(factor, product.tag, 0, memory);
  const multiply = memory.kernels[`mul_${compute as "f32" | "f64"}`];
  const products = windowBetween(memory, ofUpstream.length);
  return (start, n) => {
    product.multiply(factors, 0, products, start, n);
    const upstream = convertAlong(ofUpstream, memory, products, n, BETWEEN);
    const place = to.begin(start);
    slope(x.read(start, n), y.read(start, n), place, n, q, norm, 1);
    const slopes = convertAlong(ofSlopes, memory, place, n, RESULT);
    multiply(slopes, 16, upstream, 16, place, n);
    product.mask?.keepWritten(compute as FloatTag, place, start, n);
    to.end(start, n);
  };
}

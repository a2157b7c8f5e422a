/** The losses of pairs and triplets of vectors: operations of tensors, as torch makes them. */
import { describeValue, wordOf } from "../core/describe.js";
import { checkFlag, takeOptions } from "../core/options.js";
import type { Reduction } from "../loss/losses.js";
import { readNumber } from "../loss/parameter.js";
import { checkReduction, legacyReduction } from "../loss/reduction.js";
import { VectorFormula } from "../formula/vectors.js";
import { broadcastShapes, sameShape, type Shape } from "../ndarray/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { numbersOf } from "../tensor/vectors.js";
import {
  COUNT_OPTIONS,
  keptParts,
  type PartCountOptions,
  type PartReductionOptions,
  type Parts,
  readParts,
  reduceParts,
} from "./composed.js";
import { checkTensors, distances, pairwiseDistance, readOrder } from "./distances.js";

/** How the losses of rows become one, with the arguments that `reduction` replaced. */
export interface LegacyRowOptions extends PartReductionOptions {
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  sizeAverage?: boolean | null;
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  reduce?: boolean | null;
}

/** Options of F.cosineEmbeddingLoss. */
export interface CosineEmbeddingOptions extends LegacyRowOptions {
  /** The cosine that vectors which are not alike may have; 0 by default. */
  margin?: number;
}

/** Options of F.tripletMarginLoss. */
export interface TripletOptions extends LegacyRowOptions {
  /** By how much the negative is to be further away, above 0; 1 by default. */
  margin?: number;
  /** The order of the norm that is the distance; 2 by default. */
  p?: number;
  /** What is added to each difference; 1e-6 by default. */
  eps?: number;
  /** Whether the positive takes the anchor's place where it is closer to the negative; not by default. */
  swap?: boolean;
}

/** Options of F.tripletMarginWithDistanceLoss. */
export interface TripletDistanceOptions extends PartReductionOptions {
  /** The distances of two tensors of vectors; F.pairwiseDistance by default. */
  distanceFunction?: ((x1: Tensor, x2: Tensor) => Tensor) | null;
  /** By how much the negative is to be further away, above 0; 1 by default. */
  margin?: number;
  /** Whether the positive takes the anchor's place where it is closer to the negative; not by default. */
  swap?: boolean;
}

export const COSINE_EMBEDDING_OPTIONS = ["margin", "sizeAverage", "reduce", "reduction"] as const;
export const TRIPLET_OPTIONS = ["margin", "p", "eps", "swap", "sizeAverage", "reduce", "reduction"] as const;
export const TRIPLET_DISTANCE_OPTIONS = ["distanceFunction", "margin", "swap", "reduction"] as const;

/** Reads the reduction; the deprecated arguments warn. */
export function readRowReduction({ sizeAverage, reduce, reduction = "mean" }: LegacyRowOptions): Reduction {
  return checkReduction(legacyReduction(sizeAverage, reduce) ?? reduction, "enum");
}

/** torch's EPSILON, a float of C++. */
const EPSILON = Math.fround(1e-12);

/**
 * Loss of pairs of vectors with labels: 1 - c where the target is 1, max(c - margin, 0) where it is
 * -1, 0 elsewhere, with the cosine c = Σ x1 x2 / √((Σ x1² + 1e-12) (Σ x2² + 1e-12)).
 *
 * Shapes: inputs (N, D) and a target (N), or (D) and a 0-d target; the inputs broadcast. Result: 0-d,
 * or for "none" the target's shape. Real dtypes; integers count as float32, and the target counts as
 * the numbers that it holds, of any dtype.
 * Gradient: by x1 ∓(x2 / √(m1 m2) - c x1 / m1), where m is Σ x² + 1e-12; 0 where c ≤ margin and the
 * target is -1. The target has none.
 *
 * @throws TypeError for operands that are no tensors, complex numbers, a margin of another type;
 *   RangeError for other numbers of dimensions, shapes that do not broadcast, a margin that is not
 *   finite, an unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 * @example
 * const [a, b] = [tensor([[3, 4], [0, 2]]), tensor([[4, 3], [0, 1]])];
 * F.cosineEmbeddingLoss(a, b, tensor([1, -1]), { margin: 0.5, reduction: "none" }).tolist(); // [0.04000002145767212, 0.5]
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: CosineEmbeddingOptions & PartCountOptions = {},
): Tensor {
  const caller = "cosineEmbeddingLoss";
  const taken = takeOptions(caller, options, [...COSINE_EMBEDDING_OPTIONS, ...COUNT_OPTIONS]);
  checkTensors(caller, { input1, input2, target });
  const mode = readRowReduction(taken);
  const margin = readNumber(caller, "margin", taken.margin ?? 0, {});
  // The handler of a warning may have disposed of one.
  checkTensors(caller, { input1, input2, target });
  checkLabels(input1, input2, target);
  const dim = target.ndim;
  const pairs = (): Shape => broadcastShapes(shapeOfVectors([input1, input2]).slice(0, -1), target.shape);
  const parts = readParts(caller, mode, pairs, taken);
  const [x1, x2] = vectorsOf([input1, input2], parts);
  const [product, ...squares] = numbersOf(PRODUCTS, [x1, x2], { dims: [dim] });
  const [square1, square2] = squares.map((square) => square.add(EPSILON));
  const cosine = product.div(square1.mul(square2).sqrt());
  const none = cosine.detach().zeros();
  const alike = target.eq(1).choose(cosine.neg().add(1), none);
  const other = target.eq(-1).choose(cosine.sub(margin).clamp({ min: 0 }), none);
  return reduceParts(alike.add(other), parts);
}

const PRODUCTS = /* @__PURE__ */ new VectorFormula({
  node: "SumBackward1",
  reduction: "sum",
  operands: 2,
  numbers: 3,
  terms: ([x, y]) => [x.mul(y), x.mul(x), y.mul(y)],
});

function shapeOfVectors(operands: readonly Tensor[]): Shape {
  return operands.map(({ shape }) => shape).reduce(broadcastShapes);
}

/** The vectors of all parts, with zeros in the place of those that are left out. */
function vectorsOf(operands: readonly Tensor[], parts: Parts): Tensor[] {
  if (!parts.holds) return [...operands];
  const { shape } = parts;
  const size = shapeOfVectors(operands)[shape.length];
  return operands.map((x) => keptParts(x.expand([...shape, size]), parts, [shape.length]));
}

function checkLabels(input1: Tensor, input2: Tensor, target: Tensor): void {
  if (target.ndim > 1) throw new RangeError("0D or 1D target tensor expected, multi-target not supported");
  const expected = target.ndim + 1;
  if (input1.ndim === expected && input2.ndim === expected) return;
  const [found, other] = [input1, input2].map(({ shape }) => `[${shape.join(", ")}]`);
  throw new RangeError(
    `${target.ndim}D target tensor expects ${expected}D input tensors, but found inputs with sizes ${found} and ${other}.`,
  );
}

/**
 * Loss of triplets: max(d(anchor, positive) - d(anchor, negative) + margin, 0), with the distance
 * d(x, y) = ‖x - y + eps‖ₚ along the last dimension. With `swap`, the smaller one of d(anchor,
 * negative) and d(positive, negative) is taken off.
 *
 * Shapes: (N, D) or (D), or any others of one number of dimensions, which broadcast. Result: 0-d, or
 * for "none" the shape without D. Real dtypes; integers count as float32.
 * Gradient: of the distances where the loss is positive, else 0; where a swap's distances are equal,
 * half by each.
 *
 * @throws TypeError for operands that are no tensors, bools, options of another type; RangeError for
 *   other numbers of dimensions, shapes that do not broadcast, a margin that is not above 0, numbers
 *   that are not finite, an unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 * @example
 * const [anchor, near, far] = [tensor([[0, 0], [1, 1]]), tensor([[1, 0], [1, 1]]), tensor([[0, 1.5], [4, 5]])];
 * F.tripletMarginLoss(anchor, near, far, { eps: 0, reduction: "none" }).tolist(); // [0.5, 0]
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletOptions & PartCountOptions = {},
): Tensor {
  const caller = "tripletMarginLoss";
  const taken = takeOptions(caller, options, [...TRIPLET_OPTIONS, ...COUNT_OPTIONS]);
  checkTensors(caller, { anchor, positive, negative });
  const mode = readRowReduction(taken);
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = taken;
  const between = { p: readOrder(caller, p), eps: readNumber(caller, "eps", eps, {}), keepdim: false };
  const read = { margin: readMargin(caller, margin), swap: readSwap(caller, swap) };
  checkTensors(caller, { anchor, positive, negative });
  const operands = [anchor, positive, negative] as const;
  checkDimensions(operands);
  const parts = readParts(caller, mode, () => shapeOfVectors(operands).slice(0, -1), taken);
  const kept = vectorsOf(operands, parts);
  const alike = kept.every((x) => sameShape(x.shape, kept[0].shape));
  const apart = alike
    ? distances(kept, between, read.swap ? 3 : 2)
    : distancesBy((x, y) => distances([x, y], between)[0], kept, read.swap);
  return reduceParts(tripletLosses(apart, read.margin), parts);
}

/**
 * Loss of triplets by a distance of one's own: max(d(anchor, positive) - d(anchor, negative) +
 * margin, 0). With `swap`, the smaller one of d(anchor, negative) and d(positive, negative) is taken
 * off.
 *
 * Shapes and dtypes: what the distance takes, of one number of dimensions; result 0-d, or for "none"
 * of the distances' shape.
 * Gradient: of the distances where the loss is positive, else 0; where a swap's distances are equal,
 * half by each.
 *
 * @throws TypeError for operands that are no tensors, a distance that is no function or gives no
 *   tensor, options of another type; RangeError for other numbers of dimensions, a margin that is not
 *   above 0 or not finite, an unknown reduction; whatever the distance throws
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
 * @example
 * const [anchor, near, far] = [tensor([[3, 4]]), tensor([[4, 3]]), tensor([[-3, -4]])];
 * const apart = (x: Tensor, y: Tensor) => F.cosineSimilarity(x, y).neg().add(1);
 * F.tripletMarginWithDistanceLoss(anchor, near, far, { distanceFunction: apart, margin: 2.5 }).item(); // 0.5399999618530273
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletDistanceOptions = {},
): Tensor {
  const caller = "tripletMarginWithDistanceLoss";
  const taken = takeOptions(caller, options, TRIPLET_DISTANCE_OPTIONS);
  const { distanceFunction, margin = 1, swap = false, reduction = "mean" } = taken;
  const between = readDistance(caller, distanceFunction);
  checkTensors(caller, { anchor, positive, negative });
  const mode = checkReduction(reduction, "string");
  const read = { margin: readMargin(caller, margin), swap: readSwap(caller, swap) };
  const operands = [anchor, positive, negative] as const;
  checkDimensions(operands);
  const losses = tripletLosses(distancesBy(between, operands, read.swap), read.margin);
  return reduceParts(losses, readParts(caller, mode, losses.shape, {}));
}

type Distance = (x1: Tensor, x2: Tensor) => Tensor;

/** The option distanceFunction, whose results are looked at. */
function readDistance(caller: string, given: unknown): Distance {
  if (given === undefined || given === null) return pairwiseDistance;
  if (typeof given !== "function") {
    throw new TypeError(`${caller}: expected distanceFunction to be a function, got ${describeValue(given)}`);
  }
  return (x1, x2) => {
    const found = (given as (...operands: unknown[]) => unknown)(x1, x2);
    if (found instanceof Tensor) return found;
    throw new TypeError(
      `${caller}: expected distanceFunction to return a Tensor, got ${describeValue(found)}`,
    );
  };
}

function readSwap(caller: string, swap: unknown): boolean {
  checkFlag(caller, "swap", swap);
  return swap as boolean;
}

function readMargin(caller: string, given: unknown): number {
  const message = `margin must be greater than 0, got ${wordOf(given)}`;
  return readNumber(caller, "margin", given, { refused: "not positive", message });
}

function checkDimensions(operands: readonly [Tensor, Tensor, Tensor]): void {
  const [a, p, n] = operands.map(({ ndim }) => ndim);
  if (a === p && p === n) return;
  throw new RangeError(
    "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor " +
      `${a}D, positive ${p}D, and negative ${n}D inputs`,
  );
}

/** From the anchor to the positive and the negative, and between these where they may be swapped. */
function distancesBy(
  between: Distance,
  [anchor, positive, negative]: readonly Tensor[],
  swap: boolean,
): readonly Tensor[] {
  const own = [between(anchor, positive), between(anchor, negative)];
  return swap ? [...own, between(positive, negative)] : own;
}

function tripletLosses([near, far, swapped]: readonly Tensor[], margin: number): Tensor {
  const taken = swapped ? far.minimum(swapped) : far;
  return near.add(margin).sub(taken).op("clamp", { min: 0, node: "ClampMinBackward0" });
}

/** How far apart and how alike vectors are: the operations of F that the losses of pairs take. */
import { describeValue, wordOf } from "../core/describe.js";
import { checkFlag, takeOptions } from "../core/options.js";
import { readNumber } from "../loss/parameter.js";
import { notATensor } from "../ndarray/adapter.js";
import { type DType, dtypes, isComplex, isFloating, isIntegral } from "../ndarray/dtype.js";
import { resultType } from "../ndarray/promotion.js";
import { broadcastShapes, readDims } from "../ndarray/shape.js";
import { Tensor } from "../tensor/tensor.js";

/** Options of F.cosineSimilarity. */
export interface SimilarityOptions {
  /** The dimension along which the vectors lie, a negative one counted from the end; 1 by default. */
  dim?: number;
  /** What norms are at least, not negative; 1e-8 by default. */
  eps?: number;
}

/** Options of F.pairwiseDistance. */
export interface DistanceOptions {
  /** The order of the norm, also 0, below 0 or ±Infinity; 2 by default. */
  p?: number;
  /** What is added to each difference, finite; 1e-6 by default. */
  eps?: number;
  /** Whether the last dimension stays, with size 1; not by default. */
  keepdim?: boolean;
}

/** Throws unless each operand is a tensor in memory; operands come by their words. */
export function checkTensors(caller: string, operands: Readonly<Record<string, unknown>>): void {
  for (const [word, x] of Object.entries(operands)) {
    if (!(x instanceof Tensor)) throw notATensor(caller, `${word} to be a Tensor`, x);
    x.checkAlive(caller);
  }
}

/** A norm's order: any number. */
export function readOrder(caller: string, p: unknown): number {
  if (typeof p === "number") return p;
  throw new TypeError(`${caller}(): argument 'p' must be float, not ${describeValue(p)}`);
}

/** x where it is at least `least`, which becomes the value of others; the gradient is x's of all. */
function lifted(x: Tensor, least: number): Tensor {
  const value = x.detach();
  return value.lt(least).choose(x.sub(value).add(least), x);
}

/**
 * The cosine of the angle between vectors: Σ (x1 / n1) (x2 / n2), with the norms
 * n = max(‖x‖₂, eps) of each.
 *
 * Shapes broadcast; `dim` is left out in the result. Real dtypes that promote to a floating one.
 * Gradient: by x1 (x2 / n2 - c x1 / n1) / n1, c being the cosine; where a norm is below eps, torch's,
 * which takes the slope of the norm for that of n. A vector of zeros has no direction, and the slope
 * of its norm is 0.
 *
 * @throws TypeError for operands that are no tensors, integers and complex numbers alone, options of
 *   another type; RangeError for shapes that do not broadcast, a dimension that there is not, eps
 *   that is negative or not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 * @example
 * const [a, b] = [tensor([[3, 4], [1, 0]]), tensor([[4, 3], [0, 2]])];
 * String(F.cosineSimilarity(a, b)); // "tensor([0.9600, 0.0000])"
 * F.cosineSimilarity(tensor([1, 2]), tensor([2, 4]), { dim: 0, eps: 10 }).item(); // 0.10000000894069672
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, options: SimilarityOptions = {}): Tensor {
  const caller = "cosineSimilarity";
  const { dim = 1, eps: least = 1e-8 } = takeOptions(caller, options, ["dim", "eps"]);
  const message = `eps must be non-negative, got: ${wordOf(least)}`;
  const eps = readNumber(caller, "eps", least, { refused: "negative", message });
  if (typeof dim !== "number") {
    throw new TypeError(`cosine_similarity(): argument 'dim' must be int, not ${describeValue(dim)}`);
  }
  checkTensors(caller, { x1, x2 });
  const dtype = resultType([x1.nd, x2.nd]);
  if (!isFloating(dtype)) {
    throw new TypeError(
      `expected common dtype to be floating point, yet common dtype is ${dtypes[dtype].torchName}`,
    );
  }
  const shape = broadcastShapes(x1.shape, x2.shape);
  const [a, b] = [x1, x2].map((x) => inDirection(x, { dtype, shape, dim, eps }));
  const product = a.mul(b);
  return product.op("sum", { dims: readDims(dim, product), node: "SumBackward1" });
}

interface Direction {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly dim: number;
  readonly eps: number;
}

/** x over its norm. */
function inDirection(x: Tensor, { dtype, shape, dim, eps }: Direction): Tensor {
  const vectors = (isIntegral(x.dtype) ? x.to(dtype) : x).expand(shape);
  return vectors.div(lifted(vectors.norm(2, { dim, keepdim: true }), eps));
}

/**
 * The distance between vectors: the norm ‖x1 - x2 + eps‖ₚ along the last dimension.
 *
 * Shapes broadcast, and the last dimension is left out or, with `keepdim`, has size 1 in the
 * result. Any dtype but bool; integers count as float32.
 * Gradient: that of the norm, with d = x1 - x2 + eps: sign(d) for p = 1, d / ‖d‖ for 2 and 0 at
 * d = 0, shared evenly by the largest |d| for Infinity; none for p = 0.
 *
 * @throws TypeError for operands that are no tensors, bools, options of another type; RangeError for
 *   shapes that do not broadcast, eps that is not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 * @example
 * const [a, b] = [tensor([[3, 4], [1, 0]]), tensor([[0, 0], [1, 2]])];
 * F.pairwiseDistance(a, b, { eps: 0 }).tolist(); // [5, 2]
 * F.pairwiseDistance(a, b, { p: 1, eps: 0, keepdim: true }).tolist(); // [[7], [2]]
 */
export function pairwiseDistance(x1: Tensor, x2: Tensor, options: DistanceOptions = {}): Tensor {
  const caller = "pairwiseDistance";
  const { p = 2, eps = 1e-6, keepdim = false } = takeOptions(caller, options, ["p", "eps", "keepdim"]);
  const read = { p: readOrder(caller, p), eps: readNumber(caller, "eps", eps, {}) };
  checkFlag(caller, "keepdim", keepdim);
  checkTensors(caller, { x1, x2 });
  return distance(x1, x2, { ...read, keepdim });
}

/** The same of operands and options that were looked at. */
export function distance(x1: Tensor, x2: Tensor, { p, eps, keepdim }: Required<DistanceOptions>): Tensor {
  const apart = x1.sub(x2);
  const shifted = (isIntegral(apart.dtype) ? apart.to("float32") : apart).add(eps);
  const difference = isComplex(shifted.dtype) ? shifted.abs() : shifted;
  return difference.op("norm", { dims: readDims(-1, difference), keepdim, p, node: "NormBackward1" });
}

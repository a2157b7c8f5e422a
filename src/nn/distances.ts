/** How far apart and how alike vectors are: the operations of F that the losses of pairs take. */
import { describeValue, wordOf } from "../core/describe.js";
import { checkFlag, takeOptions } from "../core/options.js";
import { readNumber } from "../loss/parameter.js";
import { notATensor } from "../ndarray/adapter.js";
import { type DType, dtypes, isComplex, isFloating, isIntegral } from "../ndarray/dtype.js";
import { resultType } from "../ndarray/promotion.js";
import { broadcastShapes, readDims } from "../ndarray/shape.js";
import type { Expression } from "../formula/expression.js";
import { VectorFormula, type VectorTerms } from "../formula/vectors.js";
import { Tensor } from "../tensor/tensor.js";
import { numbersOf } from "../tensor/vectors.js";

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
  const dims = readDims(dim, { ndim: shape.length })!;
  const compose = ([a, b]: readonly Tensor[]): Tensor[] => {
    const [u, v] = [a, b].map((x) => inDirection(x, { dtype, shape, dims, eps }));
    return [u.mul(v).op("sum", { dims, node: COSINES.text.node })];
  };
  if (x1.dtype !== x2.dtype) return compose([x1, x2])[0];
  const norms = numbersOf(NORMS, [x1.detach(), x2.detach()], { dims, keepdim: true });
  const lengths = norms.map((norm) => lifted(norm, eps));
  return numbersOf(COSINES, [x1, x2, ...lengths, ...norms], { dims, compose })[0];
}

interface Direction {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly dims: readonly number[];
  readonly eps: number;
}

/** x over its norm. */
function inDirection(x: Tensor, { dtype, shape, dims, eps }: Direction): Tensor {
  const vectors = (isIntegral(x.dtype) ? x.to(dtype) : x).expand([...shape]);
  return vectors.div(lifted(vectors.op("norm", { dims, keepdim: true, p: 2 }), eps));
}

/** Of each of two operands. */
const NORMS = /* @__PURE__ */ new VectorFormula({
  node: "LinalgVectorNormBackward0",
  reduction: "norm",
  operands: 2,
  numbers: 2,
  terms: (operands) => operands,
});

/** Of two operands, what their norms are raised to, and the norms themselves. */
const COSINES = /* @__PURE__ */ new VectorFormula({
  node: "SumBackward1",
  reduction: "sum",
  operands: 6,
  numbers: 1,
  terms: ([x, y, m, n]) => [x.div(m).mul(y.div(n))],
  slopes: ([x, y, m, n, r, s], [cosine], [g]) => {
    const slope = (x: Expression, y: Expression, m: Expression, n: Expression, r: Expression): Expression =>
      g
        .mul(y.div(n))
        .sub(g.mul(cosine).mul(x.div(r).keep(r.ne(0))))
        .div(m);
    return [slope(x, y, m, n, r), slope(y, x, n, m, s), null, null, null, null];
  },
});

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
  return distances([x1, x2], { ...read, keepdim })[0];
}

/**
 * The distances between the first two operands, and of three the others that are asked for: between
 * the first and the third, between the last two. Operands and options were looked at.
 */
export function distances(
  operands: readonly Tensor[],
  { p, eps, keepdim }: Required<DistanceOptions>,
  count = 1,
): readonly Tensor[] {
  const values = { eps };
  if (p === 1 || p === 2) {
    const ndim = Math.max(...operands.map((x) => x.ndim));
    return numbersOf(formulaOf(count, p), operands, { dims: readDims(-1, { ndim })!, keepdim, values });
  }
  return differences(count)(operands, values).map((difference) =>
    difference.op("norm", { dims: readDims(-1, difference), keepdim, p, node: NORM }),
  );
}

const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;
/** torch's name of the derivative. */
const NORM = "NormBackward1";

const formulas = new Map<string, VectorFormula>();

function formulaOf(count: number, p: 1 | 2): VectorFormula {
  const key = `${count} ${p}`;
  let found = formulas.get(key);
  if (!found) {
    const apart = differences(count);
    found = new VectorFormula({
      node: NORM,
      reduction: p === 2 ? "norm" : "sum",
      operands: count > 1 ? 3 : 2,
      numbers: count,
      terms: p === 2 ? apart : (operands, values) => apart(operands, values).map((x) => x.abs()),
      parameters: { eps: 0 },
      savesResult: true,
    });
    formulas.set(key, found);
  }
  return found;
}

/** The differences of the first pairs, as real numbers. */
function differences(count: number): VectorTerms {
  return (operands, { eps }) =>
    PAIRS.slice(0, count).map(([i, j]) => {
      const apart = operands[i].sub(operands[j]);
      const shifted = (isIntegral(apart.dtype) ? apart.to("float32") : apart).add(eps);
      return isComplex(shifted.dtype) ? shifted.abs() : shifted;
    });
}

/** What makes a distribution of the general robust loss, so that its shape can be learned. */
import { dtypes, isFloating } from "../ndarray/dtype.js";
import type { Tensor } from "../tensor/tensor.js";
import { tensor } from "../tensor/creation.js";
import { checkTensors } from "./distances.js";
import { generalRobustLoss } from "./robust.js";

const NAME = "generalRobustLogPartition";

/**
 * The integral is a sum over x = exp(kh), where the integrand is x exp(-loss(x)): it falls
 * exponentially on both sides, and its singularities at x² = -|alpha - 2| and beyond are so far from
 * the real line that the sum of this step is off by less than float64 rounds.
 */
const STEP = 1 / 8;
const [FIRST, LAST] = [-38 / STEP, 40 / STEP];

/**
 * Logarithm of the partition function of Barron's general robust loss: log ∫ exp(-loss(x)) dx over
 * all x, where loss is F.generalRobustLoss of the difference x with `alpha` and a c of 1. With it,
 *
 *     F.generalRobustLoss(input, target, { alpha }) + F.generalRobustLogPartition(alpha)
 *
 * is a negative log-likelihood, which is least for the alpha that fits the differences best; divide
 * input and target by a c that is learned as well, and add log(c).
 *
 * Shape as alpha's; floating dtypes, computed in float64. Alphas from 0 to 2; below 0 the integral is
 * infinite. log(√2 π) for 0, 1 + log(2 K₁(1)) for 1 with the Bessel function K₁, and log(√(2 π)) for
 * 2.
 * Gradient: the mean of -∂loss(x) / ∂alpha over the distribution; at 2, where it is infinite, 0.
 *
 * @throws TypeError for an alpha that is no tensor, or not floating; RangeError for one that is not
 *   from 0 to 2
 * @see Barron, A General and Adaptive Robust Loss Function, CVPR 2019, section 3;
 *   https://arxiv.org/abs/1701.03077
 * @example
 * String(F.generalRobustLogPartition(tensor([0, 1, 2]))); // "tensor([1.4913, 1.1855, 0.9189])"
 */
export function generalRobustLogPartition(alpha: Tensor): Tensor {
  checkTensors(NAME, { alpha });
  const { dtype } = alpha;
  if (!isFloating(dtype)) {
    throw new TypeError(`${NAME}: expected an alpha of a floating dtype, got ${dtypes[dtype].torchName}`);
  }
  checkAlphas(alpha);
  const logs = tensor(Float64Array.from({ length: LAST - FIRST + 1 }, (_, k) => (FIRST + k) * STEP));
  const dim = alpha.ndim;
  const shapes = alpha.to("float64").unsqueeze(dim);
  const losses = generalRobustLoss(logs.exp(), logs.zeros(), { alpha: shapes, reduction: "none" });
  const sum = logs.sub(losses).logsumexp({ dim });
  return sum.add(Math.log(2 * STEP)).to(dtype);
}

function checkAlphas(alpha: Tensor): void {
  const alphas = ([alpha.tolist()] as unknown[]).flat(Infinity) as number[];
  const outside = alphas.find((each) => !(each >= 0 && each <= 2));
  if (outside === undefined) return;
  throw new RangeError(`${NAME}: expected alphas from 0 to 2, got ${outside}`);
}

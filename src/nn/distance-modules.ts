/** The modules of how far apart and how alike vectors are. */
import { takeOptions } from "../core/options.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  cosineSimilarity,
  type DistanceOptions,
  pairwiseDistance,
  type SimilarityOptions,
} from "./distances.js";
import { Module } from "./module.js";

/**
 * The cosine of the angle between vectors; see F.cosineSimilarity. Options are checked when the
 * module is called, as in torch.
 *
 * @throws TypeError for misspelt options
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
 * @example
 * const alike = new nn.CosineSimilarity({ dim: 0 });
 * alike(tensor([3, 4]), tensor([4, 3])).item(); // 0.9600000381469727
 */
export class CosineSimilarity extends Module<[x1: Tensor, x2: Tensor]> {
  /** The dimension along which the vectors lie. */
  declare readonly dim: number;
  /** What norms are at least. */
  declare readonly eps: number;
  constructor(options: SimilarityOptions = {}) {
    const { dim = 1, eps = 1e-8 } = takeOptions("CosineSimilarity", options, ["dim", "eps"]);
    super();
    Object.assign(this, { dim, eps });
  }
  override forward(x1: Tensor, x2: Tensor): Tensor {
    const { dim, eps } = this;
    return cosineSimilarity(x1, x2, { dim, eps });
  }
}

/**
 * The distance between vectors; see F.pairwiseDistance. Options are checked when the module is
 * called, as in torch.
 *
 * @throws TypeError for misspelt options
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
 * @example
 * const apart = new nn.PairwiseDistance({ p: 1, eps: 0 });
 * apart(tensor([[3, 4]]), tensor([[0, 2]])).tolist(); // [5]
 */
export class PairwiseDistance extends Module<[x1: Tensor, x2: Tensor]> {
  /** The order of the norm. */
  declare readonly norm: number;
  /** What is added to each difference. */
  declare readonly eps: number;
  /** Whether the last dimension stays, with size 1. */
  declare readonly keepdim: boolean;
  constructor(options: DistanceOptions = {}) {
    const {
      p = 2,
      eps = 1e-6,
      keepdim = false,
    } = takeOptions("PairwiseDistance", options, ["p", "eps", "keepdim"]);
    super();
    Object.assign(this, { norm: p, eps, keepdim });
  }
  override forward(x1: Tensor, x2: Tensor): Tensor {
    const { norm: p, eps, keepdim } = this;
    return pairwiseDistance(x1, x2, { p, eps, keepdim });
  }
}

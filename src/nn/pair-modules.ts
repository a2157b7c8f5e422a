/** The modules of the losses of pairs and triplets of vectors. */
import { checkNoMore, takeOptions } from "../core/options.js";
import { legacyReduction } from "../loss/reduction.js";
import type { Tensor } from "../tensor/tensor.js";
import { PairwiseDistance } from "./distance-modules.js";
import { maskOf } from "./held.js";
import { Loss } from "./loss-module.js";
import type { MaskOptions } from "./options.js";
import {
  COSINE_EMBEDDING_OPTIONS,
  cosineEmbeddingLoss,
  type CosineEmbeddingOptions,
  TRIPLET_DISTANCE_OPTIONS,
  TRIPLET_OPTIONS,
  type TripletDistanceOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
  type TripletOptions,
} from "./pair-losses.js";

/** A margin, refused by torch's text of the module unless it is above 0. */
function checkMargin(module: string, margin: number): void {
  if (!(margin <= 0)) return;
  throw new RangeError(`${module}: expected margin to be greater than 0, got ${margin} instead`);
}

/**
 * Loss of pairs of vectors with labels; see F.cosineEmbeddingLoss. Options are checked when the loss
 * is called, as in torch.
 *
 * @example
 * const loss = new nn.CosineEmbeddingLoss({ margin: 0.5 });
 * loss(tensor([[3, 4], [0, 2]]), tensor([[4, 3], [0, 1]]), tensor([1, -1])).item(); // 0.27000001072883606
 */
export class CosineEmbeddingLoss extends Loss<[input1: Tensor, input2: Tensor, target: Tensor]> {
  /** The cosine that vectors which are not alike may have. */
  declare readonly margin: number;
  constructor(options: CosineEmbeddingOptions = {}) {
    const taken = takeOptions("CosineEmbeddingLoss", options, COSINE_EMBEDDING_OPTIONS);
    const { sizeAverage, reduce, reduction = "mean", margin = 0 } = taken;
    super({ reduction: legacyReduction(sizeAverage, reduce) ?? reduction, margin });
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("CosineEmbeddingLoss", options);
    const { reduction, margin } = this;
    return cosineEmbeddingLoss(input1, input2, target, { reduction, margin, mask });
  }
}

/**
 * Loss of triplets of vectors; see F.tripletMarginLoss. The margin is checked at once, the other
 * options when the loss is called, as in torch.
 *
 * @throws RangeError for a margin that is not above 0
 * @example
 * const loss = new nn.TripletMarginLoss({ eps: 0 });
 * loss(tensor([[0, 0]]), tensor([[1, 0]]), tensor([[0, 1.5]])).item(); // 0.5
 */
export class TripletMarginLoss extends Loss<[anchor: Tensor, positive: Tensor, negative: Tensor]> {
  /** By how much the negative is to be further away. */
  declare readonly margin: number;
  /** The order of the norm that is the distance. */
  declare readonly p: number;
  /** What is added to each difference. */
  declare readonly eps: number;
  /** Whether the positive may take the anchor's place. */
  declare readonly swap: boolean;
  constructor(options: TripletOptions = {}) {
    const taken = takeOptions("TripletMarginLoss", options, TRIPLET_OPTIONS);
    const { sizeAverage, reduce, reduction = "mean" } = taken;
    const { margin = 1, p = 2, eps = 1e-6, swap = false } = taken;
    checkMargin("TripletMarginLoss", margin);
    super({ reduction: legacyReduction(sizeAverage, reduce) ?? reduction, margin, p, eps, swap });
  }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("TripletMarginLoss", options);
    const { reduction, margin, p, eps, swap } = this;
    return tripletMarginLoss(anchor, positive, negative, { reduction, margin, p, eps, swap, mask });
  }
}

/**
 * Loss of triplets by a distance of one's own, a PairwiseDistance by default; see
 * F.tripletMarginWithDistanceLoss. A module as distance is a submodule, distance_function. The margin
 * is checked at once, the other options when the loss is called, as in torch.
 *
 * @throws RangeError for a margin that is not above 0
 * @example
 * const loss = new nn.TripletMarginWithDistanceLoss({
 *   distanceFunction: (x, y) => x.sub(y).abs().amax({ dim: 1 }),
 * });
 * loss(tensor([[0, 0]]), tensor([[1, 2]]), tensor([[1.5, 1]])).item(); // 1.5
 */
export class TripletMarginWithDistanceLoss extends Loss<
  [anchor: Tensor, positive: Tensor, negative: Tensor]
> {
  /** The distances of two tensors of vectors; a module is a submodule. */
  declare readonly distanceFunction: (x1: Tensor, x2: Tensor) => Tensor;
  /** By how much the negative is to be further away. */
  declare readonly margin: number;
  /** Whether the positive may take the anchor's place. */
  declare readonly swap: boolean;
  constructor(options: TripletDistanceOptions = {}) {
    const taken = takeOptions("TripletMarginWithDistanceLoss", options, TRIPLET_DISTANCE_OPTIONS);
    const { distanceFunction, margin = 1, swap = false, reduction = "mean" } = taken;
    checkMargin("TripletMarginWithDistanceLoss", margin);
    super({ distanceFunction: distanceFunction ?? new PairwiseDistance(), margin, swap, reduction });
  }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor, ...rest: unknown[]): Tensor {
    checkNoMore("TripletMarginWithDistanceLoss", rest);
    const { distanceFunction, reduction, margin, swap } = this;
    return tripletMarginWithDistanceLoss(anchor, positive, negative, {
      distanceFunction,
      reduction,
      margin,
      swap,
    });
  }
}

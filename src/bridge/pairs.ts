/** The losses of vectors, and of rows of labels, of typed arrays. */
import * as multilabel from "../nn/multilabel.js";
import * as pairs from "../nn/pair-losses.js";
import type { ArrayOperand } from "../typed/operands.js";
import { type PartArrayLoss, partLoss } from "./loss.js";
import { alike, inOne, withRows } from "./row.js";

/** All elements are one vector. */
const oneRow = /* @__PURE__ */ alike(inOne);

/**
 * Loss of pairs of vectors with labels: 1 - c where the target is 1, max(c - margin, 0) where it is
 * -1, 0 elsewhere, with the cosine c = Σ x1 x2 / √((Σ x1² + 1e-12) (Σ x2² + 1e-12)).
 *
 * Shapes: the target has a label for each pair, of any type; the vectors follow each other, as many
 * as there are labels, or as `shape` says, (N, D) or (D). Real dtypes; computed by tensors in the
 * dtype that the vectors promote to, integers in float64, with the same bits. The margin is 0 by
 * default. Mean and sum: a number that has a tensor's rounding; none: an array with an element for
 * each pair.
 * Gradient: by x1 ∓(x2 / √(m1 m2) - c x1 / m1), where m is Σ x² + 1e-12; 0 where c ≤ margin and the
 * target is -1. The target has none.
 *
 * @throws TypeError for operands that are not arrays of real numbers; RangeError for lengths that do
 *   not meet, a margin that is not finite, an unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 * @example
 * const [a, b] = [Float64Array.of(3, 4, 0, 2), Float64Array.of(4, 3, 0, 1)];
 * cosineEmbeddingLoss(a, b, Int8Array.of(1, -1), { margin: 0.5, reduction: "sum" }); // 0.5399999999994133
 */
export const cosineEmbeddingLoss: PartArrayLoss<
  [input2: ArrayOperand, target: ArrayOperand],
  { margin?: number }
> = /* @__PURE__ */ partLoss({
  name: "cosineEmbeddingLoss",
  operands: [{ word: "input1" }, { word: "input2" }, { word: "target", isLabel: true }],
  own: ["margin"],
  shapes: withRows,
  loss: pairs.cosineEmbeddingLoss as never,
});

/** Options of tripletMarginLoss of arrays. */
export interface ArrayTripletOptions {
  /** By how much the negative is to be further away, above 0; 1 by default. */
  margin?: number;
  /** The order of the norm that is the distance; 2 by default. */
  p?: number;
  /** What is added to each difference; 1e-6 by default. */
  eps?: number;
  /** Whether the positive takes the anchor's place where it is closer to the negative; not by default. */
  swap?: boolean;
}

/**
 * Loss of triplets: max(d(anchor, positive) - d(anchor, negative) + margin, 0), with the distance
 * d(x, y) = ‖x - y + eps‖ₚ along the last dimension. With `swap`, the smaller one of d(anchor,
 * negative) and d(positive, negative) is taken off.
 *
 * Shapes: one for all operands, which `shape` says, as [N, D]; without it each is one vector. Real
 * dtypes; result as for cosineEmbeddingLoss.
 * Gradient: of the distances where the loss is positive, else 0; where a swap's distances are
 * equal, half by each. The option `grads` asks for those by positive and negative as well.
 *
 * @throws as cosineEmbeddingLoss; RangeError for a margin that is not above 0
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 * @example
 * const [anchor, near, far] = [Float64Array.of(0, 0, 1, 1), Float64Array.of(1, 0, 1, 1), Float64Array.of(0, 1.5, 4, 5)];
 * tripletMarginLoss(anchor, near, far, { shape: [2, 2], eps: 0 }); // 0.25
 */
export const tripletMarginLoss: PartArrayLoss<
  [positive: ArrayOperand, negative: ArrayOperand],
  ArrayTripletOptions
> = /* @__PURE__ */ partLoss({
  name: "tripletMarginLoss",
  operands: [{ word: "anchor" }, { word: "positive" }, { word: "negative" }],
  own: ["margin", "p", "eps", "swap"],
  shapes: oneRow,
  loss: pairs.tripletMarginLoss as never,
});

/**
 * Cross entropy of several labels of each row x of C logits, which are independent of each other:
 * -Σ w (y log(sigmoid(x)) + (1 - y) log(sigmoid(-x))) / C, with the targets y from 0 to 1.
 *
 * Shapes: one for prediction and target, which `shape` says, as [N, C]; without it all is one row.
 * `weight` has a factor for each class, or one for each number. Real dtypes; result as for
 * cosineEmbeddingLoss.
 * Gradient: w (sigmoid(x) - y) / C; by the target w (log(sigmoid(-x)) - log(sigmoid(x))) / C.
 *
 * @throws as cosineEmbeddingLoss
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 * @example
 * const [logits, labels] = [Float64Array.of(0, 2, -1, 0), Uint8Array.of(1, 1, 0, 1)];
 * multilabelSoftMarginLoss(logits, labels, { shape: [2, 2] }); // 0.4566210149202714
 */
export const multilabelSoftMarginLoss: PartArrayLoss<[target: ArrayOperand]> = /* @__PURE__ */ partLoss({
  name: "multilabelSoftMarginLoss",
  operands: [{ word: "prediction" }, { word: "target" }],
  own: [],
  hasFactors: true,
  shapes: oneRow,
  loss: multilabel.multilabelSoftMarginLoss as never,
});

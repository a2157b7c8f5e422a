/** Losses of how little two sets overlap: masks of probabilities, and boxes. */
import { takeOptions } from "../core/options.js";
import { checkReduction } from "../loss/reduction.js";
import { readDims, takeDims } from "../ndarray/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  checkFloating,
  checkSameShape,
  COUNT_OPTIONS,
  inOrder,
  keptParts,
  type PartCountOptions,
  type PartReductionOptions,
  readNotNegative,
  readParts,
  reduceParts,
  without,
} from "./composed.js";

/** What belongs to one set, and how its overlap is computed. */
export interface OverlapOptions extends PartReductionOptions {
  /** The dimensions of a set, negative ones counted from the end; all but the first by default. */
  dim?: number | readonly number[] | null;
  /** What is added to numerator and denominator, at least 0; 1e-5 by default. */
  smooth?: number;
}
/** The same, and what sizes are sums of. */
export interface DiceOptions extends OverlapOptions {
  /** Whether sizes are sums of squares, as in the V-Net; not by default. */
  squared?: boolean;
}

export const OVERLAP_OPTIONS = ["dim", "smooth", "reduction"] as const;
export const DICE_OPTIONS = [...OVERLAP_OPTIONS, "squared"] as const;

/** The sums that an overlap is made of, for each set. */
interface Sums {
  readonly both: Tensor;
  readonly sizes: Tensor;
  readonly smooth: number;
}

function overlapLoss(
  caller: string,
  input: Tensor,
  target: Tensor,
  options: DiceOptions & PartCountOptions,
  overlap: (sums: Sums) => Tensor,
): Tensor {
  const own = caller === "diceLoss" ? DICE_OPTIONS : OVERLAP_OPTIONS;
  const taken = takeOptions(caller, options, [...(own as typeof DICE_OPTIONS), ...COUNT_OPTIONS]);
  const { reduction = "mean", squared = false } = taken;
  const given = takeDims(taken.dim);
  const mode = checkReduction(reduction, "enum");
  const smooth = readNotNegative(caller, "smooth", taken.smooth ?? 1e-5);
  if (typeof squared !== "boolean") throw new TypeError(`${caller}(): argument 'squared' must be bool`);
  checkFloating(caller, { input, target });
  checkSameShape(caller, input, target);
  if (input.ndim === 0) throw new RangeError(`${caller}: expected at least one dimension, got a 0-d tensor`);
  const rest = input.shape.flatMap((_, d) => (d === 0 && input.ndim > 1 ? [] : [d]));
  const dim = inOrder(readDims(given, input) ?? rest);
  const parts = readParts(caller, mode, without(input.shape, dim), taken);
  const [x, y] = [input, target].map((one) => keptParts(one, parts, dim));
  const sizes = squared ? x.mul(x).add(y.mul(y)) : x.add(y);
  const sums = { both: x.mul(y).sum({ dim }), sizes: sizes.sum({ dim }), smooth };
  return reduceParts(overlap(sums), parts);
}

/**
 * Soft Dice loss of probabilities x against targets y, both from 0 to 1:
 * 1 - (2 Σ x y + smooth) / (Σ x + Σ y + smooth), with `squared`, of Σ x² + Σ y² in the denominator.
 *
 * Shapes: one shape for both. A set is what shares the first index; with `dim`, what the dimensions
 * are that sums run over: [2, 3] for each sample and channel of (N, C, H, W), [0, 2, 3] for each
 * channel of the whole batch. Result: 0-d, or for "none" the shape without these dimensions. Two
 * empty sets lose 0 for a smooth above 0. Floating dtypes.
 * Gradient: that of the quotient, which has no kink.
 *
 * @throws TypeError for operands that are no tensors or not floating, options of another type;
 *   RangeError for shapes that differ, a negative smooth, an unknown reduction, a dimension that
 *   there is not
 * @see Milletari et al., V-Net: Fully Convolutional Neural Networks for Volumetric Medical Image
 *   Segmentation, 2016; https://arxiv.org/abs/1606.04797
 * @example
 * const [x, y] = [tensor([[1, 0.5, 0], [0, 0, 0]]), tensor([[1, 1, 0], [0, 0, 0]])];
 * F.diceLoss(x, y, { smooth: 1 }).item(); // 0.0555555522441864
 * F.diceLoss(x, y, { smooth: 1, reduction: "none" }).tolist(); // [0.1111111044883728, 0]
 */
export function diceLoss(
  input: Tensor,
  target: Tensor,
  options: DiceOptions & PartCountOptions = {},
): Tensor {
  return overlapLoss("diceLoss", input, target, options, ({ both, sizes, smooth }) =>
    both.mul(2).add(smooth).div(sizes.add(smooth)).neg().add(1),
  );
}

/**
 * Soft Jaccard loss, also that of the intersection over the union, of probabilities x against
 * targets y: 1 - (Σ x y + smooth) / (Σ x + Σ y - Σ x y + smooth).
 *
 * Shapes, dtypes, sets and result as for diceLoss.
 * Gradient: that of the quotient, which has no kink.
 *
 * @throws as diceLoss
 * @see Rahman and Wang, Optimizing Intersection-Over-Union in Deep Neural Networks for Image
 *   Segmentation, 2016; https://doi.org/10.1007/978-3-319-50835-1_22
 * @example
 * F.jaccardLoss(tensor([[1, 0.5, 0]]), tensor([[1, 1, 0]]), { smooth: 0 }).item(); // 0.25
 */
export function jaccardLoss(
  input: Tensor,
  target: Tensor,
  options: OverlapOptions & PartCountOptions = {},
): Tensor {
  return overlapLoss("jaccardLoss", input, target, options, ({ both, sizes, smooth }) =>
    both.add(smooth).div(sizes.sub(both).add(smooth)).neg().add(1),
  );
}

/** Options of F.generalizedBoxIouLoss. */
export interface BoxIouOptions extends PartReductionOptions {
  /** What is added to areas that are divided by, at least 0; 1e-7 by default. */
  eps?: number;
}
export const BOX_OPTIONS = ["eps", "reduction"] as const;

/**
 * Generalised intersection over union of boxes, as a loss: 1 - I / U + (C - U) / C, with the areas
 * I of the intersection, U of the union, and C of the least box around both. It has a gradient for
 * boxes that are apart as well. It is torchvision's generalized_box_iou_loss, whose reduction is
 * "none" by default, where here it is "mean".
 *
 * Shapes: (..., 4), one shape for both: x1, y1, x2, y2 with x1 < x2 and y1 < y2. Result: 0-d, or
 * for "none" the shape without the last dimension. Floating dtypes.
 * Gradient: that of the formula; where two edges meet, half by each, and none by a width or height
 * of the intersection that is 0.
 *
 * @throws TypeError for operands that are no tensors or not floating; RangeError for shapes that
 *   differ or do not end in 4, a negative eps, an unknown reduction
 * @see Rezatofighi et al., Generalized Intersection over Union: A Metric and A Loss for Bounding
 *   Box Regression, CVPR 2019; https://arxiv.org/abs/1902.09630
 * @example
 * const [boxes, targets] = [tensor([[0, 0, 2, 2], [0, 0, 1, 1]]), tensor([[1, 0, 3, 2], [2, 0, 3, 1]])];
 * F.generalizedBoxIouLoss(boxes, targets, { eps: 0, reduction: "none" }).tolist(); // [0.6666666269302368, 1.3333333730697632]
 */
export function generalizedBoxIouLoss(
  input: Tensor,
  target: Tensor,
  options: BoxIouOptions & PartCountOptions = {},
): Tensor {
  const caller = "generalizedBoxIouLoss";
  const taken = takeOptions(caller, options, [...BOX_OPTIONS, ...COUNT_OPTIONS]);
  const { eps: given = 1e-7, reduction = "mean" } = taken;
  const mode = checkReduction(reduction, "enum");
  const eps = readNotNegative(caller, "eps", given);
  checkFloating(caller, { input, target });
  checkSameShape(caller, input, target);
  if (input.shape.at(-1) !== 4) {
    throw new RangeError(
      `${caller}: expected boxes of shape (..., 4), x1, y1, x2, y2, got [${input.shape.join(", ")}]`,
    );
  }
  const parts = readParts(caller, mode, input.shape.slice(0, -1), taken);
  const edges = (x: Tensor): Tensor[] => [0, 1, 2, 3].map((i) => keptParts(x.select(-1, i), parts));
  const [[x1, y1, x2, y2], [u1, v1, u2, v2]] = [edges(input), edges(target)];
  const shared = x2
    .minimum(u2)
    .sub(x1.maximum(u1))
    .relu()
    .mul(y2.minimum(v2).sub(y1.maximum(v1)).relu());
  const own = x2
    .sub(x1)
    .mul(y2.sub(y1))
    .add(u2.sub(u1).mul(v2.sub(v1)));
  const union = own.sub(shared);
  const around = x2
    .maximum(u2)
    .sub(x1.minimum(u1))
    .mul(y2.maximum(v2).sub(y1.minimum(v1)));
  const share = shared.div(union.add(eps)).sub(around.sub(union).div(around.add(eps)));
  return reduceParts(share.neg().add(1), parts);
}

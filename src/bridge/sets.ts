/** The losses of sets and of rows that torch does not have, of typed arrays. */
import * as ensembles from "../nn/ensembles.js";
import * as overlaps from "../nn/overlaps.js";
import type { Shape } from "../ndarray/shape.js";
import type { ArrayOperand, ReadOperand } from "../typed/operands.js";
import { type PartArrayLoss, partLoss } from "./loss.js";
import { alike, type BridgeRow, inOne, lacking, withRows } from "./row.js";

/** All elements are one set. */
const oneSet = /* @__PURE__ */ alike(inOne);
/** A set has all dimensions but the first, or all, unless some are named. */
const asSets: BridgeRow["parts"] = (shape, { dim }) =>
  lacking(
    shape,
    dim,
    shape.flatMap((_, d) => (d === 0 && shape.length > 1 ? [] : [d])),
  );
/** Boxes follow each other. */
const asBoxes = ([{ word, length }]: readonly ReadOperand[], { name }: BridgeRow): Shape => {
  if (length % 4 === 0) return [length / 4, 4];
  throw new RangeError(
    `${name}: expected ${word} to be of boxes, four numbers each (x1, y1, x2, y2), got an array of ${length}`,
  );
};
const twoSets = [{ word: "prediction" }, { word: "target" }];

/** What belongs to one set, and how its overlap is computed, of arrays. */
export interface ArrayOverlapOptions {
  /** The dimensions of a set, negative ones counted from the end; all but the first by default. */
  dim?: number | readonly number[] | null;
  /** What is added to numerator and denominator, at least 0; 1e-5 by default. */
  smooth?: number;
}

/**
 * Soft Dice loss of probabilities x against targets y, both from 0 to 1: 1 - (2 Σ x y + smooth) /
 * (Σ x + Σ y + smooth), with `squared`, of Σ x² + Σ y² in the denominator.
 *
 * Shapes: one for both, which `shape` says, as [N, C, H, W]: a set is what shares the first index,
 * or the dimensions that `dim` names; without a shape all is one set. Real dtypes; computed by
 * tensors in the dtype that the operands promote to, integers in float64, with the same bits. Mean
 * and sum: a number that has a tensor's rounding; none: an array with an element for each set.
 * Gradient: that of the quotient, which has no kink.
 *
 * @throws TypeError for operands that are not arrays of real numbers, options of another type;
 *   RangeError for lengths that do not meet, a negative smooth, an unknown reduction, a dimension
 *   that there is not
 * @see Milletari et al., V-Net: Fully Convolutional Neural Networks for Volumetric Medical Image
 *   Segmentation, 2016; https://arxiv.org/abs/1606.04797
 * @example
 * const [x, y] = [Float64Array.of(1, 0.5, 0, 0), Uint8Array.of(1, 1, 0, 0)];
 * diceLoss(x, y, { shape: [2, 2], smooth: 1 }); // 0.05555555555555558
 */
export const diceLoss: PartArrayLoss<[target: ArrayOperand], ArrayOverlapOptions & { squared?: boolean }> =
  /* @__PURE__ */ partLoss({
    name: "diceLoss",
    operands: twoSets,
    own: ["dim", "smooth", "squared"],
    shapes: oneSet,
    parts: asSets,
    loss: overlaps.diceLoss as never,
  });

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
 * jaccardLoss(Float32Array.of(1, 0.5, 0), Float32Array.of(1, 1, 0), { smooth: 0 }); // 0.25
 */
export const jaccardLoss: PartArrayLoss<[target: ArrayOperand], ArrayOverlapOptions> =
  /* @__PURE__ */ partLoss({
    name: "jaccardLoss",
    operands: twoSets,
    own: ["dim", "smooth"],
    shapes: oneSet,
    parts: asSets,
    loss: overlaps.jaccardLoss as never,
  });

/**
 * Generalised intersection over union of boxes, as a loss: 1 - I / U + (C - U) / C, with the areas
 * I of the intersection, U of the union, and C of the least box around both.
 *
 * Shapes: boxes follow each other, x1, y1, x2, y2 of each, with x1 < x2 and y1 < y2. Real dtypes;
 * result as for diceLoss, with an element for each box. eps, 1e-7 by default, is added to areas
 * that are divided by.
 * Gradient: that of the formula; where two edges meet, half by each, and none by a width or height
 * of the intersection that is 0.
 *
 * @throws as diceLoss; RangeError for a length that is no multiple of 4
 * @see Rezatofighi et al., Generalized Intersection over Union: A Metric and A Loss for Bounding
 *   Box Regression, CVPR 2019; https://arxiv.org/abs/1902.09630
 * @example
 * const [boxes, targets] = [Float64Array.of(0, 0, 2, 2, 0, 0, 1, 1), Float64Array.of(1, 0, 3, 2, 2, 0, 3, 1)];
 * generalizedBoxIouLoss(boxes, targets, { eps: 0, reduction: "sum" }); // 2
 */
export const generalizedBoxIouLoss: PartArrayLoss<[target: ArrayOperand], { eps?: number }> =
  /* @__PURE__ */ partLoss({
    name: "generalizedBoxIouLoss",
    operands: twoSets,
    own: ["eps"],
    shapes: /* @__PURE__ */ alike(asBoxes),
    loss: overlaps.generalizedBoxIouLoss as never,
  });

/**
 * Continuous ranked probability score of ensembles of M members x against targets y: Σ |x_i - y| /
 * M - Σ Σ |x_i - x_j| / (2 M²), with `fair`, 2 M (M - 1) in the place of 2 M².
 *
 * Shapes: the members of a target follow each other, as many as there are for each, or as the last
 * dimension of `shape` says. Real dtypes; result as for diceLoss, with an element for each target.
 * Gradient: by a member (sign(x_i - y) - (l - g) / M) / M, where l members are less and g greater,
 * with `fair`, M - 1 in the place of the second M; 0 of what is equal; by the target -Σ sign(x_i -
 * y) / M.
 *
 * @throws as diceLoss; RangeError for no members, fewer than two with `fair`
 * @see Ferro, Fair scores for ensemble forecasts, 2014; https://doi.org/10.1002/qj.2270
 * @example
 * ensembleCrpsLoss(Float64Array.of(1, 2, 4, 0, 0, 3), Float64Array.of(2, 1), { fair: true }); // 0.16666666666666666
 */
export const ensembleCrpsLoss: PartArrayLoss<[target: ArrayOperand], { fair?: boolean }> =
  /* @__PURE__ */ partLoss({
    name: "ensembleCrpsLoss",
    operands: twoSets,
    own: ["fair"],
    shapes: withRows,
    loss: ensembles.ensembleCrpsLoss as never,
  });

/**
 * Negative Pearson correlation, as a loss from 0 to 2, but for roundings: 1 - r, with
 * r = Σ a b / sqrt((Σ a² + eps) (Σ b² + eps)), where a and b are prediction and target less their means along a dimension, the last
 * one unless `dim` names another.
 *
 * Shapes: one for both, which `shape` says; without it all is one row. Real dtypes; result as for
 * diceLoss, with an element for each row. eps is 1e-12 by default.
 * Gradient: -(b / q - r a / (Σ a² + eps)), q being r's denominator; it has no kink.
 *
 * @throws as diceLoss; RangeError for a negative eps
 * @see Pearson, Note on regression and inheritance in the case of two parents, 1895;
 *   https://doi.org/10.1098/rspl.1895.0041
 * @example
 * pearsonLoss(Float64Array.of(1, 2, 3), Float64Array.of(1, 0, -1), { eps: 0 }); // 1.9999999999999998
 */
export const pearsonLoss: PartArrayLoss<[target: ArrayOperand], { dim?: number; eps?: number }> =
  /* @__PURE__ */ partLoss({
    name: "pearsonLoss",
    operands: twoSets,
    own: ["dim", "eps"],
    shapes: oneSet,
    parts: (shape, { dim = -1 }) => lacking(shape, dim, []),
    loss: ensembles.pearsonLoss as never,
  });

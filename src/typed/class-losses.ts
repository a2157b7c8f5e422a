/** The losses of rows of numbers on typed arrays: a row each, which a bundle has if it uses it. */
import * as margins from "../loss/row-losses.js";
import * as rowwise from "../loss/rowwise.js";
import {
  type ArrayMarginOptions,
  type ArraySmoothingOptions,
  rowLoss,
  type RowArrayLoss,
  type RowwiseArrayLoss,
} from "./rowwise.js";

/**
 * Cross-entropy of the softmax of logits: -log softmax(x)[t] of each row, or of probabilities -Σ y
 * log softmax(x).
 *
 * The prediction has rows of numbers, one for each class, which follow each other; another layout
 * is told by `shape`. The target has a class for each row, as integers of any type, or a
 * probability for each number, as floats: then `classes` or `shape` says how long a row is.
 * Floating dtypes; halves are computed in float32, integer predictions in float64. Mean and sum: a
 * float64 number, the exact sum of the rows' losses, over the weights of the targets that count, or
 * over the number of rows for probabilities; none: an array with an element for each row. `weight`
 * has a factor for each class, `labelSmoothing` spreads a share of each target over all of them,
 * and rows whose target is `ignoreIndex`, or where `mask` is 0, count for nothing, whatever stands
 * there.
 * Gradient: (Σ c) softmax(x) - c, with c = weight · ((1 - labelSmoothing) · y + labelSmoothing /
 * C).
 *
 * @throws TypeError for operands that are not arrays of real numbers, probabilities without classes
 *   or shape; RangeError for classes out of range, lengths that do not meet, an unknown reduction, a
 *   labelSmoothing above 1
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 * @example
 * const logits = new Float64Array([2, 1, 0, 0, 3, 0]);
 * crossEntropy(logits, Int32Array.of(0, 1)); // 0.25126446043267064
 * crossEntropy(logits, Float32Array.of(1, 0, 0, 0, 0.5, 0.5), { classes: 3 }); // 1.0012644604326706
 * const out = new Float64Array(2);
 * Array.from(crossEntropy(logits, Int32Array.of(0, -100), { reduction: "none", out })); // [0.4076059644443804, 0]
 */
export const crossEntropy: RowwiseArrayLoss<ArraySmoothingOptions> = /* @__PURE__ */ rowLoss(
  rowwise.crossEntropy,
);

/**
 * Negative log likelihood of log-probabilities: -weight[t] x[t] of each row, t being its target.
 *
 * Shapes, dtypes, options and result as for crossEntropy; the target has classes.
 * Gradient: -weight[t] at the target, else 0.
 *
 * @throws as crossEntropy
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 * @example
 * nllLoss(new Float32Array([-0.5, -1, -2, -0.25]), Uint8Array.of(0, 1)); // 0.375
 * Array.from(nllLoss.valueAndGrad(new Float32Array([-0.5, -1]), Uint8Array.of(1)).grad); // [0, -1]
 */
export const nllLoss: RowwiseArrayLoss = /* @__PURE__ */ rowLoss(rowwise.nllLoss);

/**
 * Loss of rows x of numbers, one for each of C classes, whose target class t is to have the largest
 * by a margin: Σ weight[t] max(margin - x[t] + x[i], 0)ᵖ / C over the classes i other than t.
 *
 * Shapes, dtypes, mask and result as for crossEntropy; the target has a class for each row, of
 * which all count. A mean divides by the number of rows, whatever their weights are. p is 1 by
 * default, the margin 1. A hinge that is NaN counts as 0, as in torch.
 * Gradient: weight[t] / C where a hinge is above 0, else 0; for p = 2, times twice the hinge; by
 * x[t], the negative sum of these.
 *
 * @throws as crossEntropy; RangeError for p other than 1 and 2, and a margin that is not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 * @example
 * const scores = Float64Array.of(1, 0.5, 2, 0, 3, 0);
 * multiMarginLoss(scores, Int32Array.of(0, 1), { p: 2, margin: 0.5 }); // 0.375
 */
export const multiMarginLoss: RowArrayLoss<ArrayMarginOptions> = /* @__PURE__ */ rowLoss(
  margins.multiMarginLoss,
);

/**
 * Loss of rows x of numbers, one for each of C classes, several of which are labels: each label is
 * to have a larger number than each class that is none, by 1: Σ max(1 - x[t] + x[i], 0) / C over
 * the labels t and the classes i that are none.
 *
 * Shapes: the target has as many integers as there are numbers: the labels of each row, which the
 * first -1 ends. All is one row unless `classes` or `shape` says how long a row is. Any dtypes;
 * mask and result as for crossEntropy. A label that stands there twice counts twice.
 * Gradient: 1 / C for each hinge above 0 that a class has a part in, -1 / C for each one of a
 * label.
 *
 * @throws as crossEntropy; RangeError for labels below -1 or not below C
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 * @example
 * multilabelMarginLoss(Float64Array.of(0.1, 0.2, 0.4, 0.8), Int8Array.of(3, 0, -1, 1)); // 0.8500000000000001
 */
export const multilabelMarginLoss: RowArrayLoss = /* @__PURE__ */ rowLoss(margins.multilabelMarginLoss);

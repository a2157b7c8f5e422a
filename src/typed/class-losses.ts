/** The losses of rows of classes on typed arrays: a row each, which a bundle has if it uses it. */
import * as rowwise from "../loss/rowwise.js";
import { type ArraySmoothingOptions, rowwiseLoss } from "./rowwise.js";

/**
 * Cross-entropy of the softmax of logits: -log softmax(x)[t] of each row, or of probabilities
 * -Σ y log softmax(x).
 *
 * The prediction has rows of numbers, one for each class, which follow each other; another layout
 * is told by `shape`. The target has a class for each row, as integers of any type, or a
 * probability for each number, as floats: then `classes` or `shape` says how long a row is.
 * Floating dtypes; halves are computed in float32, integer predictions in float64.
 * Mean and sum: a float64 number, the exact sum of the rows' losses, over the weights of the targets
 * that count, or over the number of rows for probabilities; none: an array with an element for each
 * row. `weight` has a factor for each class, `labelSmoothing` spreads a share of each target over
 * all of them, and rows whose target is `ignoreIndex`, or where `mask` is 0, count for nothing,
 * whatever stands there.
 * Gradient: (Σ c) softmax(x) - c, with c = weight · ((1 - labelSmoothing) · y + labelSmoothing / C).
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
export const crossEntropy = /* @__PURE__ */ rowwiseLoss<ArraySmoothingOptions>(rowwise.crossEntropy);

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
export const nllLoss = /* @__PURE__ */ rowwiseLoss(rowwise.nllLoss);

/** The losses of rows of classes. */
import * as rowwise from "../loss/rowwise.js";
import type { Tensor } from "../tensor/tensor.js";
import type { MaskOptions } from "./options.js";
import { type ClassLossOptions, evaluateRows, type SmoothingOptions } from "./rowwise.js";

/**
 * Cross-entropy of the softmax of logits: -log softmax(x)[t] of each row, or of probabilities
 * -Σ y log softmax(x).
 *
 * Shapes: input (C), (N, C) or (N, C, d1, …); target without C, of int64 or uint8 classes, or of
 * the input's shape with probabilities, of a floating dtype. Result: 0-d, or for "none" without C.
 * Floating dtypes; halves are computed in float32, and a mean or sum is the exact sum of the rows'
 * losses. `weight` has a factor for each class, `labelSmoothing` spreads a share of each target
 * over all of them, and rows whose target is `ignoreIndex` count for nothing, whatever stands
 * there; nor do rows, of probabilities as well, where the mask, an option of lossgrad's own, does
 * not hold. A mean divides by the sum of the targets' weights that count, or for probabilities by
 * the number of rows that do; of no rows it is NaN.
 * Gradient: (Σ c) softmax(x) - c, with the coefficients c = weight · ((1 - labelSmoothing) · y +
 * labelSmoothing / C), in the same two passes over a row; it goes to probabilities and their
 * weights as well.
 *
 * @throws TypeError for operands that are no tensors, integer logits, targets of another dtype, a
 *   weight of another dtype than the logits, a mask that is not of bools or uint8; RangeError for
 *   classes out of range, sizes that do not meet, an unknown reduction, a labelSmoothing above 1
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 * @example
 * const logits = tensor([[2, 1, 0], [0, 3, 0]]);
 * F.crossEntropy(logits, tensor([0n, 2n])).item(); // 1.7512644529342651
 * F.crossEntropy(logits, tensor([0n, -100n]), { reduction: "none" }).tolist(); // [0.40760597586631775, 0]
 * F.crossEntropy(logits, tensor([[1, 0, 0], [0, 0.5, 0.5]])).item(); // 1.0012644529342651
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  options?: ClassLossOptions & SmoothingOptions & MaskOptions,
): Tensor {
  return evaluateRows(rowwise.crossEntropy, input, target, options);
}

/**
 * Negative log likelihood of log-probabilities: -weight[t] x[t] of each row, t being its target.
 *
 * Shapes, dtypes, options and divisors as of crossEntropy; the target has classes.
 * Gradient: -weight[t] at the target, else 0.
 *
 * @throws as crossEntropy
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 * @example
 * F.nllLoss(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0n, 1n])).item(); // 0.375
 */
export function nllLoss(input: Tensor, target: Tensor, options?: ClassLossOptions & MaskOptions): Tensor {
  return evaluateRows(rowwise.nllLoss, input, target, options);
}

/** The losses of differences, one function a row of the table. */
import type { BetaOptions, DeltaOptions } from "../loss/losses.js";
import type { Tensor } from "../tensor/tensor.js";
import { evaluate } from "./evaluate.js";
import type { LegacyOptions, MaskOptions, ReductionOptions, WeightOptions } from "./options.js";

/**
 * Mean absolute error: |input - target|.
 *
 * Shapes broadcast, with torch's warning when they differ. Result: 0-d for "mean" and "sum", or of
 * the dimensions that `dim` leaves; the broadcast shape for "none".
 * Any dtype; integers wrap, sum to int64 and have no mean; of complex numbers, the modulus.
 * Gradient: sign(input - target), 0 where they are equal, where the difference is NaN, and where
 * the mask does not hold.
 *
 * @throws TypeError for operands that are no tensors, a mask that is not of bools or uint8, `dim`
 *   with "none"; RangeError for shapes that do not broadcast, a weight of another shape, an unknown
 *   reduction, a dimension that the loss does not have
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 * @example
 * F.l1Loss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 0.5
 * F.l1Loss(tensor([[1, 2], [3, 9]]), tensor([[0, 2], [1, 1]]), { dim: 1 }).tolist(); // [0.5, 5]
 * F.l1Loss(tensor([1, NaN, 3]), tensor([0, 0, 0]), { mask: tensor([true, false, true]) }).item(); // 2
 */
export function l1Loss(
  input: Tensor,
  target: Tensor,
  options?: ReductionOptions & MaskOptions & LegacyOptions & WeightOptions,
): Tensor {
  return evaluate("l1Loss", input, target, options);
}

/**
 * Mean squared error: (input - target)².
 *
 * Shapes and result as for l1Loss; floating dtypes. Gradient: 2 (input - target).
 *
 * @throws as l1Loss; TypeError for integers and complex numbers
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 * @example
 * F.mseLoss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 0.375
 */
export function mseLoss(
  input: Tensor,
  target: Tensor,
  options?: ReductionOptions & MaskOptions & LegacyOptions & WeightOptions,
): Tensor {
  return evaluate("mseLoss", input, target, options);
}

/**
 * Squared below beta, absolute above: d² / (2 beta) where |d| < beta, else |d| - beta / 2, with d =
 * input - target.
 *
 * Shapes and result as for l1Loss; floating dtypes. beta >= 0 in the units of d; 0 gives L1.
 * Gradient: d / beta where |d| < beta, else sign(d).
 *
 * @throws as mseLoss; RangeError for a negative or non-finite beta
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 * @example
 * F.smoothL1Loss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 9])).item(); // 0.4375
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  options?: ReductionOptions & MaskOptions & LegacyOptions & BetaOptions,
): Tensor {
  return evaluate("smoothL1Loss", input, target, options);
}

/**
 * d² / 2 where |d| < delta, else delta (|d| - delta / 2), with d = input - target.
 *
 * Shapes and result as for l1Loss; floating dtypes; the result has the input's dtype, which must be
 * floating, too. delta > 0 in the units of d.
 * Gradient: d where |d| < delta, else delta sign(d). A weighted mean divides by the number of
 * elements.
 *
 * @throws as mseLoss; RangeError for a delta that is not positive or not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 * @example
 * F.huberLoss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 9]), { delta: 0.5 }).item(); // 0.28125
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  options?: ReductionOptions & MaskOptions & WeightOptions & DeltaOptions,
): Tensor {
  return evaluate("huberLoss", input, target, options);
}

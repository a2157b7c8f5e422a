/** Focal losses, which torch does not have, on typed arrays: a row each, as in losses.ts. */
import * as rows from "../loss/focal.js";
import { formulaLoss } from "./formula-loss.js";
import type { ArrayOperand } from "./operands.js";
import type { ArrayWeightOptions } from "./options.js";

/**
 * Focal loss of logits x, with targets y from 0 to 1: a (1 - r)^gamma times the binary cross
 * entropy, where r = p y + (1 - p) (1 - y), p = sigmoid(x), and a = alpha y + (1 - alpha) (1 - y),
 * or 1 for an alpha below 0.
 *
 * Shapes, mask and result as for l1Loss, integers in float64; floats of several dtypes are first
 * converted to the one that they promote to. alpha is 0.25 by default, gamma 2.
 * Gradient: that of the formula, which has no kink.
 *
 * @throws as l1Loss; RangeError for a negative gamma
 * @see Lin et al., Focal Loss for Dense Object Detection, ICCV 2017;
 *   https://arxiv.org/abs/1708.02002
 * @example
 * sigmoidFocalLoss(Float64Array.of(0, 2, -1), Float64Array.of(1, 1, 0)); // 0.020255377541719057
 */
export const sigmoidFocalLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { alpha?: number; gamma?: number }
>(rows.sigmoidFocalLoss);

/**
 * Asymmetric loss of logits x of labels, with targets y from 0 to 1:
 * -y (1 - p)^gammaPos log(p) - (1 - y) q^gammaNeg log(1 - q), with p = sigmoid(x) and
 * q = max(p - clip, 0).
 *
 * Shapes, dtypes, mask and result as for sigmoidFocalLoss. gammaNeg is 4 by default, gammaPos 1,
 * clip 0.05.
 * Gradient: that of the formula; of y = 0 it is 0 where p <= clip, at the kink p = clip as well.
 *
 * @throws as l1Loss; RangeError for negative powers, a clip outside of [0, 1]
 * @see Ridnik et al., Asymmetric Loss For Multi-Label Classification, ICCV 2021;
 *   https://arxiv.org/abs/2009.14119
 * @example
 * asymmetricLoss(Float64Array.of(0, -9), Float64Array.of(1, 0), { gammaPos: 0 }); // 0.34657359027997264
 */
export const asymmetricLoss = /* @__PURE__ */ formulaLoss<
  [target: ArrayOperand | number],
  ArrayWeightOptions & { gammaNeg?: number; gammaPos?: number; clip?: number }
>(rows.asymmetricLoss);

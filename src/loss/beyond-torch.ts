/**
 * The rows of the table of formulas (formulas.ts) that torch does not have. Written out in both
 * tables: bundlers keep all of what is spread into another object.
 */
import { asymmetricLoss, sigmoidFocalLoss } from "./focal.js";
import { gaussianCrpsLoss, quantileLoss } from "./forecasts.js";
import {
  cauchyLoss,
  charbonnierLoss,
  epsilonInsensitiveLoss,
  generalRobustLoss,
  logCoshLoss,
  tukeyBiweightLoss,
  wingLoss,
} from "./robust.js";

export const lossesBeyondTorch = {
  quantileLoss,
  logCoshLoss,
  charbonnierLoss,
  epsilonInsensitiveLoss,
  tukeyBiweightLoss,
  cauchyLoss,
  generalRobustLoss,
  wingLoss,
  sigmoidFocalLoss,
  asymmetricLoss,
  gaussianCrpsLoss,
};

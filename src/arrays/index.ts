/** The losses on typed arrays: numbers out, nothing to dispose. */
export type { HalfBits, RuntimeTensor } from "../array/adapter.js";
export type { DType, TypedArray } from "../array/dtype.js";
export type { TypedData } from "../array/typed.js";
export type { Reduction } from "../nn/losses.js";
export { allocate, type AllocatedArrays, type HalfArray } from "./allocate.js";
export {
  type ArrayLossOptions,
  type ArrayWeightOptions,
  type BetaOptions,
  type DeltaOptions,
  type GradientOf,
  type GradOptions,
  huberLoss,
  l1Loss,
  type LossValue,
  mseLoss,
  type OutOptions,
  smoothL1Loss,
  type ValueAndGrad,
} from "./losses.js";
export type { ArrayOperand } from "./operands.js";

/** The losses on typed arrays: numbers out, nothing to dispose. */
export type { HalfBits, RuntimeTensor } from "../ndarray/adapter.js";
export type { DType, TypedArray } from "../ndarray/dtype.js";
export type { TypedData } from "../ndarray/typed.js";
export type { HalfArray } from "../ndarray/view.js";
export type { BetaOptions, DeltaOptions, LossName, Reduction } from "../loss/losses.js";
export { reserve } from "../core/memory.js";
export type { AccumulatedName } from "../loss/accumulated.js";
export type { NonFiniteCounts } from "../loss/accumulator.js";
export type { ExactSumJSON, LossAccumulatorJSON } from "../loss/accumulator-state.js";
export { type AccumulatorParameters, LossAccumulator, type UpdateOptions } from "./accumulator.js";
export { allocate, type AllocatedArrays } from "./allocate.js";
export {
  fuse,
  type FormulaOperand,
  type FusedArrayFunction,
  type FusedArrayOptions,
  type FusedValueAndGrad,
  type FuseOptions,
  type GradsOptions,
  type ValueAndGrads,
  where,
} from "./fuse.js";
export type { FormulaArrayLoss, FormulaValueAndGrad } from "./formula-loss.js";
export { type ArrayLossFunction } from "./loss.js";
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  gaussianNllLoss,
  hingeEmbeddingLoss,
  huberLoss,
  klDiv,
  l1Loss,
  marginRankingLoss,
  mseLoss,
  poissonNllLoss,
  smoothL1Loss,
  softMarginLoss,
} from "./losses.js";
export { asymmetricLoss, sigmoidFocalLoss } from "./focal.js";
export { gaussianCrpsLoss, quantileLoss } from "./forecasts.js";
export {
  cauchyLoss,
  charbonnierLoss,
  epsilonInsensitiveLoss,
  generalRobustLoss,
  logCoshLoss,
  tukeyBiweightLoss,
  wingLoss,
} from "./robust.js";
export { crossEntropy, multilabelMarginLoss, multiMarginLoss, nllLoss } from "./class-losses.js";
export type {
  ArrayClassOptions,
  ArrayMarginOptions,
  ArrayRowOptions,
  ArraySmoothingOptions,
  RowArrayLoss,
  RowwiseArrayLoss,
} from "./rowwise.js";
export type {
  ArrayLossOptions,
  ArrayMaskOptions,
  ArrayWeightOptions,
  GradientOf,
  GradOptions,
  LossValue,
  OutOptions,
  ValueAndGrad,
} from "./options.js";
export type { ArrayOperand } from "./operands.js";

/** The functional forms, F: a list of them. */
export type { BetaOptions, DeltaOptions } from "../loss/losses.js";
export type { LegacyOptions, MaskOptions, ReductionOptions, WeightOptions } from "./options.js";
export type { ClassLossOptions, SmoothingOptions } from "./rowwise.js";
export * from "./cross-entropy.js";
export * from "./formulas.js";
export * from "./likelihoods.js";
export * from "./regression.js";
export type { FormulaLossFunction } from "./formula-loss.js";
export {
  cosineSimilarity,
  type DistanceOptions,
  pairwiseDistance,
  type SimilarityOptions,
} from "./distances.js";
export { multilabelMarginLoss, multiMarginLoss, type MultiMarginOptions } from "./margins.js";
export { type MultilabelOptions, multilabelSoftMarginLoss } from "./multilabel.js";
export {
  cosineEmbeddingLoss,
  type CosineEmbeddingOptions,
  type LegacyRowOptions,
  type TripletDistanceOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
  type TripletOptions,
} from "./pair-losses.js";
export {
  type ClassOptions,
  logSoftmax,
  logsigmoid,
  oneHot,
  sigmoid,
  softmax,
  softplus,
  tanh,
} from "./activations.js";
export { ctcLoss, type CTCOptions, type Lengths } from "./ctc.js";
export { linear } from "./linear.js";
export { linearCrossEntropy, type LinearEntropyOptions } from "./linear-cross-entropy.js";
export { pad, type PadMode, type PadOptions } from "./padding.js";
export {
  asymmetricLoss,
  type AsymmetricOptions,
  sigmoidFocalLoss,
  type SigmoidFocalOptions,
} from "./focal.js";
export { gaussianCrpsLoss, quantileLoss, type QuantileOptions } from "./forecasts.js";
export {
  cauchyLoss,
  charbonnierLoss,
  epsilonInsensitiveLoss,
  type EpsilonOptions,
  generalRobustLoss,
  type GeneralRobustOptions,
  logCoshLoss,
  type ScaleOptions,
  tukeyBiweightLoss,
  wingLoss,
  type WingOptions,
} from "./robust.js";
export { generalRobustLogPartition } from "./robust-partition.js";
export type { PartCountOptions, PartReductionOptions } from "./composed.js";
export { ensembleCrpsLoss, type EnsembleCrpsOptions, pearsonLoss, type PearsonOptions } from "./ensembles.js";
export {
  type BoxIouOptions,
  diceLoss,
  type DiceOptions,
  generalizedBoxIouLoss,
  jaccardLoss,
  type OverlapOptions,
} from "./overlaps.js";
export { type SsimOptions } from "./similarity.js";
export { msSsim, msSsimL1Loss, type MsSsimL1Options, type MsSsimOptions, ssim } from "./images.js";
export { psnr, type PsnrOptions } from "./psnr.js";

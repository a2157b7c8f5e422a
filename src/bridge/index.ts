/** The losses on typed arrays that tensors compute: a bundle with one of them has tensors as well. */
export { ctcLoss, type ArrayLengths } from "./sequences.js";
export {
  msSsim,
  msSsimL1Loss,
  psnr,
  ssim,
  type ArraySsimOptions,
  type ArrayWindowOptions,
} from "./images.js";
export type { ArrayPartOptions, PartArrayLoss, PartValueAndGrad } from "./loss.js";
export {
  cosineEmbeddingLoss,
  multilabelSoftMarginLoss,
  tripletMarginLoss,
  type ArrayTripletOptions,
} from "./pairs.js";
export {
  diceLoss,
  ensembleCrpsLoss,
  generalizedBoxIouLoss,
  jaccardLoss,
  pearsonLoss,
  type ArrayOverlapOptions,
} from "./sets.js";

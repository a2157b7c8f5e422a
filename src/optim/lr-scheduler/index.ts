/** Schedules of learning rates: torch.optim.lr_scheduler. */
export { ChainedScheduler, SequentialLR, type SequentialLROptions } from "./composed.js";
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./cosine.js";
export { CyclicLR, type CyclicLROptions } from "./cyclic.js";
export {
  ExponentialLR,
  type ExponentialLROptions,
  MultiStepLR,
  type MultiStepLROptions,
  StepLR,
  type StepLROptions,
} from "./decays.js";
export { LambdaLR, type LambdaLROptions, type LRLambda, MultiplicativeLR } from "./factors.js";
export type { MomentumOptions } from "./momentum.js";
export { OneCycleLR, type OneCycleLROptions } from "./one-cycle.js";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./plateau.js";
export {
  ConstantLR,
  type ConstantLROptions,
  LinearLR,
  type LinearLROptions,
  PolynomialLR,
  type PolynomialLROptions,
} from "./ramps.js";
export { type AnyOptimizer, type LastEpochOptions, LRScheduler } from "./scheduler.js";
export type { LRSchedulerStateDict } from "./state.js";

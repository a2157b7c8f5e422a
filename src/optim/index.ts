export { Adam, type AdamOptions, AdamW } from "./adam.js";
export {
  type GivenGroup,
  Optimizer,
  type OptimizerStateDict,
  type ParameterGroup,
  type Parameters,
  type ParameterState,
  type ScheduleNotes,
} from "./optimizer.js";
export * as lrScheduler from "./lr-scheduler/index.js";
export { LBFGS, type LBFGSOptions } from "./lbfgs.js";
export { RMSprop, type RMSpropOptions } from "./rmsprop.js";
export { SGD, type SGDOptions } from "./sgd.js";

/** The public names: regression losses and their gradients, with the interface of PyTorch. */
export type { Complex, DType, Scalar, TypedArray } from "./ndarray/dtype.js";
export { noGrad } from "./autograd/mode.js";
export { reserve } from "./core/memory.js";
export { memoryStats, type MemoryStats } from "./core/storage.js";
export { onWarning, type WarningHandler } from "./core/warnings.js";
export { getNumThreads, setNumThreads, type ThreadOptions, threadsInUse } from "./core/threads/threads.js";
export type { AccumulatedName } from "./loss/accumulated.js";
export type { NonFiniteCounts } from "./loss/accumulator.js";
export type { ExactSumJSON, LossAccumulatorJSON } from "./loss/accumulator-state.js";
export { type AccumulatorParameters, LossAccumulator, type UpdateOptions } from "./nn/accumulator.js";
export * as F from "./nn/functional.js";
export type { LossName, Reduction } from "./loss/losses.js";
export * as nn from "./nn/index.js";
export * as optim from "./optim/index.js";
export * as safetensors from "./safetensors/index.js";
export type { Sizes } from "./tensor/arguments.js";
export * as autograd from "./tensor/autograd.js";
export {
  arange,
  empty,
  full,
  type HalfBits,
  linspace,
  type NestedData,
  ones,
  onesLike,
  type RuntimeTensor,
  tensor,
  type TensorData,
  type ShapeArguments,
  type TensorOptions,
  type TypedData,
  zeros,
  zerosLike,
} from "./tensor/creation.js";
export type { SoftmaxOptions } from "./tensor/classes.js";
export type { BackwardOptions } from "./tensor/differentiate.js";
export type { PrintOptions } from "./tensor/format.js";
export { fuse, type FusedFunction, type FusedOptions, type FuseOptions } from "./tensor/fuse.js";
export type { IndexList, Slice } from "./tensor/indexing.js";
export { cat, type JoinOptions, stack } from "./tensor/joining.js";
export { manualSeed, normal, rand, randn } from "./tensor/random.js";
export {
  type AlphaOptions,
  type ClampOptions,
  type Index,
  type IndexPutOptions,
  type NanToNumOptions,
  type Nested,
  type Operand,
  type ReduceOptions,
  type SoftplusOptions,
  Tensor,
} from "./tensor/tensor.js";
export type {
  AlongOptions,
  ArgOptions,
  NormOptions,
  ReduceArgument,
  ValuesAndIndices,
  VarianceOptions,
} from "./tensor/reductions.js";
export type { TopkOptions } from "./tensor/ranking.js";
export { where } from "./tensor/where.js";
export { tidy } from "./tensor/tidy.js";

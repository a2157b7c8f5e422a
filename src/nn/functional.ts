/** The functional forms, F: one function a row of the table. */
import { describeStranger } from "../ndarray/adapter.js";
import { checkCast, type DType, dtypes, isComplex, isFloating, promoteTypes } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { checkSubtraction } from "../ndarray/operations.js";
import { noIntegerMean } from "../ndarray/reductions.js";
import { broadcastShapes, sameShape, sizeText } from "../ndarray/shape.js";
import { isGradEnabled } from "../autograd/mode.js";
import { type Taken, takeOptions } from "../core/options.js";
import { warn } from "../core/warnings.js";
import { Tensor } from "../tensor/tensor.js";
import { type Problem, sum, values } from "../loss/evaluate.js";
import { recordLoss } from "../loss/gradient.js";
import { integerSum, integerValues } from "./integers.js";
import {
  type BetaOptions,
  type DeltaOptions,
  type LossName,
  type LossRow,
  losses,
  optionNames,
  type ParameterName,
  type Reduction,
} from "../loss/losses.js";
import { readParameter } from "../loss/parameter.js";
import { checkReduction, legacyReduction } from "../loss/reduction.js";
import { weightedLoss } from "../loss/weighted.js";

export type { BetaOptions, DeltaOptions } from "../loss/losses.js";

/** How elementwise losses become one. */
export interface ReductionOptions {
  /** "mean" (default) over all elements of the broadcast shape, "sum", or "none" for the elementwise loss. */
  reduction?: Reduction;
}
/** torch's deprecated arguments: reduce false is none, else sizeAverage false is sum, else mean. */
export interface LegacyOptions {
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  sizeAverage?: boolean | null;
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  reduce?: boolean | null;
}
/** Weights of the elements. */
export interface WeightOptions {
  /** Factors of the elementwise loss, of the input's shape. */
  weight?: Tensor | null;
}
/** The options of all losses together. */
type LossOptions = ReductionOptions & LegacyOptions & WeightOptions & Partial<Record<ParameterName, number>>;
type TakenOptions = Taken<LossOptions>;

/** Listed once: a small loss takes no longer than its list. */
const allowed = Object.fromEntries(
  Object.entries<LossRow>(losses).map(([name, row]) => [name, optionNames(row)]),
) as Readonly<Record<LossName, readonly (keyof LossOptions)[]>>;

/**
 * Evaluates a loss of the table; `caller` is its name for messages. The user's code can run while options are taken, and in the
 * handler of warnings: the operands are looked at after both.
 */
function evaluate(name: LossName, input: Tensor, target: Tensor, given: LossOptions): Tensor {
  const row: LossRow = losses[name];
  const options = takeOptions(name, given, allowed[name]);
  checkArguments(name, input, target, options);
  const reduction = warnAndReadReduction(input, target, options);
  // A handler of warnings may have disposed of what was alive before.
  checkArguments(name, input, target, options);
  const same = sameShape(target.nd.shape, input.nd.shape);
  const shape = same ? input.nd.shape : broadcastShapes(input.nd.shape, target.nd.shape);
  const { weight } = options;
  if (!weight) return unweighted(name, row, input, target, shape, reduction, options);
  if (!sameShape(weight.nd.shape, input.nd.shape))
    throw new RangeError("Weights and input must have the same size.");
  return weighted(name, row, input, target, weight, shape, reduction, options);
}

/** All that warns, in torch's order; returns the reduction that was asked for. */
function warnAndReadReduction(input: Tensor, target: Tensor, options: TakenOptions): Reduction {
  if (!sameShape(target.nd.shape, input.nd.shape)) warnOfSizes(input, target);
  // A default, not `??`: null is no reduction, as None is none.
  const { reduction = "mean", sizeAverage, reduce, weight } = options;
  return checkReduction(legacyReduction(sizeAverage, reduce) ?? reduction, Boolean(weight));
}

function checkArguments(name: LossName, input: unknown, target: unknown, { weight }: TakenOptions): void {
  checkTensor(name, "input", input);
  checkTensor(name, "target", target);
  if (weight !== undefined && weight !== null) checkTensor(name, "weight", weight);
}

function checkTensor(name: LossName, word: string, value: unknown): void {
  if (!(value instanceof Tensor)) {
    throw new TypeError(
      `${name}: expected ${word} to be a Tensor, got ${describeStranger(value)}; make one with tensor(...)`,
    );
  }
  value.checkAlive(name);
}

function warnOfSizes(input: Tensor, target: Tensor): void {
  warn(
    `Using a target size (${sizeText(target.shape)}) that is different to the input size (${sizeText(input.shape)}). ` +
      "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
  );
}

function unweighted(
  name: LossName,
  row: LossRow,
  input: Tensor,
  target: Tensor,
  shape: readonly number[],
  reduction: Reduction,
  options: TakenOptions,
): Tensor {
  const parameter = readParameter(name, row, options);
  // SmoothL1 with beta 0 is L1, as in torch.
  if (row.parameter?.name === "beta" && parameter === 0) {
    return unweighted(name, losses.l1Loss, input, target, shape, reduction, options);
  }
  // Both are expanded before they are subtracted, so a 0-d operand promotes like any other.
  const dtype = typeOfLoss(row, input, target);
  // L1 is a subtraction, which torch does not define for bools; the others convert them.
  if (row.anyDType) checkSubtraction(input.nd, target.nd);
  if (!isFloating(dtype)) {
    if (!row.anyDType) throw new TypeError(`"${row.cpu}" not implemented for '${dtypes[dtype].torchName}'`);
    return isComplex(dtype)
      ? complexL1(input, target, shape, reduction)
      : integerL1(input.nd.expanded(shape), target.nd.expanded(shape), dtype, reduction);
  }
  const problem = problemOf(row, input, target, shape, parameter);
  const resultDType = row.inputDecidesDType ? input.dtype : dtype;
  if (isGradEnabled() && (input.requiresGrad || target.requiresGrad)) {
    return recordLoss<Tensor>(problem, reduction, resultDType, { input, target }, Tensor.wrap);
  }
  if (reduction === "none") {
    const terms = NdArray.empty(problem.dtype, shape);
    values(problem, terms);
    return new Tensor(terms).to(resultDType);
  }
  const divisor = reduction === "mean" ? problem.input.numel : 1;
  return new Tensor(NdArray.scalar(resultDType, sum(problem, divisor)));
}

/** The dtype that a loss is computed in; torch's error where its result cannot have that of the input, as Huber's must. */
function typeOfLoss(row: LossRow, input: Tensor, target: Tensor): DType {
  const dtype = promoteTypes(input.dtype, target.dtype);
  if (row.inputDecidesDType) checkCast(dtype, input.dtype);
  return dtype;
}

function problemOf(
  row: LossRow,
  input: Tensor,
  target: Tensor,
  shape: readonly number[],
  parameter: number,
): Problem<NdArray> {
  const dtype = typeOfLoss(row, input, target);
  return { row, input: input.nd.expanded(shape), target: target.nd.expanded(shape), dtype, parameter };
}

/** L1 of complex numbers: the operations that it is made of. */
function complexL1(input: Tensor, target: Tensor, shape: readonly number[], reduction: Reduction): Tensor {
  const terms = input.expand(shape).sub(target.expand(shape)).abs();
  if (reduction === "none") return terms;
  return reduction === "sum" ? terms.sum() : terms.mean();
}

function integerL1(input: NdArray, target: NdArray, dtype: DType, reduction: Reduction): Tensor {
  if (reduction === "none") return new Tensor(integerValues(input, target, dtype));
  if (reduction === "mean") throw noIntegerMean(dtype);
  return new Tensor(NdArray.scalar("int64", integerSum(input, target, dtype)));
}

/** torch's order: the elementwise loss, times the weights, then the reduction. */
function weighted(
  name: LossName,
  row: LossRow,
  input: Tensor,
  target: Tensor,
  weight: Tensor,
  shape: readonly number[],
  reduction: Reduction,
  options: TakenOptions,
): Tensor {
  const compose = (): Tensor => {
    const terms = row.weightedTerm
      ? input.expand(shape).sub(target.expand(shape))[row.weightedTerm]()
      : unweighted(name, row, input, target, shape, "none", options);
    const product = terms.mul(weight);
    if (reduction === "none") return product;
    if (reduction === "sum") return product.sum();
    return row.weightedMean === "elements" ? product.mean() : product.sum().div(weight.sum());
  };
  const dtype = typeOfLoss(row, input, target);
  if (reduction === "none" || !isFloating(dtype) || isComplex(weight.dtype)) return compose();
  const problem = problemOf(row, input, target, shape, readParameter(name, row, options));
  const result = promoteTypes(row.inputDecidesDType ? input.dtype : dtype, weight.dtype);
  return weightedLoss<Tensor>(problem, reduction, result, [input, target, weight], compose, Tensor.wrap);
}

/**
 * Mean absolute error: |input - target|.
 *
 * Shapes broadcast, with torch's warning when they differ. Result: 0-d for "mean" and "sum", the broadcast shape for "none".
 * Any dtype; integers wrap, sum to int64 and have no mean; of complex numbers, the modulus.
 * Gradient: sign(input - target), 0 where they are equal and where the difference is NaN.
 *
 * @throws TypeError for operands that are no tensors; RangeError for shapes that do not broadcast, a weight of another shape, an
 *   unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 * @example
 * F.l1Loss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 0.5
 */
export function l1Loss(
  input: Tensor,
  target: Tensor,
  options: ReductionOptions & LegacyOptions & WeightOptions = {},
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
  options: ReductionOptions & LegacyOptions & WeightOptions = {},
): Tensor {
  return evaluate("mseLoss", input, target, options);
}

/**
 * Squared below beta, absolute above: d² / (2 beta) where |d| < beta, else |d| - beta / 2, with d = input - target.
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
  options: ReductionOptions & LegacyOptions & BetaOptions = {},
): Tensor {
  return evaluate("smoothL1Loss", input, target, options);
}

/**
 * d² / 2 where |d| < delta, else delta (|d| - delta / 2), with d = input - target.
 *
 * Shapes and result as for l1Loss; floating dtypes; the result has the input's dtype, which must be floating, too. delta > 0 in the
 * units of d.
 * Gradient: d where |d| < delta, else delta sign(d). A weighted mean divides by the number of elements.
 *
 * @throws as mseLoss; RangeError for a delta that is not positive or not finite
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 * @example
 * F.huberLoss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 9]), { delta: 0.5 }).item(); // 0.28125
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  options: ReductionOptions & WeightOptions & DeltaOptions = {},
): Tensor {
  return evaluate("huberLoss", input, target, options);
}

export { logsigmoid, sigmoid, softplus, tanh } from "./activations.js";
export { pad, type PadMode, type PadOptions } from "./padding.js";

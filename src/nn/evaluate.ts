/**
 * A call of a loss of tensors: its arguments checked in torch's order, and what computes it chosen.
 */
import { notATensor } from "../ndarray/adapter.js";
import { checkCast, type DType, dtypes, isComplex, isFloating, promoteTypes } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { checkSubtraction } from "../ndarray/operations.js";
import { noIntegerMean } from "../ndarray/reductions.js";
import { broadcastShapes, sameShape, type Shape, sizeText } from "../ndarray/shape.js";
import { isGradEnabled } from "../autograd/mode.js";
import { type Taken, takeOptions } from "../core/options.js";
import { warn } from "../core/warnings.js";
import { Tensor } from "../tensor/tensor.js";
import { type Problem, sum } from "../loss/evaluate.js";
import { recordLoss } from "../loss/gradient.js";
import {
  type LossName,
  type LossRow,
  losses,
  optionNames,
  type ParameterName,
  type Reduction,
  REDUCTIONS,
  rowWith,
} from "../loss/losses.js";
import { countKept } from "../loss/mask.js";
import { readParameter } from "../loss/parameter.js";
import {
  checkMask,
  checkWeight,
  type Extent,
  extentOf,
  legacyReduction,
  readReduction,
  type ReadReduction,
} from "../loss/reduction.js";
import { arrayOf, countsOfParts } from "../loss/parts.js";
import { lossOf, taskOf } from "../loss/task.js";
import { weightedLoss } from "../loss/weighted.js";
import { integerSum, integerValues } from "./integers.js";
import { NODES, nodeOfWeighted } from "./nodes.js";

/** The options of all losses together. */
export interface LossOptions extends Partial<Record<ParameterName, number>> {
  reduction?: Reduction;
  dim?: number | readonly number[] | null;
  keepdim?: boolean;
  mask?: Tensor | null;
  weight?: Tensor | null;
  sizeAverage?: boolean | null;
  reduce?: boolean | null;
}
type TakenOptions = Taken<LossOptions>;

/** A call whose arguments were read and checked. */
interface Call {
  readonly name: LossName;
  readonly row: LossRow;
  readonly input: Tensor;
  readonly target: Tensor;
  readonly mask: Tensor | null;
  /** What input, target and mask are broadcast to. */
  readonly shape: Shape;
  readonly mode: Reduction;
  /** Which elements make up which result; null where all make up one without dimensions. */
  readonly extent: Extent | null;
  /** beta or delta; 0 for a loss without. */
  readonly parameter: number;
}

/** Listed once: a small loss takes no longer than its list. */
const allowed = Object.fromEntries(
  Object.entries<LossRow>(losses).map(([name, row]) => [name, optionNames(row)]),
) as Readonly<Record<LossName, readonly (keyof LossOptions)[]>>;

const NO_OPTIONS = {} as TakenOptions;

/**
 * Evaluates a loss of the table. The user's code can run while options are taken, and in the
 * handler of warnings: the operands are looked at after both.
 */
export function evaluate(name: LossName, input: Tensor, target: Tensor, given?: LossOptions): Tensor {
  const options = given === undefined ? NO_OPTIONS : takeOptions(name, given, allowed[name]);
  checkTensor(name, "input", input);
  checkTensor(name, "target", target);
  const [x, y] = [input.nd, target.nd];
  const isPair = x.dtype === y.dtype && dtypes[x.dtype].category === "float" && sameShape(x.shape, y.shape);
  if (isPair && (options === NO_OPTIONS || isWhole(options))) return whole(name, input, target, options);
  return inParts(name, input, target, options);
}

/**
 * Whether nothing is asked for but one of the three reductions over all elements: nothing warns
 * then.
 */
function isWhole(options: Partial<Record<keyof LossOptions, unknown>>): boolean {
  const { reduction, dim, keepdim, mask, weight, sizeAverage, reduce } = options;
  return (
    (reduction === undefined || (REDUCTIONS as readonly unknown[]).includes(reduction)) &&
    (dim ?? mask ?? weight ?? sizeAverage ?? reduce ?? null) === null &&
    (keepdim === undefined || keepdim === false)
  );
}

/**
 * The loss over all of two operands of one shape and one floating dtype: the usual call, and the
 * shortest way.
 */
function whole(name: LossName, input: Tensor, target: Tensor, options: TakenOptions): Tensor {
  const { reduction = "mean" } = options;
  let row: LossRow = losses[name];
  let parameter = 0;
  if (row.parameter) {
    parameter = readParameter(name, row, options);
    row = rowWith(row, parameter);
  }
  const [x, y] = [input.nd, target.nd];
  const { dtype } = x;
  const problem = { row, input: x, target: y, dtype, parameter, mask: null };
  const isRecorded = isGradEnabled() && (input.requiresGrad || target.requiresGrad);
  const divisor = reduction === "mean" ? x.numel : 1;
  if (reduction !== "none" && !isRecorded) return new Tensor(NdArray.scalar(dtype, sum(problem, divisor)));
  const task = { problem, mode: reduction, extent: null, divisor };
  return isRecorded
    ? recordLoss(NODES[row.module][reduction], task, dtype, { input, target, mask: null }, Tensor.wrap)
    : new Tensor(lossOf(task, dtype));
}

function inParts(name: LossName, input: Tensor, target: Tensor, options: TakenOptions): Tensor {
  const row: LossRow = losses[name];
  checkArguments(name, input, target, options);
  const asked = warnAndReadReduction(name, input, target, options);
  // A handler of warnings may have disposed of what was alive before.
  checkArguments(name, input, target, options);
  const same = sameShape(target.nd.shape, input.nd.shape);
  const shape = same ? input.nd.shape : broadcastShapes(input.nd.shape, target.nd.shape);
  const { weight, mask = null } = options;
  if (mask) checkMask(name, mask.nd, shape);
  const { mode, dims, keepdim } = asked;
  const extent = dims === undefined && !keepdim ? null : extentOf(asked, shape);
  if (weight) checkWeights(name, weight, input, shape, mask !== null || extent !== null);
  const parameter = readParameter(name, row, options);
  const call = { name, row, input, target, mask, shape, mode, extent, parameter };
  return weight ? weighted(call, weight) : unweighted(call);
}

/** All that warns, in torch's order; returns the reduction that was asked for. */
function warnAndReadReduction(
  name: LossName,
  input: Tensor,
  target: Tensor,
  options: TakenOptions,
): ReadReduction {
  if (!sameShape(target.nd.shape, input.nd.shape)) warnOfSizes(input, target);
  const { reduction, sizeAverage, reduce, weight, dim, keepdim } = options;
  // A default, not `??`: null is no reduction, as None is none.
  const asked = legacyReduction(sizeAverage, reduce) ?? reduction;
  return readReduction(name, { reduction: asked, dim, keepdim }, weight ? "weighted" : "enum");
}

function checkArguments(
  name: LossName,
  input: unknown,
  target: unknown,
  { weight, mask }: TakenOptions,
): void {
  checkTensor(name, "input", input);
  checkTensor(name, "target", target);
  if (weight !== undefined && weight !== null) checkTensor(name, "weight", weight);
  if (mask !== undefined && mask !== null) checkTensor(name, "mask", mask);
}

function checkTensor(name: LossName, word: string, value: unknown): void {
  if (value instanceof Tensor) {
    if (value.nd.storage.disposed) value.checkAlive(name);
    return;
  }
  throw notATensor(name, `${word} to be a Tensor`, value);
}

function warnOfSizes(input: Tensor, target: Tensor): void {
  warn(
    `Using a target size (${sizeText(target.shape)}) that is different to the input size (${sizeText(input.shape)}). ` +
      "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
  );
}

/**
 * Throws unless there is a weight for each element of the input, and, where the loss is taken
 * apart, of the loss.
 */
function checkWeights(name: LossName, weight: Tensor, input: Tensor, shape: Shape, inParts: boolean): void {
  checkWeight(weight.nd, input.nd);
  if (!inParts || sameShape(input.nd.shape, shape)) return;
  throw new RangeError(
    `${name}: expected a weight for each element of the loss of shape [${shape.join(", ")}] beside mask, dim or keepdim, ` +
      `got shape [${weight.shape.join(", ")}]; expand input and weight to that shape`,
  );
}

function unweighted(call: Call): Tensor {
  const { input, target, mode, extent, parameter } = call;
  const row = rowWith(call.row, parameter);
  // Both are expanded before they are subtracted, so a 0-d operand promotes like any other.
  const dtype = typeOfLoss(row, input, target);
  // L1 is a subtraction, which torch does not define for bools; the others convert them.
  if (row.anyDType) checkSubtraction(input.nd, target.nd);
  if (!isFloating(dtype)) {
    if (!row.anyDType) throw new TypeError(`"${row.cpu}" not implemented for '${dtypes[dtype].torchName}'`);
    return isComplex(dtype) ? complexL1(call) : integerL1(call, dtype);
  }
  const task = taskOf(problemOf({ ...call, row }, dtype), mode, extent);
  const result = row.inputDecidesDType ? input.dtype : dtype;
  if (isGradEnabled() && (input.requiresGrad || target.requiresGrad)) {
    return recordLoss<Tensor>(NODES[row.module][mode], task, result, call, Tensor.wrap);
  }
  return new Tensor(lossOf(task, result));
}

/**
 * The dtype that a loss is computed in; torch's error where its result cannot have that of the
 * input, as Huber's must.
 */
function typeOfLoss(row: LossRow, input: Tensor, target: Tensor): DType {
  const dtype = promoteTypes(input.dtype, target.dtype);
  if (row.inputDecidesDType) checkCast(dtype, input.dtype);
  return dtype;
}

function problemOf({ row, input, target, mask, shape, parameter }: Call, dtype: DType): Problem<NdArray> {
  return {
    row,
    input: input.nd.expanded(shape),
    target: target.nd.expanded(shape),
    dtype,
    parameter,
    mask: mask?.nd.expanded(shape) ?? null,
  };
}

/**
 * `x` in the shape of the loss, and 0 where the mask does not hold: nothing that stands there goes
 * on.
 */
function kept(x: Tensor, { mask, shape }: Call): Tensor {
  const expanded = x.expand(shape);
  return mask ? mask.choose(expanded, new Tensor(NdArray.scalar(x.dtype, 0))) : expanded;
}

/** What a sum or mean of a composed loss goes over, for the methods of tensors. */
function along({ extent, shape }: Call): { dim?: readonly number[]; keepdim?: boolean } {
  if (!extent) return {};
  return { dim: extent.dims, keepdim: extent.result.length === shape.length };
}

/** How many elements the mask keeps for each result. */
function countOf(mask: Tensor, { extent, shape }: Call, dtype: DType): Tensor | number {
  const bytes = mask.nd.expanded(shape);
  if (!extent) return countKept(bytes, 1, bytes.numel)[0];
  const wide = dtype === "float64" || dtype === "complex128" ? "float64" : "float32";
  const counts = countsOfParts(bytes, extent);
  return new Tensor(arrayOf(counts, wide, extent.result));
}

/** The terms of a loss that is made of operations, reduced. */
function reduced(terms: Tensor, call: Call): Tensor {
  const { mode, mask } = call;
  if (mode === "none") return terms;
  if (mode === "sum") return terms.sum(along(call));
  if (!mask) return terms.mean(along(call));
  const { dtype } = terms;
  return terms
    .sum(along(call))
    .div(countOf(mask, call, dtype))
    .to(dtype);
}

/** L1 of complex numbers: the operations that it is made of. */
function complexL1(call: Call): Tensor {
  return reduced(kept(call.input, call).sub(kept(call.target, call)).abs(), call);
}

function integerL1(call: Call, dtype: DType): Tensor {
  const { input, target, mask, shape, mode, extent } = call;
  if (mode === "mean") throw noIntegerMean(dtype);
  const [x, y] = [input.nd.expanded(shape), target.nd.expanded(shape)];
  if (mode === "sum" && !mask && !extent) {
    return new Tensor(NdArray.scalar("int64", integerSum(x, y, dtype)));
  }
  return reduced(kept(new Tensor(integerValues(x, y, dtype)), call), call);
}

/** torch's order: the elementwise loss, times the weights, then the reduction. */
function weighted(call: Call, weight: Tensor): Tensor {
  const { row, input, target, mask, mode, extent } = call;
  const compose = ([input, target, weight]: readonly Tensor[]): Tensor => {
    const [x, y] = [kept(input, call), kept(target, call)];
    const terms = row.weightedTerm
      ? x.sub(y)[row.weightedTerm]()
      : unweighted({ ...call, input: x, target: y, mask: null, mode: "none", extent: null });
    const weights = mask || extent ? kept(weight, call) : weight;
    const product = terms.mul(weights);
    if (mode !== "mean" || row.weightedMean === "elements") return reduced(product, call);
    return product.sum(along(call)).div(weights.sum(along(call)));
  };
  const dtype = typeOfLoss(row, input, target);
  if (mode === "none" || !isFloating(dtype) || isComplex(weight.dtype))
    return compose([input, target, weight]);
  const task = taskOf(problemOf(call, dtype), mode, extent);
  const result = promoteTypes(row.inputDecidesDType ? input.dtype : dtype, weight.dtype);
  const node = nodeOfWeighted(row, mode);
  return weightedLoss<Tensor>(node, task, result, { input, target, weight, mask }, compose, Tensor.wrap);
}

/** The functional forms of the losses of rows of classes. */
import { notATensor } from "../ndarray/adapter.js";
import { type DType, isComplex, promoteTypes } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { isGradEnabled } from "../autograd/mode.js";
import type { ExactSum } from "../core/exact-sum.js";
import { takeOptions } from "../core/options.js";
import type { Reduction } from "../loss/losses.js";
import { checkMask, checkReduction, legacyReduction } from "../loss/reduction.js";
import {
  checkRows,
  layoutOf,
  outOfBounds,
  readIgnoreIndex,
  readLabelSmoothing,
  type RowOptions,
  rowShape,
} from "../loss/row-checks.js";
import { lossOfRows, recordRows, type RowTask } from "../loss/row-gradient.js";
import {
  addDivisors,
  classesOfKept,
  divisorOfRows,
  readBytes,
  readClasses,
  readWeights,
  type RowProblem,
} from "../loss/row-problem.js";
import { nodeOfRows, type RowwiseRow } from "../loss/rowwise.js";
import { Tensor } from "../tensor/tensor.js";

/** Options of the losses of rows of classes. */
export interface ClassLossOptions {
  /** "mean" (default), "sum", or "none" for the loss of each row. */
  reduction?: Reduction;
  /** A factor for each class, a vector. A mean divides by the sum of those of the targets. */
  weight?: Tensor | null;
  /** The target of rows that count for nothing; -100 by default. */
  ignoreIndex?: number;
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  sizeAverage?: boolean | null;
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  reduce?: boolean | null;
}
/** Labels that are not quite sure. */
export interface SmoothingOptions {
  /** What share of each target is spread evenly over all classes, from 0 (default) to 1. */
  labelSmoothing?: number;
}

const OPTIONS = ["sizeAverage", "reduce", "reduction", "weight", "ignoreIndex"] as const;

/** The options of a loss, which its module has as well. */
export function rowOptionNames(row: RowwiseRow): readonly (keyof ClassLossOptions | "labelSmoothing")[] {
  return row.takesProbabilities ? [...OPTIONS, "labelSmoothing"] : OPTIONS;
}

function checkTensor(name: string, word: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) throw notATensor(name, `${word} to be a Tensor`, value);
  value.checkAlive(name);
}

/** A call whose arguments were read and checked. */
interface Call extends RowOptions {
  readonly row: RowwiseRow;
  readonly mode: Reduction;
  readonly input: Tensor;
  readonly target: Tensor;
  readonly weight: Tensor | null;
  /** In the shape of the unreduced loss. */
  readonly mask: Tensor | null;
  /** Whether the targets are probabilities. */
  readonly dense: boolean;
}

/**
 * Evaluates a loss of the table. The user's code can run while options are taken, and in the
 * handler of warnings: the operands are looked at after both.
 */
export function evaluateRows(
  row: RowwiseRow,
  input: Tensor,
  target: Tensor,
  given: RowCallOptions = {},
): Tensor {
  return evaluate(readCall(row, input, target, given));
}

/** The options of a call. */
export type RowCallOptions = ClassLossOptions & SmoothingOptions & { mask?: Tensor | null };

/** The loss of each row, and what they add to the divisor of a mean; `add` gives how many rows count. */
export interface RowTerms {
  readonly terms: Tensor;
  readonly add: (divisors: ExactSum) => number;
}

/** The unreduced loss of a chunk of rows. */
export function termsOfRows(row: RowwiseRow, input: Tensor, target: Tensor, given: RowCallOptions): RowTerms {
  const call = readCall(row, input, target, { ...given, reduction: "none" });
  return { terms: evaluate(call), add: (divisors) => addDivisors(problemOf(call), divisors) };
}

function readCall(row: RowwiseRow, input: Tensor, target: Tensor, given: RowCallOptions): Call {
  const { name } = row;
  const options = takeOptions(name, given, [...rowOptionNames(row), "mask"]);
  const { weight = null, mask = null, ignoreIndex = -100, labelSmoothing = 0 } = options;
  checkTensor(name, "input", input);
  checkTensor(name, "target", target);
  if (weight !== null) checkTensor(name, "weight", weight);
  if (mask !== null) checkTensor(name, "mask", mask);
  const { sizeAverage, reduce, reduction = "mean" } = options;
  const mode = checkReduction(legacyReduction(sizeAverage, reduce) ?? reduction, "enum");
  const read = {
    ignoreIndex: readIgnoreIndex(name, ignoreIndex),
    labelSmoothing: readLabelSmoothing(name, labelSmoothing),
  };
  for (const x of [input, target, weight, mask]) x?.checkAlive(name);
  const dense = checkRows(row, { input: input.nd, target: target.nd, weight: weight?.nd ?? null }, read);
  if (mask) checkMask(name, mask.nd, rowShape(input.shape));
  return { row, mode, input, target, weight, mask, dense, ...read };
}

function evaluate(call: Call): Tensor {
  const { input, target, weight, dense } = call;
  return dense && isComposed(call)
    ? compose(call, [input, target, ...(weight ? [weight] : [])])
    : fused(call);
}

/**
 * Whether a loss of probabilities is made of operations: another operand than the input wants a
 * gradient, a weight is complex, or smoothing rounds to a dtype of the target's own.
 */
function isComposed(call: Call): boolean {
  const { target, weight, labelSmoothing } = call;
  if (weight && isComplex(weight.dtype)) return true;
  if (labelSmoothing > 0 && target.dtype !== dtypeOf(call)) return true;
  return isGradEnabled() && (target.requiresGrad || (weight?.requiresGrad ?? false));
}

function fused(call: Call): Tensor {
  const { mode, input, target, weight, dense, labelSmoothing } = call;
  if (isGradEnabled() && weight?.requiresGrad) {
    throw new Error(
      "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'. This input cannot have " +
        "requires_grad True.",
    );
  }
  const problem = problemOf(call);
  const task: RowTask = {
    problem,
    mode,
    divisor: mode === "mean" ? divisorOfRows(problem) : 1,
    shape: rowShape(input.shape),
    dtype: problem.dtype,
  };
  if (!isGradEnabled() || !input.requiresGrad) return new Tensor(lossOfRows(task));
  const node = nodeOfRows(input.shape, mode, { dense, smoothed: labelSmoothing > 0 });
  const operands = [input, target, ...(weight ? [weight] : [])];
  return recordRows<Tensor>(node, task, operands, (now) => compose(call, now), Tensor.wrap);
}

/** The dtype of the result: probabilities and their weights promote. */
function dtypeOf({ input, target, weight, dense }: Call): DType {
  if (!dense) return input.dtype;
  const dtype = promoteTypes(input.dtype, target.dtype);
  return weight ? promoteTypes(dtype, weight.dtype) : dtype;
}

function problemOf(call: Call): RowProblem {
  const { row, input, target, weight, mask, dense, ignoreIndex, labelSmoothing } = call;
  const layout = layoutOf(input.shape);
  const kept = mask && readBytes(mask.nd.expanded(rowShape(input.shape)));
  const rules = { classes: layout.classes, ignoreIndex, kept, refuse: outOfBounds };
  return {
    row,
    input: input.nd,
    layout,
    dtype: dtypeOf(call),
    classes: dense ? classesOfKept(kept) : readClasses(target.nd, rules),
    probabilities: dense ? target.nd : null,
    weight: weight && readWeights(weight.nd),
    smoothing: labelSmoothing,
  };
}

/** The loss of operations: torch's own. */
function compose(call: Call, [input, given, weight]: readonly Tensor[]): Tensor {
  const { row, mode, dense } = call;
  const dim = input.ndim < 2 ? 0 : 1;
  const kept = keptRows(input, call);
  const x = row.takesProbabilities ? kept.logSoftmax(dim) : kept;
  const target = dense ? keptRows(given, call) : given;
  const all = dense ? denseTerms(call, x, target, weight) : sparseTerms(call, x, target, weight);
  const terms = call.mask ? call.mask.choose(all, zeroOf(all)) : all;
  if (mode === "none") return terms;
  if (mode === "sum") return terms.sum();
  return terms
    .sum()
    .op("div", { node: "DivBackward1" }, divisorOfRows(problemOf({ ...call, input, target: given })));
}

function zeroOf(x: Tensor): Tensor {
  return new Tensor(NdArray.scalar(x.dtype, 0));
}

/** `x`, laid out as the input, with zeros in the rows that the mask leaves out. */
function keptRows(x: Tensor, { mask }: Call): Tensor {
  if (!mask) return x;
  const rows = mask.expand(rowShape(x.shape));
  return (x.ndim < 2 ? rows : rows.unsqueeze(1)).choose(x, zeroOf(x));
}

/** A weight in the shape of the classes of `x`. */
function alongClasses(weight: Tensor, x: Tensor): Tensor {
  return weight.reshape(x.shape.map((_, d) => (d === (x.ndim < 2 ? 0 : 1) ? -1 : 1)));
}

function denseTerms({ labelSmoothing }: Call, x: Tensor, y: Tensor, weight: Tensor | undefined): Tensor {
  const dim = x.ndim < 2 ? 0 : 1;
  const smooth = labelSmoothing > 0 ? y.mul(1 - labelSmoothing).add(labelSmoothing / x.shape[dim]) : y;
  const products = x.mul(smooth);
  return (weight ? products.mul(alongClasses(weight, x)) : products).sum(dim).neg();
}

function sparseTerms(call: Call, x: Tensor, target: Tensor, weight: Tensor | undefined): Tensor {
  const { ignoreIndex, labelSmoothing } = call;
  const dim = x.ndim < 2 ? 0 : 1;
  const classes = target.to("int64").reshape(rowShape(x.shape));
  const targeted = classes.ne(ignoreIndex);
  const counts = call.mask ? call.mask.choose(targeted, zeroOf(targeted)) : targeted;
  const safe = counts.choose(classes, zeroOf(classes));
  const zero = zeroOf(x);
  const picked = x.gather(dim, safe.unsqueeze(dim)).squeeze(dim).neg();
  const own = weight ? picked.mul(weight.indexSelect(0, safe.flatten()).reshape(safe.shape)) : picked;
  const terms = counts.choose(own, zero);
  if (labelSmoothing === 0) return terms;
  const all = (weight ? x.mul(alongClasses(weight, x)) : x).sum(dim).neg();
  return terms.mul(1 - labelSmoothing).add(counts.choose(all, zero).mul(labelSmoothing / x.shape[dim]));
}

/** The losses of margins between the numbers of rows, and of several labels. */
import { isGradEnabled } from "../autograd/mode.js";
import { takeOptions } from "../core/options.js";
import {
  checkMultilabelMargin,
  checkMultiMargin,
  checkVector,
  marginLayout,
  type MarginTerms,
  readMarginTerms,
} from "../loss/margin-checks.js";
import { countOfRows, marginProblem } from "../loss/margin-problem.js";
import { lossOfRows, recordRows, type RowTask } from "../loss/row-gradient.js";
import * as losses from "../loss/row-losses.js";
import { readBytes, type RowProblem, runRows } from "../loss/row-problem.js";
import type { Shape } from "../ndarray/shape.js";
import { NdArray } from "../ndarray/ndarray.js";
import { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./distances.js";
import {
  COUNT_OPTIONS,
  keptParts,
  type PartCountOptions,
  type Parts,
  readParts,
  reduceParts,
} from "./composed.js";
import type { MaskOptions } from "./options.js";
import { type LegacyRowOptions, readRowReduction } from "./pair-losses.js";

/** Options of F.multiMarginLoss. */
export interface MultiMarginOptions extends LegacyRowOptions {
  /** The power of what a class comes too close, 1 (default) or 2. */
  p?: 1 | 2;
  /** By how much the target's number is to be larger than the others, finite; 1 by default. */
  margin?: number;
  /** A factor for each target class, a vector. */
  weight?: Tensor | null;
}

const LEGACY = ["sizeAverage", "reduce", "reduction"] as const;
export const MULTI_MARGIN_OPTIONS = ["p", "margin", "weight", ...LEGACY] as const;
export const MULTILABEL_MARGIN_OPTIONS = LEGACY;

/**
 * Loss of rows x of numbers, one for each of C classes, whose target class t is to have the largest
 * by a margin: Σ w[t] max(margin - x[t] + x[i], 0)ᵖ / C over the classes i other than t.
 *
 * Shapes: input (N, C) or (C); target (N), or for one row 0-d, of int64 classes. Result: 0-d, or for
 * "none" the target's shape. float32 and float64, as in torch; `weight` has the input's dtype. A mean
 * divides by the number of rows, whatever their weights are; of no rows it is NaN. A hinge that is
 * NaN counts as 0, as in torch.
 * Gradient: w[t] / C where a hinge is above 0, else 0, also at 0; for p = 2, 2 w[t] / C times the
 * hinge; by x[t], the negative sum of these. The same kernel computes it with the value.
 *
 * @throws TypeError for operands that are no tensors, other dtypes, options of another type;
 *   RangeError for classes out of range, sizes that do not meet, p other than 1 and 2, a margin that
 *   is not finite, an unknown reduction; Error for a weight that requires grad
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 * @example
 * const scores = tensor([[1, 0.5, 2], [0, 3, 0]]);
 * F.multiMarginLoss(scores, tensor([0n, 1n]), { reduction: "none" }).tolist(); // [0.8333333134651184, 0]
 * F.multiMarginLoss(scores, tensor([0n, 1n]), { p: 2, margin: 0.5 }).item(); // 0.375
 */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultiMarginOptions & MaskOptions = {},
): Tensor {
  const row = losses.multiMarginLoss;
  const taken = takeOptions(row.name, options, [...MULTI_MARGIN_OPTIONS, "mask"]);
  const { p = 1, margin = 1, weight = null } = taken;
  const operands = { input, target, ...(weight === null ? {} : { weight }) };
  checkTensors(row.name, operands);
  const mode = readRowReduction(taken);
  const terms = readMarginTerms(row.name, p, margin);
  checkTensors(row.name, operands);
  if (weight) checkVector(weight.nd);
  if (weight?.requiresGrad && isGradEnabled()) {
    throw new Error(
      "The function 'multi_margin_loss' is not differentiable with respect to argument 'weight'. This input cannot " +
        "have requires_grad True.",
    );
  }
  checkMultiMargin({ input: input.nd, target: target.nd, weight: weight?.nd ?? null });
  const layout = marginLayout(input.shape);
  const parts = readParts(row.name, mode, target.shape, { mask: taken.mask });
  const problem = marginProblem({
    row,
    input: input.nd,
    target: target.nd,
    weight: weight?.nd ?? null,
    layout,
    dtype: input.dtype,
    kept: bytesOf(parts),
    terms,
  });
  const compose = ([x, t, w]: readonly Tensor[]): Tensor =>
    hinges(keptRows(x, parts), keptParts(t, parts), w, terms);
  const all = weight ? [input, target, weight] : [input, target];
  return evaluateMargins(problem, parts, "MultiMarginLossBackward0", all, compose);
}

/** What says of each row whether it counts; null where all do. */
function bytesOf({ holds }: Parts): Uint8Array | null {
  return holds && readBytes(holds.nd);
}

/** Rows of numbers with zeros in the place of those that are left out. */
function keptRows(x: Tensor, parts: Parts): Tensor {
  return keptParts(x, parts, x.ndim > parts.shape.length ? [x.ndim - 1] : []);
}

/** The losses of rows, of operations. */
function hinges(
  input: Tensor,
  target: Tensor,
  weight: Tensor | undefined,
  { p, margin }: MarginTerms,
): Tensor {
  const { outer, classes } = marginLayout(input.shape);
  const x = input.reshape([outer, classes]);
  const t = target.reshape([outer, 1]);
  const z = x.gather(1, t).neg().add(margin).add(x);
  const counts = z.gt(0).mul(t.op("positions", { dim: 1, size: classes }).eq(0));
  const hinge = counts.choose(z, z.detach().zeros());
  const powers = p === 2 ? hinge.square() : hinge;
  const factors = weight ? weight.indexSelect(0, t.flatten()).unsqueeze(1) : null;
  return (factors ? powers.mul(factors) : powers).sum(1).div(classes).reshape(target.shape);
}

/**
 * Loss of rows x of numbers, one for each of C classes, several of which are labels: each label is to
 * have a larger number than each class that is none, by 1: Σ max(1 - x[t] + x[i], 0) / C over the
 * labels t and the classes i that are none.
 *
 * Shapes: input (N, C) or (C); target of the input's shape, of int64: the labels of each row, which
 * the first -1 ends. Result: 0-d, or for "none" (N) or 0-d. The dtypes float32 and float64, as in torch. A label
 * that stands there twice counts twice. A mean divides by the number of rows; of no rows it is NaN. A
 * hinge that is NaN counts as 0, as in torch.
 * Gradient: 1 / C for each hinge above 0 that a class has a part in, -1 / C for each one of a label;
 * 0 at 0. The same kernel computes it with the value.
 *
 * @throws TypeError for operands that are no tensors, other dtypes, options of another type;
 *   RangeError for labels below -1 or not below C, also behind the first -1, sizes that do not meet,
 *   an unknown reduction
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 * @example
 * const scores = tensor([[0.1, 0.2, 0.4, 0.8]], { dtype: "float64" });
 * F.multilabelMarginLoss(scores, tensor([[3n, 0n, -1n, 1n]])).item(); // 0.8500000000000001
 */
export function multilabelMarginLoss(
  input: Tensor,
  target: Tensor,
  options: LegacyRowOptions & PartCountOptions = {},
): Tensor {
  const row = losses.multilabelMarginLoss;
  const taken = takeOptions(row.name, options, [...MULTILABEL_MARGIN_OPTIONS, ...COUNT_OPTIONS]);
  checkTensors(row.name, { input, target });
  const mode = readRowReduction(taken);
  checkTensors(row.name, { input, target });
  checkMultilabelMargin({ input: input.nd, target: target.nd });
  const layout = marginLayout(input.shape);
  const shape = input.ndim === 2 ? [input.shape[0]] : [];
  const parts = readParts(row.name, mode, shape, taken);
  const problem = marginProblem({
    row,
    input: input.nd,
    target: target.nd,
    weight: null,
    layout,
    dtype: input.dtype,
    kept: bytesOf(parts),
    terms: null,
  });
  const compose = ([x]: readonly Tensor[]): Tensor => linear(problem, keptRows(x, parts), shape);
  const node = "MultilabelMarginLossBackward0";
  return evaluateMargins(problem, parts, node, [input, target], compose);
}

/** What has the slopes of a loss that is linear between its kinks: they are constants. */
function linear(problem: RowProblem, x: Tensor, shape: Shape): Tensor {
  const grad = NdArray.empty(x.dtype, x.shape);
  runRows({ ...problem, input: x.nd }, { grad });
  const { outer, classes } = problem.layout;
  return x.mul(new Tensor(grad)).reshape([outer, classes]).sum(1).reshape(shape);
}

/** Row weights make it operations of the losses of the rows. */
function evaluateMargins(
  problem: RowProblem,
  parts: Parts,
  node: string,
  operands: readonly Tensor[],
  compose: (operands: readonly Tensor[]) => Tensor,
): Tensor {
  if (parts.weight) {
    const each = evaluateMargins(problem, { ...parts, mode: "none", weight: null }, node, operands, compose);
    return reduceParts(each, parts);
  }
  const { mode, shape } = parts;
  const divisor = mode === "mean" ? countOfRows(problem.layout, bytesOf(parts)) : 1;
  const task: RowTask = { problem, mode, divisor, shape, dtype: problem.dtype };
  if (!isGradEnabled() || !operands[0].requiresGrad) return new Tensor(lossOfRows(task));
  return recordRows<Tensor>(node, task, operands, (now) => reduceParts(compose(now), parts), Tensor.wrap);
}

/**
 * Weighted losses of arrays. Values are summed as those of tensors are; what has an element for each of the operands' goes through
 * the tensors' own operations, a block at a time, which keeps it to PyTorch's roundings and to the memory of a few blocks.
 */
import { isFloating, roundTo } from "../array/dtype.js";
import type { ForeignArray } from "../array/foreign.js";
import { NdArray } from "../array/ndarray.js";
import { sumAll } from "../array/sums.js";
import { inBlocks } from "../array/window.js";
import { withGradMode } from "../autograd/mode.js";
import { type Problem, weightedSum } from "../nn/evaluate.js";
import * as F from "../nn/functional.js";
import { divided } from "../nn/gradient.js";
import { full } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";
import { tidy } from "../tensor/tidy.js";
import { elementsOf, type ReadOperand } from "./operands.js";
import type { Request } from "./request.js";

/** The weighted sum or mean, and its derivative by a weighted term. */
export function weightedSums(
  { row, reduction, resultDType }: Request,
  problem: Problem<ForeignArray>,
  weight: ReadOperand,
): { value: number; scale: number } {
  const { input } = problem;
  const weights = elementsOf(weight, input.memory);
  if (reduction === "sum") return { value: weightedSum(problem, weights, 1), scale: 1 };
  if (row.weightedMean === "elements") {
    return {
      value: weightedSum(problem, weights, input.numel),
      scale: divided(1, input.numel, resultDType),
    };
  }
  const all = Number(sumAll(weights));
  const rounded = isFloating(weight.dtype) ? (roundTo(weight.dtype, all) as number) : all;
  return { value: weightedSum(problem, weights, all), scale: divided(1, rounded, resultDType) };
}

/** The operands of a weighted loss and where its results go, all in reach of the tensors' memory. */
export interface WeightedOperands {
  readonly prediction: ForeignArray;
  readonly target: ForeignArray;
  readonly weight: ForeignArray;
  readonly out: ForeignArray | null;
  readonly grad: ForeignArray | null;
}

/** Writes the weighted terms to `out`, and `scale` times their derivatives by the prediction to `grad`. */
export function weightedTerms(request: Request, operands: WeightedOperands, scale: number): void {
  const { out, grad } = operands;
  inBlocks(operands.weight.numel, (start, n) => {
    tidy(() => {
      const prediction = blockOf(operands.prediction, start, n);
      if (grad) prediction.requiresGrad_();
      const terms = withGradMode(grad !== null, () => termsOf(request, prediction, operands, start, n));
      if (grad) {
        terms.backward(full([n], scale, { dtype: terms.dtype }));
        write(prediction.grad!, grad, start);
        // A scope leaves a leaf its gradient.
        prediction.grad!.dispose();
      }
      if (out) write(terms, out, start);
    });
  });
}

/** The weighted loss of a block, unreduced. */
function termsOf(
  { caller, row, parameter, dtype, asked }: Request,
  prediction: Tensor,
  { target, weight }: WeightedOperands,
  start: number,
  n: number,
): Tensor {
  const computed = (x: Tensor): Tensor => x.to(asked ?? (isFloating(x.dtype) ? x.dtype : dtype));
  const loss = F[caller] as (input: Tensor, target: Tensor, options: object) => Tensor;
  return loss(computed(prediction), computed(blockOf(target, start, n)), {
    reduction: "none",
    weight: blockOf(weight, start, n),
    ...(row.parameter ? { [row.parameter.name]: parameter } : {}),
  });
}

/** Elements [start, start + n) as a tensor. */
function blockOf(elements: ForeignArray, start: number, n: number): Tensor {
  const block = NdArray.empty(elements.dtype, [n]);
  elements.copyTo(block.address(), start, n);
  return new Tensor(block);
}

/** Puts a block at elements [start, start + numel). */
function write(block: Tensor, elements: ForeignArray, start: number): void {
  const { nd } = block.detach().to(elements.dtype);
  elements.copyFrom(nd.address(), start, nd.numel);
}

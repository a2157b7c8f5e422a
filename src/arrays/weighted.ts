/**
 * Weighted losses of arrays. Values are summed as those of tensors are; what has an element for each of the operands' goes through
 * the tensors' own operations, a block at a time, which keeps it to PyTorch's roundings and to the memory of a few blocks.
 */
import { isFloating, roundTo } from "../array/dtype.js";
import { ForeignArray } from "../array/foreign.js";
import { NdArray } from "../array/ndarray.js";
import { sumAll } from "../array/sums.js";
import { inBlocks } from "../array/window.js";
import { withGradMode } from "../autograd/mode.js";
import { memory } from "../core/memory.js";
import { type Problem, weightedSum } from "../nn/evaluate.js";
import * as F from "../nn/functional.js";
import { divided } from "../nn/gradient.js";
import { full } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";
import { tidy } from "../tensor/tidy.js";
import type { Destination } from "./destination.js";
import { elementsOf, type ReadOperand } from "./operands.js";
import { type Request, targetType } from "./request.js";

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

/** The weighted terms, and `scale` times their derivatives by the prediction, into the destinations that are given. */
export function weightedTerms(
  request: Request,
  weight: ReadOperand,
  scale: number,
  out: Destination | null,
  grad: Destination | null,
): void {
  inBlocks(weight.data.length, (start, n) => {
    tidy(() => {
      const prediction = blockOf(request.prediction, start, n);
      if (grad) prediction.requiresGrad_();
      const terms = withGradMode(grad !== null, () => termsOf(request, prediction, weight, start, n));
      if (grad) {
        terms.backward(full([n], scale, { dtype: terms.dtype }));
        write(prediction.grad!, grad, start);
      }
      if (out) write(terms, out, start);
    });
  });
}

/** The weighted loss of a block, unreduced. */
function termsOf(
  { caller, row, parameter, prediction: { dtype: own }, target, dtype, asked }: Request,
  prediction: Tensor,
  weight: ReadOperand,
  start: number,
  n: number,
): Tensor {
  const other =
    typeof target === "object"
      ? blockOf(target, start, n)
      : full([n], target, { dtype: targetType(own, target) });
  const computed = (x: Tensor): Tensor => x.to(asked ?? (isFloating(x.dtype) ? x.dtype : dtype));
  const loss = F[caller] as (input: Tensor, target: Tensor, options: object) => Tensor;
  return loss(computed(prediction), computed(other), {
    reduction: "none",
    weight: blockOf(weight, start, n),
    ...(row.parameter ? { [row.parameter.name]: parameter } : {}),
  });
}

/** Elements [start, start + n) as a tensor. */
function blockOf({ data, dtype }: ReadOperand, start: number, n: number): Tensor {
  const block = NdArray.empty(dtype, [n]);
  new ForeignArray(data, dtype, data.length, memory()).copyTo(block.address(), start, n);
  return new Tensor(block);
}

/** Puts the block at elements [start, start + numel) of the destination. */
function write(block: Tensor, { data, dtype }: Destination, start: number): void {
  const converted = block.detach().to(dtype);
  new ForeignArray(data, dtype, data.length, memory()).copyFrom(
    converted.nd.address(),
    start,
    converted.nd.numel,
  );
}

/** The losses of arrays of any kind, block by block. */
import { isFloating, roundFloat } from "../ndarray/dtype.js";
import type { ForeignArray } from "../ndarray/foreign.js";
import type { TakenData } from "../ndarray/typed.js";
import type { Elements } from "../ndarray/window.js";
import { type LinearMemory, memory, staging } from "../core/memory.js";
import { type Problem, slope, sum, sumAndSlope, values, valuesAndSlopes } from "../loss/evaluate.js";
import { countKept } from "../loss/mask.js";
import { weightedTerms } from "../loss/weighted-terms.js";
import { byteSum, byteValues } from "./bytes.js";
import { checkOut, type Destination, destinationFor } from "./destination.js";
import { constant, elementsOf, type ReadOperand } from "./operands.js";
import { operandsAmong, type Request, targetType } from "./request.js";
import { weightedProblem, weightedSums } from "./weighted.js";

/** A number, or for "none" what was written to. */
export function evaluate(request: Request): unknown {
  const { caller, reduction, prediction, asked, resultDType, given } = request;
  checkOut(caller, reduction, given);
  if (reduction !== "none") return roundFloat(asked ?? "float64", reducedValue(request));
  const out = destinationFor(caller, "out", given, resultDType, prediction, operandsOf(request));
  const problem = problemOf(request);
  writeTerms(request, problem, elementsOf(out, problem.input.memory));
  return out.result;
}

/** Writes the unreduced loss, in the dtype that the request says, to `out`. */
export function writeTerms(request: Request, problem: Problem<ForeignArray>, out: Elements): void {
  const { weight } = request;
  const { input, target } = problem;
  if (weight) {
    const weighted = weightedProblem(request, problem, elementsOf(weight, input.memory));
    weightedTerms(weighted, { out, grad: null }, 1);
  } else if (request.bytes) byteValues(input, target, out);
  else values(problem, out);
}

function reducedValue(request: Request): number {
  const { weight } = request;
  const problem = problemOf(request);
  const divisor = divisorOf(request, problem);
  if (request.bytes) return byteSum(problem.input, problem.target) / divisor;
  if (!weight) return sum(problem, divisor);
  const weights = elementsOf(weight, problem.input.memory);
  return weightedSums(request, weightedProblem(request, problem, weights)).value;
}

/** The value, and the gradient with respect to the prediction. */
export function evaluateWithGradient(request: Request): { value: unknown; grad: unknown } {
  const { caller, reduction, prediction, weight, resultDType, given } = request;
  if (!isFloating(prediction.dtype)) {
    throw new TypeError(
      `${caller}: expected a floating prediction, which has a gradient, got ${prediction.dtype}; Float32Array.from(prediction) ` +
        "converts it",
    );
  }
  const operands = operandsOf(request);
  const grad = destinationFor(caller, "grad", given, prediction.dtype, prediction, operands);
  if (reduction !== "none") {
    const value = weight ? weighted(request, weight, grad) : reduced(request, grad);
    return { value: roundFloat(request.asked ?? "float64", value), grad: grad.result };
  }
  const out = destinationFor(caller, "out", null, resultDType, prediction, operands);
  const problem = problemOf(request);
  const { memory } = problem.input;
  const [terms, slopes] = [elementsOf(out, memory), elementsOf(grad, memory)];
  if (weight) {
    const weighted = weightedProblem(request, problem, elementsOf(weight, memory));
    weightedTerms(weighted, { out: terms, grad: slopes }, 1);
  } else {
    valuesAndSlopes(problem, request.row.factor, terms, slopes);
  }
  return { value: out.result, grad: grad.result };
}

function reduced(request: Request, grad: Destination): number {
  const problem = problemOf(request);
  const divisor = divisorOf(request, problem);
  const norm = request.row.factor / divisor;
  const out = elementsOf(grad, problem.input.memory);
  if (!grad.replaces) return sumAndSlope(problem, divisor, norm, out);
  // A sum that is not finite is looked at again, when its operand would be gone.
  const value = sum(problem, divisor);
  slope(problem, norm, 1, out);
  return value;
}

function weighted(request: Request, weights: ReadOperand, grad: Destination): number {
  const problem = problemOf(request);
  const { memory } = problem.input;
  // Before anything may grow the memory.
  const [weight, slopes] = [elementsOf(weights, memory), elementsOf(grad, memory)];
  const all = weightedProblem(request, problem, weight);
  const { value, scale } = weightedSums(request, all);
  weightedTerms(all, { out: null, grad: slopes }, scale);
  return value;
}

function operandsOf({ prediction, target, weight, mask }: Request): ReadOperand[] {
  return operandsAmong(prediction, target, weight, mask);
}

/** What a sum is divided by: for a mean, how many elements count. */
function divisorOf({ reduction, prediction }: Request, { mask }: Problem<ForeignArray>): number {
  if (reduction !== "mean") return 1;
  return mask ? countKept(mask, 1, mask.numel)[0] : prediction.length;
}

/** The operands in reach of one memory. */
export function problemOf(request: Request): Problem<ForeignArray> {
  const place = placeFor(operandsOf(request));
  const { row, parameter, dtype, prediction, target, mask } = request;
  const input = elementsOf(prediction, place);
  const other =
    typeof target === "object"
      ? elementsOf(target, place)
      : constant(target, targetType(prediction.dtype, target), input.numel, place);
  return { row, input, target: other, dtype, parameter, mask: mask && elementsOf(mask, place) };
}

/**
 * The memory whose kernels compute: that of the tensors where all operands lie there, else that of
 * the small windows.
 */
export function placeFor(operands: readonly ReadOperand[]): LinearMemory {
  return operands.every(({ data }) => isInside(data)) ? memory() : staging();
}

function isInside({ buffer }: TakenData): boolean {
  return memory().owns(buffer);
}

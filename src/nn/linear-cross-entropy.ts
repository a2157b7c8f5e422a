/** Cross-entropy of logits that are products: its functional form. */
import { isGradEnabled } from "../autograd/mode.js";
import { describeValue } from "../core/describe.js";
import { takeOptions } from "../core/options.js";
import { warn } from "../core/warnings.js";
import { type LinearTask, linearLoss, recordLinear } from "../loss/linear-gradient.js";
import { type Reduction, REDUCTIONS } from "../loss/losses.js";
import { checkReduction } from "../loss/reduction.js";
import {
  checkRows,
  layoutOf,
  outOfBounds,
  readIgnoreIndex,
  readLabelSmoothing,
  rowShape,
} from "../loss/row-checks.js";
import { divisorOfRows, readClasses, readWeights } from "../loss/row-problem.js";
import { crossEntropy, nodeOfRows } from "../loss/rowwise.js";
import { promoteTypes } from "../ndarray/dtype.js";
import { checkFactors } from "../ndarray/linear.js";
import { numelOf, sameShape, type Shape } from "../ndarray/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./distances.js";
import { checkAddends, linear } from "./linear.js";
import { LinearCrossEntropyOptions } from "./linear-options.js";
import { evaluateRows } from "./rowwise.js";

/** Options of F.linearCrossEntropy. */
export interface LinearEntropyOptions {
  /** Added to the logits, of the weight's shape without its last dimension. */
  linearBias?: Tensor | null;
  /** A factor for each class, a vector. A mean divides by the sum of those of the targets. */
  weight?: Tensor | null;
  /** "mean" (default), "sum", or "none" for the loss of each row. */
  reduction?: Reduction;
  /** The target of rows that count for nothing; null, the default, for -100 where targets are classes. */
  ignoreIndex?: number | null;
  /** What share of each target is spread evenly over all classes, from 0 (default) to 1. */
  labelSmoothing?: number;
  /** torch's chunks, whose gradients have none themselves; null, the default, for the loss of operations. */
  options?: LinearCrossEntropyOptions | null;
}

const NAME = "linearCrossEntropy";
const OPTIONS = ["linearBias", "weight", "reduction", "ignoreIndex", "labelSmoothing", "options"] as const;

/** A call whose arguments were read and checked. */
interface Call {
  readonly input: Tensor;
  readonly linearWeight: Tensor;
  readonly linearBias: Tensor | null;
  readonly target: Tensor;
  readonly weight: Tensor | null;
  readonly mode: Reduction;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly logits: Shape;
  /** Whether the targets are probabilities. */
  readonly dense: boolean;
  readonly chunks: LinearCrossEntropyOptions | null;
}

/**
 * Cross-entropy of the logits x Wᵀ + b of rows x, as `crossEntropy(linear(x, W, b), target)` has it,
 * without all logits at a time: blocks of rows go through the product, the loss and, where gradients
 * are wanted, their products in one pass.
 *
 * Shapes: input (N, D) or (D); weight (C, D), or (C, d1, …, D) for a K-dimensional loss of a batch;
 * target (N, d1, …) of int64 or uint8 classes, or (N, C, d1, …) with probabilities. Result: 0-d, or
 * for "none" (N, d1, …). Floating dtypes, one for input, weight and bias; options as of crossEntropy.
 * Gradient: that of crossEntropy by the logits, times W, the input, and 1. Of a mean or sum it is
 * computed with the value, so that memory takes a block of logits beside the gradients. Values and
 * gradients have the bits of the operations, for blocks of every size; for another upstream gradient
 * than 1, those of float32 and float64 are multiplied by it. Gradients of probabilities and of their
 * weights, and those of higher order, are those of the operations, with all logits.
 * With `options`, torch's chunks: blocks of the size that they say, gradients that have none
 * themselves, and no second backward unless they allow it. Where they do not apply, a warning says
 * so.
 *
 * @throws TypeError for operands that are no tensors, differ in dtype or are of integers; RangeError
 *   for sizes that do not meet, classes out of range, an unknown reduction, a labelSmoothing above 1,
 *   an ignoreIndex beside probabilities
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear_cross_entropy.html and
 *   Hsu et al., Liger Kernel, 2024
 * @example
 * const weight = tensor([[1, 0], [0, 1], [1, 1]]);
 * F.linearCrossEntropy(tensor([[2, 1], [0, 3]]), weight, tensor([0n, 2n])).item(); // 1.0626709461212158
 * F.linearCrossEntropy(tensor([2, 1]), weight, tensor(0n), { linearBias: tensor([1, 0, 0]) }).item(); // 0.7586236596107483
 */
export function linearCrossEntropy(
  input: Tensor,
  linearWeight: Tensor,
  target: Tensor,
  options: LinearEntropyOptions = {},
): Tensor {
  const taken = takeOptions(NAME, options, OPTIONS);
  const { linearBias = null, weight = null, reduction = "mean", labelSmoothing = 0 } = taken;
  const { ignoreIndex = null, options: chunks = null } = taken;
  const operands = {
    input,
    linearWeight,
    target,
    ...(linearBias !== null && { linearBias }),
    ...(weight !== null && { weight }),
  };
  checkTensors(NAME, operands);
  if (chunks !== null && !(chunks instanceof LinearCrossEntropyOptions)) {
    throw new TypeError(
      `${NAME}: expected options to be LinearCrossEntropyOptions, got ${describeValue(chunks)}; ` +
        "new nn.LinearCrossEntropyOptions() makes one",
    );
  }
  const look = (): Shape => checkShapes(input, linearWeight, linearBias);
  const dense = sameShape(target.shape, look());
  if (dense && ignoreIndex !== null) {
    throw new RangeError("ignore_index cannot be specified when target contains probabilities");
  }
  const read = {
    ignoreIndex: readIgnoreIndex(NAME, ignoreIndex ?? -100),
    labelSmoothing: readLabelSmoothing(NAME, labelSmoothing),
  };
  const outFeatures = linearWeight.shape.slice(1, -1);
  const given = { reduction, labelSmoothing, outFeatures, dense };
  const applies = chunks !== null && takesChunks(input, target, given);
  if (chunks !== null && !applies) warnOfOptions(target, linearBias, given);
  const mode = checkReduction(reduction, "enum");
  // The handler of a warning may have disposed of operands, or replaced their elements.
  checkTensors(NAME, operands);
  const logits = look();
  if (linearBias) checkAddends(input, linearWeight, linearBias);
  else checkFactors(input.dtype, linearWeight.dtype);
  const sized = {
    input: { dtype: input.dtype, shape: logits },
    target: target.nd,
    weight: weight?.nd ?? null,
  };
  return evaluate({
    ...{ input, linearWeight, linearBias, target, weight, mode, logits, ...read },
    dense: checkRows(crossEntropy, sized, read),
    chunks: applies ? chunks : null,
  });
}

/** A shape as Python shows it. */
export const tupleOf = (shape: Shape): string => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

/** torch's checks of the shapes; returns that of the logits. */
function checkShapes({ shape: x }: Tensor, { shape: w }: Tensor, bias: Tensor | null): Shape {
  if (x.length < 1 || x.length > 2) {
    throw new RangeError(`expected input with dimensionality 1 or 2, got ${x.length}`);
  }
  if (w.length < 2) {
    throw new RangeError(`expected linear_weight with dimensionality at least 2, got ${w.length}`);
  }
  const [features, columns] = [x[x.length - 1], w[w.length - 1]];
  if (features !== columns) {
    throw new RangeError(
      "expected equal input and linear_weight last dimensions (in_features), " +
        `got ${features} and ${columns}, respectively`,
    );
  }
  const outputs = w.slice(0, -1);
  if (bias && !sameShape(bias.shape, outputs)) {
    throw new RangeError(`expected linear_bias shape ${tupleOf(outputs)}, got ${tupleOf(bias.shape)}`);
  }
  if (w.length > 2 && x.length === 1) {
    throw new RangeError(
      `K-dimensional loss defined by linear_weight shape ${tupleOf(w)} requires batched input, (N, ${features}), got ` +
        `unbatched input with shape ${tupleOf(x)}`,
    );
  }
  return [...x.slice(0, -1), ...outputs];
}

interface Asked {
  readonly reduction: unknown;
  readonly labelSmoothing: number;
  readonly outFeatures: Shape;
  readonly dense: boolean;
}

/** Whether torch's chunks take such a call. */
function takesChunks(input: Tensor, target: Tensor, asked: Asked): boolean {
  const { reduction, labelSmoothing, outFeatures, dense } = asked;
  if (outFeatures.length > 0 || labelSmoothing !== 0) return false;
  if (!(REDUCTIONS as readonly unknown[]).includes(reduction)) return false;
  if (target.dtype === "int64") return true;
  const isAlone = !(target.requiresGrad && isGradEnabled());
  return dense && reduction !== "none" && target.dtype === input.dtype && isAlone;
}

/** torch's warning of options that do not apply. */
function warnOfOptions(target: Tensor, bias: Tensor | null, asked: Asked): void {
  const { reduction, labelSmoothing, outFeatures } = asked;
  warn(
    "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, label_smoothing == " +
      "0, target.dtype == int64 (or a probability target with reduction in {'mean','sum'}, dtype matching input, and " +
      `requires_grad == False), out_features == (). Got reduction='${typeof reduction === "string" ? reduction : describeValue(reduction)}', label_smoothing=` +
      `${labelSmoothing}, target.dtype=torch.${target.dtype}, out_features=${tupleOf(outFeatures)}, tracing=False, ` +
      `target.requires_grad=${target.requiresGrad ? "True" : "False"}, linear_bias.shape=` +
      `${bias ? tupleOf(bias.shape) : "None"}.`,
  );
}

/** Whether a loss is made of operations: another operand wants a gradient, or dtypes promote. */
function isComposed(call: Call): boolean {
  const { input, target, weight, dense, chunks } = call;
  if (call.logits.includes(0)) return true;
  if (!dense) return false;
  const promoted = promoteTypes(target.dtype, weight?.dtype ?? target.dtype);
  if (promoteTypes(promoted, input.dtype) !== input.dtype) return true;
  if (call.labelSmoothing > 0 && target.dtype !== input.dtype) return true;
  return isGradEnabled() && !chunks && (target.requiresGrad || (weight?.requiresGrad ?? false));
}

function evaluate(call: Call): Tensor {
  const { input, linearWeight, linearBias, target, weight, mode, logits, dense, chunks } = call;
  const sums = linearBias ? [input, linearWeight, linearBias] : [input, linearWeight];
  const operands = [...sums, target, ...(weight ? [weight] : [])];
  if (isComposed(call)) return compose(call, operands);
  if (isGradEnabled() && !chunks && weight?.requiresGrad) {
    throw new Error(
      "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'. This input cannot have " +
        "requires_grad True.",
    );
  }
  const task = taskOf(call);
  if (!isGradEnabled() || !sums.some((x) => x.requiresGrad)) return new Tensor(linearLoss(task));
  const node = chunks
    ? nodeOfChunks(mode, input.ndim)
    : nodeOfRows(logits, mode, { dense, smoothed: call.labelSmoothing > 0 });
  const recorded = { operands, count: sums.length };
  return recordLinear<Tensor>(node, task, recorded, (now) => compose(call, now), Tensor.wrap);
}

function taskOf(call: Call): LinearTask {
  const { input, linearWeight, linearBias, target, weight, mode, logits, dense, chunks } = call;
  const { dtype } = input;
  const layout = layoutOf(logits);
  const rules = { classes: layout.classes, ignoreIndex: call.ignoreIndex, kept: null, refuse: outOfBounds };
  const terms = {
    row: crossEntropy,
    layout,
    dtype,
    classes: dense ? null : readClasses(target.nd, rules),
    probabilities: dense ? target.nd : null,
    weight: weight && readWeights(weight.nd),
    smoothing: call.labelSmoothing,
  };
  const [rows, features] = [layout.outer, input.shape[input.ndim - 1]];
  const outputs = layout.classes * layout.inner;
  const sizes = { rows, features, classes: layout.classes, dtype, probabilities: dense };
  return {
    problem: {
      terms,
      input: input.nd,
      weight: linearWeight.nd,
      bias: linearBias?.nd ?? null,
      rounded: chunks ? chunks.roundedTo(dtype) : dtype,
      rowsAtOnce: chunks ? chunks.rowsOf(sizes) : rowsOfBlock(outputs, features),
    },
    mode,
    divisor: mode === "mean" ? divisorOfRows(terms) : 1,
    shape: rowShape(logits),
    chunked: chunks,
  };
}

/** Logits of a block, and elements of the input: some of a cache. */
const BLOCK_SIZE = 2 ** 18;
/** Rows that a row of W is multiplied with at least, so that reading it does not count. */
const LEAST_ROWS = 32;

/** How many rows a block has where no options say it, whole vectors of them. */
function rowsOfBlock(outputs: number, features: number): number {
  const fitting = Math.floor(BLOCK_SIZE / Math.max(outputs, features));
  return Math.max(LEAST_ROWS, fitting - (fitting % 16));
}

/** torch's names of the derivatives of chunks; one row is a batch for a while. */
function nodeOfChunks(mode: Reduction, ndim: number): string {
  if (ndim === 1) return "SqueezeBackward1";
  const kind = mode === "none" ? "chunked_no_reduction" : "chunked";
  return `GeneratedBackwardFor_torch_nn__linear_cross_entropy_batch_${kind}_defaultBackward`;
}

/** The loss of operations: torch's own. */
function compose(call: Call, [x, w, ...rest]: readonly Tensor[]): Tensor {
  const { logits: shape, linearBias, mode, dense, ignoreIndex, labelSmoothing } = call;
  const bias = linearBias ? rest[0] : null;
  const [target, weight = null] = linearBias ? rest.slice(1) : rest;
  const outputs = numelOf(w.shape.slice(0, -1));
  const isFlat = w.ndim === 2;
  const matrix = isFlat ? w : w.reshape([outputs, w.shape[w.ndim - 1]]);
  const product = linear(x, matrix, bias && !isFlat ? bias.reshape([outputs]) : bias);
  const logits = isFlat ? product : product.reshape(shape);
  const options = { weight, reduction: mode, labelSmoothing, ...(dense ? {} : { ignoreIndex }) };
  return evaluateRows(crossEntropy, logits, target, options);
}

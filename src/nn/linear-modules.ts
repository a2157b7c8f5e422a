/** The module of the cross-entropy of logits that are products. */
import { describeValue } from "../core/describe.js";
import { checkNoMore, takeList, takeOptions } from "../core/options.js";
import type { Reduction } from "../loss/losses.js";
import { notATensor } from "../ndarray/adapter.js";
import type { DType } from "../ndarray/dtype.js";
import { numelOf } from "../ndarray/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSize, Linear } from "./layers.js";
import { linearCrossEntropy, type LinearEntropyOptions, tupleOf } from "./linear-cross-entropy.js";
import type { LinearCrossEntropyOptions } from "./linear-options.js";
import { Module } from "./module.js";

const NAME = "LinearCrossEntropyLoss";

/** Options of LinearCrossEntropyLoss. */
export interface LinearLossOptions extends Omit<LinearEntropyOptions, "linearBias"> {
  /** The dimensions d1, … of a K-dimensional loss; none by default. */
  outFeatures?: readonly number[];
  /** Whether a bias is added to the logits; not by default. */
  bias?: boolean;
  /** The dtype of the linear weight and bias, float32 by default. */
  dtype?: DType;
}

/**
 * Cross-entropy of logits that are products with a weight of the module's own; see
 * F.linearCrossEntropy. Weight and bias are those of `linear`, a Linear of inFeatures and
 * numClasses · d1 · … outputs, in the order of which its first samples come; the class weight, which
 * is not learnt, is a buffer. Its shape and labelSmoothing are checked at once, the other options
 * when the loss is called, as in torch.
 *
 * @throws TypeError for sizes that are no integers, a weight that is no tensor, and misspelt options;
 *   RangeError for negative sizes, a weight of another shape than (numClasses), a labelSmoothing
 *   below 0 or above 1
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.LinearCrossEntropyLoss.html
 * @example
 * manualSeed(0);
 * const loss = new nn.LinearCrossEntropyLoss(3, 4, { bias: true });
 * loss(tensor([[1, 2, 3], [0, 1, 0]]), tensor([3n, 0n])).item(); // 1.5411866903305054
 * Object.keys(loss.stateDict()); // ["linear.weight", "linear.bias"]
 */
export class LinearCrossEntropyLoss extends Module<[input: Tensor, target: Tensor]> {
  /** How many classes there are. */
  declare readonly numClasses: number;
  /** The dimensions of a K-dimensional loss. */
  declare readonly outFeatures: readonly number[];
  /** How the losses of rows become one. */
  declare readonly reduction: Reduction;
  /** A factor for each class; null where all are 1. */
  declare readonly weight: Tensor | null;
  /** The target of rows that count for nothing; null for -100 where targets are classes. */
  declare readonly ignoreIndex: number | null;
  /** What share of each target is spread over all classes. */
  declare readonly labelSmoothing: number;
  /** How rows are cut into torch's chunks, or null. */
  declare readonly options: LinearCrossEntropyOptions | null;
  /** What makes the logits. */
  declare linear: Linear;
  constructor(inFeatures: number, numClasses: number, options: LinearLossOptions = {}) {
    const taken = takeOptions(NAME, options, [
      ...(["outFeatures", "bias", "dtype", "reduction", "weight"] as const),
      ...(["ignoreIndex", "labelSmoothing", "options"] as const),
    ]);
    const { outFeatures: given = [], bias = false, dtype = "float32", reduction = "mean" } = taken;
    const { weight = null, ignoreIndex = null, labelSmoothing = 0, options: chunks = null } = taken;
    for (const [name, size] of Object.entries({ inFeatures, numClasses })) checkSize(NAME, name, size);
    if (!Array.isArray(given)) {
      throw new TypeError(`${NAME}: expected outFeatures to be an array, got ${describeValue(given)}`);
    }
    const outFeatures = takeList(NAME, given, (size) => {
      checkSize(NAME, "outFeatures", size);
      return size;
    });
    checkWeight(weight, numClasses);
    if (typeof labelSmoothing !== "number") {
      throw new TypeError(
        `${NAME}(): argument 'labelSmoothing' must be float, not ${describeValue(labelSmoothing)}`,
      );
    }
    if (labelSmoothing < 0 || labelSmoothing > 1) {
      throw new RangeError(`expected label_smoothing to be in range [0, 1], got ${labelSmoothing}`);
    }
    const linear = new Linear(inFeatures, numelOf([numClasses, ...outFeatures]), { bias, dtype });
    super();
    this.registerBuffer("weight", weight);
    Object.assign(this, { numClasses, outFeatures, reduction, ignoreIndex, labelSmoothing });
    Object.assign(this, { linear, options: chunks });
  }
  override forward(input: Tensor, target: Tensor, ...rest: unknown[]): Tensor {
    checkNoMore(NAME, rest);
    const { reduction, weight, ignoreIndex, labelSmoothing, options, linear } = this;
    const outputs = [this.numClasses, ...this.outFeatures];
    const isFlat = outputs.length === 1;
    const linearWeight = isFlat ? linear.weight : linear.weight.reshape([...outputs, linear.inFeatures]);
    const linearBias = isFlat ? linear.bias : (linear.bias?.reshape(outputs) ?? null);
    const read = { reduction, weight, ignoreIndex, labelSmoothing, options };
    return linearCrossEntropy(input, linearWeight, target, { linearBias, ...read });
  }
  override extraRepr(): string {
    const { linear, numClasses, outFeatures, reduction, ignoreIndex, labelSmoothing, options } = this;
    return (
      `inFeatures=${linear.inFeatures}, numClasses=${numClasses}, outFeatures=[${outFeatures.join(", ")}], ` +
      `bias=${linear.bias !== null}, reduction=${reduction}, ignoreIndex=${ignoreIndex}, ` +
      `labelSmoothing=${labelSmoothing}, options=${String(options)}`
    );
  }
}

/** Throws torch's error unless there is a factor for each class, or none. */
function checkWeight(weight: unknown, numClasses: number): void {
  if (weight === null) return;
  if (!(weight instanceof Tensor)) throw notATensor(NAME, "weight to be a Tensor", weight);
  weight.checkAlive(NAME);
  if (weight.ndim === 1 && weight.shape[0] === numClasses) return;
  throw new RangeError(`expected weight shape to be (${numClasses},), got ${tupleOf(weight.shape)}`);
}

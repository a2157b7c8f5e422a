/** The functions of torch.autograd. */
import { describeStranger } from "../array/adapter.js";
import { receiverOf, run } from "../autograd/backward.js";
import { checkFlag } from "../core/options.js";
import { type BackwardOptions, readEngineOptions, rootOf } from "./differentiate.js";
import { Tensor } from "./tensor.js";

/** Options of autograd.grad. */
export interface GradOptions extends BackwardOptions {
  /** Gradients of the outputs, one each; null for 1 of a scalar. */
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Give null for an input that has no part in the outputs, instead of an error. */
  allowUnused?: boolean;
  /** Give zeros for such an input. */
  materializeGrads?: boolean;
}

/**
 * The gradients of `outputs`, summed, with respect to `inputs`; `grad` of no tensor changes.
 *
 * @returns one gradient an input, in order
 * @throws Error when an input requires no grad, or has no part in the outputs; TypeError for what is no tensor; RangeError for no
 *   inputs, another number of gradOutputs than of outputs, and a gradient of another shape than its output
 * @example
 * const x = tensor([3], { requiresGrad: true });
 * const [first] = autograd.grad(x.pow(3).sum(), x, { createGraph: true });
 * const [second] = autograd.grad(first!.sum(), x);
 * String(second); // "tensor([18.])"
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const engineOptions = readEngineOptions("grad", options, [
    "gradOutputs",
    "allowUnused",
    "materializeGrads",
  ]);
  const { gradOutputs = null, allowUnused, materializeGrads = false } = options;
  checkFlag("grad", "materializeGrads", materializeGrads);
  if (allowUnused !== undefined) checkFlag("grad", "allowUnused", allowUnused);
  if (materializeGrads && allowUnused === false) {
    throw new TypeError(
      "Expected allowUnused to be true or not passed when materializeGrads: true, but got: allowUnused: false.",
    );
  }
  const outputList = listOf("outputs", outputs);
  const inputList = listOf("inputs", inputs);
  if (inputList.length === 0) throw new RangeError("`inputs` argument to `grad()` cannot be empty.");
  const upstream: unknown =
    gradOutputs instanceof Tensor ? [gradOutputs] : (gradOutputs ?? outputList.map(() => null));
  if (!Array.isArray(upstream)) {
    throw new TypeError(`grad: expected gradOutputs to be Tensors, got ${describeStranger(upstream)}`);
  }
  if (upstream.length !== outputList.length) {
    throw new RangeError(`got ${outputList.length} tensors and ${upstream.length} gradients`);
  }
  for (const input of inputList) {
    if (!input.requiresGrad) throw new Error("One of the differentiated Tensors does not require grad");
  }
  const roots = outputList.map((output, i) => rootOf("grad", output, upstream[i] as Tensor | null, i));
  const results = run(roots, engineOptions, new Set(inputList.map(receiverOf)));
  return inputList.map((input, i) => {
    const gradient = results.get(receiverOf(input)) as Tensor | undefined;
    if (gradient) return gradient;
    if (materializeGrads) return input.zeros();
    if (allowUnused) return null;
    throw new Error(
      `The differentiated Tensor at index ${i} appears to not have been used in the graph. ` +
        "Set allowUnused: true if this is the desired behavior.",
    );
  });
}

function listOf(word: string, tensors: unknown): Tensor[] {
  const list: unknown[] = Array.isArray(tensors) ? tensors : [tensors];
  for (const item of list) {
    if (!(item instanceof Tensor))
      throw new TypeError(`grad: expected ${word} to be Tensors, got ${describeStranger(item)}`);
    item.checkAlive("grad");
  }
  return list as Tensor[];
}

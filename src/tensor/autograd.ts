/** The functions of torch.autograd. */
import { describeStranger } from "../ndarray/adapter.js";
import { captureGradients, receiverOf } from "../autograd/backward.js";
import { checkFlag, takeList, takeOptions } from "../core/options.js";
import { type BackwardOptions, engineOptions, rootOf } from "./differentiate.js";
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

const OPTIONS = [
  "retainGraph",
  "createGraph",
  "gradOutputs",
  "allowUnused",
  "materializeGrads",
] as const satisfies (keyof GradOptions)[];

/**
 * The gradients of `outputs`, summed, with respect to `inputs`; `grad` of no tensor changes.
 *
 * @returns one gradient an input, in order
 * @throws Error when an input requires no grad, or has no part in the outputs; TypeError for what
 *   is no tensor; RangeError for no inputs, another number of gradOutputs than of outputs, and a
 *   gradient of another shape than its output
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
  const taken = takeOptions("grad", options, OPTIONS);
  const forEngine = engineOptions("grad", taken);
  checkUnused(taken);
  const outputList = takeTensors("outputs", outputs);
  const inputList = takeTensors("inputs", inputs);
  const upstream = takeUpstream(taken.gradOutputs, outputList.length);
  // No code of the user's runs from here on.
  for (const x of [...outputList, ...inputList]) x.checkAlive("grad");
  if (inputList.length === 0) throw new RangeError("`inputs` argument to `grad()` cannot be empty.");
  for (const input of inputList) {
    if (!input.requiresGrad) throw new Error("One of the differentiated Tensors does not require grad");
  }
  const roots = outputList.map((output, i) => rootOf("grad", output, upstream[i], i));
  const results = captureGradients(roots, forEngine, new Set(inputList.map(receiverOf)));
  return inputList.map((input, i) => {
    const gradient = results.get(receiverOf(input)) as Tensor | undefined;
    if (gradient) return gradient;
    if (taken.materializeGrads) return input.zeros();
    if (taken.allowUnused) return null;
    throw new Error(
      `The differentiated Tensor at index ${i} appears to not have been used in the graph. ` +
        "Set allowUnused: true if this is the desired behavior.",
    );
  });
}

function checkUnused({ allowUnused, materializeGrads = false }: GradOptions): void {
  checkFlag("grad", "materializeGrads", materializeGrads);
  if (allowUnused !== undefined) checkFlag("grad", "allowUnused", allowUnused);
  if (materializeGrads && allowUnused === false) {
    throw new TypeError(
      "Expected allowUnused to be true or not passed when materializeGrads: true, but got: allowUnused: false.",
    );
  }
}

function takeTensors(word: string, tensors: unknown): Tensor[] {
  const list: readonly unknown[] = Array.isArray(tensors) ? tensors : [tensors];
  return takeList("grad", list, (item) => {
    if (item instanceof Tensor) return item;
    throw new TypeError(`grad: expected ${word} to be Tensors, got ${describeStranger(item)}`);
  });
}

/** The gradients of the outputs, one each; null where it is 1. */
function takeUpstream(given: unknown, outputs: number): (Tensor | null)[] {
  if (given === undefined || given === null) return Array<null>(outputs).fill(null);
  const list: unknown = given instanceof Tensor ? [given] : given;
  if (!Array.isArray(list)) {
    throw new TypeError(`grad: expected gradOutputs to be Tensors, got ${describeStranger(list)}`);
  }
  const read = (gradient: unknown): Tensor | null => {
    if (gradient === undefined || gradient === null) return null;
    if (gradient instanceof Tensor) return gradient;
    throw new TypeError(`grad: expected the gradient as a Tensor or null, got ${describeStranger(gradient)}`);
  };
  return takeList("grad", list, read, (length) => {
    if (length !== outputs) throw new RangeError(`got ${outputs} tensors and ${length} gradients`);
  });
}

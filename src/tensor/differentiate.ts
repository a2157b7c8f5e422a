/** The user's two doors to the engine: backward, and autograd.grad. */
import { dtypes, isComplex } from "../array/dtype.js";
import { checkUpstream, type Root, run } from "../autograd/backward.js";
import type { Variable } from "../autograd/graph.js";
import { describeValue } from "../core/describe.js";

export interface BackwardOptions {
  /** Keep what the graph saved, for another backward; by default only with createGraph. */
  retainGraph?: boolean;
  /** Record the computation of the gradients, for derivatives of higher order. */
  createGraph?: boolean;
}

/** See Tensor.backward. */
export function backward<V extends Variable>(
  output: V,
  gradient: V | null | undefined,
  { createGraph = false, retainGraph = createGraph }: BackwardOptions,
): void {
  run([rootOf(output, gradient, 0)], { createGraph, retainGraph }, null);
}

/** An output with the gradient it starts from; throws torch's errors. */
export function rootOf<V extends Variable>(output: V, gradient: V | null | undefined, index: number): Root {
  output.checkAlive("backward");
  if (!output.requiresGrad) {
    throw new Error(`element ${index} of tensors does not require grad and does not have a gradFn`);
  }
  return { variable: output, gradient: upstreamOf(output, gradient, index) };
}

function upstreamOf(output: Variable, gradient: Variable | null | undefined, index: number): Variable {
  if (gradient === null || gradient === undefined) {
    if (output.nd.numel !== 1) throw new Error("grad can be implicitly created only for scalar outputs");
    if (isComplex(output.dtype)) {
      throw new Error(
        `grad can be implicitly created only for real scalar outputs but got ${dtypes[output.dtype].torchName}`,
      );
    }
    return output.onesLike();
  }
  if (typeof gradient !== "object" || !("nd" in gradient)) {
    throw new TypeError(
      `backward: expected the gradient as a Tensor or null, got ${describeValue(gradient)}`,
    );
  }
  gradient.checkAlive("backward");
  checkUpstream(output, gradient, index);
  return gradient.to(output.dtype);
}

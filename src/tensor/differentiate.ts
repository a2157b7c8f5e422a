/** The user's two doors to the engine: backward, and autograd.grad. */
import { describeStranger } from "../ndarray/adapter.js";
import { dtypes } from "../ndarray/dtype.js";
import { accumulateGradients, checkUpstream, type Root } from "../autograd/backward.js";
import type { EngineOptions, Variable } from "../autograd/graph.js";
import { checkFlag, type Taken, takeOptions } from "../core/options.js";

/** Options of backward, and of autograd.grad. */
export interface BackwardOptions {
  /** Keep what the graph saved, for another backward; by default only with createGraph. */
  retainGraph?: boolean;
  /** Record the computation of the gradients, for derivatives of higher order. */
  createGraph?: boolean;
}

/** The options for the engine. */
export function engineOptions(caller: string, taken: Taken<BackwardOptions>): EngineOptions {
  const { createGraph = false, retainGraph = createGraph } = taken;
  checkFlag(caller, "createGraph", createGraph);
  checkFlag(caller, "retainGraph", retainGraph);
  return { createGraph, retainGraph };
}

const RELEASING: EngineOptions = { createGraph: false, retainGraph: false };

/** See Tensor.backward. */
export function backward<V extends Variable>(
  output: V,
  gradient: V | null | undefined,
  options: BackwardOptions | undefined,
): void {
  const forEngine = options
    ? engineOptions("backward", takeOptions("backward", options, ["retainGraph", "createGraph"]))
    : RELEASING;
  accumulateGradients(rootOf("backward", output, gradient, 0), forEngine);
}

/** An output with the gradient it starts from; throws torch's errors. */
export function rootOf<V extends Variable>(
  caller: string,
  output: V,
  gradient: V | null | undefined,
  index: number,
): Root {
  if (output.nd.storage.disposed) output.checkAlive(caller);
  if (!output.requiresGrad) {
    throw new Error(`element ${index} of tensors does not require grad and does not have a gradFn`);
  }
  return { variable: output, gradient: upstreamOf(caller, output, gradient, index) };
}

function upstreamOf(
  caller: string,
  output: Variable,
  gradient: Variable | null | undefined,
  index: number,
): Variable {
  if (gradient === null || gradient === undefined) {
    if (output.nd.numel !== 1) throw new Error("grad can be implicitly created only for scalar outputs");
    if (dtypes[output.nd.dtype].category === "complex") {
      throw new Error(
        `grad can be implicitly created only for real scalar outputs but got ${dtypes[output.dtype].torchName}`,
      );
    }
    return output.onesLike();
  }
  // The class itself imports this file.
  if (!(gradient instanceof (output.constructor as new () => Variable))) {
    throw new TypeError(
      `${caller}: expected the gradient as a Tensor or null, got ${describeStranger(gradient)}`,
    );
  }
  gradient.checkAlive(caller);
  checkUpstream(output, gradient, index);
  return gradient.to(output.dtype);
}

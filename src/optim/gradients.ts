/** What optimisers and modules do with the gradients of their parameters. */
import type { Tensor } from "../tensor/tensor.js";

/** Drops the gradients, or sets them to 0. */
export function zeroGradients(parameters: readonly Tensor[], setToNone: boolean): void {
  for (const parameter of parameters) parameter.checkAlive("zeroGrad");
  for (const parameter of parameters) {
    if (setToNone) parameter.grad = null;
    else if (parameter.grad) parameter.grad = parameter.grad.zeros();
  }
}

import { takeOptions } from "../core/options.js";
import { notATensor } from "../ndarray/adapter.js";
import type { PrintOptions } from "../tensor/format.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * A tensor that a module finds among its properties as one of its parameters. It shares the elements
 * of the tensor that it is made of, and has no history.
 *
 * @throws TypeError for what is no tensor, and for integers where gradients are required
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
 * @example
 * const scale = new nn.Parameter(tensor([1, 2]));
 * scale.requiresGrad; // true
 */
export class Parameter extends Tensor {
  constructor(
    data: Tensor,
    options: {
      /** Whether gradients are recorded; true by default. */
      requiresGrad?: boolean;
    } = {},
  ) {
    const { requiresGrad = true } = takeOptions("Parameter", options, ["requiresGrad"]);
    if (!(data instanceof Tensor)) throw notATensor("Parameter", "data to be a Tensor", data);
    data.checkAlive("Parameter");
    super(data.nd, null, data);
    this.requiresGrad_(requiresGrad);
  }

  override toString(options: PrintOptions = {}): string {
    return `Parameter containing:\n${super.toString(options)}`;
  }
}

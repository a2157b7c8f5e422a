/** The activations of F that losses are made of. */
import { isExpression } from "../formula/expression.js";
import { notATensor } from "../ndarray/adapter.js";
import { type SoftplusOptions, Tensor } from "../tensor/tensor.js";

function checkInput(caller: string, input: unknown): asserts input is Tensor {
  // Within a formula, the operands stand in the place of tensors.
  if (!(input instanceof Tensor || isExpression(input))) {
    throw notATensor(caller, "input to be a Tensor", input);
  }
}

/**
 * 1 / (1 + e⁻ˣ) of each element x: `input.sigmoid()`.
 *
 * @throws TypeError for what is no tensor, and for complex numbers
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.sigmoid.html
 * @example
 * String(F.sigmoid(tensor([0, 2]))); // "tensor([0.5000, 0.8808])"
 */
export function sigmoid(input: Tensor): Tensor {
  checkInput("sigmoid", input);
  return input.sigmoid();
}

/**
 * The hyperbolic tangent of each element: `input.tanh()`.
 *
 * @throws TypeError for what is no tensor, and for complex numbers
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.tanh.html
 * @example
 * String(F.tanh(tensor([0, 1]))); // "tensor([0.0000, 0.7616])"
 */
export function tanh(input: Tensor): Tensor {
  checkInput("tanh", input);
  return input.tanh();
}

/**
 * ln(1 + exp(beta x)) / beta of each element x, and x where beta x is above the threshold:
 * `input.softplus({ beta, threshold })`. PyTorch's is infinite where exp(beta x) overflows below a
 * threshold of more than 88; this one is not.
 *
 * @throws TypeError for what is no tensor, for integers, bools and complex numbers, for misspelt
 *   options, and for options that are no numbers
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 * @example
 * String(F.softplus(tensor([0, 30]))); // "tensor([ 0.6931, 30.0000])"
 */
export function softplus(input: Tensor, options: SoftplusOptions = {}): Tensor {
  checkInput("softplus", input);
  return input.softplus(options);
}

/**
 * ln(sigmoid(x)) of each element x: `input.logsigmoid()`.
 *
 * @throws TypeError for what is no tensor, for integers, bools and complex numbers
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
 * @example
 * String(F.logsigmoid(tensor([0, 2]))); // "tensor([-0.6931, -0.1269])"
 */
export function logsigmoid(input: Tensor): Tensor {
  checkInput("logsigmoid", input);
  return input.logsigmoid();
}

/** The activations of F that losses are made of. */
import { describeValue } from "../core/describe.js";
import { isExpression } from "../formula/expression.js";
import { notATensor } from "../ndarray/adapter.js";
import { takeOptions } from "../core/options.js";
import { warn } from "../core/warnings.js";
import type { DType } from "../ndarray/dtype.js";
import type { SoftmaxOptions } from "../tensor/classes.js";
import { zeros } from "../tensor/creation.js";
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

/** Options of F.softmax and F.logSoftmax: as of the methods, but that the dimension may be left out. */
export type ClassOptions = Partial<SoftmaxOptions>;

/** With the dimension that torch chooses where there is none, with its warning. */
function withDim(
  caller: "softmax" | "logSoftmax",
  input: Tensor,
  options: number | ClassOptions,
): SoftmaxOptions {
  const { dim, dtype }: ClassOptions =
    typeof options === "object" ? takeOptions(caller, options, ["dim", "dtype"]) : { dim: options };
  const kept: { dtype?: DType } = dtype === undefined ? {} : { dtype };
  if (dim !== undefined) return { dim, ...kept };
  const name = caller === "softmax" ? "softmax" : "log_softmax";
  warn(
    `Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument.`,
  );
  return { dim: input.ndim === 0 || input.ndim === 1 || input.ndim === 3 ? 0 : 1, ...kept };
}

/**
 * Probabilities of classes, exp(x) over its sum along a dimension: `input.softmax({ dim })`.
 * Without a dimension, which is deprecated, it is 0 for 0, 1 and 3 dimensions, else 1.
 *
 * @throws TypeError for what is no tensor, for integers, bools and complex numbers, and for
 *   misspelt options; RangeError for a dimension out of range
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 * @example
 * String(F.softmax(tensor([[1, 2, 3], [0, 0, 0]]), { dim: 1 })); // "tensor([[0.0900, 0.2447, 0.6652],\n        [0.3333, 0.3333, 0.3333]])"
 */
export function softmax(input: Tensor, options: number | ClassOptions = {}): Tensor {
  checkInput("softmax", input);
  return input.softmax(isExpression(input) ? 0 : withDim("softmax", input, options));
}

/**
 * The logarithm of softmax: `input.logSoftmax({ dim })`.
 *
 * @throws as softmax
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 * @example
 * String(F.logSoftmax(tensor([[1, 2, 3]]), 1)); // "tensor([[-2.4076, -1.4076, -0.4076]])"
 */
export function logSoftmax(input: Tensor, options: number | ClassOptions = {}): Tensor {
  checkInput("logSoftmax", input);
  return input.logSoftmax(isExpression(input) ? 0 : withDim("logSoftmax", input, options));
}

/**
 * A new last dimension with 1 at the place that each element names, and 0 elsewhere, as int64. With
 * `numClasses` -1, the default, there are as many classes as the largest element asks for.
 *
 * @throws TypeError for what is no tensor of int64; RangeError for elements that are negative or
 *   not below `numClasses`, and for no elements without a number of classes
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 * @example
 * F.oneHot(tensor([0n, 2n])).tolist(); // [[1n, 0n, 0n], [0n, 0n, 1n]]
 * F.oneHot(tensor([1n]), 4).tolist(); // [[0n, 1n, 0n, 0n]]
 */
export function oneHot(input: Tensor, numClasses = -1): Tensor {
  if (!(input instanceof Tensor)) throw notATensor("oneHot", "input to be a Tensor", input);
  if (typeof numClasses !== "number" || !Number.isSafeInteger(numClasses)) {
    throw new TypeError(
      `one_hot(): argument 'num_classes' (position 2) must be int, not ${describeValue(numClasses)}`,
    );
  }
  input.checkAlive("oneHot");
  if (input.dtype !== "int64") {
    throw new TypeError("one_hot is only applicable to index tensor of type LongTensor.");
  }
  if (input.numel() === 0) {
    if (numClasses <= 0) throw new RangeError("Can not infer total number of classes from empty tensor.");
    return zeros([...input.shape, numClasses], { dtype: "int64" });
  }
  if (input.min().item<bigint>() < 0n) throw new RangeError("Class values must be non-negative.");
  const largest = Number(input.max().item<bigint>());
  if (numClasses !== -1 && largest >= numClasses) {
    throw new RangeError("Class values must be smaller than num_classes.");
  }
  const size = numClasses === -1 ? largest + 1 : numClasses;
  return input.unsqueeze(-1).op("positions", { dim: input.ndim, size }).to("int64");
}

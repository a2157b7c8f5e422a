/** The linear transformation of rows. */
import { dtypes } from "../ndarray/dtype.js";
import { checkBroadcastsInto, numelOf } from "../ndarray/shape.js";
import { expandedShape } from "../tensor/arguments.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./distances.js";

/** Throws torch's error unless the operands of x Wᵀ + b have one dtype. */
export function checkAddends(input: Tensor, weight: Tensor, bias: Tensor): void {
  const [a, b, c] = [input, weight, bias].map(({ dtype }) => dtypes[dtype].torchName);
  if (b !== c) throw new TypeError(`self and mat2 must have the same dtype, but got ${c} and ${b}`);
  if (a !== b) throw new TypeError(`mat1 and mat2 must have the same dtype, but got ${a} and ${b}`);
}

/**
 * y = x Wᵀ + b of rows x.
 *
 * Shapes: input (…, D), weight (E, D) and bias (E), or what broadcasts to the result, give (…, E); a weight (D), which takes no bias,
 * gives (…). Real dtypes but bool, one for all operands; halves are computed in float32 and rounded
 * once. Each element is a sum in the order of the columns, to which the bias is added last.
 * Gradient: g W by x, gᵀ x by W, and the sum of the rows of g by b.
 *
 * @throws TypeError for operands that are no tensors or differ in dtype, bools and complex numbers;
 *   RangeError for sizes that do not meet, operands without dimensions, a weight of more than two
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
 * @example
 * const weight = tensor([[1, 0, -1], [2, 1, 0]]);
 * F.linear(tensor([[1, 2, 3]]), weight, tensor([0.5, 0])).tolist(); // [[-1.5, 4]]
 * F.linear(tensor([1, 2, 3]), weight).tolist(); // [-2, 4]
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  checkTensors("linear", bias === null ? { input, weight } : { input, weight, bias });
  if (input.ndim === 0 || weight.ndim === 0) {
    throw new RangeError(
      `both arguments to linear need to be at least 1D, but they are ${input.ndim}D and ${weight.ndim}D`,
    );
  }
  const turned = weight.t();
  if (bias === null) return input.matmul(turned);
  if (weight.ndim === 1) throw new RangeError("mat2 must be a matrix, got 1-D tensor");
  checkAddends(input, weight, bias);
  // As torch adds a bias of several dimensions to what has more than two: by an operation.
  if (input.ndim > 2 && bias.ndim > 1) {
    const product = input.matmul(turned);
    checkBroadcastsInto(product.shape, bias.shape);
    return product.add(bias);
  }
  const lead = input.shape.slice(0, -1);
  const rows = input.ndim === 2 ? input : input.reshape([numelOf(lead), input.shape[lead.length]]);
  const sum = addMm(rows, turned, bias);
  return input.ndim === 2 ? sum : sum.reshape([...lead, weight.shape[0]]);
}

/** a · b + c of matrices, c broadcast, rounded once. */
function addMm(a: Tensor, b: Tensor, c: Tensor): Tensor {
  const { dtype } = a;
  const node = "AddmmBackward0";
  const isHalf = dtype === "float16" || dtype === "bfloat16";
  const [x, y, z] = isHalf ? [a, b, c].map((one) => one.to("float32")) : [a, b, c];
  const product = x.mm(y);
  expandedShape(c.shape, product.shape);
  const sum = product.op("add", isHalf ? {} : { node }, z);
  return isHalf ? sum.op("to", { dtype, node }) : sum;
}

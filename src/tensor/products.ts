/** torch.matmul: which product two tensors call for, by their dimensions. */
import { broadcastShapes, numelOf } from "../ndarray/shape.js";
import type { Tensor } from "./tensor.js";

/** Vectors, matrices, and batches of matrices, which broadcast. */
export function matmul(x: Tensor, y: Tensor): Tensor {
  const [a, b] = [x.ndim, y.ndim];
  if (a === 0 || b === 0) {
    throw new RangeError(`both arguments to matmul need to be at least 1D, but they are ${a}D and ${b}D`);
  }
  if (a === 1 && b === 1) return x.dot(y);
  if (a === 2 && b === 1) return x.mv(y);
  if (a === 1 && b === 2) return x.unsqueeze(0).mm(y).squeeze(0);
  if (a === 2 && b === 2) return x.mm(y);
  if (b <= 2) return folded(x, y);
  // Not to repeat x for each matrix of y, whose gradient would be as large: torch's choice.
  return a <= 2 && y.requiresGrad ? foldedBack(x, y) : batched(x, y);
}

/** One matrix or vector by a batch: the transposes in the other order. */
function foldedBack(x: Tensor, y: Tensor): Tensor {
  const product = folded(y.transpose(-2, -1), x.t());
  return x.ndim === 1 ? product : product.transpose(-2, -1);
}

/** A batch by one matrix or vector: all rows of the batch are rows of one matrix. */
function folded(x: Tensor, y: Tensor): Tensor {
  const lead = x.shape.slice(0, -1);
  const rows = x.reshape([numelOf(lead), x.shape[x.ndim - 1]]);
  return y.ndim === 1 ? rows.mv(y).reshape(lead) : rows.mm(y).reshape([...lead, y.shape[1]]);
}

/** A batch of matrices by another, or one matrix or row vector by a batch. */
function batched(x: Tensor, y: Tensor): Tensor {
  if (x.ndim === 1) return batched(x.unsqueeze(0), y).squeeze(-2);
  const batch = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2));
  const flat = (operand: Tensor): Tensor => {
    const matrix = operand.shape.slice(-2);
    return operand.expand([...batch, ...matrix]).reshape([numelOf(batch), ...matrix]);
  };
  const product = flat(x).bmm(flat(y));
  return product.reshape([...batch, ...product.shape.slice(1)]);
}

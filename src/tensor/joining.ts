/** Tensors one after the other. */
import { describeStranger } from "../ndarray/adapter.js";
import { isSkipped } from "../ndarray/joining.js";
import { checkDimensions, wrapDim } from "../ndarray/shape.js";
import { apply } from "../autograd/record.js";
import { takeList, takeOptions } from "../core/options.js";
import { Tensor } from "./tensor.js";

/** Options of cat and stack. */
export interface JoinOptions {
  /**
   * The dimension along which the tensors follow each other, negative ones counted from the end; 0
   * by default.
   */
  dim?: number;
}

/** Before the options are read: tensors one after the other would be taken for them. */
function checkIsList(caller: string, tensors: unknown): void {
  if (Array.isArray(tensors)) return;
  const own = tensors instanceof Tensor;
  const got = own ? "a Tensor; write [a, b]" : describeStranger(tensors);
  throw new TypeError(`${caller}: expected an array of Tensors, got ${got}`);
}

/** The tensors of a list, read once. */
function readTensors(caller: string, tensors: readonly unknown[]): Tensor[] {
  const list = takeList(caller, tensors, (tensor, i) => {
    if (tensor instanceof Tensor) return tensor;
    throw new TypeError(`${caller}: expected a Tensor as element ${i}, got ${describeStranger(tensor)}`);
  });
  for (const tensor of list) tensor.checkAlive(caller);
  return list;
}

function readDim(caller: string, options: JoinOptions | number): number {
  if (typeof options === "number") return options;
  return takeOptions(caller, options, ["dim"]).dim ?? 0;
}

function join(name: "cat" | "stack", tensors: readonly Tensor[], dim: number): Tensor {
  const [first, ...others] = tensors;
  return apply(name, [first, ...others], { dim, shapes: tensors.map(({ shape }) => shape) }, Tensor.wrap);
}

/**
 * The tensors one after the other along dimension `dim`, converted to the type that holds them
 * all. Their other sizes are equal; empty vectors are left out, as in torch. Gradient: to each
 * tensor, its part.
 *
 * @param options the dimension, 0 by default, as `{ dim: 1 }` or as a number
 * @throws TypeError for what is no array of tensors, or an empty one; RangeError for 0-d tensors,
 *   for sizes that differ, and for a dimension out of range
 * @example
 * String(cat([tensor([[1, 2]]), tensor([[3, 4]])])); // "tensor([[1., 2.],\n        [3., 4.]])"
 * cat([zeros([2, 1]), zeros([2, 3])], { dim: 1 }).shape; // [2, 4]
 */
export function cat(tensors: readonly Tensor[], options: JoinOptions | number = {}): Tensor {
  checkIsList("cat", tensors);
  const dim = readDim("cat", options);
  const list = readTensors("cat", tensors);
  if (list.length === 0) throw new TypeError("cat(): expected a non-empty list of Tensors");
  list.forEach(({ ndim }, i) => {
    if (ndim === 0) throw new RangeError(`zero-dimensional tensor (at position ${i}) cannot be concatenated`);
  });
  // Where all are left out, torch does not look at the dimension either.
  const first = list.find(({ shape }) => !isSkipped(shape));
  return join("cat", list, first ? wrapDim(dim, first.ndim) : 0);
}

/**
 * The tensors, all of one shape, one after the other along a new dimension `dim`, converted to
 * the type that holds them all. Gradient: to each tensor, its part.
 *
 * @param options the dimension, 0 by default, as `{ dim: 1 }` or as a number
 * @throws TypeError for what is no array of tensors, or an empty one; RangeError for shapes that
 *   differ, and for a dimension out of range
 * @example
 * String(stack([tensor([1, 2]), tensor([3, 4])], { dim: 1 })); // "tensor([[1., 3.],\n        [2., 4.]])"
 */
export function stack(tensors: readonly Tensor[], options: JoinOptions | number = {}): Tensor {
  checkIsList("stack", tensors);
  const dim = readDim("stack", options);
  const list = readTensors("stack", tensors);
  if (list.length === 0) throw new TypeError("stack expects a non-empty TensorList");
  checkDimensions("stack", list[0].ndim + 1);
  return join("stack", list, wrapDim(dim, list[0].ndim + 1));
}

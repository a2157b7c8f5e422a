import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import type { DType } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { Tensor } from "../tensor/tensor.js";
import { STORED } from "./dtypes.js";
import { SafetensorError } from "./error.js";
import { readHeader, takeBytes, type TensorInfo, titleOf } from "./header.js";

/** The dtype of tensors by its name in the file. */
const DTYPES: ReadonlyMap<string, DType> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(STORED).flatMap(([dtype, stored]) =>
    stored === null ? [] : [[stored, dtype as DType]],
  ),
);

/**
 * The tensors of a safetensors file by their names, as safetensors.torch.load gives them, in the
 * order in which they lie; for `loadStateDict`. Elements are copied, and have the bits of the file;
 * bytes of bool other than 0 are true.
 *
 * Dtypes: all of tensors but complex128, which the format lacks. Unsigned integers of 16 bits and
 * more and floats of 8 bits and less are refused: convert them before, with torch's `to`.
 *
 * @param bytes the whole file, such as `new Uint8Array(await response.arrayBuffer())`, or in Node
 *   what `readFileSync` gives
 * @throws SafetensorError for what is no such file, whole and nothing behind it, with what is wrong,
 *   as readHeader; TypeError for what are no bytes; RangeError when the memory cannot hold the
 *   tensors. Then none is left behind
 * @see https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.load
 * @example
 * const model = new nn.Linear(2, 1);
 * const bytes = safetensors.save({ weight: tensor([[3, 4]]), bias: tensor([5]) });
 * model.loadStateDict(safetensors.load(bytes));
 * String(model.weight.detach()); // "tensor([[3., 4.]])"
 */
export function load(bytes: Uint8Array): Record<string, Tensor> {
  const taken = takeBytes("load", bytes);
  // An allocation may grow the linear memory, and so detach views of it.
  const file = memory().owns(taken.buffer) ? taken.slice() : taken;
  const { tensors, dataStart, dataLength } = readHeader(file);
  const there = file.length - dataStart;
  if (there !== dataLength)
    throw new SafetensorError(`expected ${dataLength} bytes of elements behind the header, got ${there}`);
  const dtypes = [...tensors].map(([name, info]) => dtypeOf(name, info));
  const loaded: [name: string, tensor: Tensor][] = [];
  try {
    for (const [name, { shape, dataOffsets }] of tensors) {
      const [begin, end] = dataOffsets.map((offset) => dataStart + offset);
      loaded.push([name, read(file.subarray(begin, end), dtypes[loaded.length], shape)]);
    }
  } catch (error) {
    for (const [, tensor] of loaded) tensor.dispose();
    throw error;
  }
  // Not by assignment: a tensor may be called __proto__.
  return Object.fromEntries(loaded);
}

function dtypeOf(name: string, { dtype }: TensorInfo): DType {
  const found = DTYPES.get(dtype);
  if (found !== undefined) return found;
  throw new SafetensorError(
    `${titleOf(name)}: dtype ${dtype}; expected one of ${[...DTYPES.keys()].join(", ")}: convert it with torch's to`,
  );
}

function read(bytes: Uint8Array, dtype: DType, shape: readonly number[]): Tensor {
  const nd = NdArray.empty(dtype, shape, "user");
  operate(() => {
    const { buffer, byteOffset, byteLength } = nd.numbers();
    const into = new Uint8Array(buffer, byteOffset, byteLength);
    into.set(bytes);
    if (dtype === "bool") into.forEach((byte, i) => (into[i] = byte === 0 ? 0 : 1));
  });
  return new Tensor(nd);
}

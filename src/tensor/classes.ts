/** What users may write for operations along a dimension of classes. */
import { checkDType, type DType } from "../ndarray/dtype.js";
import { wrapDim } from "../ndarray/shape.js";
import { takeOptions } from "../core/options.js";
import type { Tensor } from "./tensor.js";

/** Options of softmax and logSoftmax. */
export interface SoftmaxOptions {
  /** The dimension of the classes, a negative one counted from the end. */
  dim: number;
  /** What the elements are converted to first; theirs by default. */
  dtype?: DType;
}

const TORCH_NAMES = { softmax: "softmax", logSoftmax: "log_softmax" } as const;

/** See Tensor.softmax and Tensor.logSoftmax. */
export function softmax(name: keyof typeof TORCH_NAMES, x: Tensor, first: number | SoftmaxOptions): Tensor {
  x.checkAlive(name);
  const { dim: given, dtype }: { dim?: unknown; dtype?: unknown } =
    typeof first === "object" ? takeOptions(name, first, ["dim", "dtype"]) : { dim: first };
  if (given === undefined) {
    throw new TypeError(`${TORCH_NAMES[name]}() missing 1 required positional arguments: "dim"`);
  }
  const wanted = dtype === undefined ? x.dtype : checkDType(name, dtype);
  x.checkAlive(name);
  const dim = wrapDim(given, x.ndim);
  return (x.dtype === wanted ? x : x.to(wanted)).op(name, { dim });
}

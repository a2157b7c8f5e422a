/** Tensors of random numbers as torch's tests make them: make_tensor and randn. */
import { tensor } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { Random } from "./random.js";

const random = new Random(2026);

interface MakeOptions {
  dtype?: DType;
  requiresGrad?: boolean;
  low?: number;
  high?: number;
}

/** Uniform in [low, high), complex ones in both parts; torch's default is [-9, 9). */
export function make(shape: readonly number[], options: MakeOptions = {}): Tensor {
  const { dtype = "float64", requiresGrad = false, low = -9, high = 9 } = options;
  const count = shape.reduce((n, size) => n * size, 1) * (dtype.startsWith("complex") ? 2 : 1);
  const integral = dtype.includes("int");
  const numbers = Float64Array.from({ length: count }, () => {
    const value = low + random.next() * (high - low);
    return integral ? Math.floor(value) : value;
  });
  const made = dtype.startsWith("complex") ? tensor(numbers, { dtype: "complex128" }) : tensor(numbers);
  return made
    .to(dtype)
    .detach()
    .reshape([...shape])
    .requiresGrad_(requiresGrad);
}

/** Standard normal. */
export function makeNormal(
  shape: readonly number[],
  options: Pick<MakeOptions, "dtype" | "requiresGrad"> = {},
): Tensor {
  const count = shape.reduce((n, size) => n * size, 1);
  const made = tensor(Float64Array.from({ length: count }, () => random.normal()));
  return made
    .to(options.dtype ?? "float64")
    .detach()
    .reshape([...shape])
    .requiresGrad_(options.requiresGrad ?? false);
}

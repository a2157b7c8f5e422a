/** The dtypes, by kind. */
import type { DType } from "lossgrad";

export const REAL: readonly DType[] = ["float16", "bfloat16", "float32", "float64"];
export const INTEGERS: readonly DType[] = ["int8", "int16", "int32", "int64", "uint8"];
export const COMPLEX: readonly DType[] = ["complex64", "complex128"];
export const ALL: readonly DType[] = [...REAL, ...INTEGERS, "bool", ...COMPLEX];

/** `value` as item() gives it in `dtype`. */
export function valueIn(dtype: DType, value: number): unknown {
  if (dtype === "bool") return value !== 0;
  if (dtype === "int64") return BigInt(value);
  return dtype.startsWith("complex") ? { re: value, im: 0 } : value;
}

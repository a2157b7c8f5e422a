/** The dtype of an operation on several operands: torch.result_type. */
import { type DType, dtypes, promoteTypes } from "./dtype.js";

/** What has a dtype: an array, or what stands for one. */
export interface Typed {
  readonly dtype: DType;
  readonly shape: { readonly length: number };
}

/**
 * Tensors with dimensions decide; 0-d tensors and then numbers only raise the category (bool,
 * integer, float, complex). A JS number that is an integer counts as Python's int, any other as
 * float.
 */
export function resultType(operands: readonly (Typed | number | bigint)[]): DType {
  let dimensioned: DType | null = null;
  let zeroDim: DType | null = null;
  let numbers: DType | null = null;
  for (const x of operands) {
    if (typeof x !== "object")
      numbers = join(numbers, typeof x === "bigint" || Number.isInteger(x) ? "int64" : "float32");
    else if (x.shape.length === 0) zeroDim = join(zeroDim, x.dtype);
    else dimensioned = join(dimensioned, x.dtype);
  }
  return raise(raise(dimensioned, zeroDim), numbers) ?? "float32";
}

function join(a: DType | null, b: DType): DType {
  return a === null ? b : promoteTypes(a, b);
}

/** `high`, unless `low` is of a higher category. */
function raise(high: DType | null, low: DType | null): DType | null {
  if (high === null || low === null) return high ?? low;
  const category = dtypes[high].category;
  const lower = dtypes[low].category;
  if (category === "complex") return high;
  if (category === "float")
    return lower !== "complex" ? high : high === "float64" ? "complex128" : "complex64";
  return category === "bool" || lower === "float" || lower === "complex" ? promoteTypes(high, low) : high;
}

/**
 * Variance and norms. They are computed in float64 and rounded once: for float32 and halves,
 * squares are exact there and neither overflow nor vanish. The sums are exact.
 */
import { dtypes, isComplex, isFloating } from "./dtype.js";
import { binary, convert, copy, unary } from "./elementwise.js";
import { extremesAlong } from "./extremes.js";
import { type Layout, layOut, reducedLast, reducedShape } from "./layout.js";
import { NdArray } from "./ndarray.js";
import { power } from "./power.js";
import { mean, sum } from "./reductions.js";
import { sumSquaresInto } from "./sums.js";
import type { Elements } from "./window.js";

/** Over which dimensions (undefined for all), and whether they stay. */
interface Extent {
  readonly dims: readonly number[] | undefined;
  readonly keepdim: boolean;
}

/** How many elements are reduced to one. */
export function countAlong(shape: readonly number[], dims: readonly number[] | undefined): number {
  return (dims ?? shape.map((_, d) => d)).reduce((n, d) => n * shape[d], 1);
}

/** Σ (x - mean)² / max(n - correction, 0), or its root. */
export function variance(x: NdArray, { dims, keepdim }: Extent, correction: number, root = false): NdArray {
  if (isComplex(x.dtype)) {
    throw new TypeError(`"std_var_kernel" not implemented for '${dtypes[x.dtype].torchName}'`);
  }
  if (!isFloating(x.dtype)) {
    throw new TypeError("std and var only support floating point and complex dtypes");
  }
  const wide = convert(x, "float64");
  const n = countAlong(x.shape, dims);
  const difference = binary("sub", wide, mean(wide, dims, true), "float64");
  // What the mean's rounding leaves: Σ (x - mean) would be 0.
  const shift = mean(difference, dims, keepdim);
  const squares = sum(binary("mul", difference, difference, "float64", difference), dims, keepdim);
  const rest = binary("mul", binary("mul", shift, shift, "float64"), n, "float64");
  const total = binary("maximum", binary("sub", squares, rest, "float64"), 0, "float64");
  const result = binary("div", total, Math.max(n - correction, 0), "float64");
  return convert(root ? unary("sqrt", result) : result, x.dtype);
}

/** (Σ |x|^p)^(1/p); for p = ±Infinity the largest or smallest |x|, for p = 0 how many are not 0. */
export function norm(x: NdArray, { dims, keepdim }: Extent, p: number): NdArray {
  if (!isFloating(x.dtype)) {
    throw new TypeError(
      `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${dtypes[x.dtype].torchName}`,
    );
  }
  checkIdentity(x.shape, dims, p);
  const reduced = dims ?? x.shape.map((_, d) => d);
  if (p === 2) return euclidean(x, reduced, keepdim);
  if (p === 1) return sum(unary("abs", x), reduced, keepdim);
  const wide = convert(x, "float64");
  const result = ((): NdArray => {
    if (p === 0)
      return sum(convert(binary("ne", wide, 0, "bool", undefined, "float64"), "float64"), dims, keepdim);
    const sizes = unary("abs", wide);
    if (Math.abs(p) === Infinity)
      return extremesAlong(p > 0 ? "max" : "min", sizes, dims ?? undefined, keepdim);
    return power(sum(power(sizes, p), dims, keepdim), 1 / p);
  })();
  return convert(result, x.dtype);
}

function euclidean(x: NdArray, dims: readonly number[], keepdim: boolean): NdArray {
  const out = NdArray.empty(x.dtype, reducedShape(x, dims, keepdim));
  const layout = layOut(x, dims);
  normInto(layout, layout.inner === 1 ? layout.x : reducedLast(x, dims), out);
  return out;
}

/**
 * Writes √(Σ x²) of a layout's rows to `out`, of the elements' dtype; `rows` has the elements of each
 * side by side. The windows begin with those of `slot`.
 */
export function normInto(layout: Layout<Elements>, rows: Elements, out: NdArray, slot = 0): void {
  const sums = NdArray.empty("float64", out.shape);
  sumSquaresInto(layout, rows, sums, { single: dtypes[out.dtype].compute === "f32", slot });
  copy(unary("sqrt", sums, 0, 0, sums), out);
  sums.storage.dispose();
}

/** Neither the largest nor the smallest of no elements is a number. */
function checkIdentity(shape: readonly number[], dims: readonly number[] | undefined, p: number): void {
  if (p >= 0 && p !== Infinity) return;
  const name = String(p).replace("Infinity", "inf");
  const empty = dims?.find((d) => shape[d] === 0);
  if (empty !== undefined) {
    throw new RangeError(
      `linalg.vector_norm cannot compute the ${name} norm on the dimension ${empty}because this dimension is empty and the ` +
        "operation does not have an identity",
    );
  }
  if (dims !== undefined || countAlong(shape, dims) > 0) return;
  throw new RangeError(
    `linalg.vector_norm cannot compute the ${name} norm on an empty tensor because the operation does not have an identity`,
  );
}

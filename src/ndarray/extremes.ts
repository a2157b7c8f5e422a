/**
 * The largest and smallest elements, and where they stand. NaN counts as the most extreme of all,
 * as in torch.
 */
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { type ComputeTag } from "../core/kernels.js";
import { type DType, dtypes, isComplex } from "./dtype.js";
import { binary, contiguous, convert } from "./elementwise.js";
import { type Layout, layOut, reducedShape } from "./layout.js";
import { NdArray } from "./ndarray.js";
import { wrapDim } from "./shape.js";

type ExtremeName = "max" | "min";

/** The dtype that numbers of a tag are computed in, as whole arrays. */
const WIDE: Readonly<Record<ComputeTag, DType>> = { f32: "float32", f64: "float64", i64: "int64" };

/**
 * The layout of a contiguous array of the dtype that extremes are computed in, and the shape of the
 * results.
 */
interface Problem {
  readonly layout: Layout<NdArray>;
  readonly shape: readonly number[];
}

function prepare(x: NdArray, dims: readonly number[], keepdim: boolean): Problem {
  const layout = layOut(convert(x, WIDE[dtypes[x.dtype].compute]), dims);
  return { layout: { ...layout, x: contiguous(layout.x) }, shape: reducedShape(x, dims, keepdim) };
}

/** Runs the kernel; `indices` are wanted or not. */
function extremes(
  name: ExtremeName,
  { layout: { x, outer, length, inner }, shape }: Problem,
  wanted: boolean,
): { values: NdArray; indices: NdArray | null } {
  const values = NdArray.empty(x.dtype, shape);
  const indices = wanted ? NdArray.empty("int64", shape) : null;
  if (values.numel === 0) return { values, indices };
  const kernel = memory().kernels[`extreme_${dtypes[x.dtype].compute}`];
  operate(() => {
    const at = indices?.address() ?? 0;
    kernel(x.address(), values.address(), at, outer, length, inner, name === "max" ? 1 : 0);
  });
  return { values, indices };
}

/**
 * Where the first extreme stands along `dim`, which may be negative, or among all elements in
 * row-major order.
 */
export function indexOfExtreme(
  name: ExtremeName,
  x: NdArray,
  dim: number | undefined,
  keepdim: boolean,
): NdArray {
  const caller = `arg${name}`;
  if (isComplex(x.dtype)) throw new TypeError(`${caller}(): does not support complex input`);
  if (x.dtype === "bool") throw new TypeError(`${caller}(): does not support bool input`);
  if (dim === undefined && x.numel === 0) {
    throw new RangeError(`${caller}(): Expected reduction dim to be specified for input.numel() == 0.`);
  }
  const along = dim === undefined ? undefined : wrapDim(dim, x.shape.length);
  return indicesAlong(name, x, along, keepdim, caller);
}

/** The same of any real dtype, for max and min along a dimension. */
export function indicesAlong(
  name: ExtremeName,
  x: NdArray,
  dim: number | undefined,
  keepdim: boolean,
  caller: string = name,
): NdArray {
  if (isComplex(x.dtype)) throw new TypeError(`${caller}(): does not support complex input`);
  // A 0-d array takes dimension 0, and has none.
  const dims = dim === undefined ? x.shape.map((_, d) => d) : [dim].filter((d) => d < x.shape.length);
  checkNotEmpty(caller, x, dims);
  return extremes(name, prepare(x, dims, keepdim), true).indices!;
}

/** The extremes of all elements, or along dimensions. */
export function extremesAlong(
  name: ExtremeName,
  x: NdArray,
  dims: readonly number[] | undefined,
  keepdim: boolean,
  caller: string = name,
): NdArray {
  if (isComplex(x.dtype)) {
    const kernel = caller === name ? `${name}_all` : `${name}_values_cpu`;
    throw new TypeError(`"${kernel}" not implemented for '${dtypes[x.dtype].torchName}'`);
  }
  if (dims === undefined && x.numel === 0) {
    throw new RangeError(
      `${caller}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the ` +
        "'dim' argument.",
    );
  }
  const all = dims ?? x.shape.map((_, d) => d);
  checkNotEmpty(caller, x, all);
  return convert(extremes(name, prepare(x, all, keepdim), false).values, x.dtype);
}

function checkNotEmpty(caller: string, x: NdArray, dims: readonly number[]): void {
  const empty = dims.find((d) => x.shape[d] === 0);
  if (empty === undefined) return;
  throw new RangeError(`${caller}(): Expected reduction dim ${empty} to have non-zero size.`);
}

/**
 * Whether an element of dimension `dim`, of `size`, is the one that `indices` name; they keep that
 * dimension.
 */
export function positions(indices: NdArray, dim: number, size: number): NdArray {
  const count = NdArray.empty("int64", [size]);
  operate(() => {
    const numbers = count.numbers() as BigInt64Array;
    for (let i = 0; i < size; i++) numbers[i] = BigInt(i);
  });
  const shape = indices.shape.map((_, d) => (d === dim ? size : 1));
  return binary("eq", count.reshaped(shape), indices, "bool", undefined, "int64");
}

/** Arrays one after the other, and arrays with a border. */
import { type DType, promoteTypes } from "./dtype.js";
import { copy, fill } from "./elementwise.js";
import { NdArray } from "./ndarray.js";
import { sameShape } from "./shape.js";
import { select, slice } from "./views.js";

/**
 * torch skips these among the arrays to join, whatever the others' shapes are: an empty list was
 * once every empty array.
 */
export function isSkipped(shape: readonly number[]): boolean {
  return shape.length === 1 && shape[0] === 0;
}

/** The type that holds the elements of all: torch.cat knows no categories of 0-d operands. */
function commonType(arrays: readonly NdArray[]): DType {
  return arrays.map(({ dtype }) => dtype).reduce(promoteTypes);
}

/** The arrays one after the other along `dim`; torch's errors. */
export function concatenate(arrays: readonly NdArray[], dim: number): NdArray {
  const joined = arrays.filter(({ shape }) => !isSkipped(shape));
  const [first = arrays[0]] = joined;
  joined.forEach(({ shape }) => {
    checkJoinable(
      first.shape,
      shape,
      dim,
      arrays.findIndex((array) => array.shape === shape),
    );
  });
  const length = joined.reduce((sum, { shape }) => sum + shape[dim], 0);
  const out = NdArray.empty(
    commonType(arrays),
    first.shape.map((size, d) => (d === dim ? length : size)),
  );
  let start = 0;
  for (const array of joined) {
    const size = array.shape[dim];
    copy(array, slice(out, { dim, start, length: size, step: 1 }));
    start += size;
  }
  return out;
}

function checkJoinable(first: readonly number[], shape: readonly number[], dim: number, place: number): void {
  if (first.length !== shape.length) {
    throw new RangeError(
      `Tensors must have same number of dimensions: got ${first.length} and ${shape.length}`,
    );
  }
  first.forEach((size, d) => {
    if (d === dim || size === shape[d]) return;
    throw new RangeError(
      `Sizes of tensors must match except in dimension ${dim}. Expected size ${size} but got size ${shape[d]} for tensor ` +
        `number ${place} in the list.`,
    );
  });
}

/** The arrays, all of one shape, one after the other along a new dimension. */
export function stack(arrays: readonly NdArray[], dim: number): NdArray {
  const { shape } = arrays[0];
  arrays.forEach((array, i) => {
    if (sameShape(array.shape, shape)) return;
    throw new RangeError(
      `stack expects each tensor to be equal size, but got [${shape.join(", ")}] at entry 0 and [${array.shape.join(", ")}] ` +
        `at entry ${i}`,
    );
  });
  const out = NdArray.empty(commonType(arrays), [...shape.slice(0, dim), arrays.length, ...shape.slice(dim)]);
  arrays.forEach((array, i) => {
    copy(array, select(out, dim, i));
  });
  return out;
}

/** Elements before and after those of a dimension; negative ones are taken off. */
export type Margin = readonly [before: number, after: number];

/** `x` with `margins` of elements `value` around it, one a dimension. */
export function pad(x: NdArray, margins: readonly Margin[], value: number): NdArray {
  const inside = margins.map(([before, after], dim) => {
    const start = Math.max(-before, 0);
    return { dim, start, length: x.shape[dim] - start - Math.max(-after, 0), step: 1 };
  });
  if (inside.some(({ length }) => length < 0)) throw new RangeError("narrow(): length must be non-negative.");
  const shape = x.shape.map((size, d) => size + margins[d][0] + margins[d][1]);
  const out = fill(NdArray.empty(x.dtype, shape), value);
  const within = inside.map((range) => ({ ...range, start: Math.max(margins[range.dim][0], 0) }));
  copy(inside.reduce(slice, x), within.reduce(slice, out));
  return out;
}

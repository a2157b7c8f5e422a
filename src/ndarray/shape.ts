/** Shapes, strides and broadcasting. Strides count elements. */
import { MAXIMUM_DIMENSIONS } from "../core/memory.js";
import { describeValue } from "../core/describe.js";
import { takeList } from "../core/options.js";

export type Shape = readonly number[];

export function numelOf(shape: Shape): number {
  let n = 1;
  for (const size of shape) n *= size;
  // Sizes whose product exceeds the largest number, times 0.
  return Number.isNaN(n) ? 0 : n;
}

/** Row-major strides. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= Math.max(shape[d], 1);
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}

/** As torch prints a size, without its prefix: `Size([2, 3])`. */
export function sizeText(shape: Shape): string {
  return `Size([${shape.join(", ")}])`;
}

/**
 * The shape that both broadcast to; torch's error, which names the operands a and b, when there is
 * none.
 */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const ndim = Math.max(a.length, b.length);
  const shape = new Array<number>(ndim);
  for (let d = ndim - 1; d >= 0; d--) {
    const sizeA = a[d - ndim + a.length] ?? 1;
    const sizeB = b[d - ndim + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RangeError(
        `The size of tensor a (${sizeA}) must match the size of tensor b (${sizeB}) at non-singleton dimension ${d}`,
      );
    }
    shape[d] = sizeA === 1 ? sizeB : sizeA;
  }
  return shape;
}

/** Throws torch's error unless `b` broadcasts to `a`. */
export function checkBroadcastsInto(a: Shape, b: Shape): void {
  const shape = broadcastShapes(a, b);
  if (sameShape(shape, a)) return;
  throw new RangeError(
    `output with shape [${a.join(", ")}] doesn't match the broadcast shape [${shape.join(", ")}]`,
  );
}

/** The strides of a view of `shape` that reads an array of `from` and `strides` as broadcast. */
export function broadcastStrides(from: Shape, strides: Shape, shape: Shape): number[] {
  const lead = shape.length - from.length;
  return shape.map((size, d) => (d < lead || (from[d - lead] === 1 && size !== 1) ? 0 : strides[d - lead]));
}

/** Throws when a tensor cannot have so many dimensions. */
export function checkDimensions(caller: string, ndim: number): void {
  if (ndim > MAXIMUM_DIMENSIONS) throw tooManyDimensions(caller, ndim);
}

export function tooManyDimensions(caller: string, ndim: number): RangeError {
  return new RangeError(`${caller}: expected at most ${MAXIMUM_DIMENSIONS} dimensions, got ${ndim}`);
}

/**
 * What `read` makes of a user's sizes or dimensions, each read once; -0 becomes 0, which a number
 * of elements would show.
 */
export function takeSizes(
  caller: string,
  sizes: readonly unknown[],
  check: (size: unknown) => asserts size is number,
): number[] {
  const read = (size: unknown): number => {
    check(size);
    return size + 0;
  };
  return takeList(caller, sizes, read, (ndim) => {
    checkDimensions(caller, ndim);
  });
}

/** Throws unless `shape` is an array of sizes; returns a copy. */
export function checkShape(caller: string, shape: unknown): number[] {
  if (!Array.isArray(shape))
    throw new TypeError(`${caller}: expected a shape as an array of sizes, got ${describeValue(shape)}`);
  return takeSizes(caller, shape, (size) => {
    if (typeof size !== "number")
      throw new TypeError(`${caller}: expected sizes to be numbers, got ${describeValue(size)}`);
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new RangeError(`${caller}: expected sizes to be non-negative integers, got ${size}`);
    }
  });
}

/** A dimension counted from 0; torch's error when it is out of range. 0-d tensors take 0 and -1. */
export function wrapDim(dim: unknown, ndim: number): number {
  if (typeof dim !== "number" || !Number.isInteger(dim)) {
    throw new TypeError(`dim: expected an integer, got ${describeValue(dim)}`);
  }
  const limit = Math.max(ndim, 1);
  if (dim < -limit || dim >= limit) {
    throw new RangeError(
      `Dimension out of range (expected to be in range of [${-limit}, ${limit - 1}], but got ${dim})`,
    );
  }
  return dim < 0 ? dim + limit : dim;
}

/** Dimensions as they were given, one or a list, each read once; undefined for all. */
export function takeDims(dim: unknown): readonly number[] | undefined {
  if (dim === undefined || dim === null) return undefined;
  return takeSizes("dim", Array.isArray(dim) ? dim : [dim], (d) => {
    if (typeof d === "number" && Number.isInteger(d)) return;
    throw new TypeError(`dim: expected an integer, got ${describeValue(d)}`);
  });
}

/** Dimensions of a reduction, counted from 0 and in ascending order; undefined for all. */
export function wrapDims(taken: readonly number[] | undefined, ndim: number): number[] | undefined {
  if (taken === undefined || taken.length === 0) return undefined;
  // A 0-d tensor takes dimension 0, and has none.
  const within = taken.map((d) => wrapDim(d, ndim)).filter((d) => d < ndim);
  if (new Set(within).size !== within.length) {
    const twice = within.find((d, i) => within.indexOf(d) !== i);
    throw new RangeError(`dim ${twice} appears multiple times in the list of dims`);
  }
  return within.sort((a, b) => a - b);
}

/**
 * Dimensions of a reduction of `x`, counted from 0; undefined for all. The tensor itself is asked
 * for, since what reads the list may change it: its number of dimensions counts afterwards.
 */
export function readDims(dim: unknown, x: { readonly ndim: number }): number[] | undefined {
  const taken = takeDims(dim);
  return wrapDims(taken, x.ndim);
}

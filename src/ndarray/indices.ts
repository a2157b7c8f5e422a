/**
 * Which elements an index takes, as positions. Dimensions that are indexed by tensors lie between
 * those before and those after them that are taken whole:
 *
 *     array     outer × (indexed dimensions) × inner
 *     result    outer × positions.length     × inner
 *
 * A position counts the elements of the indexed dimensions in row-major order. Positions are read
 * from index tensors once, and checked then: what moves elements later checks nothing, and what a
 * caller does to an index tensor afterwards changes nothing.
 */
import { operate } from "../core/operation.js";
import { isIntegral } from "./dtype.js";
import { contiguous, convert } from "./elementwise.js";
import type { NdArray } from "./ndarray.js";
import { broadcastShapes, broadcastStrides, contiguousStrides, numelOf, type Shape } from "./shape.js";

export interface Selection {
  /** Shape of the indexed array. */
  readonly from: Shape;
  /** The order in which the array's dimensions become outer, indexed and inner ones. */
  readonly order: readonly number[];
  readonly outer: number;
  /** Number of positions that there are. */
  readonly size: number;
  readonly inner: number;
  readonly positions: Uint32Array;
  /** Shape of the result. */
  readonly shape: Shape;
}

/** An index tensor in its place: it takes positions of `dims` dimensions from `dim` on. */
interface Entry {
  readonly dim: number;
  readonly dims: number;
  readonly shape: Shape;
  readonly positions: Uint32Array;
}

/** The positions of the elements of a mask, whose dimensions are those from `dim` on of `of`. */
function maskEntry(mask: NdArray, dim: number, of: Shape): Entry {
  mask.shape.forEach((size, d) => {
    if (size === of[dim + d]) return;
    throw new RangeError(
      `The shape of the mask [${mask.shape.join(", ")}] at index ${d} does not match the shape of the indexed tensor ` +
        `[${of.join(", ")}] at index ${dim + d}`,
    );
  });
  const positions = truePositions(mask);
  return { dim, dims: mask.shape.length, shape: [positions.length], positions };
}

/** Where the elements of a mask are true, in row-major order. */
export function truePositions(mask: NdArray): Uint32Array {
  const source = contiguous(mask);
  return operate(() => {
    const bytes = source.numbers() as Uint8Array;
    let count = 0;
    for (const byte of bytes) if (byte !== 0) count++;
    const positions = new Uint32Array(count);
    let next = 0;
    for (let i = 0; next < count; i++) if (bytes[i] !== 0) positions[next++] = i;
    return positions;
  });
}

/** The positions that integers name, negative ones counted from the end of dimension `dim`. */
function integerEntry(index: NdArray, dim: number, of: Shape): Entry {
  const size = of[dim];
  const positions = readIndices(index, (value) => {
    if (value >= -size && value < size) return value < 0 ? value + size : value;
    throw new RangeError(
      size === 0
        ? "index is out of bounds for dimension with size 0"
        : `index ${value} is out of bounds for dimension ${dim} with size ${size}`,
    );
  });
  return { dim, dims: 1, shape: index.shape, positions };
}

/** An index tensor, and the dimension that it begins with. */
export interface Placed {
  readonly dim: number;
  readonly index: NdArray;
}

/** Bytes were masks before there were bools. */
export const isMask = ({ dtype }: NdArray): boolean => dtype === "bool" || dtype === "uint8";

/** What index tensors take of an array of shape `from`; torch's errors. */
export function selectionBy(tensors: readonly Placed[], from: Shape): Selection {
  const masks = tensors.map(({ dim, index }) => (isMask(index) ? maskEntry(index, dim, from) : null));
  // As in torch, whatever takes nothing is within bounds.
  const named = tensors.flatMap(({ dim }, i) => {
    return Array.from({ length: masks[i]?.dims ?? 1 }, (_, d) => dim + d);
  });
  const rest = from.filter((_, d) => !named.includes(d));
  const shapes = tensors.map(({ index }, i) => masks[i]?.shape ?? index.shape);
  const none = shapes.flat().includes(0);
  const empty = none || (rest.includes(0) && named.every((d) => from[d] > 0));
  return selectionOf(
    from,
    tensors.map(({ dim, index }, i): Entry => {
      if (masks[i]) return masks[i];
      if (!empty) return integerEntry(index, dim, from);
      return { dim, dims: 1, shape: index.shape, positions: new Uint32Array(index.numel) };
    }),
  );
}

/** The elements of an integer tensor, each as `check` gives it. */
export function readIndices(index: NdArray, check: (value: number) => number): Uint32Array {
  if (!isIntegral(index.dtype)) throw new Error("internal: indices of a floating dtype");
  const source = contiguous(convert(index, "int64"));
  return operate(() => {
    const numbers = source.numbers() as BigInt64Array;
    const positions = new Uint32Array(index.numel);
    for (let i = 0; i < positions.length; i++) positions[i] = check(Number(numbers[i]));
    return positions;
  });
}

/**
 * What index tensors take together of an array of shape `from`, broadcast with each other; torch's
 * order of dimensions.
 */
export function selectionOf(from: Shape, entries: readonly Entry[]): Selection {
  const shape = broadcastAll(entries);
  const indexed = entries.flatMap(({ dim, dims }) => Array.from({ length: dims }, (_, d) => dim + d));
  const first = entries[0].dim;
  const together = indexed.every((d, i) => d === first + i);
  const rest = from.map((_, d) => d).filter((d) => !indexed.includes(d));
  // Index tensors that are apart put their dimensions first.
  const before = together ? rest.filter((d) => d < first) : [];
  const after = together ? rest.filter((d) => d >= first) : rest;
  const sizes = (dims: readonly number[]): number[] => dims.map((d) => from[d]);
  return {
    from,
    order: [...before, ...indexed, ...after],
    outer: numelOf(sizes(before)),
    size: numelOf(sizes(indexed)),
    inner: numelOf(sizes(after)),
    positions: joined(from, entries, shape),
    shape: [...sizes(before), ...shape, ...sizes(after)],
  };
}

function broadcastAll(entries: readonly Entry[]): number[] {
  try {
    return entries.reduce<number[]>((shape, entry) => broadcastShapes(shape, entry.shape), []);
  } catch {
    const shapes = entries.flatMap(({ dims, shape }) =>
      Array.from({ length: Math.max(dims, 1) }, () => shape),
    );
    throw new RangeError(
      "shape mismatch: indexing tensors could not be broadcast together with shapes " +
        shapes.map((shape) => `[${shape.join(", ")}]`).join(", "),
    );
  }
}

/** The entries' positions as one, of all their dimensions. */
function joined(from: Shape, entries: readonly Entry[], shape: Shape): Uint32Array {
  const positions = new Uint32Array(numelOf(shape));
  for (const { dim, dims, shape: own, positions: values } of entries) {
    const size = numelOf(from.slice(dim, dim + dims));
    const strides = broadcastStrides(own, contiguousStrides(own), shape);
    walk(shape, strides, (i, offset) => {
      positions[i] = positions[i] * size + values[offset];
    });
  }
  return positions;
}

/**
 * Calls `visit` with the number and the strided offset of each element of `shape`, in row-major
 * order.
 */
function walk(shape: Shape, strides: Shape, visit: (i: number, offset: number) => void): void {
  const count = numelOf(shape);
  const index = shape.map(() => 0);
  let offset = 0;
  for (let i = 0; i < count; i++) {
    visit(i, offset);
    for (let d = shape.length - 1; d >= 0; d--) {
      offset += strides[d];
      if (++index[d] < shape[d]) break;
      offset -= index[d] * strides[d];
      index[d] = 0;
    }
  }
}

/** Whole elements of an array of shape `from`, in a result of shape `shape`. */
export function elementSelection(from: Shape, positions: Uint32Array, shape: Shape): Selection {
  const order = from.map((_, d) => d);
  return { from, order, outer: 1, size: numelOf(from), inner: 1, positions, shape };
}

/**
 * torch.gather's elements: each index names one along `dim`; along the others it is where the index
 * itself is.
 */
export function gatherSelection(from: Shape, dim: number, index: NdArray): Selection {
  const size = from[dim] ?? 1;
  const along = readIndices(index, (value) => {
    if (value >= 0 && value < size) return value;
    throw new RangeError(`index ${value} is out of bounds for dimension ${dim} with size ${size}`);
  });
  const strides = contiguousStrides(from);
  const positions = new Uint32Array(index.numel);
  // A 0-d tensor gathered by a vector has no strides at all.
  const others = index.shape.map((_, d) => (d === dim ? 0 : strides[d]));
  walk(index.shape, others, (i, offset) => {
    positions[i] = offset + along[i] * (strides[dim] ?? 1);
  });
  return elementSelection(from, positions, index.shape);
}

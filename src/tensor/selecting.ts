/**
 * The methods that take parts of a tensor by name: narrow, select, index_select, masked_select,
 * gather, split, chunk.
 */
import {
  elementSelection,
  gatherSelection,
  readIndices,
  selectionOf,
  truePositions,
} from "../ndarray/indices.js";
import { broadcastShapes, wrapDim } from "../ndarray/shape.js";
import type { Variable } from "../autograd/graph.js";
import { describeValue } from "../core/describe.js";
import { takeList } from "../core/options.js";

function checkInteger(caller: string, word: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new TypeError(`${caller}: expected ${word} to be an integer, got ${describeValue(value)}`);
}

function checkDimensions(caller: string, x: Variable): void {
  x.checkAlive(caller);
  if (x.shape.length === 0) throw new RangeError(`${caller}() cannot be applied to a 0-dim tensor.`);
}

function slice<V extends Variable>(x: V, dim: number, start: number, length: number, node?: string): V {
  return x.op("slice", { dim, start, length, step: 1, node }) as V;
}

/** See Tensor.select. */
export function select<V extends Variable>(x: V, dimension: number, index: number): V {
  checkDimensions("select", x);
  const dim = wrapDim(dimension, x.shape.length);
  const size = x.shape[dim];
  checkInteger("select", "index", index);
  if (index < -size || index >= size) {
    throw new RangeError(
      `select(): index ${index} out of range for tensor of size [${x.shape.join(", ")}] at dimension ${dim}`,
    );
  }
  return x.op("select", { dim, index: index < 0 ? index + size : index }) as V;
}

/** See Tensor.narrow. */
export function narrow<V extends Variable>(x: V, dimension: number, start: number, length: number): V {
  checkDimensions("narrow", x);
  checkInteger("narrow", "start", start);
  if (checkInteger("narrow", "length", length) < 0) {
    throw new RangeError("narrow(): length must be non-negative.");
  }
  const dim = wrapDim(dimension, x.shape.length);
  const size = x.shape[dim];
  if (start < -size || start > size) {
    throw new RangeError(
      `start out of range (expected to be in range of [${-size}, ${size}], but got ${start})`,
    );
  }
  const first = start < 0 ? start + size : start;
  if (first + length > size) {
    throw new RangeError(`start (${first}) + length (${length}) exceeds dimension size (${size}).`);
  }
  return slice(x, dim, first, length);
}

function checkIndexType(message: string, index: Variable): void {
  if (index.dtype !== "int64" && index.dtype !== "int32") throw new TypeError(message);
}

/** See Tensor.indexSelect. */
export function indexSelect<V extends Variable>(x: V, dimension: number, index: V): V {
  x.checkAlive("indexSelect");
  index.checkAlive("indexSelect");
  const dim = wrapDim(dimension, x.shape.length);
  if (index.shape.length > 1) throw new RangeError("index_select(): Index is supposed to be a vector");
  const { numel } = index.nd;
  if (x.shape.length === 0 && numel !== 1) {
    throw new RangeError(`index_select(): Index to scalar can have only 1 value, got ${numel} value(s)`);
  }
  checkIndexType("index_select(): Expected dtype int32 or int64 for index", index);
  const size = x.shape[dim] ?? 1;
  if (x.shape.length > 1 && size === 0 && numel > 0) {
    throw new RangeError("index_select(): self indexing axis dim should be positive");
  }
  const positions = readIndices(index.nd, (value) => {
    if (value >= 0 && value < size) return value;
    // torch has two texts, for it computes one case apart.
    throw new RangeError(
      dim === 1
        ? `INDICES element is out of DATA bounds, id=${value} axis_dim=${size}`
        : "index out of range in self",
    );
  });
  const selection =
    x.shape.length === 0
      ? elementSelection([], positions, [])
      : selectionOf(x.shape, [{ dim, dims: 1, shape: [numel], positions }]);
  return x.op("index", { selection, node: "IndexSelectBackward0" }) as V;
}

/** See Tensor.maskedSelect. */
export function maskedSelect<V extends Variable>(x: V, mask: V): V {
  x.checkAlive("maskedSelect");
  mask.checkAlive("maskedSelect");
  if (mask.dtype !== "bool") throw new TypeError("masked_select: expected BoolTensor for mask");
  // torch names the mask first.
  const shape = broadcastShapes(mask.shape, x.shape);
  const positions = truePositions(mask.nd.expanded(shape));
  const whole = x.expand(shape);
  return whole.op("index", {
    selection: elementSelection(shape, positions, [positions.length]),
    accumulate: false,
    node: "MaskedSelectBackward0",
  }) as V;
}

/** See Tensor.gather. */
export function gather<V extends Variable>(x: V, dimension: number, index: V): V {
  x.checkAlive("gather");
  index.checkAlive("gather");
  const dim = wrapDim(dimension, x.shape.length);
  checkIndexType("gather(): Expected dtype int32/int64 for index", index);
  checkGathered(x.shape, index.shape, dim);
  return x.op("index", {
    selection: gatherSelection(x.nd.shape, dim, index.nd),
    node: "GatherBackward0",
  }) as V;
}

function checkGathered(shape: readonly number[], index: readonly number[], dim: number): void {
  if (index.includes(0)) return;
  if (Math.max(shape.length, 1) !== Math.max(index.length, 1)) {
    throw new RangeError("Index tensor must have the same number of dimensions as input tensor");
  }
  index.forEach((size, d) => {
    if (d === dim || size <= (shape[d] ?? 1)) return;
    throw new RangeError(
      `Size does not match at dimension ${d} expected index [${index.join(", ")}] to be no larger than self ` +
        `[${shape.join(", ")}] apart from dimension ${dim}`,
    );
  });
}

/** See Tensor.split. */
export function split<V extends Variable>(x: V, sizes: number | readonly number[], dimension: number): V[] {
  const list: unknown = Array.isArray(sizes)
    ? takeList("split", sizes, (length) => checkInteger("split", "sizes of parts", length))
    : sizes;
  x.checkAlive("split");
  if (x.shape.length === 0) throw new RangeError("split expects at least a 1-dimensional tensor");
  const dim = wrapDim(dimension, x.shape.length);
  const size = x.shape[dim];
  const node = Array.isArray(list) ? "SplitWithSizesBackward0" : "SplitBackward0";
  const lengths = Array.isArray(list) ? checkLengths(list as number[], size, dim) : lengthsOf(list, size);
  let start = 0;
  return lengths.map((length) => {
    const part = slice(x, dim, start, length, node);
    start += length;
    return part;
  });
}

/** Each part is a tensor: a longer list of them might take all memory. */
const MOST_PARTS = 1 << 22;

/** As many parts of `each` elements as there are, the last perhaps shorter. */
function lengthsOf(each: unknown, size: number): number[] {
  const length = checkInteger("split", "the size of a part", each);
  if (length < 0)
    throw new RangeError(`split expects split_size be non-negative, but got split_size=${length}`);
  if (length === 0 && size > 0) {
    throw new RangeError(
      `split_size can only be 0 if dimension size is 0, but got dimension size of ${size}`,
    );
  }
  const parts = length === 0 ? 1 : Math.max(Math.ceil(size / length), 1);
  if (parts > MOST_PARTS) {
    throw new RangeError(`split: expected at most ${MOST_PARTS} parts, got ${parts}; choose a larger size`);
  }
  return Array.from({ length: parts }, (_, i) => Math.min(length, size - i * length));
}

function checkLengths(lengths: readonly number[], size: number, dim: number): readonly number[] {
  const shown = `[${lengths.join(", ")}]`;
  if (lengths.some((length) => length < 0)) {
    throw new RangeError(
      `split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${shown}`,
    );
  }
  if (lengths.reduce((sum, length) => sum + length, 0) !== size) {
    throw new RangeError(
      `split_with_sizes expects split_sizes to sum exactly to ${size} (input tensor's size at dimension ${dim}), but got ` +
        `split_sizes=${shown}`,
    );
  }
  return lengths;
}

/**
 * An empty dimension has as many chunks as are asked for, so that a list of them might take all
 * memory.
 */
const MOST_CHUNKS = 1 << 16;

/** See Tensor.chunk. */
export function chunk<V extends Variable>(x: V, chunks: number, dimension: number): V[] {
  x.checkAlive("chunk");
  if (x.shape.length === 0) throw new RangeError("chunk expects at least a 1-dimensional tensor");
  if (checkInteger("chunk", "the number of chunks", chunks) <= 0) {
    throw new RangeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
  }
  const dim = wrapDim(dimension, x.shape.length);
  const size = x.shape[dim];
  if (size === 0) {
    if (chunks > MOST_CHUNKS) {
      throw new RangeError(`chunk: expected at most ${MOST_CHUNKS} chunks of nothing, got ${chunks}`);
    }
    return split(x, Array<number>(chunks).fill(0), dim);
  }
  return split(x, Math.ceil(size / chunks), dim);
}

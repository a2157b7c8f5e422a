/** The k largest elements of each row of a tensor, and what adds elements to where an index says. */
import { gatherSelection } from "../ndarray/indices.js";
import { topIndices } from "../ndarray/ranking.js";
import { dtypes, isComplex } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { PutParameters } from "../ndarray/parameters.js";
import { wrapDim } from "../ndarray/shape.js";
import type { Variable } from "../autograd/graph.js";
import { describeValue } from "../core/describe.js";
import { takeOptions } from "../core/options.js";

/** Options of topk. */
export interface TopkOptions {
  /** The dimension to search along, a negative one counted from the end; the last by default. */
  dim?: number;
  /** Whether the largest are wanted, or else the smallest; the largest by default. */
  largest?: boolean;
  /** Whether they are in order; they are so in any case. */
  sorted?: boolean;
}

/** A dimension alone, or options. */
export function readTopk(given: number | TopkOptions): Required<Omit<TopkOptions, "sorted">> {
  const taken =
    typeof given === "number" ? { dim: given } : takeOptions("topk", given, ["dim", "largest", "sorted"]);
  const { dim = -1, largest = true, sorted = true }: TopkOptions = taken;
  for (const [word, flag] of [
    ["largest", largest],
    ["sorted", sorted],
  ] as const) {
    if (typeof flag === "boolean") continue;
    throw new TypeError(`topk(): argument '${word}' must be bool, not ${describeValue(flag)}`);
  }
  return { dim, largest };
}

/** See Tensor.topk. */
export function topk<V extends Variable>(
  x: V,
  k: number,
  { dim: dimension, largest }: Required<Omit<TopkOptions, "sorted">>,
  wrap: (nd: NdArray) => V,
): { values: V; indices: V } {
  if (typeof k !== "number" || !Number.isSafeInteger(k)) {
    throw new TypeError(`topk(): argument 'k' (position 1) must be int, not ${describeValue(k)}`);
  }
  x.checkAlive("topk");
  const dim = wrapDim(dimension, x.shape.length);
  if (k < 0 || k > (x.shape[dim] ?? 1)) throw new RangeError("selected index k out of range");
  if (isComplex(x.dtype)) throw new TypeError("topk does not support complex dtypes on CPU");
  if (x.dtype === "bool") throw new TypeError("topk does not support bool dtypes on CPU");
  const indices = topIndices(x.nd, k, dim, largest);
  const selection = gatherSelection(x.shape, dim, indices);
  const values = x.op("index", { selection, accumulate: false, node: "TopkBackward0" }) as V;
  return { values, indices: wrap(indices) };
}

/** The part of `source` that an index of scatterAdd names, and where it goes; torch's errors. */
export function readScatter<V extends Variable>(
  caller: string,
  x: V,
  dimension: number,
  index: V,
  source: V,
): { values: V; parameters: PutParameters } {
  for (const operand of [x, index, source]) operand.checkAlive(caller);
  const dim = wrapDim(dimension, x.shape.length);
  if (index.dtype !== "int64" && index.dtype !== "int32") {
    throw new TypeError("scatter(): Expected dtype int32/int64 for index");
  }
  if (x.dtype !== source.dtype) {
    throw new TypeError(
      `scatter(): Expected self.dtype to be equal to src.dtype, got ${dtypes[x.dtype].torchName} and ` +
        dtypes[source.dtype].torchName,
    );
  }
  checkScattered(x.shape, index.shape, source.shape, dim);
  const whole = (source.shape.length === 0 ? source.reshape([1]) : source) as V;
  // Of an index without elements nothing is added, whatever its shape is.
  const none = index.nd.numel === 0;
  const part = whole.shape.reduce<V>((view, size, d) => {
    const length = none ? 0 : (index.shape[d] ?? 1);
    return length === size ? view : (view.op("slice", { dim: d, start: 0, length, step: 1 }) as V);
  }, whole);
  const taken = gatherSelection(x.shape, dim, index.nd);
  const selection = none ? { ...taken, shape: part.shape } : taken;
  const values = (part.shape.length === selection.shape.length ? part : part.reshape(selection.shape)) as V;
  return {
    values,
    parameters: { steps: [], selection, accumulate: true, node: "ScatterAddBackward0" },
  };
}

function checkScattered(
  self: readonly number[],
  index: readonly number[],
  source: readonly number[],
  dim: number,
): void {
  if (index.includes(0)) return;
  const dimensions = Math.max(index.length, 1);
  for (const [word, shape] of [
    ["self", self],
    ["src", source],
  ] as const) {
    if (Math.max(shape.length, 1) === dimensions) continue;
    throw new RangeError(`Index tensor must have the same number of dimensions as ${word} tensor`);
  }
  const fits = index.every((size, d) => (d === dim || size <= (self[d] ?? 1)) && size <= (source[d] ?? 1));
  if (fits) return;
  const [i, s, from] = [index, self, source].map((shape) => `[${shape.join(", ")}]`);
  throw new RangeError(
    `Expected index ${i} to be no larger than self ${s} apart from dimension ${dim} and to be no larger size than src ${from}`,
  );
}

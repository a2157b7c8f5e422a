/**
 * What users write between Python's brackets, as arguments: x[:, 1:3] is x.at(":", "1:3").
 *
 * Slices are Python's own text. Pairs, as jax-js has them, cannot be told from the lists of
 * indices that they are in PyTorch and NumPy, where x[[1, 3]] is rows 1 and 3; tfjs's lists of
 * begins and sizes are read dimension by dimension. A type of template literals refuses what is
 * no slice when it is compiled, and `${i}:${i + n}` is one.
 */
import { isIntegral } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import type { ViewStep } from "../ndarray/parameters.js";
import { isMask, type Placed, type Selection, selectionBy } from "../ndarray/indices.js";
import { checkDimensions } from "../ndarray/shape.js";
import type { Variable } from "../autograd/graph.js";
import { describeValue } from "../core/describe.js";
import { MAXIMUM_DIMENSIONS } from "../core/memory.js";
import { takeList } from "../core/options.js";
import { warn } from "../core/warnings.js";
import { fromNested, type NestedData } from "./nested.js";

type Bound = number | "";
/** Part of a dimension as Python writes it: `"1:3"`, `":-1"`, `"::2"`, `":"`. */
export type Slice = `${Bound}:${Bound}` | `${Bound}:${Bound}:${Bound}`;
/** Indices as nested arrays: whole numbers, or booleans that make a mask. */
export type IndexList = readonly (number | bigint | boolean | IndexList)[];
/** Index, by whose class tensors are. */
export type IndexOf<T> = number | bigint | Slice | "..." | null | IndexList | T;

/**
 * An index that was read: the views that its plain parts make, then what its tensors select of
 * them.
 */
export interface Reading {
  readonly steps: readonly ViewStep[];
  readonly selection: Selection | undefined;
  /** Of the result. */
  readonly shape: readonly number[];
}

export type IsTensor<V> = (value: unknown) => value is V;

/** An index whose types were checked: tensors as arrays. */
type Part = number | Slice | "..." | null | NdArray;

/** Reads an index of `x` whole, without changing anything; torch's errors. */
export function readIndex<V extends Variable>(
  caller: string,
  x: V,
  indices: readonly unknown[],
  isTensor: IsTensor<V>,
): Reading {
  if (indices.length === 0) throw new TypeError(`${caller}: expected an index, got none`);
  // Lists and warnings first: a caller's code may run there, after which nothing is looked at
  // twice.
  const read = indices.map((index) => (Array.isArray(index) ? fromList(caller, index as IndexList) : index));
  for (const index of read) if (isTensor(index) && index.dtype === "uint8") warnOfBytes();
  x.checkAlive(caller);
  const { shape } = x.nd;
  const parts = read.map((index) => readPart(caller, index, isTensor));
  const named = parts.reduce<number>((sum, part) => sum + dimensionsOf(part), 0);
  checkCount(parts, named, shape.length);
  const reader = new Reader(shape);
  for (const part of parts) reader.take(part, shape.length - named);
  const reading = reader.finish();
  const dims = Math.max(reader.ndim, reading.shape.length);
  if (dims <= MAXIMUM_DIMENSIONS) return reading;
  throw new RangeError(`${caller}: expected at most ${MAXIMUM_DIMENSIONS} dimensions, got ${dims}`);
}

function readPart<V extends Variable>(caller: string, index: unknown, isTensor: IsTensor<V>): Part {
  if (index === null || index === "...") return index;
  if (isTensor(index)) {
    index.checkAlive(caller);
    return fromTensor(index.nd);
  }
  if (index instanceof NdArray) return index;
  if (typeof index === "bigint") return Number(index);
  if (typeof index === "number" && Number.isInteger(index)) return index;
  if (typeof index === "string" && index.includes(":")) return index as Slice;
  throw new TypeError(
    `${caller}: expected an integer, a slice such as "1:3", "...", null, a Tensor or a list of integers as an index, got ` +
      describeValue(index) +
      (typeof index === "boolean" ? "; compare tensors with gt, lt, eq and so on to make a mask" : ""),
  );
}

/** A 0-d integer tensor is the integer. */
function fromTensor(nd: NdArray): Part {
  if (isIntegral(nd.dtype) && nd.shape.length === 0 && !isMask(nd)) return Number(nd.item());
  if (!isIntegral(nd.dtype) || nd.dtype === "int8" || nd.dtype === "int16") {
    throw new TypeError("tensors used as indices must be long, int, byte or bool tensors");
  }
  return nd;
}

function warnOfBytes(): void {
  warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.");
}

function fromList(caller: string, list: IndexList): NdArray {
  const kinds = new Set<string>();
  const taken = takeIndices(caller, list, kinds, 0);
  const dtype = kinds.has("boolean") ? "bool" : "int64";
  return fromNested(taken, dtype, () => dtype, "result");
}

/** A copy of a list of integers, or of booleans, each read once; `kinds` has their types then. */
function takeIndices(
  caller: string,
  list: readonly unknown[],
  kinds: Set<string>,
  depth: number,
): NestedData[] {
  checkDimensions(caller, depth + 1);
  return takeList(caller, list, (value): NestedData => {
    if (Array.isArray(value)) return takeIndices(caller, value, kinds, depth + 1);
    kinds.add(typeof value);
    const integer = typeof value === "bigint" || Number.isSafeInteger(value);
    const masks = kinds.has("boolean");
    if (masks ? typeof value === "boolean" && kinds.size === 1 : integer) return value as NestedData;
    throw new TypeError(
      `${caller}: expected a list of integers, or of booleans, as an index, got ${describeValue(value)} in it`,
    );
  });
}

/** How many dimensions a part names. */
function dimensionsOf(part: Part): number {
  if (part === null || part === "...") return 0;
  return part instanceof NdArray && isMask(part) ? part.shape.length : 1;
}

function checkCount(parts: readonly Part[], named: number, ndim: number): void {
  if (parts.filter((part) => part === "...").length > 1) {
    throw new RangeError('an index can only have a single ellipsis ("...")');
  }
  if (named <= ndim) return;
  const [first] = parts;
  if (ndim === 0 && typeof first === "number") {
    throw new RangeError(
      "invalid index of a 0-dim tensor. Use `tensor.item()` to convert a 0-dim tensor to a number",
    );
  }
  if (ndim === 0 && typeof first === "string") {
    throw new RangeError("slice() cannot be applied to a 0-dim tensor.");
  }
  throw new RangeError(`too many indices for tensor of dimension ${ndim}`);
}

/** Takes the parts of an index one after the other. */
class Reader {
  private readonly steps: ViewStep[] = [];
  private readonly tensors: Placed[] = [];
  private readonly shape: number[];
  /** The dimension that comes next. */
  private dim = 0;

  constructor(shape: readonly number[]) {
    this.shape = [...shape];
  }

  /** Of the view that the plain parts make. */
  get ndim(): number {
    return this.shape.length;
  }

  /** `rest` is the number of dimensions that the ellipsis stands for. */
  take(part: Part, rest: number): void {
    if (part === "...") this.dim += rest;
    else if (part === null) this.addDimension();
    else if (typeof part === "number") this.select(part);
    else if (typeof part === "string") this.slice(part);
    else this.takeTensor(part);
  }

  finish(): Reading {
    const { steps, tensors, shape } = this;
    if (tensors.length === 0) {
      if (steps.length === 0) steps.push({ name: "alias", parameters: {} });
      return { steps, selection: undefined, shape };
    }
    const selection = selectionBy(tensors, shape);
    return { steps, selection, shape: selection.shape };
  }

  private addDimension(): void {
    this.steps.push({ name: "unsqueeze", parameters: { dim: this.dim } });
    this.shape.splice(this.dim++, 0, 1);
  }

  private select(index: number): void {
    const { dim } = this;
    const size = this.shape[dim];
    if (index < -size || index >= size) {
      throw new RangeError(`index ${index} is out of bounds for dimension ${dim} with size ${size}`);
    }
    this.steps.push({ name: "select", parameters: { dim, index: index < 0 ? index + size : index } });
    this.shape.splice(dim, 1);
  }

  private slice(text: Slice): void {
    const dim = this.dim++;
    const size = this.shape[dim];
    const { start, length, step, whole } = readSlice(text, size);
    if (whole) return;
    this.steps.push({ name: "slice", parameters: { dim, start, length, step } });
    this.shape[dim] = length;
  }

  private takeTensor(index: NdArray): void {
    // A 0-d mask takes a new dimension whole, or nothing of it.
    if (index.shape.length === 0) {
      this.addDimension();
      this.tensors.push({ dim: this.dim - 1, index: index.reshaped([1]) });
      return;
    }
    this.tensors.push({ dim: this.dim, index });
    this.dim += dimensionsOf(index);
  }
}

/** Bounds are whole numbers in plain digits. */
const SLICE = /^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?$/;

interface SliceReading {
  readonly start: number;
  readonly length: number;
  readonly step: number;
  /** All of the dimension, by its text. */
  readonly whole: boolean;
}

/**
 * The elements of a dimension of `size` that a slice names: bounds beyond the ends are cut, as in
 * Python.
 */
function readSlice(text: string, size: number): SliceReading {
  const match = SLICE.exec(text);
  if (!match) {
    throw new TypeError(
      `expected a slice of integers, such as "1:3", ":-1" or "::2", got ${describeValue(text)}`,
    );
  }
  const [, from, to, by] = match as (string | undefined)[];
  const step = Number(by ?? 1);
  if (step === 0) throw new RangeError("slice step cannot be zero");
  if (step < 0) throw new RangeError("step must be greater than zero");
  const bound = (value: string | undefined, otherwise: number): number => {
    const n = Number(value ?? otherwise);
    return Math.min(Math.max(n < 0 ? n + size : n, 0), size);
  };
  const start = bound(from, 0);
  const length = Math.max(Math.ceil((bound(to, size) - start) / step), 0);
  const whole = Number(from ?? 0) === 0 && Number(to ?? size) >= size && step === 1;
  return { start, length, step, whole };
}

/** x.at(...indices): a view by plain indices, a copy by tensors. */
export function at<V extends Variable>(x: V, indices: readonly unknown[], isTensor: IsTensor<V>): V {
  const { steps, selection } = readIndex("at", x, indices, isTensor);
  const view = steps.reduce<Variable>((v, { name, parameters }) => v.op(name, parameters), x);
  return (selection ? view.op("index", { selection }) : view) as V;
}

/// <reference lib="esnext.disposable" preserve="true" />
import { describeStranger, isTensorLike, notATensor, TENSOR } from "../ndarray/adapter.js";
import {
  type DType,
  isComplex,
  isFloating,
  type Scalar,
  type TypedArray,
  checkDType,
  checkFits,
} from "../ndarray/dtype.js";
import { fill } from "../ndarray/elementwise.js";
import {
  type AlphaOptions,
  checkNumber,
  type NanToNumOptions,
  readAlpha,
  readClamp,
  readReplacements,
  readSoftplus,
  type SoftplusOptions,
} from "../ndarray/method-arguments.js";
import { NdArray } from "../ndarray/ndarray.js";
import type { BareName, OperationName, ParametersByName } from "../ndarray/operations.js";
import type { ExtentParameters } from "../ndarray/parameters.js";
import { checkDimensions, readDims, sameShape, tooManyDimensions, wrapDim } from "../ndarray/shape.js";
import { isExpression, outsideOf } from "../formula/expression.js";
import { apply, type Input } from "../autograd/record.js";
import { type GraphNode, type Variable, type Version } from "../autograd/graph.js";
import { isGradEnabled, withGradMode } from "../autograd/mode.js";
import { describeValue } from "../core/describe.js";
import { MAXIMUM_DIMENSIONS } from "../core/memory.js";
import { innermost, outermostScope, receives, type Scope } from "../core/scope.js";
import { checkFlag, checkNoMore, takeOptions } from "../core/options.js";
import type { Storage } from "../core/storage.js";
import { warn } from "../core/warnings.js";
import { expandedShape, inferShape, readSizes, type Sizes } from "./arguments.js";
import {
  indexPut,
  indexPutInPlace,
  maskedFill,
  maskedFillInPlace,
  scatterAdd,
  scatterAddInPlace,
} from "./assignment.js";
import { backward, type BackwardOptions } from "./differentiate.js";
import { formatTensor, type PrintOptions, readPrintOptions } from "./format.js";
import { at, type IndexOf } from "./indexing.js";
import { chunk, gather, indexSelect, maskedSelect, narrow, select, split } from "./selecting.js";
import { type InPlaceName, inPlace, inPlaceOf, overwrite } from "./in-place.js";
import { softmax, type SoftmaxOptions } from "./classes.js";
import { readTopk, topk, type TopkOptions } from "./ranking.js";
import { matmul } from "./products.js";
import {
  type AlongOptions,
  type ArgOptions,
  nanmean,
  type NormOptions,
  readAlong,
  readExtent,
  readNorm,
  type ReduceArgument,
  type ValuesAndIndices,
  variance,
  type VarianceOptions,
} from "./reductions.js";
import { checkNormal, normalSamples } from "./samples.js";

/** The elements of a tensor as nested arrays; a 0-d tensor is its value. */
export type Nested = Scalar | Nested[];
/** Operand of an operation: a tensor, or a number that takes the tensor's place. */
export type Operand = Tensor | number;
/** Options of sum and mean. */
export interface ReduceOptions {
  /** Dimensions to reduce, negative ones counted from the end; all by default. */
  dim?: number | readonly number[];
  /** Whether reduced dimensions stay, with size 1. */
  keepdim?: boolean;
}

/** Limits of clamp, numbers or tensors; one of them may be left out. */
export interface ClampOptions {
  /** Smaller elements become this. */
  min?: Operand;
  /** Larger elements become this. */
  max?: Operand;
}
export type { AlphaOptions, NanToNumOptions, SoftplusOptions } from "../ndarray/method-arguments.js";

/**
 * What stands for one or more dimensions in an index: a whole number, a slice, `"..."` for all
 * dimensions that are not named, null for a new one of size 1, an integer tensor or a list of
 * indices, a bool tensor as a mask.
 */
export type Index = IndexOf<Tensor>;
/** Options of indexPut and indexPut_. */
export interface IndexPutOptions {
  /** Add the values to what is there, instead of replacing it. */
  accumulate?: boolean;
}

/**
 * The symbol of `using`, or what compilers of `using` look for in engines that do not know it yet,
 * such as WebKit.
 *
 * @internal
 */
export const DISPOSE: typeof Symbol.dispose =
  (Symbol as Partial<typeof Symbol>).dispose ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

// What `using` needs has its standard name in the published types; the class names it by DISPOSE,
// which would be offered as a name of its own.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export interface Tensor {
  /**
   * dispose(), which `using` calls at the end of a block.
   *
   * @example
   * {
   *   using x = zeros([2]);
   *   x.sum().item(); // 0
   * }
   */
  [Symbol.dispose](): void;
}

/** A longer list of elements may take more memory than an engine has, which ends the process. */
const MOST_LISTED = 1 << 26;

/**
 * A multi-dimensional array of one dtype, with the interface of torch.Tensor. Made by `tensor`,
 * `zeros`, `rand` and the like; never by its constructor.
 *
 * Its elements lie in the linear memory of the kernels; views share them. `dispose()`, `using` or
 * `tidy` give them back at once, the garbage collector's finalizer at some time.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export class Tensor implements Variable {
  /** @internal */
  nd: NdArray;
  /** @internal */
  readonly version: Version;
  private history: GraphNode | null;
  /** Takes this view anew, of what `base` is by then. */
  private retake: (() => Tensor) | null = null;
  /** version.rewrites when `history` was current. */
  private rewrites: number;
  /** @internal */
  leafGrad: Tensor | null = null;
  /** The tensor whose elements this one shows. @internal */
  readonly base: Tensor | null;
  /** The outermost scope in which the gradient was last read; 0 for none. */
  private gradLentIn = 0;
  /** Whether its data was assigned, and is held as a gradient is. */
  private assigned = false;
  /** @internal */
  readonly born = innermost;
  /** @internal */
  listedBy: Scope | null = null;
  private requested = false;

  /** @internal */
  constructor(nd: NdArray, node: GraphNode | null = null, base: Tensor | null = null) {
    if (nd.shape.length > MAXIMUM_DIMENSIONS) throw tooManyDimensions("lossgrad", nd.shape.length);
    this.nd = nd;
    this.history = node;
    this.base = base;
    this.version = base?.version ?? { count: 0, rewrites: 0 };
    this.rewrites = this.version.rewrites;
    // What is made outside of all scopes may be used at any time.
    if (nd.storage.heldOnly && innermost === null) nd.storage.heldOnly = false;
  }

  /** What a scope must leave to this leaf. @internal */
  held(): Storage[] {
    const data = this.nd.storage;
    return this.leafGrad ? [data, this.leafGrad.nd.storage] : [data];
  }

  /** @internal */
  static readonly wrap = (nd: NdArray, node: GraphNode | null, base: Tensor | null): Tensor =>
    new Tensor(nd, node, base);

  /** @internal */
  get [TENSOR](): this {
    return this;
  }

  /** @internal */
  checkAlive(caller: string): void {
    if (!this.nd.storage.disposed) return;
    throw new Error(
      `${caller}: expected a tensor in memory, got one that was disposed; return it from tidy, or clone() it before dispose()`,
    );
  }

  /** @internal */
  op(name: BareName): Tensor;
  /** @internal */
  op<N extends OperationName>(name: N, parameters: ParametersByName[N], ...others: Input<Tensor>[]): Tensor;
  op(
    name: OperationName,
    parameters: ParametersByName[OperationName] = {},
    ...others: Input<Tensor>[]
  ): Tensor {
    for (const other of others) checkOperand(name, other);
    const result = apply<Tensor, OperationName>(name, [this, ...others], parameters, Tensor.wrap);
    if (result.base === this) result.retake = () => this.op(name, parameters);
    return result;
  }

  /**
   * The recorded operation that made this tensor. A view's changes with its base's: torch's rule.
   * @internal
   */
  get node(): GraphNode | null {
    if (this.retake && this.rewrites !== this.version.rewrites) {
      this.rewrites = this.version.rewrites;
      this.history = withGradMode(true, this.retake).node;
    }
    return this.history;
  }
  /** @internal */
  set node(node: GraphNode | null) {
    this.history = node;
  }

  // What it is

  /** Sizes of the dimensions; `[]` for a 0-d tensor. */
  get shape(): readonly number[] {
    // Written by a user, it would let operations read beyond the elements.
    return Object.freeze(this.nd.shape);
  }

  /** Number of dimensions; 0 for a 0-d tensor. */
  get ndim(): number {
    return this.nd.shape.length;
  }

  /** Data type of the elements. */
  get dtype(): DType {
    return this.nd.dtype;
  }

  /**
   * Number of dimensions; as ndim.
   *
   * @example
   * zeros([2, 3]).dim(); // 2
   */
  dim(): number {
    return this.ndim;
  }

  /**
   * The sizes, as shape, or the size of dimension `dim`.
   *
   * @throws RangeError for a dimension out of range
   * @example
   * zeros([2, 3]).size(); // [2, 3]
   * zeros([2, 3]).size(-1); // 3
   */
  size(): readonly number[];
  size(dim: number): number;
  size(dim?: number): number | readonly number[] {
    if (dim === undefined) return this.shape;
    if (this.ndim === 0) throw new RangeError(`Dimension specified as ${dim} but tensor has no dimensions`);
    return this.shape[wrapDim(dim, this.ndim)];
  }

  /**
   * Number of elements.
   *
   * @example
   * zeros([2, 3]).numel(); // 6
   */
  numel(): number {
    return this.nd.numel;
  }

  // Its elements

  /**
   * The value of a tensor of one element: number; bigint for int64, boolean for bool, `{re, im}`
   * for complex. TypeScript takes it for a number unless told otherwise, as in `item<bigint>()`.
   *
   * @throws RangeError for another number of elements
   * @example
   * tensor([2.5]).item(); // 2.5
   * tensor([5n]).item<bigint>(); // 5n
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the dtype is not part of the type
  item<T extends Scalar = number>(): T {
    this.checkAlive("item");
    if (this.nd.numel !== 1) {
      throw new RangeError(`a Tensor with ${this.nd.numel} elements cannot be converted to Scalar`);
    }
    return this.nd.at(0) as T;
  }

  /**
   * The elements as nested JavaScript arrays; of a 0-d tensor, its value. Elements are as item()
   * gives them.
   *
   * @example
   * tensor([[1, 2], [3, 4]]).tolist(); // [[1, 2], [3, 4]]
   */
  tolist(): Nested {
    this.checkAlive("tolist");
    if (this.nd.numel > MOST_LISTED) {
      throw new RangeError(
        `tolist: expected at most ${MOST_LISTED} elements, got ${this.nd.numel}; array() shows them without a copy`,
      );
    }
    let index = 0;
    const level = (d: number): Nested =>
      d === this.ndim ? this.nd.at(index++) : Array.from({ length: this.shape[d] }, () => level(d + 1));
    return level(0);
  }

  /**
   * The elements as a typed array over the linear memory: no copy, and writing it changes the
   * tensor. Float16Array for float16 where the engine has it, Uint16Array bits otherwise and for
   * bfloat16, interleaved pairs for complex.
   *
   * The array holds its memory, and so does what its `subarray` makes: no other tensor gets it
   * before they are garbage, even when `tidy` has freed the tensor. A view made by hand of
   * `array.buffer` holds nothing. Only dispose() gives the memory back at once; do not use the
   * array after it. In a long synchronous loop, where no garbage is collected, dispose() the
   * tensors whose arrays you have read.
   *
   * Its buffer is a SharedArrayBuffer where threads are possible (Node, isolated pages); elsewhere
   * the array is detached when the memory grows, which any operation may do: call again for a new
   * one. TypeScript takes it for a Float32Array unless told otherwise, as in
   * `array<BigInt64Array>()`.
   *
   * @throws Error for a tensor that requires grad, or that is not contiguous
   * @example
   * const x = zeros([3]);
   * x.array().set([1, 2, 3]);
   * String(x); // "tensor([1., 2., 3.])"
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the dtype is not part of the type
  array<T extends TypedArray = Float32Array>(): T {
    this.checkAlive("array");
    if (this.requiresGrad) {
      throw new Error(
        "Can't call array() on Tensor that requires grad. Use tensor.detach().array() instead.",
      );
    }
    if (!this.nd.contiguous) {
      throw new Error(
        `array: expected a contiguous tensor, got strides [${this.nd.strides.join(", ")}]; use clone().array()`,
      );
    }
    return this.nd.view() as TypedArray as T;
  }

  /**
   * The part that an index names: x[:, 1:3] is `x.at(":", "1:3")`. Each argument stands for the
   * next dimension:
   *
   * - a whole number, negative ones counted from the end, takes one element of it;
   * - a slice, `"start:stop"` or `"start:stop:step"` as in Python, takes a range, cut at the
   *   ends; `":"` takes all;
   * - `"..."` stands for all dimensions that no other argument names;
   * - null makes a new dimension of size 1;
   * - an int64 or int32 tensor, or an array of whole numbers, takes the elements that it lists;
   * - a bool tensor, or an array of booleans, is a mask of as many dimensions as it has, and
   *   takes the elements where it is true.
   *
   * Several tensors broadcast together and are read element by element; their dimensions come
   * where the first stood, or first of all when something stands between them. Plain indices give
   * a view, tensors a copy: to change what they name, see indexPut_. Gradient: g, put where the
   * elements came from; exact sums where one was taken several times.
   *
   * @throws TypeError for what is no index, and for index tensors of another dtype; RangeError
   *   for an index out of bounds, a mask of another shape, index tensors that do not broadcast,
   *   more indices than dimensions
   * @example
   * const x = tensor([[1, 2, 3], [4, 5, 6]]);
   * String(x.at(-1)); // "tensor([4., 5., 6.])"
   * String(x.at(":", "1:3")); // "tensor([[2., 3.],\n        [5., 6.]])"
   * String(x.at("...", -1)); // "tensor([3., 6.])"
   * x.at(":", null).shape; // [2, 1, 3]
   * String(x.at(x.gt(4))); // "tensor([5., 6.])"
   * String(x.at([0, 1, 1], [2, 0, 1])); // "tensor([3., 4., 5.])"
   */
  at(...indices: readonly [Index, ...Index[]]): Tensor {
    return at<Tensor>(this, indices, isTensor);
  }

  /**
   * Element `index` of dimension `dim`, which goes: a view. Negative indices are counted from the
   * end.
   *
   * @throws TypeError for an index that is no integer; RangeError for a dimension or an index out
   *   of range, and for a 0-d tensor
   * @example
   * String(tensor([[1, 2], [3, 4]]).select(1, 0)); // "tensor([1., 3.])"
   */
  select(dim: number, index: number): Tensor {
    return select<Tensor>(this, dim, index);
  }

  /**
   * Elements `start` to `start + length - 1` of dimension `dim`: a view.
   *
   * @throws TypeError for what is no integer; RangeError for a dimension or elements out of
   *   range, and for a 0-d tensor
   * @example
   * String(tensor([1, 2, 3, 4]).narrow(0, 1, 2)); // "tensor([2., 3.])"
   */
  narrow(dim: number, start: number, length: number): Tensor {
    return narrow<Tensor>(this, dim, start, length);
  }

  /**
   * Views of parts along dimension `dim`: of `sizes` elements each, the last perhaps fewer, or of
   * sizes given one by one.
   *
   * @throws TypeError for what is no integer; RangeError for sizes that are negative or do not
   *   add up, a dimension out of range, and for a 0-d tensor
   * @example
   * arange(5).split(2).map(String); // ["tensor([0., 1.])", "tensor([2., 3.])", "tensor([4.])"]
   * arange(5).split([1, 4])[1].shape; // [4]
   */
  split(sizes: number | readonly number[], dim = 0): Tensor[] {
    return split<Tensor>(this, sizes, dim);
  }

  /**
   * Views of at most `chunks` parts along dimension `dim`, all of one size but for the last.
   *
   * @throws as split; RangeError for less than one chunk
   * @example
   * arange(5).chunk(2).map(String); // ["tensor([0., 1., 2.])", "tensor([3., 4.])"]
   */
  chunk(chunks: number, dim = 0): Tensor[] {
    return chunk<Tensor>(this, chunks, dim);
  }

  /**
   * A copy of the elements of dimension `dim` that the vector `index`, int64 or int32, lists;
   * none are counted from the end. Gradient: g, put where the elements came from; exact sums
   * where one was taken several times.
   *
   * @throws TypeError for an index of another dtype, or that is no tensor; RangeError for an
   *   index of several dimensions, elements of it out of bounds, and for a dimension out of range
   * @example
   * String(tensor([[1, 2, 3]]).indexSelect(1, tensor([2n, 0n]))); // "tensor([[3., 1.]])"
   */
  indexSelect(dim: number, index: Tensor): Tensor {
    checkTensor("indexSelect", index);
    return indexSelect<Tensor>(this, dim, index);
  }

  /**
   * The elements where `mask`, broadcast with this tensor, is true, as a vector. Gradient: g, put
   * where the elements came from.
   *
   * @throws TypeError for a mask that is no bool tensor; RangeError for shapes that do not
   *   broadcast
   * @example
   * String(tensor([1, 2, 3]).maskedSelect(tensor([true, false, true]))); // "tensor([1., 3.])"
   */
  maskedSelect(mask: Tensor): Tensor {
    checkTensor("maskedSelect", mask);
    return maskedSelect<Tensor>(this, mask);
  }

  /**
   * For each element of `index`, int64 or int32, the element of this tensor that lies there along
   * dimension `dim`, and where the index itself lies along all others: of a matrix and dimension
   * 1, result[i][j] = this[i][index[i][j]]. The index is no larger than this tensor along the
   * other dimensions. Gradient: g, put where the elements came from; exact sums where one was
   * taken several times.
   *
   * @throws TypeError for an index of another dtype, or that is no tensor; RangeError for another
   *   number of dimensions, an index that is too large, elements of it out of bounds, and for a
   *   dimension out of range
   * @example
   * String(tensor([[1, 2], [3, 4]]).gather(1, tensor([[1n], [0n]]))); // "tensor([[2.],\n        [3.]])"
   */
  gather(dim: number, index: Tensor): Tensor {
    checkTensor("gather", index);
    return gather<Tensor>(this, dim, index);
  }

  /**
   * The k largest elements along a dimension, the last by default, in descending order, and where
   * they stand; or the smallest, in ascending order. NaN counts as larger than all. Of equal
   * elements those with the smaller indices come first, where PyTorch does not say which.
   * Gradient: g, put where the elements came from, and 0 elsewhere; indices have none.
   *
   * @throws TypeError for bools, complex numbers and a k that is no whole number; RangeError for a
   *   k that is negative or larger than the dimension, and for a dimension out of range
   * @example
   * const { values, indices } = tensor([[3, 1, 2], [4, 6, 5]]).topk(2);
   * String(values); // "tensor([[3., 2.],\n        [6., 5.]])"
   * indices.tolist(); // [[0n, 2n], [1n, 2n]]
   * tensor([3, 1, 2]).topk(1, { largest: false }).values.tolist(); // [1]
   */
  topk(k: number, options: number | TopkOptions = {}): ValuesAndIndices {
    const read = readTopk(options);
    return topk<Tensor>(this, k, read, (nd) => new Tensor(nd));
  }

  /**
   * Adds each element of `source` to the one that `index`, int64 or int32, names along dimension
   * `dim`, and that lies where the index itself lies along all others, in a copy of this tensor: of
   * matrices and dimension 1, result[i][index[i][j]] += source[i][j]. What comes to one place is
   * added exactly and rounded once. The index is no larger than `source`, and no larger than this
   * tensor along the other dimensions.
   * Gradient: g to this; to `source`, g where its elements went.
   *
   * @throws TypeError for operands that are no tensors, an index of another dtype, a source of
   *   another dtype than this; RangeError for other numbers of dimensions, an index that is too
   *   large, elements of it out of bounds, and for a dimension out of range
   * @example
   * const index = tensor([[0n, 0n, 2n]]);
   * zeros([1, 3]).scatterAdd(1, index, tensor([[1, 2, 4]])).tolist(); // [[3, 0, 4]]
   */
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor {
    checkTensor("scatterAdd", index);
    checkTensor("scatterAdd", source);
    return scatterAdd<Tensor>(this, dim, index, source, maker);
  }

  /**
   * The slices of dimension 0, one after the other; views.
   *
   * @throws TypeError for a 0-d tensor
   * @example
   * [...tensor([1, 2])].map((element) => element.item()); // [1, 2]
   */
  *[Symbol.iterator](): Iterator<Tensor> {
    this.checkAlive("at");
    if (this.ndim === 0) throw new TypeError("iteration over a 0-d tensor");
    for (let i = 0; i < this.shape[0]; i++) yield this.select(0, i);
  }

  // Gradients

  /**
   * Whether operations on this tensor are recorded for backward(). Of a leaf it can be set; see
   * requiresGrad_.
   */
  get requiresGrad(): boolean {
    return this.requested || (this.retake ? this.node : this.history) !== null;
  }
  set requiresGrad(flag: boolean) {
    this.requiresGrad_(flag);
  }

  /**
   * Switches recording on or off, of a leaf; returns this.
   *
   * @throws TypeError for a dtype that is neither floating nor complex; Error when a recorded
   *   operation made this tensor
   * @example
   * tensor([1, 2]).requiresGrad_().requiresGrad; // true
   */
  requiresGrad_(flag = true): this {
    this.checkAlive("requiresGrad_");
    if (typeof flag !== "boolean")
      throw new TypeError(`requiresGrad_: expected a boolean, got ${describeValue(flag)}`);
    if (flag && !isFloating(this.dtype) && !isComplex(this.dtype)) {
      throw new TypeError("only Tensors of floating point dtype can require gradients");
    }
    if (!flag && this.node) {
      throw new Error(
        "you can only change requiresGrad flags of leaf variables. If you want to use a computed variable in a subgraph " +
          "that doesn't require differentiation use varNoGrad = var.detach().",
      );
    }
    if (!this.node) this.requested = flag;
    return this;
  }

  /** Whether no recorded operation made this tensor: leaves are where gradients are kept. */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /**
   * The recorded operation that made this tensor, under torch's name of its derivative; null for a
   * leaf.
   */
  get gradFn(): { readonly name: string } | null {
    return this.node;
  }

  /**
   * The gradient that backward() accumulates in a leaf, or null. Set it to null, or to a tensor of
   * the same shape and dtype.
   *
   * @throws TypeError when set to what is no tensor, or of another dtype; RangeError for another
   * shape
   * @example
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.sum().backward();
   * x.sum().backward();
   * String(x.grad); // "tensor([2., 2.])"
   * x.grad = null;
   */
  get grad(): Tensor | null {
    if (this.node) {
      warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated " +
          "during autograd.backward().",
      );
      return null;
    }
    if (this.leafGrad) {
      // Within tidy a gradient is lent: unless tidy returns it, nobody uses it afterwards.
      this.gradLentIn = outermostScope();
      if (this.gradLentIn === 0) this.leafGrad.nd.storage.heldOnly = false;
    }
    return this.leafGrad;
  }
  set grad(value: Tensor | null) {
    if (value !== null) this.checkGrad(value);
    if (value === this.leafGrad) return;
    const before = this.leafGrad?.nd.storage;
    const seen = this.gradLentIn !== 0 && this.gradLentIn === outermostScope();
    if (value) this.takeGrad(value);
    else this.leafGrad = null;
    // Where nobody else can use it, its memory is used again at once.
    before?.letGo(seen);
    if (value && innermost === null) value.nd.storage.heldOnly = false;
  }

  /** @internal */
  storeGrad(gradient: Tensor, sole: boolean): void {
    const before = this.leafGrad?.nd.storage;
    this.takeGrad(gradient);
    gradient.nd.storage.heldOnly = sole;
    before?.letGo(true);
  }

  private takeGrad(gradient: Tensor): void {
    this.leafGrad = gradient;
    this.gradLentIn = 0;
    gradient.nd.storage.hold();
    // A tidy around this must not free what the leaf holds.
    if (innermost) receives(this, innermost);
  }

  private checkGrad(value: unknown): void {
    if (!(value instanceof Tensor))
      throw new TypeError(`grad: expected a Tensor or null, got ${describeStranger(value)}`);
    value.checkAlive("grad");
    if (value === this) throw new Error("can't assign Variable as its own grad");
    if (!sameShape(value.shape, this.shape)) {
      throw new RangeError(
        `attempting to assign a gradient of size '[${value.shape.join(", ")}]' to a tensor of size '[${this.shape.join(", ")}]'. ` +
          "Please ensure that the gradient and the tensor are the same size",
      );
    }
    if (value.dtype !== this.dtype) {
      throw new TypeError(
        `attempting to assign a gradient with dtype '${value.dtype}' to a tensor with dtype '${this.dtype}'. ` +
          "The gradient must match the tensor's dtype.",
      );
    }
  }

  /**
   * Adds the gradient of this tensor to `grad` of every leaf that it was made from and that
   * requires one.
   *
   * @param gradient the gradient of what comes after, of this tensor's shape; 1 for a scalar when
   *   left out, as in `loss.backward({ retainGraph: true })`
   * @throws Error when nothing requires grad, when the graph was released by an earlier backward,
   *   or when a tensor that the gradient needs was changed in place since
   * @example
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.square().sum().backward();
   * String(x.grad); // "tensor([2., 4.])"
   */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void;
  backward(options: BackwardOptions): void;
  backward(first?: Tensor | BackwardOptions | null, second?: BackwardOptions): void {
    if (first === undefined || second !== undefined || !isOptions(first)) {
      backward(this, first as Tensor | null | undefined, second);
    } else {
      backward<Tensor>(this, null, first);
    }
  }

  /**
   * A view without history, which shares the elements: changes in place of one are noticed by the
   * other's graph.
   *
   * @example
   * tensor([1], { requiresGrad: true }).mul(2).detach().requiresGrad; // false
   */
  detach(): Tensor {
    this.checkAlive("detach");
    return new Tensor(this.nd, null, this);
  }

  /**
   * A view without history, whose changes in place autograd does not notice. Assigning replaces the
   * elements, of the same dtype.
   *
   * So a gradient can be wrong, without an error, when `data` changes between the forward and the
   * backward pass: what is computed in the backward pass reads the new elements, as in torch, but
   * the gradient of a mean or sum of a loss was computed with its value, of the elements at that
   * time. Change `data` after the backward pass, as optimizers do; or change tensors in place under
   * `noGrad`, which the backward pass notices.
   *
   * @throws TypeError when set to what is no tensor, or of another dtype
   * @example
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.data.sub_(1);
   * x.data = x.data.mul(10);
   * String(x); // "tensor([ 0., 10.], requiresGrad=true)"
   */
  get data(): Tensor {
    this.checkAlive("data");
    return new Tensor(this.nd);
  }
  set data(value: Tensor) {
    checkTensor("data", value);
    value.checkAlive("data");
    if (value.dtype !== this.dtype) {
      throw new TypeError(
        "Attempted to call `variable.set_data(tensor)`, but `variable` and `tensor` have incompatible tensor type.",
      );
    }
    const before = this.nd.storage;
    const { storage } = value.nd;
    if (storage !== before) {
      storage.hold();
      if (this.assigned) before.letGo(true);
      this.assigned = true;
    }
    this.nd = value.nd;
    // A tidy around the assignment must not free what this tensor holds now.
    if (innermost) receives(this, innermost);
    if (innermost === null) storage.heldOnly = false;
  }

  // Shape and dtype

  /**
   * A copy with its own memory. Gradient: passes through.
   *
   * @example
   * const x = tensor([1, 2]);
   * x.clone().fill_(9);
   * String(x); // "tensor([1., 2.])"
   */
  clone(): Tensor;
  clone(...rest: unknown[]): Tensor {
    checkNoMore("clone", rest);
    return this.op("clone");
  }

  /**
   * Converted to `dtype`; this tensor itself when it already is of that type. Floats lose their
   * fraction in integers, saturate at 64 bits and wrap to fewer; complex numbers lose their
   * imaginary part. Gradient: passes through, converted back; none to integers.
   *
   * @throws TypeError for an unknown dtype
   * @example
   * String(tensor([1.5, -1.5]).to("int32")); // "tensor([ 1, -1], dtype=int32)"
   */
  to(dtype: DType): Tensor;
  to(dtype: DType, ...rest: unknown[]): Tensor {
    checkNoMore("to", rest);
    this.checkAlive("to");
    checkDType("to", dtype);
    return dtype === this.dtype ? this : this.op("to", { dtype });
  }

  /**
   * The same elements in another shape, as a view where the layout allows it, else a copy; one size
   * may be -1.
   *
   * @throws RangeError for a shape of another number of elements; TypeError for sizes that are no
   * integers
   * @example
   * arange(6).reshape(2, -1).shape; // [2, 3]
   */
  reshape(...sizes: Sizes): Tensor {
    return this.op("reshape", { shape: inferShape(readSizes("reshape", sizes), this.nd.numel) });
  }

  /**
   * As reshape, but never a copy.
   *
   * @throws as reshape; RangeError where the layout allows no view
   * @example
   * arange(6).view([3, 2]).shape; // [3, 2]
   */
  view(...sizes: Sizes): Tensor {
    const taken = readSizes("view", sizes);
    this.checkAlive("view");
    const shape = inferShape(taken, this.nd.numel);
    if (!this.nd.contiguous) {
      throw new RangeError(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two " +
          "contiguous subspaces). Use .reshape(...) instead.",
      );
    }
    return this.op("reshape", { shape });
  }

  /**
   * Dimensions `start` to `end` as one, as by reshape.
   *
   * @throws RangeError for dimensions out of range, or in the wrong order
   * @example
   * zeros([2, 3, 4]).flatten(1).shape; // [2, 12]
   */
  flatten(start = 0, end = -1): Tensor {
    this.checkAlive("flatten");
    if (this.ndim === 0) return this.reshape(1);
    const [first, last] = [wrapDim(start, this.ndim), wrapDim(end, this.ndim)];
    if (first > last) throw new RangeError("flatten() has invalid args: start_dim cannot come after end_dim");
    const middle = this.shape.slice(first, last + 1).reduce((n, size) => n * size, 1);
    return this.reshape([...this.shape.slice(0, first), middle, ...this.shape.slice(last + 1)]);
  }

  /**
   * A view in which dimensions of size 1 are repeated without copying; new dimensions come first,
   * and -1 keeps a size. Gradient: summed over the repetitions.
   *
   * @throws RangeError for a size other than 1 that would change
   * @example
   * String(tensor([[1], [2]]).expand(-1, 3)); // "tensor([[1., 1., 1.],\n        [2., 2., 2.]])"
   */
  expand(...sizes: Sizes): Tensor {
    const taken = readSizes("expand", sizes);
    return this.op("expand", { shape: expandedShape(this.shape, taken) });
  }

  /**
   * A view without the dimensions of size 1, or without those of `dim` that have size 1.
   *
   * @throws RangeError for a dimension out of range
   * @example
   * zeros([1, 3, 1]).squeeze().shape; // [3]
   */
  squeeze(dim?: number | readonly number[]): Tensor {
    const all = (dim ?? undefined) === undefined;
    return this.op("squeeze", { dims: all ? undefined : (readDims(dim, this) ?? []) });
  }

  /**
   * A view with a dimension of size 1 before `dim`.
   *
   * @throws RangeError for a dimension out of range
   * @example
   * zeros([3]).unsqueeze(-1).shape; // [3, 1]
   */
  unsqueeze(dim: number): Tensor {
    checkDimensions("unsqueeze", this.ndim + 1);
    return this.op("unsqueeze", { dim: wrapDim(dim, this.ndim + 1) });
  }

  /**
   * A view with two dimensions swapped.
   *
   * @throws RangeError for a dimension out of range
   * @example
   * zeros([2, 3, 4]).transpose(0, -1).shape; // [4, 3, 2]
   */
  transpose(a: number, b: number): Tensor {
    return this.op("transpose", { dim: wrapDim(a, this.ndim), other: wrapDim(b, this.ndim) });
  }

  /**
   * The transpose of a matrix, a view; a tensor of less than two dimensions as it is.
   *
   * @throws RangeError for more than two dimensions
   * @example
   * zeros([2, 3]).t().shape; // [3, 2]
   */
  t(): Tensor {
    this.checkAlive("t");
    if (this.ndim > 2)
      throw new RangeError(`t() expects a tensor with <= 2 dimensions, but self is ${this.ndim}D`);
    return this.ndim < 2 ? this.op("reshape", { shape: this.shape }) : this.transpose(0, 1);
  }

  // Arithmetic: results are new tensors; operands broadcast and promote as in torch

  /**
   * this + alpha · other. Gradients: g, and alpha g.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   * not broadcast
   * @example
   * String(tensor([1, 2]).add(tensor([10, 20]), { alpha: 2 })); // "tensor([21., 42.])"
   */
  add(other: Operand, options?: AlphaOptions): Tensor {
    return this.op("add", { alpha: readAlpha("add", options) }, other);
  }

  /**
   * this - alpha · other. Gradients: g, and -alpha g.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for bools
   * @example
   * String(tensor([1, 2]).sub(3)); // "tensor([-2., -1.])"
   */
  sub(other: Operand, options?: AlphaOptions): Tensor {
    return this.op("sub", { alpha: readAlpha("sub", options) }, other);
  }

  /**
   * this · other. Gradients: g · other, and g · this.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   * not broadcast
   * @example
   * String(tensor([1, 2]).mul(tensor([[1], [3]]))); // "tensor([[1., 2.],\n        [3., 6.]])"
   */
  mul(other: Operand): Tensor;
  mul(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("mul", rest);
    return this.op("mul", {}, other);
  }

  /**
   * this / other; integers give float32. Gradients: g / other, and -g · this / other².
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * String(tensor([1, 2], { dtype: "int32" }).div(4)); // "tensor([0.2500, 0.5000])"
   */
  div(other: Operand): Tensor;
  div(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("div", rest);
    return this.op("div", {}, other);
  }

  /**
   * -this. Gradient: -g.
   *
   * @throws TypeError for bools
   * @example
   * String(tensor([1, -2]).neg()); // "tensor([-1.,  2.])"
   */
  neg(): Tensor {
    return this.op("neg");
  }

  /**
   * |this|; the modulus of complex elements. Gradient: g · sign(this), 0 at 0.
   *
   * @throws TypeError for bools
   * @example
   * String(tensor([1, -2]).abs()); // "tensor([1., 2.])"
   */
  abs(): Tensor {
    return this.op("abs");
  }

  /**
   * -1, 0 or 1; 0 at NaN. Gradient: 0.
   *
   * @throws TypeError for complex numbers, which have sgn
   * @example
   * String(tensor([3, -2, 0]).sign()); // "tensor([ 1., -1.,  0.])"
   */
  sign(): Tensor {
    return this.op("sign");
  }

  /**
   * sign; for complex elements z / |z|, and 0 at 0.
   *
   * @example
   * tensor({ re: 0, im: 2 }).sgn().item<Complex>(); // { re: 0, im: 1 }
   */
  sgn(): Tensor {
    this.checkAlive("sgn");
    return this.op(isComplex(this.dtype) ? "sgn" : "sign");
  }

  /**
   * The complex conjugate; a real tensor as it is.
   *
   * @example
   * tensor({ re: 1, im: 2 }).conj().item<Complex>(); // { re: 1, im: -2 }
   */
  conj(): Tensor {
    this.checkAlive("conj");
    return isComplex(this.dtype) ? this.op("conj") : this;
  }

  /**
   * this². Gradient: 2 g · this.
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([1, -2]).square()); // "tensor([1., 4.])"
   */
  square(): Tensor {
    this.checkAlive("square");
    return this.pow(2);
  }

  /**
   * this to the power `exponent`. Gradient: g · exponent · this^(exponent - 1).
   *
   * @throws TypeError for an exponent that is no number, and for complex tensors; RangeError for
   *   integers to a negative power
   * @example
   * String(tensor([1, 4]).pow(-0.5)); // "tensor([1.0000, 0.5000])"
   */
  pow(exponent: number): Tensor;
  pow(exponent: number, ...rest: unknown[]): Tensor {
    checkNoMore("pow", rest);
    return this.op("pow", { exponent: checkNumber("pow", exponent) });
  }

  /**
   * The square root; NaN below 0. Integers give float32. Gradient: g / (2 · result).
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([4, 9]).sqrt()); // "tensor([2., 3.])"
   */
  sqrt(): Tensor {
    return this.op("sqrt");
  }

  /**
   * The larger element; NaN if either is. Gradient: to the larger, shared evenly where they are
   * equal.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * String(tensor([1, 5]).maximum(3)); // "tensor([3., 5.])"
   */
  maximum(other: Operand): Tensor;
  maximum(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("maximum", rest);
    return this.op("maximum", {}, other);
  }

  /**
   * The smaller element; NaN if either is. Gradient: to the smaller, shared evenly where they are
   * equal.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * String(tensor([1, 5]).minimum(3)); // "tensor([1., 3.])"
   */
  minimum(other: Operand): Tensor;
  minimum(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("minimum", rest);
    return this.op("minimum", {}, other);
  }

  /**
   * Limits elements to [min, max], given as an object or one after the other; one of them may be
   * left out. Bounds are numbers or tensors, which broadcast. NaN stays. Where min exceeds max, the
   * result is max.
   *
   * Gradient, for bounds that are numbers: g strictly between them; 0 at a bound, beyond it and for
   * NaN. Beside a tensor: g between the bounds and for NaN; at a bound, half to this and half to
   * the bound; beyond it, g to the bound.
   *
   * @throws TypeError without a bound, for bounds that are neither tensors nor numbers, and for
   *   complex numbers; RangeError for shapes that do not broadcast
   * @example
   * String(tensor([-2, 0.5, 2]).clamp({ min: 0 })); // "tensor([0.0000, 0.5000, 2.0000])"
   * String(tensor([-2, 0.5, 2]).clamp(-1, tensor([1, 0, 3]))); // "tensor([-1.,  0.,  2.])"
   */
  clamp(bounds: ClampOptions): Tensor;
  clamp(min?: Operand, max?: Operand): Tensor;
  clamp(first?: Operand | ClampOptions, second?: Operand): Tensor {
    const { name, others, parameters } = readClamp<Tensor>("clamp", first, second, operandKind);
    return this.op(name, parameters, ...others);
  }

  /**
   * max(this, 0). Gradient: g above 0, else 0.
   *
   * @throws TypeError for bools and complex numbers
   * @example
   * String(tensor([-1, 2]).relu()); // "tensor([0., 2.])"
   */
  relu(): Tensor {
    return this.op("relu");
  }

  /**
   * eˣ of each element x, within 1 ULP. Integers give float32.
   *
   * Gradient: g · result.
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([0, 1]).exp()); // "tensor([1.0000, 2.7183])"
   */
  exp(): Tensor {
    return this.op("exp");
  }

  /**
   * eˣ - 1 of each element x, within 1 ULP: also near 0, where eˣ would lose it. Integers give
   * float32.
   *
   * Gradient: g · (result + 1).
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([0, 1e-5]).expm1()); // "tensor([0.0000e+00, 1.0000e-05])"
   */
  expm1(): Tensor {
    return this.op("expm1");
  }

  /**
   * The natural logarithm, within 1 ULP: -Infinity at 0, NaN below. Integers give float32.
   *
   * Gradient: g / this.
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([1, 10]).log()); // "tensor([0.0000, 2.3026])"
   */
  log(): Tensor {
    return this.op("log");
  }

  /**
   * ln(1 + x) of each element x, within 1 ULP: also near 0, where 1 + x would lose it; -Infinity
   * at -1, NaN below. Integers give float32.
   *
   * Gradient: g / (this + 1).
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([0, 1]).log1p()); // "tensor([0.0000, 0.6931])"
   */
  log1p(): Tensor {
    return this.op("log1p");
  }

  /**
   * 1 / (1 + e⁻ˣ) of each element x, within 1 ULP. Integers give float32.
   *
   * Gradient: g · (1 - result) · result.
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([0, 2]).sigmoid()); // "tensor([0.5000, 0.8808])"
   */
  sigmoid(): Tensor {
    return this.op("sigmoid");
  }

  /**
   * The hyperbolic tangent, within 1 ULP. Integers give float32.
   *
   * Gradient: g · (1 - result²).
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([0, 1]).tanh()); // "tensor([0.0000, 0.7616])"
   */
  tanh(): Tensor {
    return this.op("tanh");
  }

  /**
   * The sine of radians, within 1 ULP however large they are; NaN of infinities. Integers give
   * float32.
   *
   * Gradient: g · cos(this).
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([0, 1]).sin()); // "tensor([0.0000, 0.8415])"
   */
  sin(): Tensor {
    return this.op("sin");
  }

  /**
   * The cosine of radians, within 1 ULP however large they are; NaN of infinities. Integers give
   * float32.
   *
   * Gradient: -g · sin(this).
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([0, 1]).cos()); // "tensor([1.0000, 0.5403])"
   */
  cos(): Tensor {
    return this.op("cos");
  }

  /**
   * The error function, 2/√π ∫ exp(-t²) dt from 0 to each element, within 1 ULP. Integers give
   * float32.
   *
   * Gradient: 2/√π · exp(-this²) · g.
   *
   * @throws TypeError for complex numbers
   * @example
   * String(tensor([0, 1]).erf()); // "tensor([0.0000, 0.8427])"
   */
  erf(): Tensor {
    return this.op("erf");
  }

  /**
   * ln(1 + exp(beta x)) / beta of each element x, a smooth relu; x itself where beta x is above the
   * threshold. Within 1 ULP for a beta of 1; never infinite where the result is not.
   *
   * Gradient: g · sigmoid(beta x), and g where beta x is above the threshold.
   *
   * @throws TypeError for integers, bools and complex numbers, for misspelt options, and for
   *   options that are no numbers
   * @example
   * String(tensor([0, 30]).softplus()); // "tensor([ 0.6931, 30.0000])"
   * String(tensor([0, 1]).softplus({ beta: 2 })); // "tensor([0.3466, 1.0635])"
   */
  softplus(options: SoftplusOptions = {}): Tensor {
    return this.op("softplus", readSoftplus(options));
  }

  /**
   * ln(sigmoid(x)) of each element x, within 1 ULP: also where the sigmoid would be 0.
   *
   * Gradient: g · sigmoid(-this).
   *
   * @throws TypeError for integers, bools and complex numbers
   * @example
   * String(tensor([0, -200]).logsigmoid()); // "tensor([  -0.6931, -200.0000])"
   */
  logsigmoid(): Tensor {
    return this.op("logsigmoid");
  }

  /**
   * The exact sum, rounded once, of all elements (0-d) or along dimensions; of integers and bools,
   * as a wrapping int64. Dimensions come as an option or by themselves. Gradient: g, for each
   * element.
   *
   * @throws TypeError for misspelt options; RangeError for dimensions out of range, or named twice
   * @example
   * String(tensor([[1, 2], [3, 4]]).sum({ dim: 0 })); // "tensor([4., 6.])"
   * String(tensor([[1, 2], [3, 4]]).sum(0)); // "tensor([4., 6.])"
   */
  sum(options?: ReduceOptions | number | readonly number[] | null, keepdim?: boolean): Tensor {
    return this.op("sum", readReduction("sum", options, keepdim, this));
  }

  /**
   * The exact sum over the number of elements; NaN of no elements. Gradient: g over the number of
   * elements, for each.
   *
   * @throws as sum; TypeError for integers and bools
   * @example
   * String(tensor([[1, 2], [3, 4]]).mean({ dim: 1, keepdim: true })); // "tensor([[1.5000],\n        [3.5000]])"
   */
  mean(options?: ReduceOptions | number | readonly number[] | null, keepdim?: boolean): Tensor {
    return this.op("mean", readReduction("mean", options, keepdim, this));
  }

  /**
   * Matrix product as torch.matmul: of two vectors their dot product, of matrices and vectors their
   * product, and of tensors of more dimensions the products of their last two, whose dimensions
   * before broadcast. Halves are computed in float32 and rounded once; integers wrap. Gradients: g
   * · otherᵀ, and thisᵀ · g.
   *
   * @throws TypeError for two dtypes, bools and complex numbers; RangeError for 0-d tensors, and
   * sizes that do not meet
   * @example
   * String(tensor([[1, 2]]).matmul(tensor([[3], [4]]))); // "tensor([[11.]])"
   * String(tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1]))); // "tensor([3., 7.])"
   * zeros([5, 2, 3]).matmul(zeros([3, 4])).shape; // [5, 2, 4]
   */
  matmul(other: Tensor): Tensor;
  matmul(other: Tensor, ...rest: unknown[]): Tensor {
    checkNoMore("matmul", rest);
    this.checkAlive("matmul");
    checkTensor("matmul", other);
    other.checkAlive("matmul");
    return matmul(this, other);
  }

  /**
   * Product of two matrices: (m, k) by (k, n) gives (m, n). Gradients and dtypes as matmul.
   *
   * @throws as matmul; RangeError for what is no matrix
   * @example
   * String(tensor([[1, 2]]).mm(tensor([[3], [4]]))); // "tensor([[11.]])"
   */
  mm(other: Tensor): Tensor {
    checkTensor("mm", other);
    return this.op("mm", {}, other);
  }

  /**
   * Products of the matrices of two batches, one by one: (b, m, k) by (b, k, n) gives (b, m, n).
   * Nothing broadcasts.
   *
   * @throws as matmul; RangeError for other numbers of dimensions, or of matrices
   * @example
   * zeros([5, 2, 3]).bmm(zeros([5, 3, 4])).shape; // [5, 2, 4]
   */
  bmm(other: Tensor): Tensor {
    checkTensor("bmm", other);
    return this.op("bmm", {}, other);
  }

  /**
   * Product of this matrix and a vector: (m, k) by (k) gives (m).
   *
   * @throws as matmul; RangeError for other numbers of dimensions
   * @example
   * String(tensor([[1, 2], [3, 4]]).mv(tensor([1, 1]))); // "tensor([3., 7.])"
   */
  mv(vector: Tensor): Tensor {
    checkTensor("mv", vector);
    return this.op("mv", {}, vector);
  }

  /**
   * Σ this · other of two vectors. The products of float32 and halves are exact, and so is their
   * sum, rounded once. Gradients: g · other, and g · this.
   *
   * @throws as matmul; RangeError for what are no vectors of one length
   * @example
   * tensor([1, 2]).dot(tensor([3, 4])).item(); // 11
   */
  dot(other: Tensor): Tensor {
    checkTensor("dot", other);
    return this.op("dot", {}, other);
  }

  // Choices

  /**
   * These elements where `condition` holds, those of `other` elsewhere; all broadcast and promote.
   * Gradient: to the elements that were taken, 0 to the others, also where those are NaN.
   *
   * @throws TypeError for a condition that is not of bools; RangeError for shapes that do not
   * broadcast
   * @example
   * const x = tensor([-1, 2]);
   * String(x.where(x.gt(0), 0)); // "tensor([0., 2.])"
   */
  where(condition: Tensor, other: Operand): Tensor {
    checkTensor("where", condition);
    return condition.choose(this, other);
  }

  /** @internal */
  choose(a: Operand, b: Operand): Tensor {
    if (this.dtype === "uint8") {
      // Before the operands are looked at: a handler of warnings may do anything with them.
      warn(
        "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of " +
          "PyTorch. Use a boolean condition instead.",
      );
    }
    return this.op("where", {}, a, b);
  }

  /**
   * Whether elements are NaN, as bool; of a complex number, whether a part is.
   *
   * @example
   * tensor([NaN, 1]).isnan().tolist(); // [true, false]
   */
  isnan(): Tensor {
    return this.op("isnan");
  }

  /**
   * Whether elements are infinite, as bool; of a complex number, whether a part is.
   *
   * @example
   * tensor([NaN, -Infinity]).isinf().tolist(); // [false, true]
   */
  isinf(): Tensor {
    return this.op("isinf");
  }

  /**
   * Whether elements are neither NaN nor infinite, as bool.
   *
   * @example
   * tensor([NaN, 1, Infinity]).isfinite().tolist(); // [false, true, false]
   */
  isfinite(): Tensor {
    return this.op("isfinite");
  }

  /**
   * Numbers in the place of NaN and the infinities: by default 0 and the largest numbers of either
   * sign. Integers stay as they are. Gradient: g where this is finite, else 0.
   *
   * @throws TypeError for what are no numbers
   * @example
   * String(tensor([NaN, Infinity, 1]).nanToNum({ posinf: 9 })); // "tensor([0., 9., 1.])"
   */
  nanToNum(options?: NanToNumOptions): Tensor;
  nanToNum(nan?: number, posinf?: number, neginf?: number): Tensor;
  nanToNum(first?: number | NanToNumOptions, posinf?: number, neginf?: number): Tensor {
    const parameters = readReplacements("nanToNum", first, posinf, neginf);
    this.checkAlive("nanToNum");
    if (isComplex(this.dtype) && this.requiresGrad && isGradEnabled()) {
      throw new Error(
        "nan_to_num does not support automatic differentiation for outputs with complex dtype.",
      );
    }
    return this.op("nanToNum", parameters);
  }

  // Extremes. NaN counts as the most extreme of all

  /**
   * The largest element; along a dimension, `values` and the `indices` of the first of them; of two
   * tensors, maximum.
   *
   * Gradient: of all elements, shared evenly among those that are the largest; along a dimension,
   * to the one at the index.
   *
   * @throws RangeError for no elements, and a dimension out of range; TypeError for complex numbers
   * @example
   * const x = tensor([[1, 5], [7, 2]]);
   * x.max().item(); // 7
   * String(x.max(1).values); // "tensor([5., 7.])"
   * x.max({ dim: 0, keepdim: true }).indices.tolist(); // [[1n, 0n]]
   */
  max(other?: Tensor): Tensor;
  max(dim: number, keepdim?: boolean): ValuesAndIndices;
  max(options: AlongOptions): ValuesAndIndices;
  max(first?: Tensor | number | AlongOptions, keepdim?: boolean): Tensor | ValuesAndIndices {
    return this.extreme("max", first, keepdim);
  }

  /**
   * The smallest element; along a dimension, `values` and the `indices` of the first of them; of
   * two tensors, minimum. Gradient: as max.
   *
   * @throws as max
   * @example
   * tensor([3, 1, 2]).min().item(); // 1
   * tensor([[3, 1], [2, 4]]).min(1).indices.tolist(); // [1n, 0n]
   */
  min(other?: Tensor): Tensor;
  min(dim: number, keepdim?: boolean): ValuesAndIndices;
  min(options: AlongOptions): ValuesAndIndices;
  min(first?: Tensor | number | AlongOptions, keepdim?: boolean): Tensor | ValuesAndIndices {
    return this.extreme("min", first, keepdim);
  }

  private extreme(
    name: "max" | "min",
    first: Tensor | number | AlongOptions | undefined,
    second: boolean | undefined,
  ): Tensor | ValuesAndIndices {
    if (first instanceof Tensor) return this.op(name === "max" ? "maximum" : "minimum", {}, first);
    // The operation goes by another name.
    if (first === undefined) this.checkAlive(name);
    if (first === undefined) return this.op(name === "max" ? "maxAll" : "minAll");
    const { dim: given, keepdim } = readAlong(name, first, second);
    if (given === undefined) throw new TypeError(`${name}: expected a dimension, as in ${name}(0)`);
    const dim = wrapDim(given, this.ndim);
    const indices = this.op(name === "max" ? "indicesOfMax" : "indicesOfMin", { dim, keepdim });
    // A 0-d tensor takes dimension 0, and has none.
    const dims = dim < this.ndim ? [dim] : [];
    return { values: this.op(name, { dims, keepdim }, indices), indices };
  }

  /**
   * Where the first largest element stands, as int64: in row-major order of all elements, or along
   * a dimension. No gradient.
   *
   * @throws RangeError for no elements, and a dimension out of range; TypeError for bools and
   * complex numbers
   * @example
   * tensor([[1, 5], [7, 2]]).argmax().item<bigint>(); // 2n
   * tensor([[1, 5], [7, 2]]).argmax(1).tolist(); // [1n, 0n]
   */
  argmax(options?: ArgOptions): Tensor;
  argmax(dim?: number | null, keepdim?: boolean): Tensor;
  argmax(first?: number | null | ArgOptions, keepdim?: boolean): Tensor {
    return this.op("argmax", readAlong("argmax", first, keepdim));
  }

  /**
   * Where the first smallest element stands, as argmax.
   *
   * @throws as argmax
   * @example
   * tensor([3, 1, 2]).argmin().item<bigint>(); // 1n
   */
  argmin(options?: ArgOptions): Tensor;
  argmin(dim?: number | null, keepdim?: boolean): Tensor;
  argmin(first?: number | null | ArgOptions, keepdim?: boolean): Tensor {
    return this.op("argmin", readAlong("argmin", first, keepdim));
  }

  /**
   * The largest elements along dimensions, or of all. Gradient: shared evenly among those that are
   * the largest of theirs.
   *
   * @throws as max; TypeError for misspelt options
   * @example
   * tensor([[1, 5], [7, 2]]).amax({ dim: [0, 1] }).item(); // 7
   */
  amax(options: ReduceArgument = {}, keepdim?: boolean): Tensor {
    return this.op("amax", readExtent("amax", options, this, keepdim));
  }

  /**
   * The smallest elements along dimensions, or of all. Gradient: as amax.
   *
   * @throws as amax
   * @example
   * String(tensor([[1, 5], [7, 2]]).amin(1)); // "tensor([1., 2.])"
   */
  amin(options: ReduceArgument = {}, keepdim?: boolean): Tensor {
    return this.op("amin", readExtent("amin", options, this, keepdim));
  }

  // Classes along a dimension

  /**
   * exp(x) over its sum along dimension `dim`: probabilities of classes. Stable: the largest number
   * is taken off first. Rows with NaN or Infinity, and rows of -Infinity alone, become NaN, as in
   * torch. Sums are of float64; halves are computed in float32 and rounded once.
   *
   * Gradient: (g - Σ g · this) · this, along the dimension.
   *
   * @param options the dimension, or options: `{ dim: 1, dtype: "float64" }`
   * @throws TypeError for integers, bools and complex numbers, and for a dimension that is left out;
   *   RangeError for one out of range
   * @example
   * String(tensor([[1, 2, 3], [-1e4, 0, 1e4]]).softmax(1)); // "tensor([[0.0900, 0.2447, 0.6652],\n        [0.0000, 0.0000, 1.0000]])"
   */
  softmax(options: number | SoftmaxOptions): Tensor {
    return softmax("softmax", this, options);
  }

  /**
   * The logarithm of softmax, x - log Σ exp(x) along dimension `dim`, which is finite where a
   * probability would be 0. Special rows as those of softmax.
   *
   * Gradient: g - exp(this) · Σ g, along the dimension.
   *
   * @param options as of softmax
   * @throws as softmax
   * @example
   * String(tensor([0, 1000]).logSoftmax(0)); // "tensor([-1000.,     0.])"
   */
  logSoftmax(options: number | SoftmaxOptions): Tensor {
    return softmax("logSoftmax", this, options);
  }

  /**
   * log Σ exp(x) along dimensions, or of all elements: a smooth largest element. Infinite where the largest element is;
   * -Infinity of no elements. Integers and bools give float32.
   *
   * Gradient: g · exp(x - this).
   *
   * @param options one dimension or several, or options: `{ dim: [0, 1], keepdim: true }`
   * @throws TypeError for complex numbers and misspelt options; RangeError for dimensions out of
   *   range, or named twice
   * @example
   * String(tensor([[1, 2, 3], [1000, 1000, -1e4]]).logsumexp(1)); // "tensor([   3.4076, 1000.6932])"
   */
  logsumexp(options: ReduceArgument = {}, keepdim?: boolean): Tensor {
    return this.op("logsumexp", readExtent("logsumexp", options, this, keepdim));
  }

  // Sums that leave out NaN, variances and norms

  /**
   * The exact sum of what is not NaN. Gradient: g, and 0 for NaN.
   *
   * @throws as sum; TypeError for complex numbers
   * @example
   * tensor([NaN, 1, 2]).nansum().item(); // 3
   */
  nansum(options: ReduceArgument = {}, keepdim?: boolean): Tensor {
    return this.op("nansum", readExtent("nansum", options, this, keepdim));
  }

  /**
   * The mean of what is not NaN; NaN where nothing is. Gradient: g over their number, and 0 for
   * NaN.
   *
   * @throws as mean; TypeError for complex numbers
   * @example
   * tensor([NaN, 1, 2]).nanmean().item(); // 1.5
   */
  nanmean(options: ReduceArgument = {}, keepdim?: boolean): Tensor {
    return nanmean(this, options, keepdim);
  }

  /**
   * The variance, Σ (this - mean)² / (n - correction) with correction 1: computed in float64, with
   * exact sums, and rounded once. NaN or infinite, with a warning, where n - correction is not
   * positive.
   *
   * Gradient: 2 (this - mean) g / (n - correction).
   *
   * @throws TypeError for dtypes that are not floating, for misspelt options, and for both
   *   correction and unbiased; RangeError for dimensions out of range, or named twice
   * @example
   * tensor([1, 2, 4, 5]).var({ correction: 0 }).item(); // 2.5
   */
  var(options?: ReduceArgument<VarianceOptions>): Tensor;
  var(options: ReduceArgument<VarianceOptions> = {}, ...rest: unknown[]): Tensor {
    checkNoMore("var", rest);
    return variance("var", this, options);
  }

  /**
   * The standard deviation, the square root of var. Gradient: (this - mean) g / ((n - correction) ·
   * result), 0 where the result is 0.
   *
   * @throws as var
   * @example
   * tensor([[1, 3], [2, 6]]).std({ dim: 1, unbiased: false }).tolist(); // [1, 2]
   */
  std(options?: ReduceArgument<VarianceOptions>): Tensor;
  std(options: ReduceArgument<VarianceOptions> = {}, ...rest: unknown[]): Tensor {
    checkNoMore("std", rest);
    return variance("std", this, options);
  }

  /**
   * The vector norm (Σ |this|^p)^(1/p), of all elements or along dimensions. p is 2 by default;
   * Infinity and -Infinity give the largest and the smallest |this|, 0 the number of elements that
   * are not 0. Computed in float64 with exact sums and rounded once, so that squares of float32 do
   * not overflow.
   *
   * Gradient for p = 2: g · this / norm, 0 where the norm is 0; for p = 1: g · sign(this); for p =
   * ±Infinity: shared evenly among the elements that have the norm; for p = 0: none.
   *
   * @throws TypeError for integers and bools, and for misspelt options; RangeError for other
   *   orders, and for orders that have no value for no elements
   * @example
   * tensor([3, -4]).norm().item(); // 5
   * tensor([[3, -4], [5, 12]]).norm(1, { dim: 1 }).tolist(); // [7, 17]
   */
  norm(p?: number | "fro", options?: ReduceArgument): Tensor;
  norm(options: NormOptions): Tensor;
  norm(first: number | "fro" | NormOptions = 2, options: ReduceArgument = {}, ...rest: unknown[]): Tensor {
    checkNoMore("norm", rest);
    const parameters = readNorm(first, options, this);
    this.checkAlive("norm");
    return (isComplex(this.dtype) ? this.abs() : this).op("norm", parameters);
  }

  /** @internal */
  keep(mask: Tensor): Tensor {
    return this.op("keep", {}, mask);
  }

  /** @internal */
  positions(dim: number, size: number): Tensor {
    return this.op("positions", { dim, size });
  }

  /** @internal */
  zeros(): Tensor {
    return this.op("zeros");
  }

  /** @internal */
  onesLike(): Tensor {
    const { dtype, shape } = this.nd;
    return new Tensor(shape.length === 0 ? NdArray.scalar(dtype, 1) : fill(NdArray.empty(dtype, shape), 1));
  }

  // Comparisons, to bool

  /**
   * Whether each element is equal: this === other, as bool. No gradient.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * tensor([1, 2, 3]).eq(2).tolist(); // [false, true, false]
   */
  eq(other: Operand): Tensor;
  eq(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("eq", rest);
    return this.op("eq", {}, other);
  }

  /**
   * Whether each element is not equal: this !== other, as bool. No gradient.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * tensor([1, 2, 3]).ne(2).tolist(); // [true, false, true]
   */
  ne(other: Operand): Tensor;
  ne(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("ne", rest);
    return this.op("ne", {}, other);
  }

  /**
   * Whether each element is less: this < other, as bool. No gradient.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * tensor([1, 2, 3]).lt(2).tolist(); // [true, false, false]
   */
  lt(other: Operand): Tensor;
  lt(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("lt", rest);
    return this.op("lt", {}, other);
  }

  /**
   * Whether each element is less or equal: this <= other, as bool. No gradient.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * tensor([1, 2, 3]).le(2).tolist(); // [true, true, false]
   */
  le(other: Operand): Tensor;
  le(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("le", rest);
    return this.op("le", {}, other);
  }

  /**
   * Whether each element is greater: this > other, as bool. No gradient.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * tensor([1, 2, 3]).gt(2).tolist(); // [false, false, true]
   */
  gt(other: Operand): Tensor;
  gt(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("gt", rest);
    return this.op("gt", {}, other);
  }

  /**
   * Whether each element is greater or equal: this >= other, as bool. No gradient.
   *
   * @throws TypeError for operands that are no tensors or numbers; RangeError for shapes that do
   *   not broadcast; TypeError for complex numbers
   * @example
   * tensor([1, 2, 3]).ge(2).tolist(); // [false, true, true]
   */
  ge(other: Operand): Tensor;
  ge(other: Operand, ...rest: unknown[]): Tensor {
    checkNoMore("ge", rest);
    return this.op("ge", {}, other);
  }

  // In place: this tensor changes and is returned

  /**
   * this += alpha · other, in place; returns this. Gradient: as add.
   *
   * @throws Error for a leaf that requires grad, or a view, while operations are recorded;
   *   RangeError where `other` does not broadcast to this shape; TypeError where the result's type
   *   does not fit this dtype
   * @example
   * const x = tensor([1, 2]);
   * x.add_(1);
   * String(x); // "tensor([2., 3.])"
   */
  add_(other: Operand, options?: AlphaOptions): this {
    return this.inPlace("add", other, readAlpha("add_", options));
  }

  /**
   * this -= alpha · other, in place; returns this. Gradient: as sub.
   *
   * @throws as add_
   * @example
   * String(tensor([1, 2]).sub_(1)); // "tensor([0., 1.])"
   */
  sub_(other: Operand, options?: AlphaOptions): this {
    return this.inPlace("sub", other, readAlpha("sub_", options));
  }

  /**
   * this *= other, in place; returns this. Gradient: as mul.
   *
   * @throws as add_
   * @example
   * String(tensor([1, 2]).mul_(2)); // "tensor([2., 4.])"
   */
  mul_(other: Operand): this;
  mul_(other: Operand, ...rest: unknown[]): this {
    checkNoMore("mul_", rest);
    return this.inPlace("mul", other);
  }

  /**
   * this /= other, in place; returns this. Gradient: as div.
   *
   * @throws as add_
   * @example
   * String(tensor([1, 2]).div_(2)); // "tensor([0.5000, 1.0000])"
   */
  div_(other: Operand): this;
  div_(other: Operand, ...rest: unknown[]): this {
    checkNoMore("div_", rest);
    return this.inPlace("div", other);
  }

  /**
   * Sets every element to `value`; returns this. Gradient: 0.
   *
   * @throws Error as add_; TypeError for what is no number; RangeError for a number that an integer
   * dtype cannot hold
   * @example
   * String(tensor([1, 2]).fill_(7)); // "tensor([7., 7.])"
   */
  fill_(value: number): this;
  fill_(value: number, ...rest: unknown[]): this {
    checkNoMore("fill_", rest);
    checkFits(checkNumber("fill_", value), this.dtype);
    return this.inPlace("fill", value);
  }

  /**
   * Sets every element to 0; returns this. Gradient: 0.
   *
   * @throws Error as add_
   * @example
   * String(tensor([1, 2]).zero_()); // "tensor([0., 0.])"
   */
  zero_(): this {
    this.checkAlive("zero_");
    return this.inPlace("fill", 0);
  }

  /**
   * Takes the elements of `source`, broadcast and converted; returns this. Gradient: to `source`.
   *
   * @throws Error as add_; TypeError for what is no tensor; RangeError where `source` does not
   * broadcast to this shape
   * @example
   * String(zeros([2]).copy_(tensor([true, false]))); // "tensor([1., 0.])"
   */
  copy_(source: Tensor): this;
  copy_(source: Tensor, ...rest: unknown[]): this {
    checkNoMore("copy_", rest);
    checkTensor("copy_", source);
    return this.inPlace("copy", source);
  }

  /**
   * Puts `values`, broadcast, where `indices`, the arguments of at() as an array, say; returns
   * this. x[:, 1:3] = y is `x.indexPut_([":", "1:3"], y)`, and x[mask] = 0 is
   * `x.indexPut_([mask], 0)`. Values may be a tensor, which an index of plain parts converts and
   * one with tensors takes of this dtype or 0-d, or a plain value. Where an element is named
   * several times, the last value stays; with `accumulate` values are added to what is there,
   * exactly and rounded once. Gradient: to `values`, its elements' part; to this, 0 where it was
   * replaced.
   *
   * @throws Error as add_; TypeError and RangeError as at; RangeError for values that do not
   *   broadcast to what the indices name, and for a number that an integer dtype cannot hold;
   *   TypeError for values of another dtype
   * @example
   * const x = zeros([2, 3]);
   * x.indexPut_([":", "1:3"], tensor([1, 2]));
   * x.indexPut_([x.eq(0)], -1);
   * String(x); // "tensor([[-1.,  1.,  2.],\n        [-1.,  1.,  2.]])"
   * String(zeros([3]).indexPut_([[2, 0, 2]], 1, { accumulate: true })); // "tensor([1., 0., 2.])"
   */
  indexPut_(indices: readonly Index[], values: Tensor | Scalar, options: IndexPutOptions = {}): this {
    indexPutInPlace<Tensor>(this, indices, values, readAccumulate("indexPut_", options), maker);
    return this;
  }

  /**
   * As scatterAdd, in place; returns this.
   *
   * @throws Error as add_; TypeError and RangeError as scatterAdd
   * @example
   * const counts = zeros([3]);
   * counts.scatterAdd_(0, tensor([2n, 0n, 2n]), tensor([1, 1, 1]));
   * counts.tolist(); // [1, 0, 2]
   */
  scatterAdd_(dim: number, index: Tensor, source: Tensor): this {
    checkTensor("scatterAdd_", index);
    checkTensor("scatterAdd_", source);
    scatterAddInPlace<Tensor>(this, dim, index, source, maker);
    return this;
  }

  /**
   * As indexPut_, in a copy of this tensor.
   *
   * @throws as indexPut_
   * @example
   * String(tensor([1, 2, 3]).indexPut(["1:"], 0)); // "tensor([1., 0., 0.])"
   */
  indexPut(indices: readonly Index[], values: Tensor | Scalar, options: IndexPutOptions = {}): Tensor {
    return indexPut<Tensor>(this, indices, values, readAccumulate("indexPut", options), maker);
  }

  /**
   * A copy with `value`, plain or a 0-d tensor, where `mask`, broadcast with this tensor, is
   * true. Gradient: g where the mask is false, else 0; to the value, the sum of g where the mask
   * is true.
   *
   * @throws TypeError for a mask that is no bool tensor; RangeError for shapes that do not
   *   broadcast, a value of several dimensions, and for one that an integer dtype cannot hold
   * @example
   * const x = tensor([1, NaN, 3]);
   * String(x.maskedFill(x.ne(x), 0)); // "tensor([1., 0., 3.])"
   */
  maskedFill(mask: Tensor, value: Tensor | Scalar): Tensor {
    checkTensor("maskedFill", mask);
    return maskedFill<Tensor>(this, mask, value, maker);
  }

  /**
   * As maskedFill, in place; returns this. The mask broadcasts to this shape.
   *
   * @throws as maskedFill; Error as add_
   * @example
   * String(tensor([1, 2, 3]).maskedFill_(tensor([true, false, true]), 0)); // "tensor([0., 2., 0.])"
   */
  maskedFill_(mask: Tensor, value: Tensor | Scalar): this {
    checkTensor("maskedFill_", mask);
    maskedFillInPlace<Tensor>(this, mask, value, maker);
    return this;
  }

  /**
   * clamp in place; returns this. Gradient: as clamp.
   *
   * @throws as clamp and add_
   * @example
   * String(tensor([-1, 2]).clamp_({ min: 0 })); // "tensor([0., 2.])"
   */
  clamp_(bounds: ClampOptions): this;
  clamp_(min?: Operand, max?: Operand): this;
  clamp_(first?: Operand | ClampOptions, second?: Operand): this {
    const { name, others, parameters } = readClamp<Tensor>("clamp_", first, second, operandKind);
    return this.inPlaceOf(name, parameters, ...others);
  }

  /**
   * |this| in place; returns this. Gradient: as abs.
   *
   * @throws as abs and add_
   * @example
   * String(tensor([1, -2]).abs_()); // "tensor([1., 2.])"
   */
  abs_(): this {
    return this.inPlaceOf("abs");
  }

  /**
   * -this in place; returns this. Gradient: as neg.
   *
   * @throws as neg and add_
   * @example
   * String(tensor([1, -2]).neg_()); // "tensor([-1.,  2.])"
   */
  neg_(): this {
    return this.inPlaceOf("neg");
  }

  /**
   * sign in place; returns this. Gradient: as sign.
   *
   * @throws as sign and add_
   * @example
   * String(tensor([3, -2]).sign_()); // "tensor([ 1., -1.])"
   */
  sign_(): this {
    return this.inPlaceOf("sign");
  }

  /**
   * sgn in place; returns this. Gradient: as sgn.
   *
   * @throws as add_
   * @example
   * String(tensor([3, -2]).sgn_()); // "tensor([ 1., -1.])"
   */
  sgn_(): this {
    this.checkAlive("sgn_");
    return this.inPlaceOf(isComplex(this.dtype) ? "sgn" : "sign");
  }

  /**
   * The square root in place; returns this. Gradient: as sqrt.
   *
   * @throws as sqrt and add_
   * @example
   * String(tensor([4, 9]).sqrt_()); // "tensor([2., 3.])"
   */
  sqrt_(): this {
    return this.inPlaceOf("sqrt");
  }

  /**
   * this² in place; returns this. Gradient: as square.
   *
   * @throws as square and add_
   * @example
   * String(tensor([1, -2]).square_()); // "tensor([1., 4.])"
   */
  square_(): this {
    this.checkAlive("square_");
    return this.pow_(2);
  }

  /**
   * this to the power `exponent` in place; returns this. Gradient: as pow.
   *
   * @throws as pow and add_
   * @example
   * String(tensor([1, -2]).pow_(3)); // "tensor([ 1., -8.])"
   */
  pow_(exponent: number): this {
    return this.inPlaceOf("pow", { exponent: checkNumber("pow_", exponent) });
  }

  /**
   * max(this, 0) in place; returns this. Gradient: as relu.
   *
   * @throws as relu and add_
   * @example
   * String(tensor([-1, 2]).relu_()); // "tensor([0., 2.])"
   */
  relu_(): this {
    return this.inPlaceOf("relu");
  }

  /**
   * exp in place; returns this. Gradient: as exp.
   *
   * @throws as exp and add_
   * @example
   * String(tensor([0, 1]).exp_()); // "tensor([1.0000, 2.7183])"
   */
  exp_(): this {
    return this.inPlaceOf("exp");
  }

  /**
   * expm1 in place; returns this. Gradient: as expm1.
   *
   * @throws as expm1 and add_
   * @example
   * String(tensor([0, 1e-5]).expm1_()); // "tensor([0.0000e+00, 1.0000e-05])"
   */
  expm1_(): this {
    return this.inPlaceOf("expm1");
  }

  /**
   * log in place; returns this. Gradient: as log.
   *
   * @throws as log and add_
   * @example
   * String(tensor([1, 10]).log_()); // "tensor([0.0000, 2.3026])"
   */
  log_(): this {
    return this.inPlaceOf("log");
  }

  /**
   * log1p in place; returns this. Gradient: as log1p.
   *
   * @throws as log1p and add_
   * @example
   * String(tensor([0, 1]).log1p_()); // "tensor([0.0000, 0.6931])"
   */
  log1p_(): this {
    return this.inPlaceOf("log1p");
  }

  /**
   * sigmoid in place; returns this. Gradient: as sigmoid.
   *
   * @throws as sigmoid and add_
   * @example
   * String(tensor([0, 2]).sigmoid_()); // "tensor([0.5000, 0.8808])"
   */
  sigmoid_(): this {
    return this.inPlaceOf("sigmoid");
  }

  /**
   * tanh in place; returns this. Gradient: as tanh.
   *
   * @throws as tanh and add_
   * @example
   * String(tensor([0, 1]).tanh_()); // "tensor([0.0000, 0.7616])"
   */
  tanh_(): this {
    return this.inPlaceOf("tanh");
  }

  /**
   * sin in place; returns this. Gradient: as sin.
   *
   * @throws as sin and add_
   * @example
   * String(tensor([0, 1]).sin_()); // "tensor([0.0000, 0.8415])"
   */
  sin_(): this {
    return this.inPlaceOf("sin");
  }

  /**
   * cos in place; returns this. Gradient: as cos.
   *
   * @throws as cos and add_
   * @example
   * String(tensor([0, 1]).cos_()); // "tensor([1.0000, 0.5403])"
   */
  cos_(): this {
    return this.inPlaceOf("cos");
  }

  /**
   * erf in place; returns this. Gradient: as erf.
   *
   * @throws as erf and add_
   * @example
   * String(tensor([0, 1]).erf_()); // "tensor([0.0000, 0.8427])"
   */
  erf_(): this {
    return this.inPlaceOf("erf");
  }

  /**
   * nanToNum in place; returns this. Gradient: as nanToNum.
   *
   * @throws as nanToNum and add_
   * @example
   * String(tensor([NaN, 2]).nanToNum_()); // "tensor([0., 2.])"
   */
  nanToNum_(options?: NanToNumOptions): this;
  nanToNum_(nan?: number, posinf?: number, neginf?: number): this;
  nanToNum_(first?: number | NanToNumOptions, posinf?: number, neginf?: number): this {
    return this.inPlaceOf("nanToNum", readReplacements("nanToNum_", first, posinf, neginf));
  }

  /**
   * Takes samples of the normal distribution, torch's after the same manualSeed; returns this.
   * Gradient: 0.
   *
   * @throws Error as add_; RangeError for a negative standard deviation; TypeError for dtypes that
   * are not floating
   * @example
   * manualSeed(0);
   * String(zeros([2]).normal_(10, 0.5)); // "tensor([10.7705,  9.8533])"
   */
  normal_(mean = 0, std = 1): this {
    checkNumber("normal_", mean);
    checkNumber("normal_", std);
    this.checkAlive("normal_");
    checkNormal(this.dtype, std);
    overwrite(this, "normal_", "NormalBackward0", () => normalSamples(this.dtype, this.shape, mean, std));
    return this;
  }

  private inPlaceOf(name: BareName): this;
  private inPlaceOf<N extends OperationName>(
    name: N,
    parameters: ParametersByName[N],
    ...others: Input<Tensor>[]
  ): this;
  private inPlaceOf(
    name: OperationName,
    parameters: ParametersByName[OperationName] = {},
    ...others: Input<Tensor>[]
  ): this {
    inPlaceOf<Tensor, OperationName>(this, name, others, parameters, Tensor.wrap);
    return this;
  }

  private inPlace(name: InPlaceName, other: Operand, alpha = 1): this {
    checkOperand(`${name}_`, other);
    inPlace(this, name, other, alpha, Tensor.wrap);
    return this;
  }

  // Memory and text

  /**
   * Gives the elements' memory back, also that of views of them. Safe to call twice; any other use
   * is an error from now on. What array() gave must not be used any more: its elements become those
   * of tensors made later.
   *
   * @example
   * const x = zeros([1000]);
   * const before = memoryStats().bytesInUse;
   * x.dispose();
   * before - memoryStats().bytesInUse; // 4032
   */
  dispose(): void {
    this.nd.storage.dispose();
  }

  // Named as a plain symbol: the published types know it by the interface above, as Symbol.dispose.
  [DISPOSE as symbol](): void {
    this.dispose();
  }

  /**
   * As torch prints it, without the prefix `torch.`: 4 decimals, or scientific notation, in
   * columns; summarised past 1000 elements. Node's inspect, and so console.log, prints the same.
   *
   * @param options what torch.set_printoptions takes, for this call
   * @example
   * String(tensor([0.5, 100])); // "tensor([  0.5000, 100.0000])"
   * tensor([0.5, 100]).toString({ precision: 1 }); // "tensor([  0.5, 100.0])"
   */
  toString(options: PrintOptions = {}): string {
    const settings = readPrintOptions(options);
    this.checkAlive("toString");
    const source = {
      shape: this.shape,
      dtype: this.dtype,
      requiresGrad: this.requiresGrad,
      gradFn: this.node?.name ?? null,
      at: (index: number) => this.nd.at(index),
    };
    return formatTensor(source, settings);
  }

  /**
   * What JavaScript takes for a tensor where it wants a primitive: in a template, what toString
   * gives; elsewhere, as in `total += loss`, `loss < 1e-3` and `Math.max(loss, 0)`, the value of a
   * 0-d tensor: a number, for int64 as well up to 2^53; beyond, a bigint.
   *
   * @throws TypeError for the value of a tensor with dimensions, or of a complex one
   * @example
   * Math.max(Number(tensor([1, 3]).mean()), 1.5); // 2
   * `${tensor(2)}`; // "tensor(2.)"
   */
  [Symbol.toPrimitive](hint: "default" | "number" | "string"): string | number | bigint | boolean {
    if (hint === "string") return this.toString();
    this.checkAlive("[Symbol.toPrimitive]");
    if (this.ndim === 0 && !isComplex(this.dtype)) {
      const value = this.nd.at(0) as number | bigint | boolean;
      // JavaScript mixes no bigints with numbers: one stays where no number is equal to it.
      return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    const what = this.ndim === 0 ? this.dtype : `shape [${this.shape.join(", ")}]`;
    throw new TypeError(
      `only 0-d real tensors can be converted to JavaScript numbers, got ${what}: use item() or tolist() for the ` +
        "elements, String() for the text",
    );
  }

  /**
   * What JSON.stringify writes: the elements as tolist() gives them, int64 as numbers. JSON has no
   * NaN and no infinity: they become null, as JavaScript's do.
   *
   * @throws RangeError for an int64 that a JavaScript number cannot hold exactly
   * @example
   * JSON.stringify([tensor(0.5), tensor([1n, 2n])]); // "[0.5,[1,2]]"
   */
  toJSON(): Nested {
    this.checkAlive("toJSON");
    const convert = (element: Nested): Nested => {
      if (Array.isArray(element)) return element.map(convert);
      if (typeof element !== "bigint") return element;
      if (Number.isSafeInteger(Number(element))) return Number(element);
      throw new RangeError(
        `toJSON: expected integers up to 2^53, which JSON's readers take exactly, got ${element}n; use tolist()`,
      );
    };
    return convert(this.tolist());
  }

  /** What Node's inspect and console.log print: toString(), or `tensor(<disposed>)`. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.nd.storage.disposed ? "tensor(<disposed>)" : this.toString();
  }
}

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
const operandKind = { isTensor, checkOperand };
const maker = { isTensor, wrap: Tensor.wrap };

function readAccumulate(caller: string, options: IndexPutOptions): boolean {
  const { accumulate = false } = takeOptions(caller, options, ["accumulate"]);
  checkFlag(caller, "accumulate", accumulate);
  return accumulate;
}

/** The options of a reduction, or its dimensions and keepdim by themselves. */
function readReduction(
  caller: string,
  first: ReduceOptions | number | readonly number[] | null = {},
  second: boolean | undefined,
  x: Tensor,
): ExtentParameters {
  const bare = first === null || typeof first === "number" || Array.isArray(first);
  if (!bare) checkNoMore(caller, [second]);
  const options = (bare ? { dim: first ?? undefined, keepdim: second } : first) as ReduceOptions;
  const { dim, keepdim = false } = takeOptions(caller, options, ["dim", "keepdim"]);
  checkFlag(caller, "keepdim", keepdim);
  return { dims: readDims(dim, x), keepdim };
}

/** Whether `value` is an object literal that is no other runtime's tensor. */
function isOptions(value: unknown): value is BackwardOptions {
  if (typeof value !== "object" || value === null || isTensorLike(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function checkTensor(caller: string, value: unknown): void {
  if (value instanceof Tensor) return;
  throw notATensor(caller, "a Tensor", value);
}

function checkOperand(caller: string, value: unknown): void {
  if (typeof value === "number" || value instanceof Tensor) return;
  if (isExpression(value)) throw value.trace.error(outsideOf(caller));
  throw notATensor(caller, "a Tensor or a number", value);
}

/**
 * Elementwise operations on arrays: the kernels, block by block, over whatever the operands are.
 */
import { binaryKernel, type BinaryName, unaryKernel, type UnaryName } from "../core/kernels.js";
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { checkFits, type DType, dtypes, encode, isComplex, realOf, roundTo } from "./dtype.js";
import { NdArray } from "./ndarray.js";
import { broadcastShapes } from "./shape.js";
import { forEachBlock, Source, splat, Target } from "./window.js";

/** out = name(x, p, q), computed in the type of x's dtype. */
export function unary(
  name: UnaryName,
  x: NdArray,
  p = 0,
  q = 0,
  out = NdArray.empty(x.dtype, x.shape),
): NdArray {
  const tag = dtypes[x.dtype].compute;
  const kernel = unaryKernel(memory().kernels, name, tag);
  operate(() => {
    const source = new Source(x, tag, 0);
    const target = new Target(out, tag, 1);
    forEachBlock(x.numel, [source, target], (start, n) => {
      kernel(source.read(start, n), target.begin(start), n, p, q);
      target.end(start, n);
    });
  });
  return out;
}

/** An operand of a binary operation: an array, or a number that takes the other's type. */
export type Argument = NdArray | number | bigint;

/**
 * out = name(x, y) broadcast, of `dtype`; computed in the type of `common`, which both operands are
 * converted to.
 */
export function binary(
  name: BinaryName,
  x: Argument,
  y: Argument,
  dtype: DType,
  out?: NdArray,
  common: DType = dtype,
): NdArray {
  const tag = dtypes[common].compute;
  if (tag === "i64") {
    for (const operand of [x, y]) if (!(operand instanceof NdArray)) checkFits(operand, "int64");
  }
  const result = out ?? NdArray.empty(dtype, broadcastShapes(shapeOf(x), shapeOf(y)));
  const [left, right] = [separate(x, result), separate(y, result)];
  const kernel = binaryKernel(memory().kernels, name, tag);
  operate(() => {
    const a = operand(name, left, result, common, 0);
    const b = operand(name, right, result, common, 1);
    const target = new Target(result, tag, 2);
    forEachBlock(result.numel, [a, b, target], (start, n) => {
      kernel(a.read(start, n), a.step, b.read(start, n), b.step, target.begin(start), n);
      target.end(start, n);
    });
  });
  return result;
}

/**
 * Whether an operand of another dtype is converted to the computing type only. As in torch 2.14: a
 * product takes a single factor, a quotient a single divisor at the precision that it is computed
 * with. Other operands are what the common type holds, which a half or a small integer type is not
 * computed in. What masks is merely held against 0.
 */
function readsAsIs(name: BinaryName, isSingle: boolean, slot: number): boolean {
  if (name === "keep") return true;
  return isSingle && slot === 1 && (name === "mul" || name === "div");
}

function shapeOf(x: Argument): readonly number[] {
  return x instanceof NdArray ? x.shape : [];
}

interface Reader {
  readonly direct: boolean;
  /** Bytes that the kernel advances by for each vector: 0 for a scalar. */
  readonly step: number;
  read(start: number, n: number): number;
}

function operand(name: BinaryName, x: Argument, out: NdArray, common: DType, slot: number): Reader {
  const { compute: tag, storage } = dtypes[common];
  if (!(x instanceof NdArray)) {
    const address = splat(
      readsAsIs(name, true, slot) ? x : (roundTo(common, x) as number | bigint),
      tag,
      slot,
    );
    return { direct: true, step: 0, read: () => address };
  }
  const via = x.dtype === common || readsAsIs(name, x.numel === 1, slot) ? tag : storage;
  const source = new Source(x.expanded(out.shape), tag, slot, via);
  return { direct: source.direct, step: 16, read: (start, n) => source.read(start, n) };
}

/**
 * `x`, or a copy of it where writing `out` in place would change elements of x that are still to be
 * read.
 */
function separate<X extends Argument>(x: X, out: NdArray): X | NdArray {
  if (!(x instanceof NdArray) || x.storage !== out.storage) return x;
  const same = x.offset === out.offset && x.strides.join() === out.strides.join();
  return same && x.shape.join() === out.shape.join() ? x : copy(x, NdArray.empty(x.dtype, x.shape));
}

/** Copies `x`, broadcast and converted, into `out`. */
export function copy(x: NdArray, out: NdArray): NdArray {
  if (isComplex(out.dtype)) return copyComplex(x, out);
  if (isComplex(x.dtype)) x = part(x, 0);
  const read = separate(x, out).expanded(out.shape);
  const { storage: tag, size } = dtypes[out.dtype];
  operate(() => {
    const source = new Source(read, tag, 0);
    const target = new Target(out, tag, 1);
    forEachBlock(out.numel, [source, target], (start, n) => {
      const from = source.read(start, n);
      const to = target.begin(start);
      memory().copy(to, from, n * size);
      target.end(start, n);
    });
  });
  return out;
}

function copyComplex(x: NdArray, out: NdArray): NdArray {
  if (isComplex(x.dtype)) {
    copy(pairs(x), pairs(out));
    return out;
  }
  copy(x, part(out, 0));
  fill(part(out, 1), 0);
  return out;
}

/** Sets every element to `value`, as an integer type would convert it. */
export function fill(out: NdArray, value: number | bigint): NdArray {
  if (isComplex(out.dtype)) {
    fill(part(out, 0), value);
    fill(part(out, 1), 0);
    return out;
  }
  const tag = dtypes[out.dtype].compute;
  const kernel = binaryKernel(memory().kernels, "maximum", tag);
  const stored = tag === "i64" ? encode(out.dtype === "bool" ? "bool" : "int64", value) : value;
  operate(() => {
    const target = new Target(out, tag, 0);
    const address = splat(stored, tag, 0);
    forEachBlock(out.numel, [target], (start, n) => {
      kernel(address, 0, address, 0, target.begin(start), n);
      target.end(start, n);
    });
  });
  return out;
}

/** `x` itself when it is contiguous, else a contiguous copy. */
export function contiguous(x: NdArray): NdArray {
  return x.contiguous ? x : copy(x, NdArray.empty(x.dtype, x.shape));
}

/** `x` itself when it is of `dtype`, else a converted copy. */
export function convert(x: NdArray, dtype: DType): NdArray {
  return x.dtype === dtype ? x : copy(x, NdArray.empty(dtype, x.shape));
}

/** A complex array as real numbers, its pairs along one more dimension. */
export function pairs(x: NdArray): NdArray {
  const strides = [...x.strides.map((stride) => 2 * stride), 1];
  return new NdArray(x.storage, realOf(x.dtype), [...x.shape, 2], strides, 2 * x.offset);
}

/** The real (0) or imaginary (1) parts of a complex array, as a strided view. */
export function part(x: NdArray, index: 0 | 1): NdArray {
  const strides = x.strides.map((stride) => 2 * stride);
  return new NdArray(x.storage, realOf(x.dtype), x.shape, strides, 2 * x.offset + index);
}

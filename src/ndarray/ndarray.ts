/**
 * A strided view of a storage: what an operation reads or writes. It knows nothing of gradients.
 */
import { type LinearMemory, memory, SCRATCH } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { runtime } from "../core/runtime.js";
import { type Origin, Storage } from "../core/storage.js";
import {
  type DType,
  dtypes,
  encode,
  roundTo,
  type Scalar,
  decode,
  type TypedArray,
  isComplex,
} from "./dtype.js";
import { broadcastStrides, contiguousStrides, numelOf, sameShape, type Shape } from "./shape.js";
import type { TypedData } from "./typed.js";
import { viewOf } from "./view.js";

/** The address space of the linear memory. */
const MAXIMUM_BYTES = 2 ** 32;
/** The strided kernels count elements, also those that a view repeats, in 32 bits. */
const MAXIMUM_ELEMENTS = 2 ** 32 - 1;

/** The bytes of an array of `shape`; throws where they are more than the memory's address space. */
export function bytesOf(dtype: DType, shape: Shape): number {
  const bytes = numelOf(shape) * dtypes[dtype].size;
  if (bytes < MAXIMUM_BYTES) return bytes;
  throw new RangeError(
    `lossgrad: expected a tensor of less than 4 GiB, got shape [${shape.join(", ")}] of ${dtype}: ${bytes} bytes`,
  );
}

export class NdArray {
  readonly numel: number;
  readonly strides: Shape;
  readonly contiguous: boolean;

  constructor(
    readonly storage: Storage,
    readonly dtype: DType,
    readonly shape: Shape,
    strides?: Shape,
    readonly offset = 0,
  ) {
    // One without dimensions is one number, and has no strides either.
    const isNumber = shape.length === 0;
    this.numel = isNumber ? 1 : numelOf(shape);
    this.strides = strides ?? (isNumber ? shape : contiguousStrides(shape));
    this.contiguous = strides === undefined || isContiguous(shape, strides);
  }

  /** Uninitialised. A RangeError when the memory cannot hold it. */
  static empty(dtype: DType, shape: Shape, origin: Origin = "result"): NdArray {
    return new NdArray(Storage.allocate(bytesOf(dtype, shape), origin), dtype, shape);
  }

  /** A 0-d array whose value stays on the JS side until its bytes are needed. */
  static scalar(dtype: DType, value: Scalar): NdArray {
    return new ScalarArray(dtype, roundTo(dtype, value));
  }

  get memory(): LinearMemory {
    return runtime.tensors ?? memory();
  }

  /** The address of the first element, within an operation. */
  address(): number {
    return this.storage.address() + this.offset * dtypes[this.dtype].size;
  }

  /** Moves its storage: `address` gives another then. False where it must stay. */
  move(): boolean {
    return this.storage.move();
  }

  /** Whether all elements are one number in memory. */
  get constant(): boolean {
    return this.strides.every((stride, d) => stride === 0 || this.shape[d] === 1);
  }

  /** Gathers elements [start, start + n) at `address`. */
  copyTo(address: number, start: number, n: number): void {
    const gather = memory().kernels[`gather_${this.elementSize}`];
    gather(this.address(), address, start, n, this.writeTable(), SCRATCH.table);
  }

  /** Scatters elements [start, start + n) from `address`. */
  copyFrom(address: number, start: number, n: number): void {
    const scatter = memory().kernels[`scatter_${this.elementSize}`];
    scatter(address, this.address(), start, n, this.writeTable(), SCRATCH.table);
  }

  private get elementSize(): 1 | 2 | 4 | 8 | 16 {
    return dtypes[this.dtype].size as 1 | 2 | 4 | 8 | 16;
  }

  /**
   * Writes sizes and strides, neighbouring dimensions merged, for the strided kernels; returns
   * their number.
   */
  private writeTable(): number {
    const sizes: number[] = [];
    const strides: number[] = [];
    this.shape.forEach((size, d) => {
      const last = sizes.length - 1;
      if (size === 1) return;
      if (last >= 0 && strides[last] === this.strides[d] * size) {
        sizes[last] *= size;
        strides[last] = this.strides[d];
      } else {
        sizes.push(size);
        strides.push(this.strides[d]);
      }
    });
    if (sizes.length === 0) {
      sizes.push(1);
      strides.push(0);
    }
    memory().u32.set([...sizes, ...strides], SCRATCH.table >> 2);
    return sizes.length;
  }

  /** The first element's value as JS has it. */
  item(): Scalar {
    return this.at(0);
  }

  /** Element `index` in row-major order. */
  at(index: number): Scalar {
    const { array, size } = dtypes[this.dtype];
    return operate(() => {
      const address = this.address() + this.elementOffset(index) * size;
      return decode(this.dtype, new array(memory().buffer, address, isComplex(this.dtype) ? 2 : 1), 0);
    });
  }

  /**
   * The stored numbers of a contiguous array, in place, until the end of the operation that asks
   * for them.
   */
  numbers(): TypedArray {
    const { array } = dtypes[this.dtype];
    // The address first: bringing the bytes back may grow the memory, and renew its buffer.
    const address = this.address();
    return new array(memory().buffer, address, this.storedNumbers);
  }

  /** The stored numbers as a view that a user may keep. */
  view(): TypedData {
    const address = this.storage.pin() + this.offset * dtypes[this.dtype].size;
    return viewOf(this.storage, this.dtype, address, this.storedNumbers);
  }

  /** How many numbers a contiguous array is stored as: two for each complex one. */
  private get storedNumbers(): number {
    return this.numel * (isComplex(this.dtype) ? 2 : 1);
  }

  reshaped(shape: Shape, strides?: Shape): NdArray {
    return new NdArray(this.storage, this.dtype, shape, strides, this.offset);
  }

  expanded(shape: Shape): NdArray {
    if (sameShape(shape, this.shape)) return this;
    if (numelOf(shape) > MAXIMUM_ELEMENTS) {
      throw new RangeError(
        `lossgrad: expected less than 2^32 elements, got a broadcast to shape [${shape.join(", ")}]`,
      );
    }
    return this.reshaped(shape, broadcastStrides(this.shape, this.strides, shape));
  }

  private elementOffset(index: number): number {
    let offset = 0;
    for (let d = this.shape.length - 1; d >= 0; d--) {
      offset += (index % this.shape[d]) * this.strides[d];
      index = Math.floor(index / this.shape[d]);
    }
    return offset;
  }
}

/**
 * A 0-d result. Reading it costs nothing; its bytes are written when an operation first asks for
 * them.
 */
class ScalarArray extends NdArray {
  constructor(
    dtype: DType,
    private readonly value: Scalar,
  ) {
    const write = (address: number): void => writeScalar(dtype, value, address);
    super(new Storage(dtypes[dtype].size, write), dtype, []);
  }

  override at(index: number): Scalar {
    if (this.storage.write === null) return super.at(index);
    return typeof this.value === "object" ? { ...this.value } : this.value;
  }
}

/** Writes one element at `address`. */
function writeScalar(dtype: DType, value: Scalar, address: number): void {
  const { array } = dtypes[dtype];
  const parts =
    typeof value === "object" ? [value.re, value.im] : isComplex(dtype) ? [Number(value), 0] : [value];
  const target = new array(memory().buffer, address, parts.length) as Record<number, number | bigint>;
  parts.forEach((part, i) => {
    target[i] = encode(dtype, part);
  });
}

function isContiguous(shape: Shape, strides: Shape): boolean {
  // Nothing to walk over, whatever the strides: the strided kernels cannot count in a dimension of
  // size 0.
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (strides[d] !== expected) return false;
    expected *= shape[d];
  }
  return true;
}

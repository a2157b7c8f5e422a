/**
 * L1 of integers: differences and magnitudes wrap in the dtype, sums are int64. Computed in int64,
 * block by block; uint8, the dtype of images, has kernels of its own.
 */
import { type DType, dtypes } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { forEachBlock, inBlocks, Source, Target } from "../ndarray/window.js";
import type { StorageTag } from "../core/kernels.js";
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";

/** Windows behind those of two operands and a result. */
const DIFFERENCES = 6;
const NARROW = 7;

/** |input - target|, elementwise. */
export function integerValues(input: NdArray, target: NdArray, dtype: DType): NdArray {
  const out = NdArray.empty(dtype, input.shape);
  operate(() => {
    if (dtype === "uint8") writeBytes(input, target, out);
    else writeMagnitudes(input, target, out);
  });
  return out;
}

function writeMagnitudes(input: NdArray, target: NdArray, out: NdArray): void {
  const differences = differencesOf(input, target, out.dtype);
  const to = new Target(out, "i64", 2);
  // The differences lie in a window, so that a block is all that may be done at once.
  inBlocks(input.numel, (start, n) => {
    memory().kernels.abs_i64(differences(start, n), to.begin(start), n, 0, 0);
    to.end(start, n);
  });
}

/** Σ |input - target| as a wrapping int64. */
export function integerSum(input: NdArray, target: NdArray, dtype: DType): bigint {
  return operate(() => (dtype === "uint8" ? sumBytes(input, target) : sumMagnitudes(input, target, dtype)));
}

function sumMagnitudes(input: NdArray, target: NdArray, dtype: DType): bigint {
  const differences = differencesOf(input, target, dtype);
  const { kernels } = memory();
  let sum = 0n;
  inBlocks(input.numel, (start, n) => {
    const terms = differences(start, n);
    kernels.abs_i64(terms, terms, n, 0, 0);
    // The magnitude of the least integer is that integer again.
    wrap(terms, dtypes[dtype].storage, n);
    sum += kernels.total_i64(terms, n);
  });
  return BigInt.asIntN(64, sum);
}

/** What torch takes for |input - target| of uint8: the difference wraps, and has no sign. */
function writeBytes(input: NdArray, target: NdArray, out: NdArray): void {
  const [x, y, to] = [new Source(input, "u8", 0), new Source(target, "u8", 1), new Target(out, "u8", 2)];
  forEachBlock(out.numel, [x, y, to], (start, n) => {
    memory().kernels.l1wrap_map_u8(x.read(start, n), y.read(start, n), to.begin(start), n);
    to.end(start, n);
  });
}

/** The sum of the same; below 2^53 for as many bytes as fit into memory. */
function sumBytes(input: NdArray, target: NdArray): bigint {
  const [x, y] = [new Source(input, "u8", 0), new Source(target, "u8", 1)];
  let sum = 0;
  forEachBlock(input.numel, [x, y], (start, n) => {
    sum += memory().kernels.l1wrap_sum_u8(x.read(start, n), y.read(start, n), n);
  });
  return BigInt(sum);
}

/** Gives the address of the wrapped differences of a block. */
function differencesOf(input: NdArray, target: NdArray, dtype: DType): (start: number, n: number) => number {
  const x = new Source(input, "i64", 0);
  const y = new Source(target, "i64", 1);
  const { storage } = dtypes[dtype];
  const out = memory().window(DIFFERENCES);
  memory().window(NARROW);
  return (start, n) => {
    const { kernels } = memory();
    kernels.sub_i64(x.read(start, n), 16, y.read(start, n), 16, out, n);
    wrap(out, storage, n);
    return out;
  };
}

/** Brings n int64 at `address` to what the narrower type would hold. */
function wrap(address: number, storage: StorageTag, n: number): void {
  const { kernels } = memory();
  const narrow = memory().window(NARROW);
  switch (storage) {
    case "i8":
    case "i16":
    case "i32":
      kernels[`convert_i64_${storage}`](address, narrow, n);
      kernels[`convert_${storage}_i64`](narrow, address, n);
      break;
    default:
  }
}

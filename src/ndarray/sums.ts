/**
 * Exact sums. Kernels sum fixed blocks in two-term arithmetic and say how large the numbers were; across blocks the sum is
 * exact (core/exact-sum.ts). Where so much cancels that a block's tiny remaining error could show in the result, the
 * numbers are added one by one, exactly: slow, rare, and decided by the inputs alone, so the bits stay the same everywhere.
 */
import { ExactSum } from "../core/exact-sum.js";
import { BLOCK } from "../core/block.js";
import { type LinearMemory, SCRATCH } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { dtypes } from "./dtype.js";
import { NdArray } from "./ndarray.js";
import { type Elements, inBlocks, Source } from "./window.js";

/** What a block of n numbers can lose in two-term addition, in units of Σ|x|: n² 2^-106. */
const BLOCK_ERROR = BLOCK * BLOCK * 2 ** -106;
/** Errors below an eighth of a unit in the last place do not show in a result correct to one unit. */
const TOLERANCE = { f32: 2 ** -27, f64: 2 ** -56 } as const;

const exact = new ExactSum();

/** Floating numbers that can be read a block at a time, and once more where that is needed. */
export interface Numbers {
  readonly memory: LinearMemory;
  /** The address of elements [start, start + n), until the next call. */
  read(start: number, n: number): number;
}

/** The exact sum, nearest float64, of elements [first, first + n) of `source`, over `divisor`. */
export function sumRange(
  source: Numbers,
  tag: "f32" | "f64",
  first: number,
  n: number,
  divisor: number,
): number {
  if (n <= BLOCK) {
    const sum = sumOneBlock(source.memory, source.read(first, n), n, tag);
    if (sum !== null) return sum / divisor;
  }
  const blocks = (add: (address: number, length: number) => number): number => {
    exact.reset();
    let magnitude = 0;
    inBlocks(n, (start, length) => {
      magnitude += add(source.read(first + start, length), length);
    });
    return magnitude;
  };
  const magnitude = blocks((address, length) => addBlock(source.memory, address, length, tag, exact));
  if (!isCertain(exact.value(), magnitude, tag))
    blocks((address, length) => addOneByOne(source.memory, address, length, tag, exact));
  return exact.dividedBy(divisor);
}

/** Whether what two-term addition may have lost of numbers that large cannot show in `sum`. */
function isCertain(sum: number, magnitude: number, tag: "f32" | "f64"): boolean {
  return magnitude * BLOCK_ERROR <= Math.abs(sum) * TOLERANCE[tag] || Number.isNaN(sum);
}

/** The shortcut for one block: the same bits as by way of the exact sum, or null when it must be taken. */
function sumOneBlock(memory: LinearMemory, address: number, n: number, tag: "f32" | "f64"): number | null {
  const { kernels, f64 } = memory;
  kernels[`total_${tag}`](address, n, SCRATCH.results);
  const result = SCRATCH.results >> 3;
  const sum = f64[result] + f64[result + 1];
  return Number.isFinite(sum) && isCertain(sum, f64[result + 2], tag) ? sum : null;
}

/** Adds the n numbers at `address` of `memory`, a block at most, to `sum`; returns Σ|x|. */
export function addBlock(
  memory: LinearMemory,
  address: number,
  n: number,
  tag: "f32" | "f64",
  sum: ExactSum,
): number {
  const { kernels, f64 } = memory;
  kernels[`total_${tag}`](address, n, SCRATCH.results);
  const result = SCRATCH.results >> 3;
  const total = f64[result];
  const lost = f64[result + 1];
  if (Number.isFinite(total) && Number.isFinite(lost)) {
    sum.add(total);
    sum.add(lost);
    return f64[result + 2];
  }
  // Infinite numbers, or an overflow on the way: next to the largest float64, TwoSum can overflow in its error alone.
  return addOneByOne(memory, address, n, tag, sum);
}

/** The same, without any error: the magnitude that errors come from is 0. */
function addOneByOne(
  memory: LinearMemory,
  address: number,
  n: number,
  tag: "f32" | "f64",
  sum: ExactSum,
): number {
  const { f32, f64 } = memory;
  const values = tag === "f32" ? f32 : f64;
  const first = address / values.BYTES_PER_ELEMENT;
  for (let i = first; i < first + n; i++) sum.add(values[i]);
  return 0;
}

/** Σ of 64-bit integers, wrapping. */
function sumIntegers(source: Source, first: number, n: number): bigint {
  let sum = 0n;
  inBlocks(n, (start, length) => {
    sum += source.memory.kernels.total_i64(source.read(first + start, length), length);
  });
  return BigInt.asIntN(64, sum);
}

/** Σ over all elements: the exact sum of floats over `divisor`, in float64, or of integers as a wrapping int64. */
export function sumAll(x: Elements, divisor = 1): number | bigint {
  const tag = dtypes[x.dtype].compute;
  return operate(() => {
    const source = new Source(x, tag, 0);
    return tag === "i64" ? sumIntegers(source, 0, x.numel) : sumRange(source, tag, 0, x.numel, divisor);
  });
}

/**
 * Σ over the dimensions `dims`. `prepare`, called while operands can still be pinned, gives what is
 * told each sum, in row-major order of the dimensions that stay.
 */
export function sumOver(
  x: NdArray,
  dims: readonly number[],
  divisor: number,
  prepare: () => (row: number, value: number | bigint) => void,
): void {
  const kept = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const order = [...kept, ...dims];
  const rows = new NdArray(
    x.storage,
    x.dtype,
    order.map((d) => x.shape[d]),
    order.map((d) => x.strides[d]),
    x.offset,
  );
  const count = kept.reduce((n, d) => n * x.shape[d], 1);
  const length = dims.reduce((n, d) => n * x.shape[d], 1);
  const tag = dtypes[x.dtype].compute;
  operate(() => {
    const source = new Source(rows, tag, 0);
    const visit = prepare();
    if (tag === "i64") {
      for (let row = 0; row < count; row++) visit(row, sumIntegers(source, row * length, length));
      return;
    }
    const together = Math.min(Math.floor(BLOCK / Math.max(length, 1)), MAXIMUM_ROWS, count);
    if (together > 1) {
      sumRows(source, tag, { count, length, together }, divisor, visit);
      return;
    }
    for (let row = 0; row < count; row++) {
      visit(row, sumRange(source, tag, row * length, length, divisor));
    }
  });
}

/** Rows whose three results fill a window of BLOCK numbers. */
const MAXIMUM_ROWS = Math.floor(BLOCK / 3);

/**
 * Short rows, as many at once as a block holds. The kernel adds each row as it adds a block, so that its sum has the same
 * bits as by itself; a row for which that is not certain is added again, exactly.
 */
function sumRows(
  source: Source,
  tag: "f32" | "f64",
  { count, length, together }: { count: number; length: number; together: number },
  divisor: number,
  visit: (row: number, value: number) => void,
): void {
  const uncertain: number[] = [];
  const totals = new Float64Array(3 * together);
  for (let first = 0; first < count; first += together) {
    const rows = Math.min(together, count - first);
    const { memory } = source;
    const results = memory.window(RESULTS);
    memory.kernels[`totals_${tag}`](source.read(first * length, rows * length), rows, length, results);
    totals.set(memory.f64.subarray(results >> 3, (results >> 3) + 3 * rows));
    for (let row = 0; row < rows; row++) {
      const sum = totals[3 * row] + totals[3 * row + 1];
      const certain = Number.isFinite(sum) && isCertain(sum, totals[3 * row + 2], tag);
      if (certain) visit(first + row, sum / divisor);
      else uncertain.push(first + row);
    }
  }
  for (const row of uncertain) visit(row, sumRange(source, tag, row * length, length, divisor));
}

/** The window that the sums of rows are written to; the source has the first two. */
const RESULTS = 2;

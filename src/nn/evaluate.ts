/** Values of a loss, and its gradients where they come along: the fused kernels, block by block. */
import { type DType, dtypes, roundTo } from "../array/dtype.js";
import { addBlock } from "../array/sums.js";
import { type Elements, forEachBlock, inBlocks, Source, Target } from "../array/window.js";
import { ExactSum } from "../core/exact-sum.js";
import type { FloatTag, Kernels, LossKernel } from "../core/kernels.js";
import { BLOCK, type LinearMemory } from "../core/memory.js";
import { beginOperation } from "../core/storage.js";
import { type LossRow, roundingOf } from "./losses.js";

/** A loss of two arrays of one shape (broadcast views) and in reach of one memory, computed in a floating `dtype`. */
export interface Problem<E extends Elements = Elements> {
  readonly row: LossRow;
  readonly input: E;
  readonly target: E;
  readonly dtype: DType;
  /** beta or delta; 0 for a loss without. */
  readonly parameter: number;
}

const exact = new ExactSum();
/** A window behind those of four operands. */
const TERMS = 8;

/** The kernels of one loss and one dtype. */
interface LossKernels {
  readonly map: Kernels["l1_map_f32"];
  readonly sum: Kernels["l1_sum_f32"];
  readonly slope: Kernels["l1_slope_f32"];
  readonly sumslope: Kernels["l1_sumslope_f32"];
}

type Found = Partial<Record<LossKernel, Partial<Record<FloatTag, LossKernels>>>>;
const foundIn = new Map<LinearMemory, Found>();

/** Looked up once: building the names costs as much as a small loss (measured). */
function kernelsOf({ kernel }: LossRow, tag: FloatTag, memory: LinearMemory): LossKernels {
  let found = foundIn.get(memory);
  if (!found) foundIn.set(memory, (found = {}));
  const known = found[kernel]?.[tag];
  if (known) return known;
  const { kernels } = memory;
  return ((found[kernel] ??= {})[tag] = {
    map: kernels[`${kernel}_map_${tag}`],
    sum: kernels[`${kernel}_sum_${tag}`],
    slope: kernels[`${kernel}_slope_${tag}`],
    sumslope: kernels[`${kernel}_sumslope_${tag}`],
  });
}

function tagOf(dtype: DType): FloatTag {
  return dtypes[dtype].storage as FloatTag;
}

/** A scalar as torch's kernel sees it: in the half type where that rounds each operation, else in the computing type. */
function scalarFor(value: number, dtype: DType, rounding: "each" | "once"): number {
  const type = rounding === "each" || dtype === "float64" ? dtype : "float32";
  return roundTo(type, value) as number;
}

/** The term's parameter as torch's forward kernel sees it. */
export function parameterOf({ row, dtype, parameter }: Problem): number {
  return scalarFor(parameter, dtype, roundingOf(row.valueRounding, dtype));
}

/** The slope's parameter and its norm as torch's backward kernel sees them. */
function slopeScalars({ row, dtype, parameter }: Problem, norm: number): { q: number; scale: number } {
  const rounding = roundingOf(row.slopeRounding, dtype);
  return { q: scalarFor(parameter, dtype, rounding), scale: scalarFor(norm, dtype, rounding) };
}

/** An operation under way: the kernels and the operands that they read. */
interface Pass {
  readonly kernels: LossKernels;
  readonly x: Source;
  readonly y: Source;
}

/** Begins an operation; whatever it writes must have been allocated. */
function begin({ row, input, target, dtype }: Problem): Pass {
  beginOperation();
  const tag = tagOf(dtype);
  return {
    kernels: kernelsOf(row, tag, input.memory),
    x: new Source(input, tag, 0),
    y: new Source(target, tag, 1),
  };
}

/** Lets `kernel` write all of `out` from the operands. */
function write(
  { x, y }: Pass,
  out: Elements,
  tag: FloatTag,
  kernel: (x: number, y: number, out: number, n: number) => void,
): void {
  const to = new Target(out, tag, 2);
  forEachBlock(out.numel, [x, y, to], (start, n) => {
    kernel(x.read(start, n), y.read(start, n), to.begin(start), n);
    to.end(start, n);
  });
}

/** out = term(input - target) */
export function values(problem: Problem, out: Elements): void {
  const pass = begin(problem);
  const p = parameterOf(problem);
  write(pass, out, tagOf(problem.dtype), (x, y, to, n) => {
    pass.kernels.map(x, y, to, n, p);
  });
}

/** The terms, and slopes = slope(input - target), block by block: what the second kernel reads is still in a cache. */
export function valuesAndSlopes(problem: Problem, out: Elements, slopes: Elements): void {
  const { kernels, x, y } = begin(problem);
  const tag = tagOf(problem.dtype);
  const p = parameterOf(problem);
  const { q, scale } = slopeScalars(problem, 1);
  const to = new Target(out, tag, 2);
  const slopeTo = new Target(slopes, tag, 3);
  inBlocks(out.numel, (start, n) => {
    const [a, b] = [x.read(start, n), y.read(start, n)];
    kernels.map(a, b, to.begin(start), n, p);
    kernels.slope(a, b, slopeTo.begin(start), n, q, scale, 1);
    to.end(start, n);
    slopeTo.end(start, n);
  });
}

/** out = (norm · slope(input - target)) · upstream */
export function slope(problem: Problem, norm: number, upstream: number, out: Elements): void {
  const pass = begin(problem);
  const { q, scale } = slopeScalars(problem, norm);
  write(pass, out, tagOf(problem.dtype), (x, y, to, n) => {
    pass.kernels.slope(x, y, to, n, q, scale, upstream);
  });
}

/** Σ term(input - target) / divisor, the sum exact across blocks. */
export function sum(problem: Problem, divisor: number): number {
  const pass = begin(problem);
  const p = parameterOf(problem);
  return sumBlocks(problem, divisor, pass, (x, y, n) => pass.kernels.sum(x, y, n, p));
}

/** The same sum; and out = norm · slope(input - target) in the same pass. */
export function sumAndSlope(problem: Problem, divisor: number, norm: number, out: Elements): number {
  const pass = begin(problem);
  const p = parameterOf(problem);
  const { q, scale } = slopeScalars(problem, norm);
  const to = new Target(out, tagOf(problem.dtype), 2);
  return sumBlocks(problem, divisor, pass, (x, y, n, start) => {
    const part = pass.kernels.sumslope(x, y, to.begin(start), n, p, scale, q);
    to.end(start, n);
    return part;
  });
}

/** The exact sum over blocks that start at fixed offsets: the inputs alone decide the bits. */
function sumBlocks(
  problem: Problem,
  divisor: number,
  pass: Pass,
  block: (x: number, y: number, n: number, start: number) => number,
): number {
  const { numel } = problem.input;
  const { x, y } = pass;
  if (numel <= BLOCK) {
    const sum = numel === 0 ? 0 : block(x.read(0, numel), y.read(0, numel), numel, 0);
    if (Number.isFinite(sum)) return sum / divisor;
  }
  exact.reset();
  inBlocks(numel, (start, n) => {
    const part = block(x.read(start, n), y.read(start, n), n, start);
    if (Number.isFinite(part)) exact.add(part);
    else addWide(problem, pass, start, n);
  });
  return exact.dividedBy(divisor);
}

/** A block whose sum overflowed in the computing type, or holds Inf or NaN: its terms one by one, added in float64. */
function addWide(problem: Problem, { x, y }: Pass, start: number, n: number): void {
  const { row, dtype, input } = problem;
  const tag = dtype === "float64" ? "f64" : "f32";
  const [from, to] = [x.readAs(tag, start, n), y.readAs(tag, start, n)];
  const terms = input.memory.window(TERMS);
  kernelsOf(row, tag, input.memory).map(from, to, terms, n, parameterOf(problem));
  addBlock(input.memory, terms, n, tag, exact);
}

/** Σ weight · term(input - target) / divisor, the sum exact across blocks; terms and products are rounded to float64. */
export function weightedSum(problem: Problem, weight: Elements, divisor: number): number {
  const { row, input, target } = problem;
  const { memory } = input;
  beginOperation();
  // An operand of another dtype is rounded to the loss's, as torch promotes it.
  const via = dtypes[problem.dtype].storage;
  const x = new Source(input, "f64", 0, via);
  const y = new Source(target, "f64", 1, via);
  const w = new Source(weight, "f64", 2);
  const kernel = memory.kernels[`${row.kernel}_map_f64`];
  const p = parameterOf(problem);
  exact.reset();
  inBlocks(input.numel, (start, n) => {
    const terms = memory.window(TERMS);
    kernel(x.read(start, n), y.read(start, n), terms, n, p);
    memory.kernels.mul_f64(terms, 16, w.read(start, n), 16, terms, n);
    addBlock(memory, terms, n, "f64", exact);
  });
  return exact.dividedBy(divisor);
}

/** Values of a loss, and its gradients where they come along: the fused kernels, block by block. */
import { type DType, dtypes, leastPositive, roundFloat } from "../ndarray/dtype.js";
import { addBlock } from "../ndarray/sums.js";
import { type Elements, forEachBlock, inBlocks, Source, Target } from "../ndarray/window.js";
import { ExactSum } from "../core/exact-sum.js";
import type { FloatTag } from "../core/kernels.js";
import { BLOCK } from "../core/block.js";
import { type LinearMemory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { share } from "../core/share.js";
import type { Place } from "../core/threads/job.js";
import { PARALLEL } from "../core/threads/threads.js";
import { type LossRow, type Rounding, roundingOf } from "./losses.js";
import { MaskedSource, MaskSource } from "./mask.js";

export { divided } from "../ndarray/reductions.js";

/** A loss of two arrays of one shape (broadcast views) and in reach of one memory, computed in a floating `dtype`. */
export interface Problem<E extends Elements = Elements> {
  readonly row: LossRow;
  readonly input: E;
  readonly target: E;
  readonly dtype: DType;
  /** beta or delta; 0 for a loss without. */
  readonly parameter: number;
  /** Bools or bytes that say which elements count, of the operands' shape; null where all do. */
  readonly mask: E | null;
}

const exact = new ExactSum();
/** A window behind those of four operands. */
export const TERMS = 8;

/** The passes that kernels make over a block; assembly/loops/ says what each does. */
type PassKind = "map" | "sum" | "rows" | "rowslopes" | "slope" | "sumslope" | "kept" | "keptslope";
/** Up to six addresses, lengths, and scalars. A kernel that gives no sum gives undefined. */
type LossKernel = (...args: number[]) => number;
type BlockVisitor = (sum: number, start: number, n: number) => void;

const ignore: BlockVisitor = () => undefined;

type Found = Partial<
  Record<PassKind, Partial<Record<LossRow["kernel"], Partial<Record<FloatTag, LossKernel>>>>>
>;
const found = new Map<LinearMemory, Found>();

/** Looked up once: building the names costs as much as a small loss (measured). */
export function kernelOf(
  { kernel }: LossRow,
  kind: PassKind,
  tag: FloatTag,
  memory: LinearMemory,
): LossKernel {
  let here = found.get(memory);
  if (!here) found.set(memory, (here = {}));
  const byTag = ((here[kind] ??= {})[kernel] ??= {});
  return (byTag[tag] ??= (memory.kernels as Readonly<Record<string, unknown>>)[
    `${kernel}_${kind}_${tag}`
  ] as LossKernel);
}

export function tagOf(dtype: DType): FloatTag {
  return dtypes[dtype].storage as FloatTag;
}

/** A scalar as torch's kernel sees it: in the half type where that rounds each operation, else in the computing type. */
function scalarFor(value: number, dtype: DType, rounding: Rounding): number {
  return roundFloat(typeOfScalar(dtype, rounding), value);
}

function typeOfScalar(dtype: DType, rounding: Rounding): DType {
  return rounding === "each" || dtype === "float64" ? dtype : "float32";
}

/** The term's parameter as torch's forward kernel sees it. */
export function parameterOf({ row, dtype, parameter }: Problem): number {
  return scalarFor(parameter, dtype, roundingOf(row.valueRounding, dtype));
}

/**
 * The slope's parameter and its norm as torch's backward kernel sees them.
 *
 * A beta that rounds to 0 counts as the least number of its type: no difference lies between 0 and that, so that slopes stay
 * signs, and 0 / beta stays 0.
 */
export function slopeScalars({ row, dtype, parameter }: Problem, norm: number): { q: number; scale: number } {
  const rounding = roundingOf(row.slopeRounding, dtype);
  let q = scalarFor(parameter, dtype, rounding);
  if (q === 0 && row.parameter?.divides) q = leastPositive(typeOfScalar(dtype, rounding));
  return { q, scale: scalarFor(norm, dtype, rounding) };
}

/** The type in which slopes are multiplied by what is not one number: float32 for a half type that is rounded once. */
export function slopeDType({ row, dtype }: Problem): DType {
  const half = dtype === "float16" || dtype === "bfloat16";
  return half && roundingOf(row.slopeRounding, dtype) === "once" ? "float32" : dtype;
}

/** One pass over the operands: a kernel, what it reads and writes, and its scalars. */
export interface Pass {
  readonly problem: Problem;
  readonly kernel: LossKernel;
  readonly n: number;
  readonly x: Source | MaskedSource;
  readonly y: Source | MaskedSource;
  readonly mask: MaskSource | null;
  /** Whether the kernel reads the mask. Else what it writes is set to 0 where the mask does not hold. */
  readonly keeps: boolean;
  readonly tag: FloatTag;
  /** Null for a pass that gives a sum only. */
  readonly to: Target | null;
  readonly scalars: readonly [number, number, number];
}

/** The kernels that read a mask, by those that do not. There are none for halves, which come as zeros where the mask does not hold. */
const KEEPING: Partial<Record<PassKind, PassKind>> = {
  sum: "kept",
  sumslope: "keptslope",
  rows: "rows",
  rowslopes: "rowslopes",
};

/** A pass of the operation under way, which pins what it reads and writes. */
export function passOf(
  kind: PassKind,
  problem: Problem,
  out: Elements | null,
  scalars: Pass["scalars"],
  slot = 2,
): Pass {
  const { row, input, target, dtype } = problem;
  const tag = tagOf(dtype);
  const x = new Source(input, tag, 0);
  const y = new Source(target, tag, 1);
  const mask = problem.mask && new MaskSource(problem.mask);
  const keeping = mask ? KEEPING[kind] : undefined;
  const keeps = keeping !== undefined && (tag === "f32" || tag === "f64");
  const staged = mask && keeping && !keeps;
  return {
    problem,
    kernel: kernelOf(row, keeps ? keeping! : kind, tag, input.memory),
    n: input.numel,
    x: staged ? new MaskedSource(x, mask, tag, 0) : x,
    y: staged ? new MaskedSource(y, mask, tag, 1) : y,
    mask,
    keeps,
    tag,
    to: out && new Target(out, tag, slot),
    scalars,
  };
}

/** Runs the kernel on elements [start, start + n); `then` works on what it wrote. */
export function runOn(pass: Pass, start: number, n: number, then?: (address: number) => void): number {
  const { kernel, x, y, mask, keeps, tag, to, scalars } = pass;
  const [p, q, r] = scalars;
  const from = x.read(start, n);
  if (keeps) return runKept(pass, from, start, n);
  if (!to) return kernel(from, y.read(start, n), n, p);
  const out = to.begin(start);
  const sum = kernel(from, y.read(start, n), out, n, p, q, r);
  then?.(out);
  mask?.keepWritten(tag, out, start, n);
  to.end(start, n);
  return sum;
}

function runKept(
  { kernel, y, mask, to, scalars: [p, q, r] }: Pass,
  x: number,
  start: number,
  n: number,
): number {
  const [other, keep] = [y.read(start, n), mask!.read(start, n)];
  if (!to) return kernel(x, other, keep, n, p);
  const sum = kernel(x, other, keep, to.begin(start), n, p, q, r);
  to.end(start, n);
  return sum;
}

/** Whether several threads did the pass; they tell `visit` the sums of the blocks, if there are any. */
function shared(pass: Pass, visit: BlockVisitor): boolean {
  if (pass.n < PARALLEL) return false;
  const places = placesOf(pass);
  if (!places) return false;
  const { kernel, n, scalars } = pass;
  return share.out({ kernel, places, n, scalars }, visit);
}

/** Where kernels find all that they read and write; null where they cannot, or would leave something to be done. */
function placesOf({ x, y, mask, keeps, to }: Pass): Place[] | null {
  if (!x.direct || !y.direct || to?.direct === false) return null;
  const places: Place[] = [x as Source, y as Source];
  if (mask) {
    if (!keeps || !mask.source.direct) return null;
    places.push(mask.source);
  }
  if (to) places.push(to);
  return places;
}

/** Lets the kernel write all of the output. */
function write(kind: PassKind, problem: Problem, out: Elements, scalars: Pass["scalars"]): void {
  operate(() => {
    const pass = passOf(kind, problem, out, scalars);
    if (shared(pass, ignore)) return;
    const { n, x, y, mask, to } = pass;
    // What is set to 0 afterwards is still in a cache then.
    const operands = mask ? [{ direct: false }] : [x, y, to!];
    forEachBlock(n, operands, (start, length) => runOn(pass, start, length));
  });
}

/** out = term(input - target) */
export function values(problem: Problem, out: Elements): void {
  write("map", problem, out, [parameterOf(problem), 0, 0]);
}

/** The terms, and slopes = norm · slope(input - target): on one thread block by block, what the second pass reads is still in a cache. */
export function valuesAndSlopes(problem: Problem, norm: number, out: Elements, slopes: Elements): void {
  const { q, scale } = slopeScalars(problem, norm);
  operate(() => {
    const first = passOf("map", problem, out, [parameterOf(problem), 0, 0]);
    const second = passOf("slope", problem, slopes, [q, scale, 1], 3);
    if (shared(first, ignore) && shared(second, ignore)) return;
    inBlocks(out.numel, (start, n) => {
      runOn(first, start, n);
      runOn(second, start, n);
    });
  });
}

/** out = (norm · slope(input - target)) · upstream */
export function slope(problem: Problem, norm: number, upstream: number, out: Elements): void {
  const { q, scale } = slopeScalars(problem, norm);
  write("slope", problem, out, [q, scale, upstream]);
}

/** Σ term(input - target) / divisor, the sum exact across blocks. */
export function sum(problem: Problem, divisor: number): number {
  return sumOf("sum", problem, null, [parameterOf(problem), 0, 0], divisor);
}

/** The same sum; and out = norm · slope(input - target) in the same pass. */
export function sumAndSlope(problem: Problem, divisor: number, norm: number, out: Elements): number {
  const { q, scale } = slopeScalars(problem, norm);
  return sumOf("sumslope", problem, out, [parameterOf(problem), scale, q], divisor);
}

function sumOf(
  kind: PassKind,
  problem: Problem,
  out: Elements | null,
  scalars: Pass["scalars"],
  divisor: number,
): number {
  return operate(() => sumBlocks(passOf(kind, problem, out, scalars), 0, problem.input.numel, divisor));
}

/**
 * The exact sum of elements [first, first + n) over blocks at fixed offsets from the first: the
 * inputs alone decide the bits.
 */
export function sumBlocks(pass: Pass, first: number, n: number, divisor: number): number {
  if (n <= BLOCK) {
    const sum = n === 0 ? 0 : runOn(pass, first, n);
    if (Number.isFinite(sum)) return sum / divisor;
  }
  exact.reset();
  const add: BlockVisitor = (sum, start, length) => {
    if (Number.isFinite(sum)) exact.add(sum);
    else addWide(pass, start, length);
  };
  if (n < pass.n || !shared(pass, add)) {
    inBlocks(n, (start, length) => {
      add(runOn(pass, first + start, length), first + start, length);
    });
  }
  return exact.dividedBy(divisor);
}

/** The sum of a block that is not finite as its kernel adds it. */
export function wideSum(pass: Pass, start: number, n: number, divisor: number): number {
  exact.reset();
  addWide(pass, start, n);
  return exact.dividedBy(divisor);
}

/** A block whose sum overflowed in the computing type, or holds Inf or NaN: its terms one by one, added in float64. */
function addWide({ problem, x, y, mask }: Pass, start: number, n: number): void {
  const { row, dtype, input } = problem;
  const tag = dtype === "float64" ? "f64" : "f32";
  const [from, to] = [x.readAs(tag, start, n), y.readAs(tag, start, n)];
  const terms = input.memory.window(TERMS);
  kernelOf(row, "map", tag, input.memory)(from, to, terms, n, parameterOf(problem));
  mask?.keepWritten(tag, terms, start, n);
  addBlock(input.memory, terms, n, tag, exact);
}

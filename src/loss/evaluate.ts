/** Values of a loss, and its gradients where they come along: the fused kernels, block by block. */
import { type DType, dtypes, leastPositive, roundFloat } from "../ndarray/dtype.js";
import { type BlockVisitor, sumBlocks, type Summand } from "../ndarray/block-sums.js";
import { addBlock } from "../ndarray/sums.js";
import { type Elements, forEachBlock, inBlocks, Source, Target } from "../ndarray/window.js";
import type { ExactSum } from "../core/exact-sum.js";
import type { FloatTag } from "../core/kernels.js";
import { type LinearMemory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { share } from "../core/share.js";
import type { Place } from "../core/threads/job.js";
import { PARALLEL } from "../core/threads/threads.js";
import { type HalfRounding, type LossRow, roundingOf } from "./losses.js";
import { MaskedSource, MaskSource } from "./mask.js";

export { divided } from "../ndarray/reductions.js";

/**
 * A loss of two arrays of one shape (broadcast views) and in reach of one memory, computed in a
 * floating `dtype`.
 */
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

/** A window behind those of four operands. */
export const TERMS = 8;

/** The passes that kernels make over a block; assembly/loops/ says what each does. */
type PassKind =
  "map" | "sum" | "rows" | "rowslopes" | "columns" | "slope" | "sumslope" | "kept" | "keptslope";
/** Up to six addresses, lengths, and scalars. A kernel that gives no sum gives undefined. */
type LossKernel = (...args: number[]) => number;

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

/**
 * A scalar as torch's kernel sees it: in the half type where that rounds each operation, else in
 * the computing type.
 */
function scalarFor(value: number, dtype: DType, rule: HalfRounding): number {
  if (dtype === "float64") return value;
  return dtype === "float32" ? Math.fround(value) : roundFloat(typeOfScalar(dtype, rule), value);
}

function typeOfScalar(dtype: DType, rule: HalfRounding): DType {
  return dtype === "float64" || roundingOf(rule, dtype) === "each" ? dtype : "float32";
}

/** The term's parameter as torch's forward kernel sees it. */
export function parameterOf({ row, dtype, parameter }: Problem): number {
  return parameter === 0 ? 0 : scalarFor(parameter, dtype, row.valueRounding);
}

/**
 * The slope's parameter and its norm as torch's backward kernel sees them.
 *
 * A beta that rounds to 0 counts as the least number of its type: no difference lies between 0 and
 * that, so that slopes stay signs, and 0 / beta stays 0.
 */
export function slopeScalars({ row, dtype, parameter }: Problem, norm: number): { q: number; scale: number } {
  let q = parameter === 0 ? 0 : scalarFor(parameter, dtype, row.slopeRounding);
  if (q === 0 && row.parameter?.divides) q = leastPositive(typeOfScalar(dtype, row.slopeRounding));
  return { q, scale: scalarFor(norm, dtype, row.slopeRounding) };
}

/**
 * The type in which slopes are multiplied by what is not one number: float32 for a half type that
 * is rounded once.
 */
export function slopeDType({ row, dtype }: Problem): DType {
  const half = dtype === "float16" || dtype === "bfloat16";
  return half && roundingOf(row.slopeRounding, dtype) === "once" ? "float32" : dtype;
}

/**
 * The kernels that read a mask, by those that do not. There are none for halves, which come as
 * zeros where the mask does not hold.
 */
const KEEPING: Partial<Record<PassKind, PassKind>> = {
  sum: "kept",
  sumslope: "keptslope",
  rows: "rows",
  rowslopes: "rowslopes",
};

/** The scalars of a kernel, in its order. */
type Scalars = readonly [number, number, number];

/**
 * One pass of the operation under way over the operands: a kernel, what it reads and writes, and
 * its scalars.
 */
export class Pass implements Summand {
  readonly n: number;
  readonly tag: FloatTag;
  readonly x: Source | MaskedSource;
  readonly y: Source | MaskedSource;
  readonly kernel: LossKernel;
  readonly mask: MaskSource | null;
  /**
   * Whether the kernel reads the mask. Else what it writes is set to 0 where the mask does not
   * hold.
   */
  readonly keeps: boolean;
  /** Null for a pass that gives a sum only. */
  readonly to: Target | null;

  /** Pins what it reads and writes. */
  constructor(
    kind: PassKind,
    readonly problem: Problem,
    out: Elements | null,
    public scalars: Scalars,
    slot = 2,
  ) {
    const { row, input, target, dtype } = problem;
    const tag = dtypes[dtype].storage as FloatTag;
    const x = new Source(input, tag, 0);
    const y = new Source(target, tag, 1);
    const mask = problem.mask && new MaskSource(problem.mask);
    const keeping = mask ? KEEPING[kind] : undefined;
    const keeps = keeping !== undefined && (tag === "f32" || tag === "f64");
    const staged = mask && keeping && !keeps;
    this.n = input.numel;
    this.tag = tag;
    this.x = staged ? new MaskedSource(x, mask, tag, 0) : x;
    this.y = staged ? new MaskedSource(y, mask, tag, 1) : y;
    this.mask = mask;
    this.keeps = keeps;
    this.to = out && new Target(out, tag, slot);
    this.kernel = kernelOf(row, keeps ? keeping : kind, tag, input.memory);
  }

  /** Runs the kernel on elements [start, start + n); `then` works on what it wrote. */
  run(start: number, n: number, then?: (address: number) => void): number {
    const { kernel, x, y, mask, keeps, tag, to, scalars } = this;
    const from = x.read(start, n);
    if (keeps) return this.runKept(from, start, n);
    if (!to) return kernel(from, y.read(start, n), n, scalars[0]);
    const out = to.begin(start);
    const sum = kernel(from, y.read(start, n), out, n, scalars[0], scalars[1], scalars[2]);
    then?.(out);
    if (mask) mask.keepWritten(tag, out, start, n);
    if (!to.direct) to.end(start, n);
    return sum;
  }

  private runKept(x: number, start: number, n: number): number {
    const { kernel, mask, to, scalars } = this;
    const [y, keep] = [this.y.read(start, n), mask!.read(start, n)];
    if (!to) return kernel(x, y, keep, n, scalars[0]);
    const sum = kernel(x, y, keep, to.begin(start), n, ...scalars);
    to.end(start, n);
    return sum;
  }

  /**
   * Whether several threads did the pass; they tell `visit` the sums of the blocks, if there are
   * any.
   */
  shared(visit: BlockVisitor): boolean {
    const { n, kernel, scalars } = this;
    if (n < PARALLEL) return false;
    const { places } = this;
    return places !== null && share.out({ kernel, places, n, scalars }, visit);
  }

  /**
   * Where kernels find all that they read and write; null where they cannot, or would leave
   * something to be done.
   */
  private get places(): readonly Place[] | null {
    const { x, y, mask, keeps, to } = this;
    if (!x.direct || !y.direct || to?.direct === false) return null;
    const places: Place[] = [x, y];
    if (mask) {
      if (!keeps || !mask.source.direct) return null;
      places.push(mask.source);
    }
    if (to) places.push(to);
    return places;
  }

  addWide(start: number, n: number, exact: ExactSum): void {
    const { problem, x, y, mask } = this;
    const { row, dtype, input } = problem;
    const tag = dtype === "float64" ? "f64" : "f32";
    const [from, to] = [x.readAs(tag, start, n), y.readAs(tag, start, n)];
    const terms = input.memory.window(TERMS);
    kernelOf(row, "map", tag, input.memory)(from, to, terms, n, parameterOf(problem));
    mask?.keepWritten(tag, terms, start, n);
    addBlock(input.memory, terms, n, tag, exact);
  }
}

/** Lets the kernel write all of the output. */
function write(kind: PassKind, problem: Problem, out: Elements, scalars: Scalars): void {
  operate(() => {
    const pass = new Pass(kind, problem, out, scalars);
    if (pass.shared(ignore)) return;
    const { n, x, y, mask, to } = pass;
    // What is set to 0 afterwards is still in a cache then.
    const operands = mask ? [{ direct: false }] : [x, y, to!];
    forEachBlock(n, operands, (start, length) => pass.run(start, length));
  });
}

/** out = term(input - target) */
export function values(problem: Problem, out: Elements): void {
  write("map", problem, out, [parameterOf(problem), 0, 0]);
}

/**
 * The terms, and slopes = norm · slope(input - target): on one thread block by block, what the
 * second pass reads is still in a cache.
 */
export function valuesAndSlopes(problem: Problem, norm: number, out: Elements, slopes: Elements): void {
  const { q, scale } = slopeScalars(problem, norm);
  operate(() => {
    const first = new Pass("map", problem, out, [parameterOf(problem), 0, 0]);
    const second = new Pass("slope", problem, slopes, [q, scale, 1], 3);
    if (first.shared(ignore) && second.shared(ignore)) return;
    inBlocks(out.numel, (start, n) => {
      first.run(start, n);
      second.run(start, n);
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
  return operate(() => {
    const pass = new Pass("sum", problem, null, [parameterOf(problem), 0, 0]);
    return sumBlocks(pass, 0, pass.n, divisor);
  });
}

/** The same sum; and out = norm · slope(input - target) in the same pass. */
export function sumAndSlope(problem: Problem, divisor: number, norm: number, out: Elements): number {
  const { q, scale } = slopeScalars(problem, norm);
  return operate(() => {
    const pass = new Pass("sumslope", problem, out, [parameterOf(problem), scale, q]);
    return sumBlocks(pass, 0, pass.n, divisor);
  });
}

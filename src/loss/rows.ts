/**
 * Losses of rows: operands whose elements lie, in row-major order, in rows of one length, each of
 * which has a result of its own. A result has the bits of the loss of that row by itself.
 */
import { ExactSum } from "../core/exact-sum.js";
import { operate } from "../core/operation.js";
import { BLOCK } from "../core/block.js";
import { dtypes } from "../ndarray/dtype.js";
import { addBlock } from "../ndarray/sums.js";
import { type Elements, inBlocks, Source } from "../ndarray/window.js";
import {
  kernelOf,
  parameterOf,
  type Pass,
  passOf,
  type Problem,
  slopeScalars,
  sumBlocks,
  TERMS,
  wideSum,
} from "./evaluate.js";
import { MaskSource } from "./mask.js";

/** How many rows there are, and the elements of each. */
export interface Rows {
  readonly rows: number;
  readonly length: number;
}

/** What the sums of rows are divided by: one number, or one for each row. */
export type Divisor = number | Float64Array;

function divisorAt(divisor: Divisor, row: number): number {
  return typeof divisor === "number" ? divisor : divisor[row];
}

/** The windows that the sums of rows are written to, and that their norms are read from. */
const SUMS = 9;
const NORMS = TERMS;
const exact = new ExactSum();

/** Gradients that come along with the losses of rows: norm · slope(input - target), with one norm or with one for each row. */
export interface SlopesOfRows {
  readonly out: Elements;
  readonly norm: number | Float64Array;
}

/** Σ term(input - target) / divisor of each row; and the gradients in the same pass, where they are wanted. */
export function rowLosses(
  problem: Problem,
  { rows, length }: Rows,
  divisor: Divisor,
  slopes: SlopesOfRows | null = null,
): Float64Array {
  const losses = new Float64Array(rows);
  if (rows === 0) return losses;
  operate(() => {
    const all = new RowPass(problem, slopes, length <= BLOCK && length > 0);
    const divisorOf = (row: number): number => (typeof divisor === "number" ? divisor : divisor[row]);
    if (length > BLOCK || length === 0) {
      for (let row = 0; row < rows; row++) losses[row] = all.longRow(row, length, divisorOf(row));
      return;
    }
    const together = Math.floor(BLOCK / length);
    for (let first = 0; first < rows; first += together) {
      const part = { first, many: Math.min(together, rows - first), length };
      all.shortRows(part, divisorOf, losses);
    }
  });
  return losses;
}

/** Rows [first, first + many), a block at most. */
interface Part {
  readonly first: number;
  readonly many: number;
  readonly length: number;
}

/** The pass over rows within an operation: of several at once where they are short, of one block by block where they are long. */
class RowPass {
  private readonly pass: Pass;
  private readonly scales: number | Float64Array;
  private readonly sums: number;
  private readonly norms: number;

  constructor(problem: Problem, slopes: SlopesOfRows | null, short: boolean) {
    const p = parameterOf(problem);
    const { memory } = problem.input;
    const { q, scales } = slopes ? scalesOf(problem, slopes.norm) : { q: 0, scales: 0 };
    this.scales = scales;
    const kind = short ? (slopes ? "rowslopes" : "rows") : slopes ? "sumslope" : "sum";
    this.pass = passOf(kind, problem, slopes && slopes.out, [p, 0, q]);
    this.sums = memory.window(SUMS);
    this.norms = memory.window(NORMS);
  }

  private scaleOf(row: number): number {
    return typeof this.scales === "number" ? this.scales : this.scales[row];
  }

  longRow(row: number, length: number, divisor: number): number {
    const [p, , q] = this.pass.scalars;
    return sumBlocks({ ...this.pass, scalars: [p, this.scaleOf(row), q] }, row * length, length, divisor);
  }

  shortRows(part: Part, divisorOf: (row: number) => number, losses: Float64Array): void {
    const { pass, sums } = this;
    const { first, many, length } = part;
    this.run(part);
    const { f64 } = pass.problem.input.memory;
    const unsafe: number[] = [];
    for (let r = 0; r < many; r++) {
      const sum = f64[(sums >> 3) + r];
      losses[first + r] = sum / divisorOf(first + r);
      if (!Number.isFinite(sum)) unsafe.push(first + r);
    }
    for (const r of unsafe) losses[r] = wideSum(pass, r * length, length, divisorOf(r));
  }

  private run({ first, many, length }: Part): void {
    const { pass, sums, norms } = this;
    const { kernel, x, y, mask, keeps, tag, to, scalars } = pass;
    const [p, , q] = scalars;
    const [start, n] = [first * length, many * length];
    const [from, other] = [x.read(start, n), y.read(start, n)];
    const keep = keeps ? mask!.read(start, n) : 0;
    if (!to) {
      kernel(from, other, keep, sums, many, length, p);
      return;
    }
    const { f64 } = pass.problem.input.memory;
    for (let r = 0; r < many; r++) f64[(norms >> 3) + r] = this.scaleOf(first + r);
    const out = to.begin(start);
    kernel(from, other, keep, out, sums, norms, many, length, p, q);
    if (!keeps) mask?.keepWritten(tag, out, start, n);
    to.end(start, n);
  }
}

/** The slope's parameter and the norms as torch's backward kernel sees them. */
function scalesOf(
  problem: Problem,
  norm: number | Float64Array,
): { readonly q: number; readonly scales: number | Float64Array } {
  if (typeof norm !== "number") {
    const { q } = slopeScalars(problem, 1);
    return { q, scales: norm.map((x) => slopeScalars(problem, x).scale) };
  }
  const { q, scale } = slopeScalars(problem, norm);
  return { q, scales: scale };
}

export function slopePass(problem: Problem, norm: number, out: Elements): Pass {
  const { q, scale } = slopeScalars(problem, norm);
  return passOf("slope", problem, out, [q, scale, 1], 3);
}

/** Σ weight · term(input - target) / divisor of each row, the sums exact; terms and products are rounded to float64. */
export function weightedLosses(
  problem: Problem,
  weight: Elements,
  { rows, length }: Rows,
  divisor: Divisor,
): Float64Array {
  const { row, input, target, mask } = problem;
  const { memory } = input;
  // An operand of another dtype is rounded to the loss's, as torch promotes it.
  const via = dtypes[problem.dtype].storage;
  const p = parameterOf(problem);
  return operate(() => {
    const kept = mask && new MaskSource(mask);
    const [x, y] = [new Source(input, "f64", 0, via), new Source(target, "f64", 1, via)];
    const w = new Source(weight, "f64", 2);
    const terms = memory.window(TERMS);
    const kernel = kernelOf(row, "map", "f64", memory);
    return sumsOfRows({ rows, length }, divisor, (start, n) => {
      kernel(x.read(start, n), y.read(start, n), terms, n, p);
      memory.kernels.mul_f64(terms, 16, w.read(start, n), 16, terms, n);
      kept?.keepWritten("f64", terms, start, n);
      addBlock(memory, terms, n, "f64", exact);
    });
  });
}

/** Σ weight of each row, of what the mask keeps: the exact sums, nearest float64. */
export function weightsOfRows(weight: Elements, mask: Elements | null, { rows, length }: Rows): Float64Array {
  const { memory } = weight;
  return operate(() => {
    const source = new Source(weight, "f64", 0);
    const kept = mask && new MaskSource(mask);
    const window = memory.window(TERMS);
    return sumsOfRows({ rows, length }, 1, (start, n) => {
      const numbers = source.read(start, n);
      kept?.keep(8, numbers, window, start, n);
      addBlock(memory, kept ? window : numbers, n, "f64", exact);
    });
  });
}

/** The exact sum of each row over its divisor; `add` adds elements [start, start + n), a block at most, to it. */
function sumsOfRows(
  { rows, length }: Rows,
  divisor: Divisor,
  add: (start: number, n: number) => void,
): Float64Array {
  const sums = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    exact.reset();
    inBlocks(length, (start, n) => {
      add(row * length + start, n);
    });
    sums[row] = exact.dividedBy(divisorAt(divisor, row));
  }
  return sums;
}

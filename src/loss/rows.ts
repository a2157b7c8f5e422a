/**
 * Losses of rows: operands whose elements lie, in row-major order, in rows of one length, each of
 * which has a result of its own. A result has the bits of the loss of that row by itself.
 */
import { ExactSum } from "../core/exact-sum.js";
import { operate } from "../core/operation.js";
import { BLOCK } from "../core/block.js";
import { dtypes } from "../ndarray/dtype.js";
import { sumBlocks, wideSum } from "../ndarray/block-sums.js";
import { addBlock } from "../ndarray/sums.js";
import { type Elements, inBlocks, inRows, Source } from "../ndarray/window.js";
import { kernelOf, parameterOf, Pass, type Problem, slopeScalars, TERMS } from "./evaluate.js";
import { MaskedSource, MaskSource } from "./mask.js";

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

/** The window that the sums of rows are written to. */
const SUMS = 9;
const exact = new ExactSum();

/** Σ term(input - target) / divisor of each row; and slopes = norm · slope(input - target), where they are wanted. */
export function rowLosses(
  problem: Problem,
  { rows, length }: Rows,
  divisor: Divisor,
  slopes: { readonly out: Elements; readonly norm: number } | null = null,
): Float64Array {
  const losses = new Float64Array(rows);
  const p = parameterOf(problem);
  operate(() => {
    const pass = new Pass("sum", problem, null, [p, 0, 0]);
    const second = slopes && slopePass(problem, slopes.norm, slopes.out);
    const sums = problem.input.memory.window(SUMS);
    const row = (r: number): void => {
      losses[r] = sumBlocks(pass, r * length, length, divisorAt(divisor, r));
    };
    if (length > BLOCK || length === 0) for (let r = 0; r < rows; r++) row(r);
    inRows(rows, length, {
      rows: (first, many) => {
        if (many === 1) row(first);
        else sumRows(pass, { first, many, length, sums }, divisor, losses);
        if (second) second.run(first * length, many * length);
      },
      piece: (_, start, n) => {
        if (second) second.run(start, n);
      },
    });
  });
  return losses;
}

export function slopePass(problem: Problem, norm: number, out: Elements): Pass {
  const { q, scale } = slopeScalars(problem, norm);
  return new Pass("slope", problem, out, [q, scale, 1], 3);
}

/** Rows [first, first + many), a block at most, in one call of a kernel; `sums` is where it writes. */
function sumRows(
  pass: Pass,
  { first, many, length, sums }: { first: number; many: number; length: number; sums: number },
  divisor: Divisor,
  losses: Float64Array,
): void {
  const { x, y } = pass;
  const { row, input } = pass.problem;
  const [start, n] = [first * length, many * length];
  const kernel = kernelOf(row, "rows", pass.tag, input.memory);
  kernel(x.read(start, n), y.read(start, n), sums, many, length, pass.scalars[0]);
  const { f64 } = input.memory;
  const unsafe: number[] = [];
  for (let r = 0; r < many; r++) {
    const sum = f64[(sums >> 3) + r];
    losses[first + r] = sum / divisorAt(divisor, first + r);
    if (!Number.isFinite(sum)) unsafe.push(first + r);
  }
  for (const r of unsafe) losses[r] = wideSum(pass, r * length, length, divisorAt(divisor, r));
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
    const read = (x: Elements, slot: number, by = via): Reader => {
      const source = new Source(x, "f64", slot, by);
      return kept ? new MaskedSource(source, kept, "f64", slot) : source;
    };
    const [x, y, w] = [read(input, 0), read(target, 1), read(weight, 2, "f64")];
    const terms = memory.window(TERMS);
    const kernel = kernelOf(row, "map", "f64", memory);
    return sumsOfRows({ rows, length }, divisor, (start, n) => {
      kernel(x.read(start, n), y.read(start, n), terms, n, p);
      memory.kernels.mul_f64(terms, 16, w.read(start, n), 16, terms, n);
      addBlock(memory, terms, n, "f64", exact);
    });
  });
}

interface Reader {
  read(start: number, n: number): number;
}

/** Σ weight of each row, of what the mask keeps: the exact sums, nearest float64. */
export function weightsOfRows(weight: Elements, mask: Elements | null, { rows, length }: Rows): Float64Array {
  const { memory } = weight;
  return operate(() => {
    const source = new Source(weight, "f64", 0);
    const reader: Reader = mask ? new MaskedSource(source, new MaskSource(mask), "f64", 0) : source;
    return sumsOfRows({ rows, length }, 1, (start, n) => {
      addBlock(memory, reader.read(start, n), n, "f64", exact);
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

/**
 * Losses of columns: operands that lie as [outer, length, inner], of which the middle is reduced.
 * What they have in a few rows is computed where it lies, and every column's terms are added in the
 * order of the loss of that column by itself, so that a result has its bits.
 */
import { BLOCK } from "../core/block.js";
import { ExactSum } from "../core/exact-sum.js";
import { operate } from "../core/operation.js";
import { sumBlocks } from "../ndarray/block-sums.js";
import { dtypes } from "../ndarray/dtype.js";
import type { Layout } from "../ndarray/layout.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { inBlocks, Source } from "../ndarray/window.js";
import { kernelOf, parameterOf, Pass, type Problem, TERMS } from "./evaluate.js";
import { MaskSource } from "./mask.js";
import { type Divisor, divisorAt, slopePass } from "./rows.js";

/** The windows that sums are written to, and those that are under way. */
const SUMS = 9;
const STATE = 16;
/** Slots of halves as float32, apart from those of what computes their gradients. */
const HALVES_SLOT = 6;
/** Terms that are added at a time: they stay in a first-level cache, or nearly so. */
const MOST = 8192;
/** Vectors whose rows are added pairwise, see assembly/loops/columns.ts. */
const GROUP = 8;
/** Columns whose running sums a window holds. */
const MOST_COLUMNS = BLOCK / 4;
/** Columns of a line of a cache. */
const LINE = 16;

const exact = new ExactSum();

export type Columns = Omit<Layout<unknown>, "x">;

/** Where gradients go that come along: norm · slope(input - target). */
export interface Slopes {
  readonly out: NdArray;
  readonly norm: number;
}

/**
 * Σ term(input - target) / divisor of each column, and the gradients in the same pass. `rows` is
 * the same problem with each column's elements one after the other.
 */
export function columnLosses(
  problem: Problem,
  columns: Columns,
  rows: Problem,
  divisor: Divisor,
  slopes: Slopes | null,
): Float64Array {
  const sums = operate(() => new ColumnPass(problem, columns, slopes).run());
  const { outer, length, inner } = columns;
  const losses = new Float64Array(outer * inner);
  const unsafe: number[] = [];
  for (let row = 0; row < losses.length; row++) {
    const sum = sumOf(sums, row, losses.length);
    if (Number.isFinite(sum)) losses[row] = sum / divisorAt(divisor, row);
    else unsafe.push(row);
  }
  if (unsafe.length > 0) {
    operate(() => {
      const pass = new Pass("sum", rows, null, [parameterOf(rows), 0, 0]);
      for (const row of unsafe) losses[row] = sumBlocks(pass, row * length, length, divisorAt(divisor, row));
    });
  }
  return losses;
}

/** The sum of a column's blocks; not finite where it has to be looked at again. */
function sumOf(sums: Float64Array, row: number, rows: number): number {
  if (sums.length === rows) return sums[row];
  exact.reset();
  for (let i = row; i < sums.length; i += rows) {
    if (!Number.isFinite(sums[i])) return NaN;
    exact.add(sums[i]);
  }
  return exact.value();
}

/** Rows of several columns, of one matrix or of several whole ones. */
interface Part {
  readonly o: number;
  readonly outer: number;
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
  /** The rows of the block that they are of, and its number. */
  readonly length: number;
  readonly block: number;
}

class ColumnPass {
  private readonly tag: "f32" | "f64";
  private readonly lanes: number;
  private readonly halves: number;
  private readonly x: Source;
  private readonly y: Source;
  private readonly mask: MaskSource | null;
  private readonly map: (...args: number[]) => number;
  private readonly p: number;
  private readonly slopes: Pass | null;
  private readonly terms: number;
  private readonly state: number;
  private readonly to: number;
  private readonly sums: Float64Array;

  constructor(
    private readonly problem: Problem,
    private readonly columns: Columns,
    slopes: Slopes | null,
  ) {
    const { input, target, mask, row, dtype } = problem;
    const { memory } = input;
    const { storage, compute } = dtypes[dtype];
    this.tag = compute as "f32" | "f64";
    this.lanes = this.tag === "f32" ? 4 : 2;
    this.halves = storage === compute ? 0 : 1;
    const slot = this.halves ? HALVES_SLOT : 0;
    this.slopes = slopes && slopePass(problem, slopes.norm, slopes.out);
    this.x = new Source(input, this.tag, slot, storage);
    this.y = new Source(target, this.tag, slot + 1, storage);
    this.mask = mask && new MaskSource(mask);
    this.map = kernelOf(row, "map", this.tag, memory);
    this.p = parameterOf(problem);
    this.terms = memory.window(TERMS);
    this.state = memory.window(STATE);
    this.to = memory.window(SUMS);
    const { outer, length, inner } = columns;
    this.sums = new Float64Array(Math.ceil(length / BLOCK) * outer * inner);
  }

  /** The sums of all columns, those of their first blocks first. */
  run(): Float64Array {
    const { outer, length, inner } = this.columns;
    const whole = length * inner;
    const padded = Math.ceil(inner / this.lanes) * this.lanes;
    if (whole > MOST || padded > MOST_COLUMNS) {
      for (let o = 0; o < outer; o++) this.matrix(o);
      return this.sums;
    }
    const together = Math.min(Math.floor(MOST / whole), Math.floor(MOST_COLUMNS / padded));
    const part = { row: 0, rows: length, column: 0, columns: inner, length, block: 0 };
    for (let o = 0; o < outer; o += together) {
      this.add({ ...part, o, outer: Math.min(together, outer - o) });
    }
    return this.sums;
  }

  /** As many columns at once as have the rows that are added pairwise in MOST terms. */
  private matrix(o: number): void {
    const { length, inner } = this.columns;
    const group = GROUP * this.lanes;
    const fitting = Math.floor(MOST / Math.min(group, length));
    const most = fitting >= inner ? fitting : Math.min(fitting, MOST_COLUMNS) & -LINE;
    for (let column = 0; column < inner; column += most) {
      const columns = Math.min(most, inner - column);
      const rows = Math.floor(MOST / columns / group) * group;
      inBlocks(length, (start, n) => {
        for (let row = 0; row < n; row += rows) {
          const now = Math.min(rows, n - row);
          const block = start / BLOCK;
          this.add({ o, outer: 1, row: start + row, rows: now, column, columns, length: n, block });
        }
      });
    }
  }

  private add(part: Part): void {
    const { tag, terms, halves, state, to, sums } = this;
    const { outer, row, rows, columns, length, block } = part;
    const { kernels, f64 } = this.problem.input.memory;
    this.compute(part);
    const [first, last] = [row === block * BLOCK, row + rows === block * BLOCK + length];
    const results = last ? to : 0;
    kernels[`columns_${tag}`](terms, outer, rows, columns, length, halves, state, Number(first), results);
    if (!last) return;
    const { outer: all, inner } = this.columns;
    const at = (block * all + part.o) * inner + part.column;
    sums.set(f64.subarray(to >> 3, (to >> 3) + outer * columns), at);
  }

  /** The terms, one row after the other, and the gradients. */
  private compute({ o, outer, row, rows, column, columns }: Part): void {
    const { length, inner } = this.columns;
    const start = (o * length + row) * inner + column;
    if (columns === inner) {
      this.elements(start, outer * rows * inner, this.terms);
      return;
    }
    const bytes = this.tag === "f32" ? 4 : 8;
    for (let r = 0; r < rows; r++) this.elements(start + r * inner, columns, this.terms + r * columns * bytes);
  }

  private elements(start: number, n: number, out: number): void {
    const { x, y, mask, map, tag, slopes } = this;
    map(x.read(start, n), y.read(start, n), out, n, this.p);
    mask?.keepWritten(tag, out, start, n);
    slopes?.run(start, n);
  }
}

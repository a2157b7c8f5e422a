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
import { NdArray } from "../ndarray/ndarray.js";
import { select } from "../ndarray/views.js";
import { inBlocks, Source, Target } from "../ndarray/window.js";
import { kernelOf, parameterOf, Pass, type Problem, TERMS } from "./evaluate.js";
import { MaskSource } from "./mask.js";
import { type Divisor, divisorAt, slopePass } from "./rows.js";

/** The window of the sums that are under way. */
const STATE = 16;
/** Slots of halves as float32, apart from those of what computes their gradients. */
const HALVES_SLOT = 6;
/** Terms that are added at a time: they stay in a first-level cache, or nearly so. */
const MOST = 8192;
/** Vectors whose rows are added pairwise, see assembly/loops/columns.ts. */
const GROUP = 8;
/** Columns whose running sums a window holds. */
const MOST_COLUMNS = BLOCK / 8;

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
): NdArray {
  const { outer, length, inner } = columns;
  const many = length > BLOCK;
  const by = many || typeof divisor !== "number" ? 1 : divisor;
  const sums = NdArray.empty("float64", [Math.ceil(length / BLOCK), outer * inner]);
  const finite = operate(() => new ColumnPass(problem, columns, slopes, sums, by).run());
  if (finite && !many && by === divisor) return select(sums, 0, 0);
  return lookedAt(sums, by, rows, divisor);
}

/** The losses of sums over `by` that are not finite, of several blocks, or have divisors of their own. */
function lookedAt(sums: NdArray, by: number, rows: Problem, divisor: Divisor): NdArray {
  const [blocks, count] = sums.shape;
  const unsafe: number[] = [];
  const losses = select(sums, 0, 0);
  operate(() => {
    const all = sums.numbers() as Float64Array;
    for (let row = 0; row < count; row++) {
      const sum = blocks > 1 ? sumOfBlocks(all, row, count) : all[row];
      all[row] = by === divisor ? sum : sum / divisorAt(divisor, row);
      if (!Number.isFinite(sum)) unsafe.push(row);
    }
  });
  if (unsafe.length === 0) return losses;
  const length = rows.input.numel / count;
  const again = operate(() => {
    const pass = new Pass("sum", rows, null, [parameterOf(rows), 0, 0]);
    return unsafe.map((row) => sumBlocks(pass, row * length, length, divisorAt(divisor, row)));
  });
  operate(() => {
    const numbers = losses.numbers();
    unsafe.forEach((row, i) => (numbers[row] = again[i]));
  });
  return losses;
}

/** The exact sum of those of a column's blocks; not finite where it has to be looked at again. */
function sumOfBlocks(sums: Float64Array, row: number, rows: number): number {
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
  private readonly p: number;
  /** What writes the gradients. */
  private readonly slopes: Pass | null;
  /** Whether the terms are added as they are computed; else they go through a window. */
  private readonly direct: boolean;
  private readonly terms: number;
  private readonly state: number;
  private readonly sums: Target;
  private finite = true;

  constructor(
    private readonly problem: Problem,
    private readonly columns: Columns,
    slopes: Slopes | null,
    /** The sums of all columns, those of their first blocks first. */
    sums: NdArray,
    private readonly divisor: number,
  ) {
    const { input, target, mask, dtype } = problem;
    const { memory } = input;
    const { storage, compute } = dtypes[dtype];
    const { inner } = columns;
    this.tag = compute as "f32" | "f64";
    this.lanes = this.tag === "f32" ? 4 : 2;
    this.halves = storage === compute ? 0 : 1;
    const slot = this.halves ? HALVES_SLOT : 0;
    this.slopes = slopes && slopePass(problem, slopes.norm, slopes.out);
    this.x = new Source(input, this.tag, slot, storage);
    this.y = new Source(target, this.tag, slot + 1, storage);
    this.mask = mask && new MaskSource(mask);
    this.p = parameterOf(problem);
    this.direct = this.x.direct && this.y.direct && !mask && inner >= this.lanes;
    this.terms = memory.window(TERMS);
    this.state = memory.window(STATE);
    this.sums = new Target(sums, "f64", 0);
  }

  /** Whether all sums are finite. */
  run(): boolean {
    const { outer, length, inner } = this.columns;
    const whole = length * inner;
    const padded = Math.ceil(inner / this.lanes) * this.lanes;
    if (whole > MOST || padded > MOST_COLUMNS) {
      for (let o = 0; o < outer; o++) this.matrix(o);
      return this.finite;
    }
    const together = Math.min(Math.floor(MOST / whole), Math.floor(MOST_COLUMNS / padded));
    const part = { row: 0, rows: length, column: 0, columns: inner, length, block: 0 };
    for (let o = 0; o < outer; o += together) {
      this.add({ ...part, o, outer: Math.min(together, outer - o) });
    }
    return this.finite;
  }

  /** Some columns after the other, of each as many rows at once as are added together. */
  private matrix(o: number): void {
    const { direct, lanes } = this;
    const { length, inner } = this.columns;
    const group = GROUP * lanes;
    const fitting = direct ? inner : Math.floor(MOST / Math.min(group, length));
    const most = Math.min(fitting, MOST_COLUMNS);
    for (let next = 0; next < inner; next += most) {
      // A kernel that reads operands must find whole vectors.
      const column = Math.min(next, Math.max(0, inner - lanes));
      const columns = Math.min(most, inner - column);
      const rows = Math.max(1, Math.floor(MOST / columns / group)) * group;
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
    const { direct, slopes } = this;
    const begin = part.block * BLOCK;
    const fresh = part.row === begin ? 1 : 0;
    const last = part.row + part.rows === begin + part.length;
    const out = last ? this.outFor(part) : 0;
    if (direct) this.addOperands(part, fresh, out);
    if (!direct || slopes) {
      this.forEachRun(part, (start, n, terms) => {
        if (!direct) this.computeTerms(start, n, terms);
        slopes?.run(start, n);
      });
    }
    if (!direct) this.addTerms(part, fresh, out);
  }

  private outFor({ block, o, column }: Part): number {
    const { outer, inner } = this.columns;
    return this.sums.begin((block * outer + o) * inner + column);
  }

  /** Adds the terms of a part as they are computed from the operands in place. */
  private addOperands(part: Part, fresh: number, out: number): void {
    const { x, y, p, tag, state, problem, divisor } = this;
    const { outer, rows, columns, length } = part;
    const start = this.startOf(part);
    const [from, other, stride] = [x.read(start, 1), y.read(start, 1), this.columns.inner * x.size];
    const add = kernelOf(problem.row, "columns", tag, problem.input.memory);
    const finite = add(from, other, outer, rows, columns, stride, length, p, state, fresh, out, divisor);
    if (!finite) this.finite = false;
  }

  /** Adds the terms in the window. */
  private addTerms({ outer, rows, columns, length }: Part, fresh: number, out: number): void {
    const { tag, terms, halves, state, divisor } = this;
    const add = this.problem.input.memory.kernels[`columns_${tag}`];
    if (!add(terms, outer, rows, columns, length, halves, state, fresh, out, divisor)) this.finite = false;
  }

  /** Calls `visit` on the elements of a part that follow each other, and where their terms go. */
  private forEachRun(part: Part, visit: (start: number, n: number, terms: number) => void): void {
    const { terms, tag } = this;
    const { outer, rows, columns } = part;
    const { inner } = this.columns;
    const start = this.startOf(part);
    if (columns === inner) {
      visit(start, outer * rows * inner, terms);
      return;
    }
    const bytes = columns * (tag === "f32" ? 4 : 8);
    for (let r = 0; r < rows; r++) visit(start + r * inner, columns, terms + r * bytes);
  }

  private startOf({ o, row, column }: Part): number {
    const { length, inner } = this.columns;
    return (o * length + row) * inner + column;
  }

  private computeTerms(start: number, n: number, out: number): void {
    const { x, y, mask, tag, p, problem } = this;
    const map = kernelOf(problem.row, "map", tag, problem.input.memory);
    map(x.read(start, n), y.read(start, n), out, n, p);
    mask?.keepWritten(tag, out, start, n);
  }
}

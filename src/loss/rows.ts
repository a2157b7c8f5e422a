/**
 * Losses of rows: operands whose elements lie, in row-major order, in rows of one length, each of
 * which has a result of its own. A result has the bits of the loss of that row by itself.
 */
import { operate } from "../core/operation.js";
import { BLOCK } from "../core/block.js";
import { share } from "../core/share.js";
import type { Place } from "../core/threads/job.js";
import { PARALLEL } from "../core/threads/threads.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sumBlocks, wideSum } from "../ndarray/block-sums.js";
import { type Elements, Target } from "../ndarray/window.js";
import { parameterOf, Pass, type Problem, slopeScalars, TERMS } from "./evaluate.js";

/** How many rows there are, and the elements of each. */
export interface Rows {
  readonly rows: number;
  readonly length: number;
}

/** What the sums of rows are divided by: one number, or one for each row. */
export type Divisor = number | Float64Array;

export function divisorAt(divisor: Divisor, row: number): number {
  return typeof divisor === "number" ? divisor : divisor[row];
}

/** The windows that the sums of rows are written to, and that their norms are read from. */
const SUMS = 9;
const NORMS = TERMS;

/**
 * Gradients that come along with the losses of rows: norm · slope(input - target), with one norm or
 * with one for each row.
 */
interface SlopesOfRows {
  readonly out: Elements;
  readonly norm: number | Float64Array;
}

/**
 * Σ term(input - target) / divisor of each row; and the gradients in the same pass, where they are
 * wanted.
 */
export function rowLosses(
  problem: Problem,
  { rows, length }: Rows,
  divisor: Divisor,
  slopes: SlopesOfRows | null = null,
): Float64Array {
  const losses = new Float64Array(rows);
  if (rows === 0) return losses;
  if (length === 0 || length > BLOCK) {
    operate(() => {
      longRows(problem, length, divisor, slopes, losses);
    });
    return losses;
  }
  const room = RowPass.roomFor(problem, rows, length);
  try {
    operate(() => {
      new RowPass({ problem, length, divisor, slopes }, losses, room).run();
    });
  } finally {
    for (const { storage } of room) storage.dispose();
  }
  return losses;
}

/** Rows that are longer than a block, or have no elements: each as a loss by itself. */
function longRows(
  problem: Problem,
  length: number,
  divisor: Divisor,
  slopes: SlopesOfRows | null,
  losses: Float64Array,
): void {
  const p = parameterOf(problem);
  const { q, scales } = scalesOf(problem, slopes);
  const pass = new Pass(slopes ? "sumslope" : "sum", problem, slopes?.out ?? null, [p, 0, q]);
  for (let row = 0; row < losses.length; row++) {
    const scale = typeof scales === "number" ? scales : scales[row];
    const by = typeof divisor === "number" ? divisor : divisor[row];
    pass.scalars = [p, scale, q];
    losses[row] = sumBlocks(pass, row * length, length, by);
  }
}

interface RowTask {
  readonly problem: Problem;
  readonly length: number;
  readonly divisor: Divisor;
  readonly slopes: SlopesOfRows | null;
}

/** The pass over rows of at most a block, as many at once as fill one. */
class RowPass {
  private readonly length: number;
  private readonly divisor: Divisor;
  private readonly pass: Pass;
  private readonly scales: number | Float64Array;
  /** Where the sums and the norms of all rows lie, for threads. */
  private readonly whole: readonly Target[];
  private readonly sums: number;
  private readonly norms: number;

  constructor(
    { problem, length, divisor, slopes }: RowTask,
    private readonly losses: Float64Array,
    room: readonly NdArray[],
  ) {
    this.length = length;
    this.divisor = divisor;
    const { memory } = problem.input;
    const { q, scales } = scalesOf(problem, slopes);
    this.scales = scales;
    const kind = slopes ? "rowslopes" : "rows";
    this.pass = new Pass(kind, problem, slopes?.out ?? null, [parameterOf(problem), 0, q]);
    this.whole = room.map((nd) => new Target(nd, "f64", 0));
    this.sums = memory.window(SUMS);
    this.norms = memory.window(NORMS);
  }

  /** Room for the sums and the norms of all rows, where several threads may compute them. */
  static roomFor({ input: { memory } }: Problem, rows: number, length: number): readonly NdArray[] {
    if (rows * length < PARALLEL || !memory.shared) return [];
    return [NdArray.empty("float64", [rows]), NdArray.empty("float64", [rows])];
  }

  run(): void {
    if (this.shared()) return;
    const together = Math.floor(BLOCK / this.length);
    const rows = this.losses.length;
    for (let first = 0; first < rows; first += together) {
      this.some(first, Math.min(together, rows - first));
    }
  }

  private shared(): boolean {
    const { pass, length, losses, whole } = this;
    const { x, y, mask, keeps, to, kernel, scalars } = pass;
    if (whole.length === 0 || !x.direct || !y.direct || to?.direct === false) return false;
    if (mask && !(keeps && mask.source.direct)) return false;
    const [sums, norms] = whole;
    const [p, , q] = scalars;
    const rowsOf = (place: Place): Place => new RowsOf(place, length);
    const keep = mask ? rowsOf(mask.source) : NOTHING;
    const operands = [rowsOf(x), rowsOf(y), keep];
    const places = to ? [...operands, rowsOf(to), sums, norms] : [...operands, sums];
    if (to) this.writeNorms(0, losses.length, norms.address);
    const job = {
      kernel,
      places,
      n: losses.length,
      block: Math.floor(BLOCK / length),
      scalars: to ? [length, p, q] : [length, p],
    };
    if (!share.out(job, () => undefined)) return false;
    this.take(0, losses.length, sums.address);
    return true;
  }

  /** Rows [first, first + many), a block at most. */
  private some(first: number, many: number): void {
    const { pass, length, sums, norms } = this;
    const { kernel, x, y, mask, keeps, tag, to, scalars } = pass;
    const [p, , q] = scalars;
    const [start, n] = [first * length, many * length];
    const [from, other] = [x.read(start, n), y.read(start, n)];
    const keep = keeps ? mask!.read(start, n) : 0;
    if (to) {
      const out = to.begin(start);
      this.writeNorms(first, many, norms);
      kernel(from, other, keep, out, sums, norms, many, length, p, q);
      if (!keeps) mask?.keepWritten(tag, out, start, n);
      to.end(start, n);
    } else kernel(from, other, keep, sums, many, length, p);
    this.take(first, many, sums);
  }

  private writeNorms(first: number, many: number, address: number): void {
    const { scales, pass } = this;
    const { f64 } = pass.problem.input.memory;
    const at = address >> 3;
    if (typeof scales === "number") f64.fill(scales, at, at + many);
    else f64.set(scales.subarray(first, first + many), at);
  }

  /**
   * Takes the sums of rows [first, first + many) over their divisors; those that are not finite are
   * added up once more.
   */
  private take(first: number, many: number, address: number): void {
    const { pass, length, losses, divisor } = this;
    const { f64 } = pass.problem.input.memory;
    const at = address / 8 - first;
    const unsafe: number[] = [];
    for (let row = first; row < first + many; row++) {
      const sum = f64[at + row];
      losses[row] = sum / divisorAt(divisor, row);
      if (!Number.isFinite(sum)) unsafe.push(row);
    }
    for (const row of unsafe) losses[row] = wideSum(pass, row * length, length, divisorAt(divisor, row));
  }
}

/** A place whose elements are rows. */
class RowsOf implements Place {
  readonly written: boolean;

  constructor(
    private readonly place: Place,
    private readonly length: number,
  ) {
    this.written = place.written;
  }

  get address(): number {
    return this.place.address;
  }

  get size(): number {
    return this.place.size * this.length;
  }

  move(): boolean {
    return this.place.move?.() ?? false;
  }
}

/** In the place of a mask, where there is none. */
const NOTHING: Place = { address: 0, size: 0, written: false };

/** The slope's parameter and the norms as torch's backward kernel sees them. */
function scalesOf(
  problem: Problem,
  slopes: SlopesOfRows | null,
): { readonly q: number; readonly scales: number | Float64Array } {
  if (!slopes) return { q: 0, scales: 0 };
  const { norm } = slopes;
  if (typeof norm === "number") {
    const { q, scale } = slopeScalars(problem, norm);
    return { q, scales: scale };
  }
  const { q } = slopeScalars(problem, 1);
  return { q, scales: norm.map((x) => slopeScalars(problem, x).scale) };
}

export function slopePass(problem: Problem, norm: number, out: Elements): Pass {
  const { q, scale } = slopeScalars(problem, norm);
  return new Pass("slope", problem, out, [q, scale, 1], 3);
}

/**
 * Exact sums. Kernels add in two-term arithmetic and say how large the numbers were
 * (assembly/loops/sums.ts). A sum is taken from them where its error cannot show, so that it is the
 * float64 nearest to the exact sum whatever the order of additions (assembly/loops/settle.ts).
 * Where it could, the numbers are added one by one, exactly (core/exact-sum.ts): slow, rare, and
 * with the same bits.
 */
import { ExactSum } from "../core/exact-sum.js";
import { BLOCK } from "../core/block.js";
import { type LinearMemory, SCRATCH } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { dtypes } from "./dtype.js";
import type { Layout } from "./layout.js";
import { type Elements, inBlocks, Source, Target } from "./window.js";

type FloatTag = "f32" | "f64";

const exact = new ExactSum();

/** Adds the n numbers at `address` of `memory`, a block at most, to `sum`; returns Σ|x|. */
export function addBlock(
  memory: LinearMemory,
  address: number,
  n: number,
  tag: FloatTag,
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
  // Infinite numbers, or an overflow on the way: next to the largest float64, TwoSum can overflow
  // in its error alone.
  return addOneByOne(memory, address, n, tag, sum);
}

/** The same, without any error: the magnitude that errors come from is 0. */
function addOneByOne(memory: LinearMemory, address: number, n: number, tag: FloatTag, sum: ExactSum): number {
  const { f32, f64 } = memory;
  const values = tag === "f32" ? f32 : f64;
  const first = address / values.BYTES_PER_ELEMENT;
  for (let i = first; i < first + n; i++) sum.add(values[i]);
  return 0;
}

/** The exact sum, nearest float64, of elements [first, first + n) of a source, over `divisor`. */
function sumOneByOne(source: Source, tag: FloatTag, first: number, n: number, divisor: number): number {
  exact.reset();
  inBlocks(n, (start, length) => {
    addOneByOne(source.memory, source.read(first + start, length), length, tag, exact);
  });
  return exact.dividedBy(divisor);
}

/**
 * Adds `outer` times `length` rows of `columns` numbers; a row begins `stride` bytes after the
 * one before.
 */
type Add = (address: number, outer: number, length: number, columns: number, stride: number) => void;

/** Columns [column, column + columns) of [outer, length, inner], from the o-th outer index on. */
interface Part {
  readonly o: number;
  readonly outer: number;
  readonly column: number;
  readonly columns: number;
}

/**
 * Calls `add` on all numbers of a part. What passes through a window is read by whole rows, or one
 * row at a time. A call covers about a block elsewhere too, so that an engine can go over to
 * optimized code between two.
 */
function addPart({ x, length, inner }: Layout<Source>, bytes: number, part: Part, add: Add): void {
  const { o, outer, column, columns } = part;
  const stride = inner * bytes;
  const first = o * length * inner;
  if (outer > 1 || length * inner <= BLOCK) {
    add(x.read(first, outer * length * inner) + column * bytes, outer, length, columns, stride);
  } else if (inner === 1) {
    inBlocks(length, (start, n) => {
      add(x.read(first + start, n), 1, n, 1, bytes);
    });
  } else {
    const whole = x.direct || columns === inner;
    const rows = whole ? Math.max(x.direct ? GROUP : 1, Math.floor(BLOCK / columns)) : 1;
    for (let row = 0; row < length; row += rows) {
      const now = Math.min(rows, length - row);
      add(x.read(first + row * inner + column, now * columns), 1, now, columns, stride);
    }
  }
}

/**
 * Sums of a part: four rows of as many columns fit in a window, and so do their states with the
 * scratch space behind them.
 */
const MOST_SUMS = BLOCK / 4;
const PLANE = 8 * (MOST_SUMS + 256);
/** Rows that the kernels add at a time. */
const GROUP = 32;

/** Calls `visit` on all parts of [outer, length, inner], of `most` sums each. */
function forEachPart(
  { outer, length, inner }: Omit<Layout<unknown>, "x">,
  most: number,
  visit: (part: Part) => void,
): void {
  const fitting = Math.min(Math.floor(most / inner), Math.floor(BLOCK / (length * inner)));
  const together = Math.max(1, Math.min(outer, fitting));
  for (let o = 0; o < outer; o += together) {
    for (let column = 0; column < inner; column += most) {
      visit({ o, outer: Math.min(together, outer - o), column, columns: Math.min(most, inner - column) });
    }
  }
}

/** Numbers that the kernels few_* may add to one sum (assembly/loops/few.ts). */
const MOST_EXACT = 64;

/**
 * Puts sums of `rows` rows of `length` numbers, which begin with the `first` one, at `out`. False
 * where their error could show in float32.
 */
type PutSingles = (first: number, rows: number, length: number, out: number) => boolean;

/** The sums of floats of a layout; `rows` has the numbers of each side by side. */
class FloatSums {
  private readonly source: Source;
  private readonly rows: Source;
  private readonly state: number;
  private readonly tag: FloatTag;

  constructor(
    private readonly layout: Layout<Elements>,
    rows: Elements,
    private readonly divisor: number,
    slot = 0,
    /** A quicker way, of what becomes float32. */
    private readonly singles: PutSingles | null = null,
  ) {
    this.tag = dtypes[layout.x.dtype].compute as FloatTag;
    this.source = new Source(layout.x, this.tag, slot);
    this.rows = rows === layout.x ? this.source : new Source(rows, this.tag, slot + 1);
    this.state = layout.x.memory.window(2 * slot + STATE_WINDOW);
  }

  /** Puts the sums of a part, over the divisor, at `out`. */
  put(part: Part, out: number): void {
    if (!this.putSingles(part, out)) this.putExactly(part, out);
  }

  private putSingles({ o, outer }: Part, out: number): boolean {
    const { singles } = this;
    const { length, inner } = this.layout;
    if (!singles || inner !== 1 || length > BLOCK) return false;
    return singles(o * length, outer, length, out);
  }

  private putExactly(part: Part, out: number): void {
    const { source, state, tag, layout, divisor } = this;
    const { kernels } = source.memory;
    const few = layout.length <= MOST_EXACT;
    let parts = 0;
    let settled = 0;
    addPart({ ...layout, x: source }, BYTES[tag], part, (address, outer, length, columns, stride) => {
      const whole = length === layout.length;
      if (few && whole)
        settled = kernels[`few_${tag}`](address, outer, length, columns, stride, divisor, out);
      if (settled) return;
      const fresh = parts++ === 0 ? 1 : 0;
      kernels[`sums_${tag}`](address, outer, length, columns, stride, state, PLANE, fresh);
    });
    if (!settled) this.settle(part, out);
  }

  private settle({ o, outer, column, columns }: Part, out: number): void {
    const { source, state, tag, divisor } = this;
    const { length, inner } = this.layout;
    const { kernels } = source.memory;
    let left = kernels.settle_f64(state, PLANE, outer * columns, errorOf(length), divisor, out);
    if (left > 0 && source.direct) {
      const address = source.address + (o * length * inner + column) * BYTES[tag];
      const review = kernels[`review_${tag}`];
      const magnitudes = state + 2 * PLANE;
      left = review(address, length, columns, inner * BYTES[tag], state, left, magnitudes, out);
    }
    for (let i = 0; i < left; i++) {
      const index = source.memory.u32[state / 4 + i];
      const row = o * inner + column + index;
      const sum = sumOneByOne(this.rows, tag, row * length, length, divisor);
      source.memory.f64[out / 8 + index] = sum;
    }
  }
}

/**
 * What a sum of n numbers can lose, in units of its magnitude. Two-term addition rounds its lower
 * term n times by 2^-53 of itself, which is at most 2^6 times 2^-53 of the magnitude; addition with
 * a bias rounds a lower term of 2^-39 32 times by 2^-53 (assembly/loops/state.ts). There is room
 * for the few additions between.
 */
const errorOf = (n: number): number => (n + 2 ** 11) * 2 ** -97;

const BYTES = { f32: 4, f64: 8, i64: 8 } as const;
/** Of the ten windows, the two sources have four, and the target has the last two. */
const STATE_WINDOW = 4;
const TARGET_SLOT = 4;

/**
 * Writes the sums of a layout's rows, over `divisor`, to `out`; `rows` has the numbers of each side
 * by side. Every number of the layout is read once, and those of `rows` where they must be added
 * one by one. The windows begin with those of `slot`.
 */
export function sumInto(
  layout: Layout<Elements>,
  rows: Elements,
  divisor: number,
  out: Elements,
  slot = 0,
): void {
  if (out.numel === 0) return;
  operate(() => {
    const { x } = layout;
    const single = dtypes[x.dtype].compute === "f32" && dtypes[out.dtype].compute === "f32";
    const singles = single ? singlesOf(x, divisor, slot) : null;
    putAll(new FloatSums(layout, rows, divisor, slot, singles), layout, out, slot);
  });
}

function putAll(sums: FloatSums, layout: Layout<Elements>, out: Elements, slot: number): void {
  const target = new Target(out, "f64", slot + TARGET_SLOT);
  forEachPart(layout, MOST_SUMS, (part) => {
    const start = part.o * layout.inner + part.column;
    const n = part.outer * part.columns;
    const address = target.begin(start);
    sums.put(part, address);
    target.end(start, n);
  });
}

/** Of a few numbers, what needs no look at the error takes less time where it can be had. */
function singlesOf(x: Elements, divisor: number, slot: number): PutSingles {
  const source = new Source(x, "f32", slot);
  const { few_f32: few, singles_f32: singles } = x.memory.kernels;
  return (first, rows, length, out) => {
    const address = source.read(first, rows * length);
    if (length <= MOST_EXACT && few(address, rows, length, 1, BYTES.f32, divisor, out)) return true;
    return singles(address, rows, length, divisor, out) !== 0;
  };
}

/**
 * Writes the sums of the squares of a layout's rows to `out`, of float64, as `sumInto`; squares of
 * float32 and halves are exact. The roots of what `single` asks for become float32.
 */
export function sumSquaresInto(
  layout: Layout<Elements>,
  rows: Elements,
  out: Elements,
  { single, slot = 0 }: { single: boolean; slot?: number },
): void {
  if (out.numel === 0) return;
  operate(() => {
    const x = new Squares(layout.x, slot);
    const own = rows === layout.x ? x : new Squares(rows, slot + 1);
    const singles = single ? singleSquaresOf(layout.x, slot + 2) : null;
    const squares = { ...layout, x };
    putAll(new FloatSums(squares, own, 1, slot + 3, singles), squares, out, slot + 3);
  });
}

function singleSquaresOf(x: Elements, slot: number): PutSingles {
  const source = new Source(x, "f32", slot);
  const { squares_f32: kernel } = x.memory.kernels;
  return (first, rows, length, out) => kernel(source.read(first, rows * length), rows, length, out) !== 0;
}

/** The squares of elements in float64, which are computed when they are read. */
class Squares implements Elements {
  readonly dtype = "float64";
  readonly numel: number;
  readonly memory: LinearMemory;
  readonly contiguous = true;
  readonly constant = false;
  private readonly source: Source;

  constructor(x: Elements, slot: number) {
    ({ numel: this.numel, memory: this.memory } = x);
    this.source = new Source(x, "f64", slot);
  }

  /** They lie nowhere. */
  address(): null {
    return null;
  }

  copyTo(address: number, start: number, n: number): void {
    const from = this.source.read(start, n);
    this.memory.kernels.mul_f64(from, 16, from, 16, address, n);
  }

  copyFrom(): never {
    throw new Error("internal: squares are computed, and cannot be written");
  }
}

/** Writes the sums of a layout's rows of integers, wrapping, to `out`, which is int64. */
export function sumIntegersInto(layout: Layout<Elements>, out: Elements): void {
  if (out.numel === 0) return;
  operate(() => {
    const source = new Source(layout.x, "i64", 0);
    const target = new Target(out, "i64", TARGET_SLOT);
    const { kernels } = source.memory;
    forEachPart(layout, BLOCK, (part) => {
      const start = part.o * layout.inner + part.column;
      const n = part.outer * part.columns;
      const address = target.begin(start);
      source.memory.clear(address, 8 * n);
      addPart({ ...layout, x: source }, BYTES.i64, part, (from, outer, length, columns, stride) => {
        kernels.sums_i64(from, outer, length, columns, stride, address);
      });
      target.end(start, n);
    });
  });
}

/**
 * Σ over all elements: the exact sum of floats over `divisor`, in float64, or of integers as a
 * wrapping int64.
 */
export function sumAll(x: Elements, divisor = 1): number | bigint {
  return operate(() => {
    if (dtypes[x.dtype].compute === "i64") return sumAllIntegers(x);
    const sums = new FloatSums({ x, outer: 1, length: x.numel, inner: 1 }, x, divisor);
    sums.put({ o: 0, outer: 1, column: 0, columns: 1 }, SCRATCH.results);
    return x.memory.f64[SCRATCH.results / 8];
  });
}

function sumAllIntegers(x: Elements): bigint {
  const source = new Source(x, "i64", 0);
  let sum = 0n;
  inBlocks(x.numel, (start, n) => {
    sum += x.memory.kernels.total_i64(source.read(start, n), n);
  });
  return BigInt.asIntN(64, sum);
}

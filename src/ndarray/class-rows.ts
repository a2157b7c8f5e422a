/**
 * Rows of numbers, one for each class, as the kernels of loops/softmax.ts read and write them: side
 * by side. Elements have the shape [outer, classes, inner]; row o · inner + i has its classes
 * `inner` apart:
 *
 *     (N, C)           outer N, inner 1: rows are read in place
 *     (N, C, d1, …)    outer N, inner d1 · …: rows are transposed, as many at a time as fill a window
 *
 * What lies elsewhere or has another dtype passes through the windows of window.ts besides.
 */
import type { Block } from "../core/allocator.js";
import { BLOCK } from "../core/block.js";
import type { LinearMemory } from "../core/memory.js";
import { type Elements, Source, Target } from "./window.js";

/** The types that rows are computed in. */
export type RowTag = "f32" | "f64";

/** Where the classes lie. */
export interface ClassLayout {
  readonly outer: number;
  readonly classes: number;
  readonly inner: number;
}

export const rowsOf = ({ outer, inner }: ClassLayout): number => outer * inner;

const BYTES: Readonly<Record<RowTag, 4 | 8>> = { f32: 4, f64: 8 };

/** Rows that are transposed together at least: as many f32 as a line of a cache holds. */
const LEAST_ROWS = 16;

/** How many rows are worked on at a time. */
export function rowsAtOnce({ classes, inner }: ClassLayout): number {
  const fitting = Math.floor(BLOCK / Math.max(classes, 1));
  return inner === 1 ? Math.max(fitting, 1) : Math.min(inner, Math.max(fitting, LEAST_ROWS));
}

/** Calls `visit` on rows [first, first + n) until all are done; those of a call have one outer index where inner is not 1. */
export function forEachRows(layout: ClassLayout, visit: (first: number, n: number) => void): void {
  const { outer, inner } = layout;
  const most = rowsAtOnce(layout);
  const [spans, length] = inner === 1 ? [1, outer] : [outer, inner];
  for (let span = 0; span < spans; span++) {
    for (let i = 0; i < length; i += most) visit(span * length + i, Math.min(most, length - i));
  }
}

/** What both ways to rows have in common. */
abstract class Rows {
  protected readonly bytes: 4 | 8;
  /** Elements that are worked on at a time. */
  protected readonly most: number;
  /** Where rows are side by side that are not so in their place. */
  protected stage = 0;

  constructor(
    protected readonly layout: ClassLayout,
    protected readonly tag: RowTag,
    protected readonly memory: LinearMemory,
    private readonly rooms: Rooms,
  ) {
    this.bytes = BYTES[tag];
    this.most = rowsAtOnce(layout) * layout.classes;
  }

  /** Whether rows have to be gathered, or are longer than the windows that they pass through. */
  protected needsStage(direct: boolean): boolean {
    return this.layout.inner !== 1 || (!direct && this.most > BLOCK);
  }

  protected takeStage(): void {
    this.stage = this.rooms.take(this.most * this.bytes);
  }

  /** The first element of class `c` of row `first`. */
  protected startOf(first: number, c: number): number {
    const { classes, inner } = this.layout;
    return inner === 1
      ? first * classes + c
      : (Math.floor(first / inner) * classes + c) * inner + (first % inner);
  }

  protected get transpose(): LinearMemory["kernels"]["transpose_4"] {
    return this.memory.kernels[`transpose_${this.bytes}`];
  }
}

/** Working space of one operation, made before its kernels run. */
export class Rooms {
  private readonly blocks: Block[] = [];

  constructor(private readonly memory: LinearMemory) {}

  take(bytes: number): number {
    const block = this.memory.room(Math.max(bytes, 16));
    this.blocks.push(block);
    return block.address;
  }

  give(): void {
    for (const block of this.blocks.splice(0)) this.memory.giveRoom(block);
  }
}

/** Rows that are read. */
export class RowSource extends Rows {
  private readonly source: Source;

  /** Pins what it reads, and takes its room. */
  constructor(x: Elements, layout: ClassLayout, tag: RowTag, slot: number, rooms: Rooms) {
    super(layout, tag, x.memory, rooms);
    this.source = new Source(x, tag, slot);
    if (this.needsStage(this.source.direct)) this.takeStage();
  }

  /** The address of rows [first, first + n). */
  read(first: number, n: number): number {
    const { source, layout } = this;
    const { classes } = layout;
    if (!this.needsStage(source.direct)) return source.read(first * classes, n * classes);
    if (layout.inner === 1) return this.readLong(first);
    const { bytes, stage, transpose } = this;
    if (source.direct) {
      transpose(
        source.read(this.startOf(first, 0), n),
        layout.inner * bytes,
        stage,
        classes * bytes,
        classes,
        n,
      );
    } else {
      for (let c = 0; c < classes; c++) {
        transpose(source.read(this.startOf(first, c), n), 0, stage + c * bytes, classes * bytes, 1, n);
      }
    }
    return stage;
  }

  /** One row that is longer than a window. */
  private readLong(row: number): number {
    const { classes } = this.layout;
    for (let c = 0; c < classes; c += BLOCK) {
      const n = Math.min(BLOCK, classes - c);
      const address = this.source.read(row * classes + c, n);
      this.memory.copy(this.stage + c * this.bytes, address, n * this.bytes);
    }
    return this.stage;
  }
}

/** Rows that are written. */
export class RowTarget extends Rows {
  private readonly target: Target;

  constructor(
    out: Elements,
    layout: ClassLayout,
    tag: RowTag,
    slot: number,
    rooms: Rooms,
    /** Whether what is written takes the place of something that is still read. */
    private readonly apart = false,
  ) {
    super(layout, tag, out.memory, rooms);
    this.target = new Target(out, tag, slot);
    if (this.staged) this.takeStage();
  }

  private get staged(): boolean {
    return this.apart || this.needsStage(this.target.direct);
  }

  /** Where a kernel is to put rows [first, first + n). */
  begin(first: number): number {
    return this.staged ? this.stage : this.target.begin(first * this.layout.classes);
  }

  /** Moves the rows to their place. */
  end(first: number, n: number): void {
    const { target, layout, bytes } = this;
    const { classes, inner } = layout;
    if (!this.staged) target.end(first * classes, n * classes);
    else if (inner === 1) this.putBlocks(first * classes, n * classes);
    else if (target.direct) {
      const out = target.begin(this.startOf(first, 0));
      this.transpose(this.stage, classes * bytes, out, inner * bytes, n, classes);
    } else {
      for (let c = 0; c < classes; c++) {
        const start = this.startOf(first, c);
        this.transpose(this.stage + c * bytes, classes * bytes, target.begin(start), 0, n, 1);
        target.end(start, n);
      }
    }
  }

  private putBlocks(start: number, length: number): void {
    const { bytes, stage, memory } = this;
    for (let i = 0; i < length; i += BLOCK) {
      const n = Math.min(BLOCK, length - i);
      memory.copy(this.target.begin(start + i), stage + i * bytes, n * bytes);
      this.target.end(start + i, n);
    }
  }
}

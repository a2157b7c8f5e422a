/**
 * How operands reach a kernel. A kernel wants contiguous numbers of one type in its memory; an
 * operand that is so already is read and written in place. Any other (broadcast, strided, of
 * another dtype, a user's typed array) passes block by block through windows: small buffers that
 * stay in a cache, so that nothing of the operands' size is ever copied.
 *
 *     view --gather--> window --convert--> window --> kernel --> window --convert--> window --scatter--> view
 *    array ---copy---> window --convert--> window --> kernel --> window --convert--> window
 *    ---copy---> array
 */
import type { ComputeTag, Kernels, StorageTag } from "../core/kernels.js";
import { BLOCK } from "../core/block.js";
import { type LinearMemory, memory, SCRATCH } from "../core/memory.js";
import { pinnable, startRunning } from "../core/operation.js";
import { type DType, dtypes } from "./dtype.js";

/** What operations read and write. */
export interface Elements {
  readonly dtype: DType;
  readonly numel: number;
  /** The memory whose kernels compute. */
  readonly memory: LinearMemory;
  /** Whether the elements follow each other, if they lie in the memory. */
  readonly contiguous: boolean;
  /** Whether all elements are one number. */
  readonly constant: boolean;
  /** Where the first element lies; null for elements that lie elsewhere than in the memory. */
  address(): number | null;
  /** Moves the elements elsewhere in the memory; false, as without it, where they must stay. */
  move?(): boolean;
  /** Puts elements [start, start + n) at `address` of the memory. */
  copyTo(address: number, start: number, n: number): void;
  /** Takes elements [start, start + n) from there. */
  copyFrom(address: number, start: number, n: number): void;
}

type ConvertName = Extract<keyof Kernels, `convert_${string}`>;

/** The type that numbers stored as `tag` are computed in. */
function hubOf(tag: StorageTag): ComputeTag {
  if (tag === "f64") return tag;
  return tag.includes("f") ? "f32" : "i64";
}

/** A byte is a byte: u8 and i8 are written alike, and a bool reads as u8. */
const aliases: Readonly<Record<string, ConvertName>> = {
  convert_bool_i64: "convert_u8_i64",
  convert_i64_u8: "convert_i64_i8",
};

const paths = new Map<string, readonly ConvertName[]>();

/** No conversion at all. */
const IN_PLACE: readonly ConvertName[] = [];

/**
 * The conversions that lead from one stored type to another: through the types that are computed
 * with.
 */
function conversionPath(from: StorageTag, to: StorageTag): readonly ConvertName[] {
  if (from === to) return IN_PLACE;
  const key = `${from} ${to}`;
  let path = paths.get(key);
  if (path) return path;
  const stations: StorageTag[] = [from, hubOf(from), hubOf(to === "bool" ? from : to), to];
  path = stations
    .map((station, i) => [stations[i - 1] ?? station, station])
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => aliases[`convert_${a}_${b}`] ?? (`convert_${a}_${b}` as ConvertName));
  paths.set(key, path);
  return path;
}

/** The conversions that lead from the first stored type to the second, and so on. */
export function pathThrough(...stations: StorageTag[]): readonly ConvertName[] {
  const path: ConvertName[] = [];
  for (let i = 1; i < stations.length; i++) path.push(...conversionPath(stations[i - 1], stations[i]));
  return path;
}

/**
 * Converts the n numbers at `address` along `path`, by turns into the two windows of `slot`;
 * returns where they are then.
 */
export function convertAlong(
  path: readonly ConvertName[],
  memory: LinearMemory,
  address: number,
  n: number,
  slot: number,
  turn = 1,
): number {
  for (const step of path) {
    const to = memory.window(2 * slot + (turn++ & 1));
    memory.kernels[step](address, to, n);
    address = to;
  }
  return address;
}

/**
 * One operand of an operation, as numbers of type `tag`. `slot` numbers the operands: each has two
 * windows. To make one pins what it reads or writes and provides its windows, so that nothing is
 * allocated once kernels run.
 */
abstract class Operand {
  /** Null for a typed array that lies elsewhere. */
  protected base: number | null;
  /** Bytes of an element. */
  readonly size: number;
  /** Whether kernels may use the operand in place, at any length. */
  readonly direct: boolean;

  constructor(
    protected readonly array: Elements,
    protected readonly path: readonly ConvertName[],
    protected readonly slot: number,
  ) {
    this.size = dtypes[array.dtype].size;
    this.base = array.address();
    this.direct = array.contiguous && path.length === 0 && this.base !== null;
    if (!this.direct) this.provideWindows();
  }

  get memory(): LinearMemory {
    return this.array.memory;
  }

  private provideWindows(): void {
    const copies = this.elsewhere ? 1 : 0;
    for (let turn = 0; turn < Math.min(2, copies + this.path.length); turn++) this.window(turn);
  }

  /** The address of the first element of a direct operand. */
  get address(): number {
    return this.base!;
  }

  /** Whether kernels write the operand. */
  abstract readonly written: boolean;

  /** Whether the elements must be brought to, or from, a window before anything else. */
  protected get elsewhere(): boolean {
    return this.base === null || !this.array.contiguous;
  }

  /** The operand's two windows by turns. */
  protected window(turn: number): number {
    return this.memory.window(2 * this.slot + (turn & 1));
  }
}

/** An operand that is read. */
export class Source extends Operand {
  readonly written = false;
  private staged = -1;

  constructor(
    array: Elements,
    private readonly tag: StorageTag,
    slot: number,
    /** A type that the numbers are rounded to on the way. */
    private readonly via: StorageTag = tag,
  ) {
    const { storage } = dtypes[array.dtype];
    super(array, via === tag && storage === tag ? IN_PLACE : pathThrough(storage, via, tag), slot);
  }

  /** The address of elements [start, start + n) as numbers of the operand's type. */
  read(start: number, n: number): number {
    if (pinnable) startRunning();
    return this.direct ? this.base! + start * this.size : this.stage(start, n);
  }

  private stage(start: number, n: number): number {
    // The first block is the longest, so a constant is staged once.
    if (this.staged >= 0 && this.array.constant) return this.staged;
    const { elsewhere } = this;
    const address = elsewhere ? this.window(0) : this.base! + start * this.size;
    if (elsewhere) this.array.copyTo(address, start, n);
    this.staged = convertAlong(this.path, this.memory, address, n, this.slot, elsewhere ? 1 : 0);
    return this.staged;
  }

  /** The same elements, as this operand has them, as numbers of another type. */
  readAs(tag: StorageTag, start: number, n: number): number {
    if (tag === this.tag) return this.read(start, n);
    // The conversions go through this operand's windows, where a constant may be staged.
    this.staged = -1;
    return new Source(this.array, tag, this.slot, this.via).read(start, n);
  }
}

/** An operand that is written. */
export class Target extends Operand {
  readonly written = true;

  /** `via` is a type that the numbers are rounded to on the way. */
  constructor(array: Elements, tag: StorageTag, slot: number, via: StorageTag = tag) {
    const { storage } = dtypes[array.dtype];
    super(array, via === tag && storage === tag ? IN_PLACE : pathThrough(tag, via, storage), slot);
  }

  /** Where a kernel is to put elements [start, start + n). */
  begin(start: number): number {
    if (pinnable) startRunning();
    return this.direct ? this.base! + start * this.size : this.window(0);
  }

  /** Moves the elements of a direct operand, which a thread may still write to where they are. */
  move(): boolean {
    if (!this.array.move?.()) return false;
    this.base = this.array.address();
    return true;
  }

  /** Moves what the kernel wrote there to its place. */
  end(start: number, n: number): void {
    if (this.direct) return;
    const { path, memory, slot } = this;
    if (this.elsewhere) {
      this.array.copyFrom(convertAlong(path, memory, this.window(0), n, slot), start, n);
    } else {
      const address = convertAlong(path.slice(0, -1), memory, this.window(0), n, slot);
      memory.kernels[path[path.length - 1]](address, this.base! + start * this.size, n);
    }
  }
}

/**
 * Calls `visit` on the blocks [start, start + n) of `numel` elements: all of BLOCK elements but for
 * the last.
 */
export function inBlocks(numel: number, visit: (start: number, n: number) => void): void {
  for (let start = 0; start < numel; start += BLOCK) visit(start, Math.min(BLOCK, numel - start));
}

/**
 * What is done with rows: with several whole ones at once, or with a block of one that is longer
 * than a block.
 */
interface RowVisitor {
  /** Rows [first, first + many), which are a block at most. */
  rows(first: number, many: number): void;
  /** Elements [start, start + n) of all, which belong to one row. */
  piece(row: number, start: number, n: number): void;
}

/**
 * Visits rows of `length` elements, as many at once as a block holds; long ones in blocks of their
 * own.
 */
export function inRows(rows: number, length: number, visit: RowVisitor): void {
  if (length === 0) return;
  const together = Math.floor(BLOCK / length);
  if (together >= 1) {
    for (let first = 0; first < rows; first += together) visit.rows(first, Math.min(together, rows - first));
    return;
  }
  for (let row = 0; row < rows; row++) {
    inBlocks(length, (start, n) => visit.piece(row, row * length + start, n));
  }
}

/**
 * Calls `visit` on [start, start + n) for all elements: at once when every operand is in place,
 * else block by block.
 */
export function forEachBlock(
  numel: number,
  operands: readonly { readonly direct: boolean }[],
  visit: (start: number, n: number) => void,
): void {
  if (!operands.every((operand) => operand.direct)) inBlocks(numel, visit);
  else if (numel > 0) visit(0, numel);
}

/** Puts a number into all lanes of splat slot `index`, as a scalar operand of a binary kernel. */
export function splat(value: number | bigint, tag: ComputeTag, index: number, place = memory()): number {
  const address = SCRATCH.splat + 16 * index;
  const { f32, f64, i64 } = place;
  if (tag === "f32") f32.fill(Number(value), address >> 2, (address >> 2) + 4);
  else if (tag === "f64") f64.fill(Number(value), address >> 3, (address >> 3) + 2);
  else i64.fill(BigInt(value), address >> 3, (address >> 3) + 2);
  return address;
}

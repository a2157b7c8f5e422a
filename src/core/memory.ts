/**
 * The linear memory: one allocator over it, typed views that are renewed after growth, fixed
 * scratch space and the windows through which operands pass that the kernels cannot read in place.
 */
import { addressSpaceLeft } from "./address-space.js";
import { Allocator, type Block } from "./allocator.js";
import { moduleFor } from "./binary.js";
import { BLOCK } from "./block.js";
import { describeValue } from "./describe.js";
import type { Kernels } from "./kernels.js";
import { instantiate } from "./load.js";
import { runtime } from "./runtime.js";

const PAGE = 65536;
/** One page short of 4 GiB: engines differ on the last page. */
const MAXIMUM_PAGES = 65535;
/**
 * Where that much address space is not to be had, less is asked for, by halves; with less than 16
 * MiB nothing can be done.
 */
const LEAST_PAGES = 256;
/** Growth is at least this, so that small tensors do not grow the memory one by one. */
const GROWTH = 1 << 20;
/**
 * Growth of a memory that is not shared detaches every array over it, and costs engines time in
 * proportion to its size, a garbage collection among it. So the first memory begins with 16 MiB, as
 * Emscripten's do, and doubles, but by no more than 256 MiB. That is address space: the system
 * provides a page when it is first written to (Windows counts it as promised).
 *
 * A buffer from `WebAssembly.Memory.prototype.toResizableBuffer`, which engines since 2026 have,
 * would leave the arrays attached. It does not pay: on Node 26 plain loops over such arrays take 3
 * to 6 times as long (1 Mi float32: 1.3 ms, 4.1 ms; measured), and `crypto.getRandomValues` and
 * other interfaces of the Web refuse them.
 */
const UNSHARED_START = 1 << 24;
const MOST_AHEAD = 1 << 28;

/** Fixed addresses below the first block. Address 0 stays unused. */
export const SCRATCH = {
  /** Splat scalars, 16 bytes each, by operand. */
  splat: 64,
  /** Results of a kernel, see assembly/loops/total.ts. */
  results: 128,
  /** Sizes, strides and index of a strided view, 64 dimensions at most. */
  table: 192,
  /** The exact sum of a block, see assembly/loops/exact.ts: 71 f64 in a multiple of 64 bytes. */
  sum: 192 + 3 * 4 * 64,
  end: 192 + 3 * 4 * 64 + 8 * 72,
} as const;

export const MAXIMUM_DIMENSIONS = 64;

/**
 * Bytes from an address to before another that a thread may still write to, and the blocks there
 * that were given back.
 */
interface Hold {
  readonly from: number;
  readonly to: number;
  readonly isOver: () => boolean;
  readonly blocks: Block[];
}
/**
 * Two for each of four operands, two for what is between them (typed/weighted.ts), two for a mask
 * and three for operands that it has gone over (loss/mask.ts); or those of a formula with four
 * operands and results that are not used in place (formula/windows.ts).
 */
const WINDOWS = 15;
/**
 * The window of what is added exactly (ndarray/exact.ts), apart from those that are numbered by
 * operands.
 */
export const SUM_WINDOW = -1;

export class LinearMemory {
  readonly kernels: Kernels;
  readonly allocator = new Allocator(SCRATCH.end);
  readonly module: WebAssembly.Module;
  readonly wasm: WebAssembly.Memory;
  private readonly maximum: number;
  private readonly windows: Block[] = [];
  /**
   * Frees blocks as long as `more()`, if it can: whoever puts what may move into this memory sets
   * it.
   */
  makeRoom: (more: () => boolean) => void = () => undefined;
  private holds: Hold[] = [];
  /**
   * The buffers through which the memory was ever seen: a shared one lives on when the memory
   * grows.
   */
  private readonly buffers = new WeakSet<ArrayBufferLike>();

  bytes!: Uint8Array;
  u32!: Uint32Array;
  f32!: Float32Array;
  f64!: Float64Array;
  i64!: BigInt64Array;

  /** Called when growth has detached the arrays over the memory. */
  onDetach: (() => void) | null = null;

  constructor(
    readonly shared: boolean,
    /** Bytes to begin with, where that many can be had: whole pages. */
    start = PAGE,
  ) {
    const module = moduleFor(shared);
    if (!module) {
      throw new Error(
        `lossgrad: expected a module for ${shared ? "shared" : "unshared"} memory, got one for the other kind; here init() needs the ` +
          `module of "lossgrad/lossgrad.${shared ? "threads." : ""}wasm"`,
      );
    }
    this.module = module;
    [this.wasm, this.maximum] = addressSpace(shared, start / PAGE);
    this.kernels = instantiate(this.module, this.wasm);
    this.renewViews();
    this.allocator.extend(this.reserved - SCRATCH.end);
  }

  get buffer(): ArrayBufferLike {
    return this.bytes.buffer;
  }

  /** Whether views of `buffer` are views of this memory. */
  owns(buffer: ArrayBufferLike): boolean {
    return buffer === this.bytes.buffer || this.buffers.has(buffer);
  }

  get reserved(): number {
    return this.bytes.length;
  }

  /** Bytes that it can grow to. */
  get limit(): number {
    return this.maximum * PAGE;
  }

  /**
   * A block of at least `bytes`; grows the memory when none is free. Null when the memory cannot
   * grow that far.
   */
  allocate(bytes: number): Block | null {
    let block = this.allocator.take(bytes);
    if (!block && this.holds.length > 0) {
      this.endHolds();
      block = this.allocator.take(bytes);
    }
    if (block) return block;
    const needed = this.allocator.shortfall(bytes);
    if (!this.grow(Math.max(needed, this.ahead)) && !this.grow(needed)) return null;
    return this.allocator.take(bytes);
  }

  /** Gives a block back: to others at once, or when no thread may write to it any more. */
  give(block: Block): void {
    const hold = this.holds.length > 0 ? this.holdOn(block) : undefined;
    if (hold) hold.blocks.push(block);
    else this.allocator.give(block);
  }

  /**
   * Keeps blocks that reach into [from, to) from being used again until `isOver`, which is asked
   * now and then.
   */
  hold(from: number, to: number, isOver: () => boolean): void {
    this.holds.push({ from, to, isOver, blocks: [] });
  }

  private holdOn({ address, size }: Block): Hold | undefined {
    this.endHolds();
    return this.holds.find(({ from, to }) => from < address + size && address < to);
  }

  private endHolds(): void {
    const over = this.holds.filter(({ isOver }) => isOver());
    this.holds = this.holds.filter((hold) => !over.includes(hold));
    for (const { blocks } of over) for (const block of blocks) this.give(block);
  }

  /**
   * Sees to it that `bytes` can be allocated without growth. False when the memory cannot grow that
   * far.
   */
  reserve(bytes: number): boolean {
    this.makeWindows();
    const needed = this.allocator.shortfall(bytes);
    return needed <= 0 || this.allocator.largestFreeBlock() >= bytes || this.grow(needed);
  }

  /**
   * Windows are made when they are first needed. Where that might detach arrays, or take reserved
   * room, they are made before.
   */
  makeWindows(): void {
    if (!this.shared) for (let index = SUM_WINDOW; index < WINDOWS; index++) this.window(index);
  }

  /** Bytes to grow by, where no more are needed. */
  private get ahead(): number {
    return this.shared ? GROWTH : Math.min(Math.max(this.reserved, GROWTH), MOST_AHEAD);
  }

  /** The address of window `index`: BLOCK elements of 8 bytes. */
  window(index: number): number {
    return (this.windows[index - SUM_WINDOW] ??= this.room(BLOCK * 8)).address;
  }

  /**
   * Copies bytes within the memory. What computes the addresses may let the memory grow, which
   * detaches views: so no view is read before them.
   */
  copy(to: number, from: number, bytes: number): void {
    this.bytes.copyWithin(to, from, from + bytes);
  }

  /** Sets bytes to 0; as `copy`. */
  clear(address: number, bytes: number): void {
    this.bytes.fill(0, address, address + bytes);
  }

  /**
   * A block of working space, which `giveRoom` takes back. It is the library's own, and does not
   * count as the user's memory.
   */
  room(bytes: number): Block {
    let block = this.allocate(bytes);
    if (!block) this.makeRoom(() => (block ??= this.allocator.take(bytes)) === null);
    block ??= this.allocator.take(bytes);
    if (!block) throw new RangeError(`lossgrad: no memory for a working window of ${bytes} bytes`);
    this.allocator.bytesInUse -= block.size;
    return block;
  }

  giveRoom(block: Block): void {
    this.allocator.bytesInUse += block.size;
    this.give(block);
  }

  private grow(bytes: number): boolean {
    const pages = Math.ceil(bytes / PAGE);
    if (this.reserved / PAGE + pages > this.maximum) return false;
    try {
      this.wasm.grow(pages);
    } catch {
      return false;
    }
    this.renewViews();
    this.allocator.extend(pages * PAGE);
    if (!this.shared) this.onDetach?.();
    return true;
  }

  private renewViews(): void {
    const { buffer } = this.wasm;
    this.buffers.add(buffer);
    this.bytes = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
  }
}

/** A memory of `initial` pages, and the pages that it can grow to. */
function addressSpace(shared: boolean, initial: number): [WebAssembly.Memory, number] {
  const left = addressSpaceLeft();
  // Under a limit V8 may reserve less than it says, and then never grow; and the rest of the
  // program needs some as well.
  const most = Math.min(MAXIMUM_PAGES, Math.max(LEAST_PAGES, Math.floor(left / (2 * PAGE))));
  for (let maximum = most; ; maximum >>>= 1) {
    try {
      return [new WebAssembly.Memory({ initial: Math.min(initial, maximum), maximum, shared }), maximum];
    } catch (cause) {
      if (maximum >= 2 * LEAST_PAGES) continue;
      const bytes = `${maximum * PAGE} bytes of ${shared ? "shared " : ""}memory`;
      const way = left < Infinity ? wayOut(left) : "";
      throw new RangeError(`lossgrad: expected address space for ${bytes}, got "${String(cause)}"${way}`, {
        cause,
      });
    }
  }
}

function wayOut(left: number): string {
  return (
    `. This process may have ${Math.floor(left / 2 ** 20)} MiB more, and some engines reserve 10 GiB for any memory: raise the limit (ulimit -v), ` +
    "or start Node with --disable-wasm-trap-handler, which makes do with less"
  );
}

/** Whether memory can be shared here: in a page, only where it is isolated from other origins. */
export function canShare(): boolean {
  const { crossOriginIsolated = true } = globalThis as { crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === "function" && crossOriginIsolated;
}

/** The one linear memory that tensors lie in, made on first use. */
export function memory(): LinearMemory {
  return (runtime.tensors ??= firstMemory());
}

/** Shared where that is wanted and can be had, since threads need it. */
function firstMemory(): LinearMemory {
  if (!runtime.mayShare || !canShare() || !moduleFor(true)) return new LinearMemory(false, UNSHARED_START);
  try {
    return new LinearMemory(true);
  } catch (error) {
    if (error instanceof RangeError) return new LinearMemory(false, UNSHARED_START);
    throw error;
  }
}

/**
 * The memory whose windows typed arrays pass through that lie elsewhere. It is not shared, unless
 * there is a module for shared memory only: copying into shared memory takes two to three times as
 * long (measured).
 */
export function staging(): LinearMemory {
  return (runtime.staging ??= memory().shared && moduleFor(false) ? secondMemory() : memory());
}

/** Another one; the first where there is no address space for two. */
function secondMemory(): LinearMemory {
  try {
    return new LinearMemory(false);
  } catch (error) {
    if (error instanceof RangeError) return memory();
    throw error;
  }
}

/**
 * Makes room in the linear memory: `bytes` can be allocated from now on without its growth. Tensors
 * and arrays are rounded up to 64 bytes each, and results that are still held count as well.
 *
 * Where memory is not shared, as in a page that is not isolated, growth detaches every array that
 * `allocate` and `array()` gave: an array of `allocate` then has no elements, and what is written
 * to it is lost. Call this once, before the first of them. What is reserved is address space; the
 * system provides a page of it when it is first written to.
 *
 * @throws TypeError for what is no number; RangeError for what is no whole number from 0 up, and
 * where the memory cannot grow that far
 * @example
 * reserve(2 ** 20);
 * memoryStats().largestFreeBlock >= 2 ** 20; // true
 */
export function reserve(bytes: number): void {
  if (typeof bytes !== "number") {
    throw new TypeError(`reserve: expected a number of bytes, got ${describeValue(bytes)}`);
  }
  if (!Number.isInteger(bytes) || bytes < 0) {
    throw new RangeError(`reserve: expected a non-negative whole number of bytes, got ${bytes}`);
  }
  const { limit, allocator, reserved } = memory();
  if (bytes < 2 ** 32 && memory().reserve(bytes)) return;
  throw new RangeError(
    `reserve: expected room for ${bytes} bytes, got a memory of at most ${limit} that has ${reserved} and cannot grow that ` +
      `far: tensors and arrays hold ${allocator.bytesInUse}; free them with dispose(), or reserve less`,
  );
}

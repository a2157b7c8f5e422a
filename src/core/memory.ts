/**
 * The linear memory: one allocator over it, typed views that are renewed after growth, fixed scratch space and the
 * windows through which operands pass that the kernels cannot read in place.
 */
import { addressSpaceLeft } from "./address-space.js";
import { Allocator, type Block } from "./allocator.js";
import { moduleFor } from "./binary.js";
import { BLOCK } from "./block.js";
import type { Kernels } from "./kernels.js";
import { instantiate } from "./load.js";

const PAGE = 65536;
/** One page short of 4 GiB: engines differ on the last page. */
const MAXIMUM_PAGES = 65535;
/** Where that much address space is not to be had, less is asked for, by halves; with less than 16 MiB nothing can be done. */
const LEAST_PAGES = 256;
/** Growth is at least this, so that small tensors do not grow the memory one by one. */
const GROWTH = 1 << 20;

/** Fixed addresses below the first block. Address 0 stays unused. */
export const SCRATCH = {
  /** Splat scalars, 16 bytes each, by operand. */
  splat: 64,
  /** Results of a kernel, see assembly/loops/total.ts. */
  results: 128,
  /** Sizes, strides and index of a strided view, 64 dimensions at most. */
  table: 192,
  end: 192 + 3 * 4 * 64,
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
  /** The buffers through which the memory was ever seen: a shared one lives on when the memory grows. */
  private readonly buffers = new WeakSet<ArrayBufferLike>();

  bytes!: Uint8Array;
  u32!: Uint32Array;
  f32!: Float32Array;
  f64!: Float64Array;
  i64!: BigInt64Array;

  constructor(readonly shared: boolean) {
    const module = moduleFor(shared);
    if (!module) {
      throw new Error(
        `lossgrad: expected a module for ${shared ? "shared" : "unshared"} memory, got one for the other kind; here init() needs the ` +
          `module of "lossgrad/lossgrad.${shared ? "threads." : ""}wasm"`,
      );
    }
    this.module = module;
    [this.wasm, this.maximum] = reserve(shared);
    this.kernels = instantiate(this.module, this.wasm);
    this.renewViews();
    this.allocator.extend(PAGE - SCRATCH.end);
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

  /** A block of at least `bytes`; grows the memory when none is free. Null when the memory cannot grow that far. */
  allocate(bytes: number): Block | null {
    let block = this.allocator.take(bytes);
    if (!block && this.holds.length > 0) {
      this.endHolds();
      block = this.allocator.take(bytes);
    }
    if (block) return block;
    const needed = this.allocator.shortfall(bytes);
    if (!this.grow(Math.max(needed, GROWTH)) && !this.grow(needed)) return null;
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

  /** The address of window `index`: BLOCK elements of 8 bytes. */
  window(index: number): number {
    let block: Block | null = this.windows[index] ?? null;
    if (!block) {
      block = this.allocate(BLOCK * 8);
      if (!block) this.makeRoom(() => (block ??= this.allocator.take(BLOCK * 8)) === null);
      block ??= this.allocator.take(BLOCK * 8);
      if (!block) throw new RangeError(`lossgrad: no memory for a working window of ${BLOCK * 8} bytes`);
      // Windows are the library's own working space, not the user's memory.
      this.allocator.bytesInUse -= block.size;
      this.windows[index] = block;
    }
    return block.address;
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

/** A memory of one page, and the pages that it can grow to. */
function reserve(shared: boolean): [WebAssembly.Memory, number] {
  const left = addressSpaceLeft();
  // Under a limit V8 may reserve less than it says, and then never grow; and the rest of the
  // program needs some as well.
  const most = Math.min(MAXIMUM_PAGES, Math.max(LEAST_PAGES, Math.floor(left / (2 * PAGE))));
  for (let maximum = most; ; maximum >>>= 1) {
    try {
      return [new WebAssembly.Memory({ initial: 1, maximum, shared }), maximum];
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

let instance: LinearMemory | null = null;
let besides: LinearMemory | null = null;
let sharing = true;

/** Says whether the memory, where it is not made yet, may be shared with threads. */
export function allowSharing(allowed: boolean): void {
  sharing = allowed;
}

/** Whether memory can be shared here: in a page, only where it is isolated from other origins. */
export function canShare(): boolean {
  const { crossOriginIsolated = true } = globalThis as { crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === "function" && crossOriginIsolated;
}

/** The one linear memory that tensors lie in, made on first use. */
export function memory(): LinearMemory {
  return (instance ??= firstMemory());
}

/** Shared where that is wanted and can be had, since threads need it. */
function firstMemory(): LinearMemory {
  if (!sharing || !canShare() || !moduleFor(true)) return new LinearMemory(false);
  try {
    return new LinearMemory(true);
  } catch (error) {
    if (error instanceof RangeError) return new LinearMemory(false);
    throw error;
  }
}

/**
 * The memory whose windows typed arrays pass through that lie elsewhere. It is not shared, unless there is a module for shared memory only:
 * copying into shared memory takes two to three times as long (measured).
 */
export function staging(): LinearMemory {
  return (besides ??= memory().shared && moduleFor(false) ? secondMemory() : memory());
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

/**
 * The bytes of a tensor, shared by its views. They are in one of three places:
 *
 *     linear    a block of the linear memory: kernels read and write it in place
 *     spilled   a garbage-collected Uint8Array: moved out to make room, moved back when it is used again
 *     value     a number on the JS side, for 0-d results: nothing allocated until bytes are asked for
 *
 * Finalizers run between tasks only, so a synchronous loop that drops its results would fill the
 * memory. Results of operations therefore queue up, oldest first, within a budget; beyond it the
 * oldest are spilled, and the garbage collector frees them at any time. What a user made or looked
 * into by `array()` is never spilled: a finalizer frees it.
 *
 * Kernels know addresses only, so nothing may move under them: see operation.ts. A view that a user
 * may keep holds its storage (ndarray/view.ts), and only the user's own `dispose()` gives the bytes
 * to others before the view is garbage.
 */
import { alignUp, type Block } from "./allocator.js";
import { type LinearMemory, memory } from "./memory.js";
import { betweenOperations, NONE, operation, pinnable, pinningError } from "./operation.js";
import { runtime } from "./runtime.js";
import { enlistOutermost, innermost, inScope, type Scope, type Scoped } from "./scope.js";
import { shareOut } from "./threads/threads.js";

/** Held by the finalizer in the storage's stead. */
interface Lease {
  block: Block | null;
}

interface Queue {
  /** Storages up to this many bytes belong here. */
  readonly largest: number;
  readonly budget: number;
  /** Bytes of the members' blocks: a million results of one element are 64 MB, not 4. */
  bytes: number;
  oldest: Storage | null;
  newest: Storage | null;
}

/**
 * Small results turn over in a cache; large ones may be many activations of a model, kept in place
 * as long as possible.
 */
const SMALL: Queue = { largest: 1 << 16, budget: 1 << 23, bytes: 0, oldest: null, newest: null };
const MEDIUM: Queue = { largest: 1 << 22, budget: 1 << 25, bytes: 0, oldest: null, newest: null };
const LARGE: Queue = { largest: Infinity, budget: 1 << 28, bytes: 0, oldest: null, newest: null };

const finalizer = /* @__PURE__ */ new FinalizationRegistry<Lease>(({ block }) => {
  if (block) release(block);
});

let live = 0;

export type Origin = "user" | "result";

export class Storage implements Scoped {
  /** The bytes, where they are in the linear memory. */
  private block: Block | null = null;
  /** What the finalizer frees; null as long as there is none. */
  private lease: Lease | null = null;
  private spilled: Uint8Array<ArrayBuffer> | null = null;
  /** The queue it stands in, and its neighbours there. */
  private queue: Queue | null = null;
  private older: Storage | null = null;
  newer: Storage | null = null;
  /** The operation that last asked where the bytes lie. */
  private usedBy = -1;
  /** A view was handed out, which a user may hold for ever. */
  private viewed = false;
  disposed = false;
  /** How many leaves hold it, as their gradient or as the data that was assigned to them. */
  private leaves = 0;
  /** Nobody can use it but by way of these leaves, so that it is freed when they let it go. */
  heldOnly = false;
  /**
   * Of the gradient engine: the run that counts holds of these bytes, how many, and whether it may
   * free them.
   */
  run = 0;
  holds = 0;
  owned = false;
  /** The scope that has found it among what leaves it. */
  keptBy: Scope | null = null;

  /**
   * Without bytes of its own: a value on the JS side, which `write` puts where it is told, once
   * that is needed.
   */
  constructor(
    readonly bytes: number,
    /** Null once the value has its bytes. */
    public write: ((address: number) => void) | null,
  ) {
    innermost?.members.push(this);
  }

  /** Uninitialised bytes in the linear memory. */
  static allocate(bytes: number, origin: Origin): Storage {
    if (operation !== NONE) throw betweenOperations("a tensor is allocated");
    const storage = new Storage(bytes, null);
    storage.place(origin);
    return storage;
  }

  /** Where the bytes lie, pinned until the end of the operation under way. */
  address(): number {
    if (this.usedBy !== operation) {
      if (!pinnable) throw pinningError();
      if (this.disposed) throw new Error("internal: address of a disposed storage");
      if (!this.block) this.restore("result");
      this.usedBy = operation;
    }
    return this.block!.address;
  }

  /**
   * As `address`, at any time and for good: for a view that a user may keep, and that holds this
   * storage.
   */
  pin(): number {
    if (this.disposed) throw new Error("internal: address of a disposed storage");
    if (!this.block) this.restore("user");
    this.leaveQueue();
    this.register();
    this.viewed = true;
    return this.block!.address;
  }

  /** Frees the bytes, whoever has a view of them: the user's word. */
  dispose(): void {
    this.end();
    this.giveBack();
  }

  /** As `dispose`, but bytes that a user may have a view of are left to the finalizer. */
  discard(): void {
    if (this.viewed) this.end();
    else this.dispose();
  }

  private end(): void {
    if (operation !== NONE) throw betweenOperations("a storage is freed");
    this.disposed = true;
    this.leaveQueue();
    this.spilled = null;
    this.write = null;
  }

  /** A leaf takes it for its gradient or its data. */
  hold(): void {
    this.leaves++;
  }

  /**
   * A leaf lets it go. The last one frees it: at once, or, when something in the open scope may
   * have `seen` it, at the end of that. Where others may use it, the garbage collector frees it.
   */
  letGo(seen: boolean): void {
    this.leaves--;
    if (this.leaves > 0) return;
    if (!this.heldOnly) this.retire();
    else if (seen && inScope()) enlistOutermost(this);
    else this.discard();
  }

  outlive(heldOnly: boolean): void {
    this.heldOnly = heldOnly;
  }

  /**
   * Says that probably nobody needs the bytes any more, though somebody may hold them: a gradient
   * that was read and then set to null. Its warm place in a cache is worth more than its copy; a
   * scope would free it without one.
   */
  retire(): void {
    if (this.queue && !inScope()) this.spill();
  }

  /** Moves the bytes out of the linear memory. */
  spill(): void {
    if (this.inUse) throw new Error("internal: what an operation pinned is moved out");
    const { address } = this.block!;
    this.spilled = memory().bytes.slice(address, address + this.bytes);
    this.leaveQueue();
    this.giveBack();
  }

  private giveBack(): void {
    if (!this.block) return;
    release(this.block);
    this.block = null;
    if (this.lease) this.lease.block = null;
  }

  /**
   * Moves the bytes to another block, in the middle of the operation that uses them: a thread may
   * still write to this one. False for bytes that a user may see where they are.
   */
  move(): boolean {
    if (this.lease) return false;
    const linear = memory();
    const from = this.block!;
    const queue = queueFor(this.bytes);
    makeRoom(queue, this.bytes);
    const to = linear.allocate(this.bytes) ?? spilledFor(linear, this.bytes);
    this.leaveQueue();
    this.block = to;
    this.enter(queue);
    linear.copy(to.address, from.address, this.bytes);
    linear.give(from);
    return true;
  }

  private place(origin: Origin): void {
    const linear = runtime.tensors ?? memory();
    const queue = origin === "result" ? queueFor(this.bytes) : null;
    if (queue && queue.bytes + alignUp(this.bytes) > queue.budget) makeRoom(queue, this.bytes);
    this.block = linear.allocate(this.bytes) ?? spilledFor(linear, this.bytes);
    runtime.shareOut = shareOut;
    linear.makeRoom = spillWhile;
    live++;
    if (queue) this.enter(queue);
    else this.register();
  }

  private restore(origin: Origin): void {
    this.place(origin);
    const { address } = this.block!;
    if (this.spilled) memory().bytes.set(this.spilled, address);
    this.write?.(address);
    this.spilled = null;
    this.write = null;
  }

  private register(): void {
    if (this.lease) return;
    this.lease = { block: this.block };
    finalizer.register(this, this.lease);
  }

  private enter(queue: Queue): void {
    queue.bytes += this.block!.size;
    this.older = queue.newest;
    if (queue.newest) queue.newest.newer = this;
    else queue.oldest = this;
    queue.newest = this;
    this.queue = queue;
  }

  private leaveQueue(): void {
    const { queue, older, newer } = this;
    if (!queue) return;
    queue.bytes -= this.block!.size;
    if (older) older.newer = newer;
    else queue.oldest = newer;
    if (newer) newer.older = older;
    else queue.newest = older;
    this.queue = null;
    this.older = null;
    this.newer = null;
  }

  /** Whether the operation under way pinned these bytes. */
  get inUse(): boolean {
    return this.usedBy === operation;
  }
}

function release(block: Block): void {
  memory().give(block);
  live--;
}

/** A block for which others are moved out. */
function spilledFor(linear: LinearMemory, bytes: number): Block {
  const { allocator, limit } = linear;
  let block: Block | null = null;
  spillWhile(() => (block ??= allocator.take(bytes)) === null);
  block ??= linear.allocate(bytes);
  if (block) return block;
  throw new RangeError(
    `lossgrad: expected to allocate ${bytes} bytes, got no room: ${live} tensors hold ${allocator.bytesInUse} bytes of ` +
      `at most ${Math.round(limit / 2 ** 20)} MiB, and the largest free block has ${allocator.largestFreeBlock()}. Free tensors with dispose(), ` +
      `\`using\` or tidy(() => ...) (only dispose() frees what array() shows), or let an asynchronous task end so that the garbage collector's finalizers can run`,
  );
}

/** Moves the oldest results of a queue out, until there is room for another. */
function makeRoom(queue: Queue, bytes: number): void {
  spillOldest(queue, () => queue.bytes + alignUp(bytes) > queue.budget);
}

/** Moves results out as long as `more()`: all that no operation pinned, if need be. */
export function spillWhile(more: () => boolean): void {
  for (const queue of [SMALL, MEDIUM, LARGE]) spillOldest(queue, more);
}

function spillOldest(queue: Queue, more: () => boolean): void {
  let storage = queue.oldest;
  while (storage && more()) {
    const { newer }: Storage = storage;
    if (!storage.inUse) storage.spill();
    storage = newer;
  }
}

function queueFor(bytes: number): Queue {
  return bytes <= SMALL.largest ? SMALL : bytes <= MEDIUM.largest ? MEDIUM : LARGE;
}

/** What the linear memory holds. */
export interface MemoryStats {
  /** Bytes held by tensors, rounded up to whole blocks of 64. */
  bytesInUse: number;
  /**
   * Size of the linear memory in bytes; it never shrinks. Address space: what was never written to
   * takes no memory.
   */
  bytesReserved: number;
  /**
   * Tensors that hold linear memory; views share their tensor's, and 0-d results hold none until
   * they are needed there.
   */
  liveTensors: number;
  /** The largest allocation in bytes that fits without growing. */
  largestFreeBlock: number;
}

/**
 * The state of the linear memory.
 *
 * @example
 * const before = memoryStats().liveTensors;
 * const x = zeros([1000]);
 * memoryStats().liveTensors - before; // 1
 */
export function memoryStats(): MemoryStats {
  const { allocator, reserved } = memory();
  return {
    bytesInUse: allocator.bytesInUse,
    bytesReserved: reserved,
    liveTensors: live,
    largestFreeBlock: allocator.largestFreeBlock(),
  };
}

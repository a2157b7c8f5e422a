/**
 * The bytes of a tensor, shared by its views. They are in one of three places:
 *
 *     linear    a block of the linear memory: kernels read and write it in place
 *     spilled   a garbage-collected Uint8Array: moved out to make room, moved back when it is used again
 *     value     a number on the JS side, for 0-d results: nothing allocated until bytes are asked for
 *
 * Finalizers run between tasks only, so a synchronous loop that drops its results would fill the memory. Results of
 * operations therefore queue up, oldest first, within a budget; beyond it the oldest are spilled, and the garbage collector
 * frees them at any time. What a user made or looked into by `array()` is never spilled: a finalizer frees it.
 *
 * Kernels know addresses only, so nothing may move under them: see operation.ts. A view that a user
 * may keep holds its storage (ndarray/view.ts), and only the user's own `dispose()` gives the bytes
 * to others before the view is garbage.
 */
import { alignUp, type Block } from "./allocator.js";
import { memory } from "./memory.js";
import { checkBetweenOperations, checkPinning, operation } from "./operation.js";
import { runtime } from "./runtime.js";
import { enlist, enlistOutermost, inScope } from "./scope.js";
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

/** Small results turn over in a cache; large ones may be many activations of a model, kept in place as long as possible. */
const queues: readonly Queue[] = [
  { largest: 1 << 16, budget: 1 << 23, bytes: 0, oldest: null, newest: null },
  { largest: 1 << 22, budget: 1 << 25, bytes: 0, oldest: null, newest: null },
  { largest: Infinity, budget: 1 << 28, bytes: 0, oldest: null, newest: null },
];

const finalizer = /* @__PURE__ */ new FinalizationRegistry<Lease>((lease) => {
  if (lease.block) release(lease);
});

let live = 0;

export type Origin = "user" | "result";

export class Storage {
  private readonly lease: Lease = { block: null };
  private spilled: Uint8Array<ArrayBuffer> | null = null;
  /** The queue it stands in, and its neighbours there. */
  private queue: Queue | null = null;
  private older: Storage | null = null;
  newer: Storage | null = null;
  /** The operation that last asked where the bytes lie. */
  private usedBy = -1;
  private registered = false;
  /** A view was handed out, which a user may hold for ever. */
  private viewed = false;
  disposed = false;
  /** How many leaves hold it, as their gradient or as the data that was assigned to them. */
  private leaves = 0;
  /** Nobody can use it but by way of these leaves, so that it is freed when they let it go. */
  heldOnly = false;
  /** Of the gradient engine: the run that counts holds of these bytes, how many, and whether it may free them. */
  run = 0;
  holds = 0;
  owned = false;

  private constructor(
    readonly bytes: number,
    private write: ((address: number) => void) | null,
  ) {
    enlist(this);
  }

  /** Uninitialised bytes in the linear memory. */
  static allocate(bytes: number, origin: Origin): Storage {
    checkBetweenOperations("a tensor is allocated");
    const storage = new Storage(bytes, null);
    storage.place(origin);
    return storage;
  }

  /** A value that stays on the JS side until its address is asked for; `write` then puts it there. */
  static ofValue(bytes: number, write: (address: number) => void): Storage {
    return new Storage(bytes, write);
  }

  /** Where the bytes lie, pinned until the end of the operation under way. */
  address(): number {
    if (this.usedBy !== operation) this.join();
    return this.lease.block!.address;
  }

  private join(): void {
    checkPinning();
    if (this.disposed) throw new Error("internal: address of a disposed storage");
    if (!this.lease.block) this.restore("result");
    this.usedBy = operation;
  }

  /**
   * As `address`, at any time and for good: for a view that a user may keep, and that holds this
   * storage.
   */
  pin(): number {
    if (this.disposed) throw new Error("internal: address of a disposed storage");
    if (!this.lease.block) this.restore("user");
    this.leaveQueue();
    this.register();
    this.viewed = true;
    return this.lease.block!.address;
  }

  /** Frees the bytes, whoever has a view of them: the user's word. */
  dispose(): void {
    this.end();
    if (this.lease.block) release(this.lease);
  }

  /** As `dispose`, but bytes that a user may have a view of are left to the finalizer. */
  discard(): void {
    if (this.viewed) this.end();
    else this.dispose();
  }

  private end(): void {
    checkBetweenOperations("a storage is freed");
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
   * A leaf lets it go. The last one frees it: at once, or, when something in the open scope may have `seen` it, at the end of
   * that. Where others may use it, the garbage collector frees it.
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
   * Says that probably nobody needs the bytes any more, though somebody may hold them: a gradient that was read and then set to
   * null. Its warm place in a cache is worth more than its copy; a scope would free it without one.
   */
  retire(): void {
    if (this.queue && !inScope()) this.spill();
  }

  /** Moves the bytes out of the linear memory. */
  spill(): void {
    if (this.inUse) throw new Error("internal: what an operation pinned is moved out");
    const { address } = this.lease.block!;
    this.spilled = memory().bytes.slice(address, address + this.bytes);
    this.leaveQueue();
    release(this.lease);
  }

  /**
   * Moves the bytes to another block, in the middle of the operation that uses them: a thread may
   * still write to this one. False for bytes that a user may see where they are.
   */
  move(): boolean {
    if (this.registered) return false;
    const from = this.lease.block!;
    const to = allocateBlock(this.bytes, "result");
    this.leaveQueue();
    this.lease.block = to;
    this.enterQueue();
    memory().bytes.copyWithin(to.address, from.address, from.address + this.bytes);
    memory().give(from);
    return true;
  }

  private place(origin: Origin): void {
    this.lease.block = allocateBlock(this.bytes, origin);
    runtime.shareOut = shareOut;
    memory().makeRoom = spillWhile;
    live++;
    if (origin === "user") this.register();
    else this.enterQueue();
  }

  private restore(origin: Origin): void {
    this.place(origin);
    const { address } = this.lease.block!;
    if (this.spilled) memory().bytes.set(this.spilled, address);
    this.write?.(address);
    this.spilled = null;
    this.write = null;
  }

  private register(): void {
    if (this.registered) return;
    this.registered = true;
    finalizer.register(this, this.lease);
  }

  private enterQueue(): void {
    const queue = queueFor(this.bytes);
    queue.bytes += this.lease.block!.size;
    this.older = queue.newest;
    if (queue.newest) queue.newest.newer = this;
    else queue.oldest = this;
    queue.newest = this;
    this.queue = queue;
  }

  private leaveQueue(): void {
    const { queue, older, newer } = this;
    if (!queue) return;
    queue.bytes -= this.lease.block!.size;
    if (older) older.newer = newer;
    else queue.oldest = newer;
    if (newer) newer.older = older;
    else queue.newest = older;
    this.queue = null;
    this.older = null;
    this.newer = null;
  }

  /** Whether the content is still only a value on the JS side. */
  get isValue(): boolean {
    return this.write !== null;
  }

  /** Whether the operation under way pinned these bytes. */
  get inUse(): boolean {
    return this.usedBy === operation;
  }
}

function release(lease: Lease): void {
  memory().give(lease.block!);
  lease.block = null;
  live--;
}

function allocateBlock(bytes: number, origin: Origin): Block {
  if (origin === "result") makeRoom(bytes);
  let block = memory().allocate(bytes);
  if (!block) spillWhile(() => (block ??= memory().allocator.take(bytes)) === null);
  block ??= memory().allocate(bytes);
  if (block) return block;
  const { allocator, limit } = memory();
  throw new RangeError(
    `lossgrad: expected to allocate ${bytes} bytes, got no room: ${live} tensors hold ${allocator.bytesInUse} bytes of ` +
      `at most ${Math.round(limit / 2 ** 20)} MiB, and the largest free block has ${allocator.largestFreeBlock()}. Free tensors with dispose(), ` +
      `\`using\` or tidy(() => ...) (only dispose() frees what array() shows), or let an asynchronous task end so that the garbage collector's finalizers can run`,
  );
}

function makeRoom(bytes: number): void {
  const queue = queueFor(bytes);
  const size = alignUp(bytes);
  if (queue.bytes + size > queue.budget) spillOldest(queue, () => queue.bytes + size > queue.budget);
}

/** Moves results out as long as `more()`: all that no operation pinned, if need be. */
export function spillWhile(more: () => boolean): void {
  for (const queue of queues) spillOldest(queue, more);
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
  return queues.find(({ largest }) => bytes <= largest)!;
}

/** What the linear memory holds. */
export interface MemoryStats {
  /** Bytes held by tensors, rounded up to whole blocks of 64. */
  bytesInUse: number;
  /** Size of the linear memory in bytes; it never shrinks. Address space: what was never written to takes no memory. */
  bytesReserved: number;
  /** Tensors that hold linear memory; views share their tensor's, and 0-d results hold none until they are needed there. */
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

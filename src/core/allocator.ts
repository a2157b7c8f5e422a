/**
 * Blocks of a linear address space, 64-byte aligned. Free blocks lie in bins by the power of two of
 * their size; neighbours merge when they are freed, so that no two free blocks touch. Knows
 * addresses only, not the memory.
 *
 *     | start | used | free | used used | free ... end |
 */
export interface Block {
  address: number;
  size: number;
  free: boolean;
  /** Neighbours in address order. */
  left: Block | null;
  right: Block | null;
  /** Neighbours in the bin of a free block. */
  previous: Block | null;
  next: Block | null;
}

/** A cache line, which is also four vectors. */
const ALIGNMENT = 64;
/** By the leading zeros of the size, which is less than 2^32. */
const BINS = 32;
/**
 * Blocks of a request's own bin may be too small: so many are tried before the next bin, where all
 * fit.
 */
const TRIES = 8;

export function alignUp(bytes: number): number {
  return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
}

export class Allocator {
  bytesInUse = 0;
  private last: Block | null = null;
  /** First block of each bin. */
  private readonly bins = new Array<Block | null>(BINS).fill(null);

  constructor(private end: number) {}

  /** A block of at least `bytes`, or null when none is free: then `extend` and try again. */
  take(bytes: number): Block | null {
    const size = alignUp(bytes);
    const found = this.find(size);
    if (!found) return null;
    this.bytesInUse += size;
    if (found.size > size) return this.cut(found, size);
    this.unbin(found);
    found.free = false;
    return found;
  }

  private find(size: number): Block | null {
    const own = Math.clz32(size);
    let candidate = this.bins[own];
    for (let tries = 0; candidate && tries < TRIES; tries++) {
      if (candidate.size >= size) return candidate;
      candidate = candidate.next;
    }
    for (let bin = own - 1; bin >= 0; bin--) if (this.bins[bin]) return this.bins[bin];
    // Nothing larger is free: the rest of the own bin is worth the search.
    while (candidate && candidate.size < size) candidate = candidate.next;
    return candidate;
  }

  give(block: Block): void {
    if (block.free) throw new Error(`internal: block at ${block.address} freed twice`);
    this.bytesInUse -= block.size;
    block.free = true;
    let merged = block;
    if (block.left?.free) merged = this.join(block.left, block, block.left);
    if (merged.right?.free) merged = this.join(merged, merged.right, merged.right);
    this.bin(merged);
  }

  /** Adds `bytes` at the end of the address space. */
  extend(bytes: number): void {
    const block = newBlock(this.end, bytes, this.last, null);
    if (this.last) this.last.right = block;
    this.last = block;
    this.end += bytes;
    this.bytesInUse += bytes;
    this.give(block);
  }

  /** Bytes that the address space must grow by before `take(bytes)` succeeds at its end. */
  shortfall(bytes: number): number {
    return alignUp(bytes) - (this.last?.free ? this.last.size : 0);
  }

  largestFreeBlock(): number {
    for (let bin = 0; bin < BINS; bin++) {
      let largest = 0;
      for (let block = this.bins[bin]; block; block = block.next) largest = Math.max(largest, block.size);
      if (largest > 0) return largest;
    }
    return 0;
  }

  /**
   * Takes the first `size` bytes of a larger free block, which stays in its bin where that is right
   * for the rest.
   */
  private cut(block: Block, size: number): Block {
    const taken = newBlock(block.address, size, block.left, block);
    const rest = block.size - size;
    const stays = Math.clz32(rest) === Math.clz32(block.size);
    if (!stays) this.unbin(block);
    if (block.left) block.left.right = taken;
    block.left = taken;
    block.address += size;
    block.size = rest;
    if (!stays) this.bin(block);
    return taken;
  }

  /**
   * Merges `right` into its left neighbour; the one of them that was free before leaves its bin.
   */
  private join(left: Block, right: Block, before: Block): Block {
    this.unbin(before);
    left.size += right.size;
    left.right = right.right;
    if (right.right) right.right.left = left;
    else this.last = left;
    return left;
  }

  private bin(block: Block): void {
    const bin = Math.clz32(block.size);
    const first = this.bins[bin];
    block.previous = null;
    block.next = first;
    if (first) first.previous = block;
    this.bins[bin] = block;
  }

  private unbin(block: Block): void {
    if (block.next) block.next.previous = block.previous;
    if (block.previous) block.previous.next = block.next;
    else this.bins[Math.clz32(block.size)] = block.next;
    block.previous = null;
    block.next = null;
  }
}

function newBlock(address: number, size: number, left: Block | null, right: Block | null): Block {
  return { address, size, free: false, left, right, previous: null, next: null };
}

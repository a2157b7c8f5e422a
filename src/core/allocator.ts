/**
 * Blocks of a linear address space, 64-byte aligned. Free blocks lie in bins by the power of two of their size;
 * neighbours merge when they are freed, so that no two free blocks touch. Knows addresses only, not the memory.
 *
 *     | start | used | free | used used | free ... end |
 */
export interface Block {
  readonly address: number;
  size: number;
  free: boolean;
  /** Neighbours in address order. */
  left: Block | null;
  right: Block | null;
}

/** A cache line, which is also four vectors. */
const ALIGNMENT = 64;
const BINS = 33;

export function alignUp(bytes: number): number {
  return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
}

/** The bin of blocks with 2^bin <= size < 2^(bin + 1). */
function binOf(size: number): number {
  return size >= 0x80000000 ? 31 : 31 - Math.clz32(size);
}

export class Allocator {
  bytesInUse = 0;
  private last: Block | null = null;
  private readonly bins = Array.from({ length: BINS }, () => new Set<Block>());

  constructor(private end: number) {}

  /** A block of at least `bytes`, or null when none is free: then `extend` and try again. */
  take(bytes: number): Block | null {
    const size = alignUp(bytes);
    for (let bin = binOf(size); bin < BINS; bin++) {
      for (const block of this.bins[bin]) {
        if (block.size < size) continue;
        this.bins[bin].delete(block);
        this.split(block, size);
        block.free = false;
        this.bytesInUse += block.size;
        return block;
      }
    }
    return null;
  }

  give(block: Block): void {
    if (block.free) throw new Error(`internal: block at ${block.address} freed twice`);
    this.bytesInUse -= block.size;
    block.free = true;
    let merged = block;
    if (block.left?.free) merged = this.join(block.left, block);
    if (merged.right?.free) merged = this.join(merged, merged.right);
    this.bins[binOf(merged.size)].add(merged);
  }

  /** Adds `bytes` at the end of the address space. */
  extend(bytes: number): void {
    const block: Block = { address: this.end, size: bytes, free: false, left: this.last, right: null };
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
    for (let bin = BINS - 1; bin >= 0; bin--) {
      if (this.bins[bin].size > 0) return Math.max(...[...this.bins[bin]].map((block) => block.size));
    }
    return 0;
  }

  /** Cuts `block`, which is in no bin, down to `size` and gives back the rest. */
  private split(block: Block, size: number): void {
    if (block.size === size) return;
    const rest: Block = {
      address: block.address + size,
      size: block.size - size,
      free: true,
      left: block,
      right: block.right,
    };
    if (block.right) block.right.left = rest;
    else this.last = rest;
    block.right = rest;
    block.size = size;
    this.bins[binOf(rest.size)].add(rest);
  }

  /** Merges `right` into its left neighbour; takes both out of their bins. */
  private join(left: Block, right: Block): Block {
    this.bins[binOf(left.size)].delete(left);
    this.bins[binOf(right.size)].delete(right);
    left.size += right.size;
    left.right = right.right;
    if (right.right) right.right.left = left;
    else this.last = left;
    return left;
  }
}

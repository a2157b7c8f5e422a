import { describe, expect, it } from "vitest";
import { alignUp, Allocator, type Block } from "../../src/core/allocator.js";
import { Random } from "../support/random.js";

const CELL = 64;

describe("alignUp", () => {
  it.each([
    [0, 64],
    [1, 64],
    [64, 64],
    [65, 128],
    [2 ** 32 - 65, 2 ** 32 - 64],
  ])("rounds %i bytes up to %i", (bytes, expected) => {
    expect(alignUp(bytes)).toBe(expected);
  });
});

/**
 * The naive model: which cells of 64 bytes are taken, by the number of the block that took them.
 */
class Model {
  private owners = new Int32Array(0);

  extend(bytes: number): void {
    const owners = new Int32Array(this.owners.length + bytes / CELL);
    owners.set(this.owners);
    this.owners = owners;
  }

  /** Marks a block's cells; fails when one is taken already or lies outside. */
  take({ address, size }: Block, owner: number): void {
    expect(address % CELL).toBe(0);
    const end = (address + size) / CELL;
    if (end > this.owners.length) expect.fail(`block at ${address} of ${size} bytes passes the end`);
    for (let i = address / CELL; i < end; i++) {
      if (this.owners[i] !== 0) expect.fail(`block at ${address} of ${size} bytes overlaps another`);
      this.owners[i] = owner;
    }
  }

  give({ address, size }: Block): void {
    this.owners.fill(0, address / CELL, (address + size) / CELL);
  }

  bytesInUse(): number {
    return this.owners.reduce((n, owner) => n + (owner === 0 ? 0 : CELL), 0);
  }

  /** Bytes in the longest run of free cells: a free block, if neighbours always merge. */
  largestGap(): number {
    let [largest, run] = [0, 0];
    for (const owner of this.owners) {
      run = owner === 0 ? run + CELL : 0;
      largest = Math.max(largest, run);
    }
    return largest;
  }
}

describe("Allocator", () => {
  it("agrees with a naive model over 20000 random requests: no overlap, neighbours merged, the free found", () => {
    const random = new Random(1);
    const allocator = new Allocator(0);
    const model = new Model();
    const held: { block: Block; size: number }[] = [];
    const extend = (bytes: number): void => {
      allocator.extend(bytes);
      model.extend(bytes);
    };
    extend(65536);
    for (let step = 1; step <= 20_000; step++) {
      // Phases of growth and of release, so that the memory is both crowded and empty at times.
      if (held.length > 0 && random.chance(step % 2000 < 1000 ? 0.4 : 0.6)) {
        const [{ block, size }] = held.splice(random.integer(0, held.length - 1), 1);
        expect(block.size).toBe(size);
        model.give(block);
        allocator.give(block);
      } else {
        const bytes = Math.floor(2 ** (random.next() * 13));
        const largest = model.largestGap();
        const block = allocator.take(bytes);
        expect(block !== null, `${bytes} of ${largest} bytes`).toBe(alignUp(bytes) <= largest);
        if (!block) {
          extend(Math.ceil(allocator.shortfall(bytes) / 4096) * 4096);
          continue;
        }
        expect(block.size).toBe(alignUp(bytes));
        model.take(block, step);
        held.push({ block, size: block.size });
      }
      if (step % 50 === 0) {
        expect(allocator.bytesInUse).toBe(model.bytesInUse());
        expect(allocator.largestFreeBlock()).toBe(model.largestGap());
      }
    }
    for (const { block } of held) allocator.give(block);
    expect(allocator.bytesInUse).toBe(0);
  });

  it("joins what is freed with both neighbours, in any order", () => {
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [2, 1, 0],
    ]) {
      const allocator = new Allocator(64);
      allocator.extend(3 * 128);
      const blocks = [1, 2, 3].map(() => allocator.take(128)!);
      expect(allocator.take(1)).toBeNull();
      for (const i of order) allocator.give(blocks[i]);
      expect(allocator.largestFreeBlock()).toBe(3 * 128);
      expect(allocator.take(3 * 128)?.address).toBe(64);
    }
  });

  it("joins an extension with the free block at the end, and says by how much to extend", () => {
    const allocator = new Allocator(0);
    allocator.extend(256);
    const first = allocator.take(128)!;
    expect(allocator.shortfall(1000)).toBe(1024 - 128);
    allocator.extend(allocator.shortfall(1000));
    expect(allocator.take(1000)?.address).toBe(128);
    expect(allocator.shortfall(1)).toBe(64);
    allocator.give(first);
    // What is free before the end does not help there.
    expect(allocator.shortfall(192)).toBe(192);
  });

  it("finds a block among many of its own bin that are too small", () => {
    const allocator = new Allocator(0);
    allocator.extend(64 * 10_000);
    const blocks: Block[] = [];
    for (let i = 0; i < 100; i++) {
      blocks.push(allocator.take(128)!);
      allocator.take(64);
    }
    const large = allocator.take(192)!;
    allocator.take(64);
    while (allocator.take(64));
    allocator.give(large);
    for (const block of blocks) allocator.give(block);
    expect(allocator.take(192)).toBe(large);
    expect(allocator.take(192)).toBeNull();
    expect(allocator.take(128)).not.toBeNull();
  });

  it("takes nothing from an empty address space", () => {
    const allocator = new Allocator(0);
    expect(allocator.take(0)).toBeNull();
    expect(allocator.largestFreeBlock()).toBe(0);
    expect(allocator.bytesInUse).toBe(0);
  });

  it("refuses a block that is free already", () => {
    const allocator = new Allocator(0);
    allocator.extend(256);
    const block = allocator.take(64)!;
    allocator.give(block);
    expect(() => allocator.give(block)).toThrow("internal: block at 0 freed twice");
    expect(allocator.bytesInUse).toBe(0);
  });

  it("counts the largest of 200000 free blocks", () => {
    const allocator = new Allocator(0);
    allocator.extend(400_001 * 64);
    const blocks = Array.from({ length: 400_001 }, () => allocator.take(64)!);
    for (let i = 0; i < blocks.length; i += 2) allocator.give(blocks[i]);
    expect(allocator.largestFreeBlock()).toBe(64);
    expect(allocator.take(128)).toBeNull();
  });

  it("addresses up to 4 GiB", () => {
    const allocator = new Allocator(0);
    allocator.extend(2 ** 32 - 65536);
    const half = allocator.take(2 ** 31)!;
    const rest = allocator.take(2 ** 31 - 65536)!;
    expect([half, rest].map(({ address }) => address)).toEqual([0, 2 ** 31]);
    expect(allocator.take(1)).toBeNull();
    allocator.give(rest);
    allocator.give(half);
    expect(allocator.largestFreeBlock()).toBe(2 ** 32 - 65536);
  });
});

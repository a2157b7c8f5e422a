/**
 * Memory at its worst: before each block that is taken, every result that no operation pinned is
 * moved out, and what comes back comes to another place. Bytes that are free, or new, hold garbage.
 * A number that is read by an address from before shows.
 */
import { Allocator, type Block } from "../../src/core/allocator.js";
import { memory } from "../../src/core/memory.js";
import { spillWhile } from "../../src/core/storage.js";
import { Random } from "./random.js";

/** Blocks that lie between others for a while, so that the free place found next is another. */
const PLUGS = 24;
const GARBAGE = { taken: 0xa5, given: 0xe9 };

interface Storm {
  /** How often results were moved out. */
  gusts: number;
}

/** Runs `fn` in a storm. */
export function inStorm<T>(fn: (storm: Storm) => T): T {
  const methods = Object.getOwnPropertyDescriptors(Allocator.prototype);
  const take = methods.take.value!;
  const give = methods.give.value!;
  const { allocator } = memory();
  const random = new Random(5);
  const plugs: Block[] = [];
  const storm: Storm = { gusts: 0 };
  const overwrite = ({ address, size }: Block, byte: number): void => {
    memory().bytes.fill(byte, address, address + size);
  };

  Allocator.prototype.take = function (bytes) {
    if (this !== allocator) return take.call(this, bytes);
    spillWhile(() => true);
    storm.gusts++;
    const plug = take.call(this, 64 * random.integer(1, 8));
    if (plug) plugs.push(plug);
    if (plugs.length > PLUGS) give.call(this, plugs.splice(random.integer(0, PLUGS - 1), 1)[0]);
    const block = take.call(this, bytes);
    if (block) overwrite(block, GARBAGE.taken);
    return block;
  };
  Allocator.prototype.give = function (block) {
    if (this === allocator) overwrite(block, GARBAGE.given);
    give.call(this, block);
  };
  try {
    return fn(storm);
  } finally {
    Object.assign(Allocator.prototype, { take, give });
    for (const plug of plugs) allocator.give(plug);
  }
}

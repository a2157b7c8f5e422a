/** What moves tensors about in memory. */
import { empty, memoryStats, ones } from "lossgrad";
import { allocate } from "lossgrad/arrays";
import type { World } from "../world.js";

/** The memory grows up to this. */
const MOST_BYTES = 3 << 28;

/** Results that nobody keeps, more than their queue's budget: those before them are spilled. */
export function flood(world: World): void {
  const [length, count] = world.random.pick([
    [1 << 14, 160],
    [16, 2000],
    [1 << 19, 20],
  ] as const);
  world.say(`flood of ${count} results of ${length}`);
  floodOf(length, count);
}

/** An allocation that no free block can hold. */
export function grow(world: World): void {
  const { bytesReserved, largestFreeBlock } = memoryStats();
  if (bytesReserved + largestFreeBlock > MOST_BYTES) return;
  world.say("grow");
  const length = Math.ceil((largestFreeBlock + 64) / 4);
  if (world.random.chance(0.5)) allocate("float32", length);
  else empty([length]).dispose();
}

/**
 * Results that nobody keeps, more than the budget of their queue: what was made before them is
 * spilled.
 */
export function floodOf(length: number, count: number): void {
  const source = ones([length]);
  for (let i = 0; i < count; i++) source.add(i);
}

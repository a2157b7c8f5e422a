/**
 * Where memory cannot be shared its growth detaches arrays: room for those of a test, made before it
 * begins, when the garbage of those before it is gone. A page collects garbage by how much its own
 * heap grows, which arrays in linear memory hardly count for.
 */
import { empty, memoryStats } from "lossgrad";
import { beforeEach } from "vitest";

/** More than any test takes that does not see to its own. */
const ROOM = 2 ** 26;

beforeEach(makeRoom);
await makeRoom();

async function makeRoom(): Promise<void> {
  if (memoryStats().largestFreeBlock >= ROOM) return;
  (globalThis as { gc?: () => void }).gc?.();
  // What was collected is given back by a task of the engine's.
  await new Promise((resolve) => setTimeout(resolve));
  empty([2 * ROOM], { dtype: "uint8" }).dispose();
}

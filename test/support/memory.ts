/** How much memory tests hold. */
import { type MemoryStats, memoryStats } from "lossgrad";
import { expect } from "vitest";

/**
 * Expects no more to be in use than before. Less may be: what earlier tests left to the garbage
 * collector counts until it goes, or is moved out of the linear memory.
 */
export function expectNoMoreThan(before: Pick<MemoryStats, "bytesInUse" | "liveTensors">): void {
  const { bytesInUse, liveTensors } = memoryStats();
  expect(bytesInUse).toBeLessThanOrEqual(before.bytesInUse);
  expect(liveTensors).toBeLessThanOrEqual(before.liveTensors);
}

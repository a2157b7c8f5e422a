/** Waits for workers, which come up while the calls go on. */
import { getNumThreads, ones, setNumThreads, threadsInUse, F } from "lossgrad";
import { BLOCK } from "../../../src/core/block.js";

/** Lets `count` threads be at work. */
export async function workersUp(count: number): Promise<void> {
  if (getNumThreads() === count && threadsInUse() === count) return;
  setNumThreads(count);
  const x = ones([2 * count * BLOCK], { dtype: "float16" });
  F.l1Loss(x, x);
  x.dispose();
  const end = performance.now() + 30_000;
  while (threadsInUse() < count) {
    if (performance.now() > end) throw new Error(`${count} threads: only ${threadsInUse()} came up`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

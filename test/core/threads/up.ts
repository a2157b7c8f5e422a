/** Waits for workers, which come up while the calls go on. */
import { getNumThreads, ones, setNumThreads, threadsInUse, F } from "lossgrad";
import { BLOCK } from "../../../src/core/block.js";
import { runtime } from "../../../src/core/runtime.js";

/** Lets `count` threads be at work. */
export async function workersUp(count: number): Promise<void> {
  if (getNumThreads() === count && threadsInUse() === count) return;
  setNumThreads(count);
  const x = ones([Math.max(8, 2 * count) * BLOCK], { dtype: "float16" });
  const end = performance.now() + 30_000;
  // The first is up before there are others.
  for (F.l1Loss(x, x); threadsInUse() < count; F.l1Loss(x, x)) {
    if (performance.now() > end) throw new Error(`${count} threads: only ${threadsInUse()} came up`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  x.dispose();
}

/** What `compute` gives without the workers, who stay up: a team takes long to start. */
export function onOneThread<T>(compute: () => T): T {
  const { shareOut } = runtime;
  runtime.shareOut = () => false;
  try {
    return compute();
  } finally {
    runtime.shareOut = shareOut;
  }
}

/** The shards of an evaluation on threads of this machine. */
import type { Executor } from "./flow.js";
import { Pool } from "./pool.js";

/** Computes shards on so many threads at a time. */
export function onThreads(threads: number): Executor {
  return async (task, of, { take, progress, signal }) => {
    const pool = new Pool(Math.min(threads, of));
    let next = 0;
    /** One shard after another, as long as there are any. */
    const lane = async (): Promise<void> => {
      while (next < of && !signal.aborted) {
        const index = next++;
        const attention = {
          progress: (elements: number, total: number | null) => {
            progress(index, elements, total);
          },
          signal,
        };
        take(
          `shard ${index}/${of}`,
          await pool.run({ kind: "shard", task, shard: { index, of } }, attention),
        );
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(threads, of) }, lane));
    } finally {
      await pool.close();
    }
  };
}

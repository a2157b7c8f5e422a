/**
 * Who shares out the work on operands in the linear memory: nobody, until something lies there.
 * Whoever puts it there (storage.ts) brings the threads, so that programs whose operands lie
 * elsewhere come without them.
 */
import { runtime } from "./runtime.js";
import type { Job } from "./threads/job.js";

/**
 * Tells `visit` the sums of the blocks in their order; false where the work is left to the caller.
 */
export type ShareOut = (job: Job, visit: (sum: number, start: number, n: number) => void) => boolean;

export const share = {
  out(job: Job, visit: Parameters<ShareOut>[1]): boolean {
    return runtime.shareOut(job, visit);
  },
};

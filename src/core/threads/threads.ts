/** How many threads work, and the work that several of them share. */
import { BLOCK } from "../block.js";
import { describeValue } from "../describe.js";
import { canShare, memory } from "../memory.js";
import { checkOptionNames } from "../options.js";
import { runtime } from "../runtime.js";
import { warn } from "../warnings.js";
import { coreCount } from "./host.js";
import { blocksOf, type Job, overwrites } from "./job.js";
import { Team } from "./team.js";

/** More than any machine that runs JavaScript has cores. */
const MOST_THREADS = 1024;
/**
 * So many work if they are asked for, however few cores there are said to be: browsers may tell
 * fewer than there are.
 */
const ANYWHERE = 8;
/**
 * Blocks that make a second thread worthwhile. A worker that is awake comes after 2 µs, and who is
 * ready first waits for the other's block, 2 to 4 µs: of four blocks, 9 µs for a value, that leaves
 * nothing (measured).
 */
const LEAST_BLOCKS = 8;
/** Blocks that make another one worthwhile. */
const BLOCKS_PER_THREAD = 2;
/** Elements from which on a second thread can help. */
export const PARALLEL = (LEAST_BLOCKS - 1) * BLOCK + 1;

/** What was asked for, and who works. */
export interface ThreadState {
  /** What setNumThreads, or the first question, has settled. */
  asked: number | null;
  workerUrl: string | null;
  team: Team | null;
}

/** Options of `setNumThreads`. */
export interface ThreadOptions {
  /**
   * Where "lossgrad/worker.js" is served: workers then start from this file, not from a text that
   * is part of the library, which needs `worker-src blob:` in a page's Content-Security-Policy.
   * Stays until another is given, or null. Where the file cannot be had, or is of another version
   * of the library, one thread does all the work.
   */
  workerUrl?: string | URL | null;
}

/**
 * Sets how many threads compute losses and their gradients. Results have the same bits for any
 * number.
 *
 * The default is the number of cores. More threads than cores bring nothing, and each takes some 8
 * MB: at most as many work as there are cores, or 8 where there are fewer, and a warning says so
 * where more are asked for. Threads are used for contiguous operands of one dtype, from about
 * 115,000 elements on, and start when they are first needed: one, and once it is up, at the next
 * call, the others. They never hold the process open. They need shared memory: Node, Bun, Deno, and
 * pages that are isolated from other origins. Elsewhere, and where a worker cannot start, one
 * thread does all the work, and `threadsInUse()` says so.
 *
 * `setNumThreads(1)` before the first tensor is made keeps the memory unshared. That is for good,
 * since tensors lie in one memory: a later call for more threads warns, and one works.
 *
 * @throws TypeError for what is no whole number, and for unknown options; RangeError for less than
 * 1 or more than 1024
 * @see https://docs.pytorch.org/docs/stable/generated/torch.set_num_threads.html
 * @example
 * setNumThreads(2);
 * getNumThreads(); // 2
 */
export function setNumThreads(count: number, options: ThreadOptions = {}): void {
  checkOptionNames("setNumThreads", options, ["workerUrl"]);
  const { workerUrl } = options;
  if (!(workerUrl == null || (typeof workerUrl === "string" && workerUrl) || workerUrl instanceof URL)) {
    throw new TypeError(
      `setNumThreads: expected workerUrl to be a URL, as such or as a string, got ${describeValue(workerUrl)}`,
    );
  }
  if (typeof count !== "number" || !Number.isInteger(count)) {
    throw new TypeError(
      `set_num_threads expects an int, but got ${describeValue(count)}; give a whole number from 1 to ${MOST_THREADS}`,
    );
  }
  if (count < 1) throw new RangeError(`set_num_threads expects a positive integer, got ${count}`);
  if (count > MOST_THREADS) {
    throw new RangeError(`setNumThreads: expected at most ${MOST_THREADS} threads, got ${count}`);
  }
  runtime.threads.asked = count;
  if (workerUrl !== undefined) runtime.threads.workerUrl = workerUrl === null ? null : String(workerUrl);
  if (!runtime.tensors) runtime.mayShare = count > 1;
  const useful = usefulThreads(count);
  if (wasKeptUnshared() && count > 1) {
    warn(
      `setNumThreads: got ${count} threads; one will work, since the memory was made for one thread: setNumThreads(1) came before the ` +
        "first tensor. Call setNumThreads with the largest number before the first tensor, and with 1 later",
    );
  } else if (useful < count) {
    const cores = coreCount();
    warn(
      `setNumThreads: got ${count} threads; at most ${useful} will work, since there are ${cores} cores to run them`,
    );
  }
  const { team, workerUrl: url } = runtime.threads;
  if (team?.threads === useful && team.workerUrl === url) return;
  team?.disband();
  runtime.threads.team = null;
}

/** Whether memory could be shared, but was made when one thread was asked for. */
function wasKeptUnshared(): boolean {
  return runtime.tensors !== null && !runtime.mayShare && canShare();
}

/** How many of `count` threads may work here. */
function usefulThreads(count: number): number {
  return Math.min(count, Math.max(coreCount(), ANYWHERE));
}

/**
 * How many threads may be used: what setNumThreads set, or the number of cores. threadsInUse()
 * tells how many are.
 *
 * @example
 * setNumThreads(3);
 * getNumThreads(); // 3
 */
export function getNumThreads(): number {
  return (runtime.threads.asked ??= Math.min(coreCount(), MOST_THREADS));
}

/**
 * How many threads are at work: this one, and the workers that have started so far. 1 until an
 * operation is large enough, and wherever threads are not possible.
 *
 * @example
 * setNumThreads(1);
 * threadsInUse(); // 1
 */
export function threadsInUse(): number {
  return runtime.threads.team?.inUse ?? 1;
}

/**
 * Runs a kernel over the blocks of its operands on several threads, and tells `visit` the sums of
 * the blocks in their order. False where it is left to the caller, who has only this thread: too
 * little to share, memory that is not shared, an operand that is written and read, workers that do
 * not work.
 */
export function shareOut(job: Job, visit: (sum: number, start: number, n: number) => void): boolean {
  const blocks = blocksOf(job);
  const parts = Math.min(getNumThreads(), Math.floor(blocks / BLOCKS_PER_THREAD));
  // What a thread did of an operand that is overwritten could not be done again, should it be lost.
  if (blocks < LEAST_BLOCKS || parts < 2 || !memory().shared || overwrites(job)) return false;
  const team = (runtime.threads.team ??= new Team(
    memory(),
    usefulThreads(getNumThreads()),
    runtime.threads.workerUrl,
  ));
  return team.run(job, Math.min(parts, team.threads), visit);
}

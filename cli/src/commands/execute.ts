/** Where an evaluation is computed: here, on threads of this machine, or by workers at a Redis. */
import { availableParallelism } from "node:os";
import { evaluate, type Evaluated, type Inputs } from "../evaluation/evaluate.js";
import type { Shard } from "../evaluation/shard.js";
import { InputError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { NO_PROGRESS, progressBar } from "../report/progress.js";
import { evaluateInShards, type Executor } from "../shards/flow.js";
import { pairsOf, type Reading, type Task } from "../shards/task.js";
import { onThreads } from "../shards/threads.js";
import { checkRereadable, withInputs } from "./inputs.js";

export interface ExecutionOptions {
  shard?: Shard;
  shards?: number;
  threads?: number;
  redis?: string;
  quiet?: true;
}

/** As many shards as a Redis gets where nothing is said. */
const SHARDS_AT_REDIS = 64;
/**
 * Pairs that take a thread several times as long as its start and the compiling of its loops. On
 * two idle cores, two threads took 0.7 of one's time for the usual metrics of 2^28 pairs, and 1.1
 * for those of 2^26 (1.5 for a mean alone).
 */
const WORTH_A_THREAD = 2 ** 27;
/** Each thread takes 50 MB, and a disk is not faster for more of them. */
const MOST_THREADS = 16;
/** So that a thread that is slow leaves some of its work to others; each costs 20 to 60 ms. */
const SHARDS_A_THREAD = 2;

/**
 * Evaluates a task; null if it was interrupted before there was anything to tell.
 *
 * @throws InputError for data that are wrong
 */
export async function execute(
  task: Task,
  { asked, wanted, requestOf }: Reading,
  options: ExecutionOptions,
  terminal: Terminal,
): Promise<Evaluated | null> {
  const { signal, release } = terminal.interruption();
  const bar = options.quiet ? NO_PROGRESS : progressBar(terminal.stderr);
  const watch = { progress: bar.update, signal };
  try {
    const others = await executorOf(options, terminal);
    if (others) {
      await checkRereadable(wanted, others.option, "which each shard reads");
      return checked(await evaluateInShards(others.executor, task, others.shards, watch));
    }
    return await withInputs(wanted, task.options, async (inputs) => {
      const pairs = pairsOf(inputs, asked);
      const threads = threadsFor(inputs, pairs, options);
      if (threads > 1)
        return checked(await evaluateInShards(onThreads(threads), task, threads * SHARDS_A_THREAD, watch));
      const { shard } = options;
      const total = pairs && Math.ceil(pairs / (shard?.of ?? 1));
      const progress = (elements: number): void => {
        bar.update(elements, total);
      };
      const run = { dtype: task.options.dtype, shard, progress, signal };
      const evaluated = await evaluate(inputs, requestOf(inputs), run);
      return shard === undefined ? checked(evaluated) : evaluated;
    });
  } finally {
    bar.stop();
    release();
  }
}

/** Who computes shards that were asked for; null where the files have a say. */
async function executorOf(
  { shards, threads, redis }: ExecutionOptions,
  terminal: Terminal,
): Promise<{ executor: Executor; shards: number; option: string } | null> {
  if (redis !== undefined) {
    const { onRedis } = await import("../shards/redis/executor.js");
    return {
      executor: onRedis(redis, terminal.complain),
      shards: shards ?? SHARDS_AT_REDIS,
      option: "--redis",
    };
  }
  if (shards === undefined) return null;
  const executor = onThreads(threads ?? Math.min(MOST_THREADS, availableParallelism()));
  return { executor, shards, option: "--shards" };
}

/**
 * How many threads serve an evaluation: 1 for what is over soon, and where a thread would have to
 * read what it passes over.
 */
function threadsFor(inputs: Inputs, pairs: number | null, { shard, threads }: ExecutionOptions): number {
  const readers = Object.values(inputs) as Inputs["prediction"][];
  if (shard || pairs === null || !readers.every(({ leaps }) => leaps)) return 1;
  return (
    threads ?? Math.min(MOST_THREADS, availableParallelism(), Math.max(1, Math.floor(pairs / WORTH_A_THREAD)))
  );
}

function checked(evaluated: Evaluated | null): Evaluated | null {
  if (evaluated?.result.elements !== 0 || evaluated.result.partial) return evaluated;
  throw new InputError(`${evaluated.result.data.prediction.name}: expected elements, got none`);
}

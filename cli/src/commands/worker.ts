import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { Terminal } from "../program.js";
import { secondCount, threadCount } from "./counts.js";

interface WorkerOptions {
  redis: string;
  concurrency: number;
  stalled: number;
  quiet?: true;
}

const EXAMPLES = `
Examples:
  lossgrad worker --redis redis://queue.example.org:6379
  lossgrad evaluate /data/p.npy /data/t.npy --shards 64 --redis redis://queue.example.org:6379`;

/** `lossgrad worker`: computes shards of evaluations, as long as it runs. */
export function addWorker(program: Command, terminal: Terminal): void {
  program
    .command("worker")
    .summary("compute shards that lossgrad evaluate --redis hands out")
    .description(
      "Takes shards of evaluations from a Redis and computes them, until Ctrl-C or SIGTERM: then others get what it had in hand. " +
        "Shards carry paths and addresses, never data: files must have the same paths on all machines.",
    )
    .requiredOption("--redis <url>", "where shards are taken: redis://, rediss:// or unix://")
    .option(
      "--concurrency <count>",
      "how many shards are computed at a time",
      threadCount,
      availableParallelism(),
    )
    .option(
      "--stalled <seconds>",
      "after so long without a word a shard goes to another worker",
      secondCount,
      15,
    )
    .option("--quiet", "tell nothing of shards")
    .addHelpText("after", EXAMPLES)
    .action(async ({ redis, concurrency, stalled, quiet }: WorkerOptions) => {
      const { serve } = await import("../shards/redis/worker.js");
      const { signal, release } = terminal.interruption();
      const say = quiet ? () => undefined : terminal.complain;
      try {
        await serve(redis, { concurrency, stalled, say, signal });
      } finally {
        release();
      }
    });
}

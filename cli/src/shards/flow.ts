/** An evaluation in shards, whoever computes them: the same bits as one run. */
import type { Evaluated } from "../evaluation/evaluate.js";
import { Merging } from "../evaluation/merging.js";
import { shardsOf, WHOLE } from "../evaluation/shard.js";
import { readState } from "../evaluation/state.js";
import type { Task } from "./task.js";

/** What an executor tells on its way. */
export interface Hooks {
  /** Takes the state of one shard or of several, in any order; each shard is to come once. */
  readonly take: (name: string, text: string) => void;
  /** How many pairs of one shard were taken so far, and how many the whole has, if that is known. */
  readonly progress: (shard: number, elements: number, total: number | null) => void;
  /** Ends it: states of what was read so far may be handed over, and others are not. */
  readonly signal: AbortSignal;
}

/** Computes all shards of a task, somewhere. @throws InputError for data that are wrong */
export type Executor = (task: Task, of: number, hooks: Hooks) => Promise<void>;

interface Watch {
  /** Told how many pairs were taken so far in all, and of how many. */
  readonly progress: (elements: number, total: number | null) => void;
  readonly signal: AbortSignal;
}

/** Evaluates a task in `of` shards; null if it was interrupted before any of them had a state. */
export async function evaluateInShards(
  execute: Executor,
  task: Task,
  of: number,
  { progress, signal }: Watch,
): Promise<Evaluated | null> {
  const began = performance.now();
  const merging = new Merging();
  const elements = new Map<number, number>();
  let [sum, taken] = [0, false];
  await execute(task, of, {
    take: (name, text) => {
      merging.add(readState(name, text));
      taken = true;
    },
    progress: (shard, count, total) => {
      // A shard that is computed again begins anew.
      sum += count - (elements.get(shard) ?? 0);
      elements.set(shard, count);
      progress(sum, total);
    },
    signal,
  });
  const seconds = (performance.now() - began) / 1000;
  if (!signal.aborted) return merging.whole({ seconds });
  // Which shards it was cut into is nothing that a user asked for.
  return taken ? merging.evaluated({ seconds, partial: true, shards: shardsOf(WHOLE) }) : null;
}

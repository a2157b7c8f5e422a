/** The jobs of an evaluation: a tree, whose leaves are shards and whose other nodes merge. */
import type { FlowJob } from "bullmq";
import type { Shard } from "../../evaluation/shard.js";
import type { Task } from "../task.js";
import type { Failure } from "../work.js";
import { version } from "../../version.js";

/** Of lossgrad-cli, which states and bits depend on. */
export const VERSION = version;

/** One queue for all evaluations, whose keys begin with `lossgrad:`. */
export const QUEUE = { name: "shards", prefix: "lossgrad" } as const;
/** How often a job is tried that fails for another reason than its data. */
export const ATTEMPTS = 3;
/** So many states are merged at a time: Redis holds some times as many of an evaluation at most. */
const FAN_IN = 32;

/** What a job is about; its result is a state, by its name in the store. */
export interface JobData {
  readonly evaluation: string;
  /** Of lossgrad-cli, which states and bits depend on. */
  readonly version: string;
  readonly name: string;
  readonly work:
    | { readonly kind: "shard"; readonly task: Task; readonly shard: Shard }
    | { readonly kind: "merge"; readonly names: readonly string[] };
}

/** What a worker tells of a shard on its way. */
export interface JobProgress {
  readonly elements: number;
  readonly total: number | null;
}

/** A job, and those that it waits for. */
export interface Node {
  readonly data: JobData;
  readonly children: readonly Node[];
}

/** The tree for `of` shards, whose root merges all of them. */
export function treeOf(evaluation: string, task: Task, of: number): Node {
  const node = (name: string, work: JobData["work"], children: readonly Node[]): Node => {
    return { data: { evaluation, version, name, work }, children };
  };
  let nodes = Array.from({ length: of }, (_, index) =>
    node(`shard-${index}`, { kind: "shard", task, shard: { index, of } }, []),
  );
  for (let level = 1; level === 1 || nodes.length > 1; level++) {
    const groups = Array.from({ length: Math.ceil(nodes.length / FAN_IN) }, (_, i) =>
      nodes.slice(i * FAN_IN, (i + 1) * FAN_IN),
    );
    nodes = groups.map((group, i) => {
      const names = group.map(({ data }) => data.name);
      return node(`merge-${level}-${i}`, { kind: "merge", names }, group);
    });
  }
  return nodes[0];
}

export function jobIdOf({ evaluation, name }: JobData): string {
  return `${evaluation}-${name}`;
}

/** The tree as BullMQ has it. Those who wait for others come first when these are done. */
export function flowOf({ data, children }: Node): FlowJob {
  return {
    name: data.work.kind,
    queueName: QUEUE.name,
    prefix: QUEUE.prefix,
    data,
    opts: {
      jobId: jobIdOf(data),
      attempts: ATTEMPTS,
      backoff: { type: "exponential", delay: 1000 },
      removeOnComplete: true,
      removeOnFail: true,
      failParentOnFailure: true,
    },
    children: children.map(flowOf),
  };
}

/** The nodes from the root to the leaves. */
export function nodesOf(root: Node): Node[] {
  const nodes = [root];
  for (const { children } of nodes) nodes.push(...children);
  return nodes;
}

/** Why a job failed, as the text that BullMQ passes on. */
export function reasonOf(failure: Failure): string {
  return JSON.stringify(failure);
}

export function failureIn(reason: string): Failure {
  try {
    return JSON.parse(reason) as Failure;
  } catch {
    // BullMQ's own words.
    return { kind: "other", message: reason };
  }
}

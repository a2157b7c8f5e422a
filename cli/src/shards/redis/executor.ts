/** The shards of an evaluation as jobs in Redis, which workers of any machines take. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { QueueEvents } from "bullmq";
import { InputError } from "../../input-error.js";
import { isAddress } from "../../sources/http.js";
import type { Executor, Hooks } from "../flow.js";
import type { Task } from "../task.js";
import { errorOf, mayPass } from "../work.js";
import { connect, type Connection } from "./connection.js";
import {
  ATTEMPTS,
  failureIn,
  flowOf,
  jobIdOf,
  type JobProgress,
  type Node,
  nodesOf,
  QUEUE,
  treeOf,
} from "./jobs.js";
import { ALIVE_MS, Store } from "./store.js";

/** So long nothing is said of workers that are not there. */
const PATIENCE_MS = 5000;

/** Hands shards to the workers at a Redis; `say` is told what a user wants to know meanwhile. */
export function onRedis(address: string, say: (line: string) => void): Executor {
  return async (task, of, hooks) => {
    const connection = await connect(address);
    try {
      const evaluation = randomUUID();
      const root = treeOf(evaluation, absolute(task), of);
      await new Submission(connection, evaluation, root, hooks, say).run();
    } finally {
      connection.close();
    }
  };
}

/** The same of files by their whole paths: workers run in other folders. */
export function absolute({ predictions, targets, options }: Task): Task {
  const { weight, mask } = options;
  const whole = <P extends string | undefined>(path: P): P =>
    (path === undefined || isAddress(path) ? path : resolve(path)) as P;
  return {
    predictions: whole(predictions),
    targets: whole(targets),
    options: { ...options, weight: whole(weight), mask: whole(mask) },
  };
}

/** One evaluation, from its flow to its state. */
class Submission {
  readonly #store: Store;
  /** The shard of each job, or null of one that merges. */
  readonly #shards = new Map<string, number | null>();
  #heard = false;

  constructor(
    private readonly connection: Connection,
    evaluation: string,
    private readonly root: Node,
    private readonly hooks: Hooks,
    private readonly say: (line: string) => void,
  ) {
    this.#store = new Store(connection.redis, evaluation);
    for (const { data } of nodesOf(root))
      this.#shards.set(jobIdOf(data), data.work.kind === "shard" ? data.work.shard.index : null);
  }

  async run(): Promise<void> {
    const { bullmq, redis, lost } = this.connection;
    const { prefix } = QUEUE;
    await Promise.race([this.#store.open(), lost]);
    const lastEventId = await this.#lastEvent();
    const events = new bullmq.QueueEvents(QUEUE.name, { connection: redis, prefix, lastEventId });
    const flows = new bullmq.FlowProducer({ connection: redis, prefix });
    events.on("error", () => undefined);
    flows.on("error", () => undefined);
    let isDone = false;
    try {
      const done = this.#watch(events);
      done.catch(() => undefined);
      await Promise.race([flows.add(flowOf(this.root)), lost]);
      isDone = await Promise.race([done, this.#guard(), this.#aborted(), lost]);
      const { name } = this.root.data;
      if (isDone) this.hooks.take(`the state of ${this.connection.name}`, await this.#store.get(name));
    } finally {
      if (redis.status === "ready") {
        await this.#store.close();
        if (!isDone) await this.#withdraw();
      }
      this.#end();
      await Promise.allSettled([events.close(), flows.close()]);
    }
  }

  /** Events are read from here on, so that none of ours is missed. */
  async #lastEvent(): Promise<string> {
    const stream = `${QUEUE.prefix}:${QUEUE.name}:events`;
    const last = await this.connection.redis.xrevrange(stream, "+", "-", "COUNT", 1);
    return last.at(0)?.[0] ?? "0-0";
  }

  /** True when the root is done; rejects for the first job that failed for good. */
  #watch(events: QueueEvents): Promise<true> {
    return new Promise((resolve, reject) => {
      events.on("active", ({ jobId }) => {
        if (this.#shards.has(jobId)) this.#heard = true;
      });
      events.on("progress", ({ jobId, data }) => {
        const shard = this.#shards.get(jobId);
        if (shard === undefined || shard === null) return;
        const { elements, total } = data as unknown as JobProgress;
        this.hooks.progress(shard, elements, total);
      });
      events.on("completed", ({ jobId }) => {
        if (jobId === jobIdOf(this.root.data)) resolve(true);
      });
      events.on("failed", ({ jobId, failedReason }) => {
        if (this.#shards.has(jobId)) reject(this.#errorOf(jobId, failedReason));
      });
    });
  }

  #errorOf(jobId: string, reason: string): Error {
    const failure = failureIn(reason);
    if (!mayPass(failure)) return errorOf(failure);
    const shard = this.#shards.get(jobId);
    const what = shard === null ? "merging states" : `shard ${shard}`;
    return new InputError(`${what} failed ${ATTEMPTS} times, at last by: ${failure.message}`);
  }

  #end: () => void = () => undefined;

  /** Says that the evaluation goes on, and looks whether it does; true if an event of its end was missed. */
  #guard(): Promise<true> {
    return new Promise((resolve, reject) => {
      const look = async (): Promise<void> => {
        if (!(await this.#store.keep()))
          reject(new InputError("the evaluation was forgotten, since this process was silent for a minute"));
        else if (await this.#store.has(this.root.data.name)) resolve(true);
      };
      const timer = setInterval(() => void look().catch(reject), ALIVE_MS);
      const hint = setTimeout(() => void this.#hint(), PATIENCE_MS);
      this.#end = () => {
        clearInterval(timer);
        clearTimeout(hint);
      };
    });
  }

  /** Nothing will happen without workers. */
  async #hint(): Promise<void> {
    if (this.#heard) return;
    const { bullmq, redis, name } = this.connection;
    const queue = new bullmq.Queue(QUEUE.name, { connection: redis, prefix: QUEUE.prefix });
    const workers = await queue.getWorkersCount().catch(() => null);
    if (workers === 0) this.say(`waiting for workers: run lossgrad worker --redis ${name}`);
    else if (workers !== null) this.say(`waiting for ${workers} workers, which are busy`);
  }

  #aborted(): Promise<false> {
    const { signal } = this.hooks;
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        resolve(false);
      });
      if (signal.aborted) resolve(false);
    });
  }

  /**
   * Takes back the jobs that nobody has begun, those who wait for others first. What is computed
   * ends by itself, since its worker sees that the store is closed.
   */
  async #withdraw(): Promise<void> {
    const { bullmq, redis } = this.connection;
    const queue = new bullmq.Queue(QUEUE.name, { connection: redis, prefix: QUEUE.prefix });
    const ids = [...this.#shards.keys()];
    for (let i = 0; i < ids.length; i += 256) {
      const some = ids.slice(i, i + 256);
      await Promise.allSettled(some.map((id) => queue.remove(id, { removeChildren: false })));
    }
  }
}

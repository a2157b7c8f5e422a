/** A worker: takes jobs of evaluations from Redis and does them on threads of this machine. */
import { hostname } from "node:os";
import type { Job } from "bullmq";
import { Pool } from "../pool.js";
import { type Failure, failureOf, mayPass, type Work } from "../work.js";
import { version as OURS } from "../../version.js";
import { connect, type Connection } from "./connection.js";
import { type JobData, type JobProgress, QUEUE, reasonOf } from "./jobs.js";
import { Store } from "./store.js";

export interface WorkerOptions {
  readonly concurrency: number;
  /** After so many seconds of silence a job goes to another worker. */
  readonly stalled: number;
  readonly say: (line: string) => void;
  /** Ends the worker: what it does is given back. */
  readonly signal: AbortSignal;
}

/** A job that kills its workers, or their machines, is given up after so many of them. */
const MOST_STALLS = 3;
/** Milliseconds between two words of progress, and looks at whether somebody still waits for a job. */
const PACE_MS = 1000;

/** Serves until the signal is given. @throws InputError when Redis cannot be reached, or is lost */
export async function serve(
  address: string,
  { concurrency, stalled, say, signal }: WorkerOptions,
): Promise<void> {
  const connection = await connect(address);
  const { bullmq, redis, name, lost, close } = connection;
  const pool = new Pool(concurrency);
  const jobs = new Jobs(connection, pool, say);
  const worker = new bullmq.Worker<JobData>(QUEUE.name, (job, token) => jobs.process(job, token!), {
    connection: redis,
    prefix: QUEUE.prefix,
    concurrency,
    lockDuration: 1000 * stalled,
    // A job is looked at twice before it goes to another.
    stalledInterval: 500 * stalled,
    maxStalledCount: MOST_STALLS,
  });
  // The connection says when it is lost for good.
  worker.on("error", () => undefined);
  try {
    await Promise.race([worker.waitUntilReady(), lost]);
    say(`waiting for shards at ${name}, ${concurrency} at a time`);
    await Promise.race([aborted(signal), lost]);
  } finally {
    const isThere = redis.status === "ready";
    const closed = worker.close(!isThere);
    jobs.giveBack();
    await closed.catch(() => undefined);
    await pool.close();
    close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolve();
    });
    if (signal.aborted) resolve();
  });
}

/** Why the work on a job ended before it was done. */
type Stop = "given back" | "abandoned";

/** The jobs that a worker has in hand. */
export class Jobs {
  readonly #stops = new Set<(why: Stop) => void>();
  #last = "";

  constructor(
    private readonly connection: Pick<Connection, "redis" | "bullmq">,
    private readonly pool: Pick<Pool, "run">,
    private readonly say: (line: string) => void,
  ) {}

  /** Ends all, so that other workers begin them anew. */
  giveBack(): void {
    for (const stop of this.#stops) stop("given back");
  }

  /** Does a job. It may have been done before, or be done elsewhere at the same time. */
  async process(job: Job<JobData>, token: string): Promise<void> {
    const { evaluation, version, name, work } = job.data;
    if (version !== OURS) throw this.#failed({ kind: "input", message: versionsDiffer(version) });
    const store = new Store(this.connection.redis, evaluation);
    if (!(await store.isOpen())) throw this.#abandoned();
    // Done by who ended before it could say so.
    if (await store.has(name)) return;
    if (evaluation !== this.#last) this.say(`evaluation ${evaluation}`);
    this.#last = evaluation;
    const text = await this.#attend(job, token, store);
    await store.put(name, text);
    if (work.kind === "merge") await store.drop(work.names);
  }

  /** The state of a job, unless nobody wants it any more. */
  async #attend(job: Job<JobData>, token: string, store: Store): Promise<string> {
    const ending = new AbortController();
    const stop = (why: Stop): void => {
      ending.abort(why);
    };
    const { signal } = ending;
    let progress: JobProgress | null = null;
    const tell = async (): Promise<void> => {
      if (!(await store.isOpen())) stop("abandoned");
      else if (progress) await job.updateProgress(progress);
    };
    const timer = setInterval(() => void tell().catch(() => undefined), PACE_MS);
    this.#stops.add(stop);
    try {
      const work = await workOf(job.data, store);
      const note = (elements: number, total: number | null): void => {
        progress = { elements, total };
      };
      const text = await this.pool.run(work, { progress: note, signal });
      await tell();
      if (!signal.aborted) return text;
    } catch (error) {
      if (!signal.aborted) throw this.#failed(failureOf(error));
    } finally {
      clearInterval(timer);
      this.#stops.delete(stop);
    }
    if (signal.reason === "abandoned") throw this.#abandoned();
    await job.moveToWait(token);
    throw new this.connection.bullmq.WaitingError();
  }

  /** What is wrong with the data stays wrong; anything else is tried again. */
  #failed(failure: Failure): Error {
    const { UnrecoverableError } = this.connection.bullmq;
    const message = `${failure.message} (told by the worker of ${hostname()})`;
    const reason = reasonOf({ ...failure, message });
    return mayPass(failure) ? new Error(reason) : new UnrecoverableError(reason);
  }

  #abandoned(): Error {
    return this.#failed({ kind: "input", message: "nobody waits for this evaluation any more" });
  }
}

async function workOf({ work }: JobData, store: Store): Promise<Work> {
  if (work.kind === "shard") return work;
  const states: [string, string][] = [];
  for (const name of work.names) states.push([name, await store.get(name)]);
  return { kind: "merge", states };
}

function versionsDiffer(version: string): string {
  return (
    `expected a worker with lossgrad-cli ${version}, which this evaluation was begun with, got ${OURS}; ` +
    "install one version on all machines"
  );
}

/** Threads of this machine that do work, each one piece at a time. */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Attention } from "./task.js";
import type { Answer, Order } from "./thread.js";
import { errorOf, type Work } from "./work.js";

/** The package says where it lies, so that sources that a test runs find the built one. */
const THREAD = createRequire(import.meta.url).resolve("#thread");

/** Does pieces of work, as many at a time as there are threads; others wait. */
export class Pool {
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #waiting: ((thread: Worker) => void)[] = [];

  constructor(private readonly size: number) {}

  /** The state that the work results in. @throws InputError for data that are wrong */
  async run(work: Work, attention: Attention): Promise<string> {
    const thread = await this.#thread();
    try {
      return await this.#ask(thread, work, attention);
    } finally {
      this.#release(thread);
    }
  }

  /** Ends all threads, also those that are busy. */
  async close(): Promise<void> {
    const all = [...this.#all];
    this.#all.clear();
    await Promise.all(all.map((thread) => thread.terminate()));
  }

  async #thread(): Promise<Worker> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#all.size === this.size) return new Promise((resolve) => this.#waiting.push(resolve));
    // Options of Node are for the main program, such as --input-type.
    const thread = new Worker(THREAD, { execArgv: [] });
    this.#all.add(thread);
    // Whoever waits for its work hears of it too.
    thread.on("error", () => undefined);
    thread.on("exit", () => {
      this.#all.delete(thread);
      const at = this.#idle.indexOf(thread);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    return thread;
  }

  #release(thread: Worker): void {
    const next = this.#waiting.shift();
    // One that ended makes room for another.
    if (!this.#all.has(thread)) {
      if (next) void this.#thread().then(next);
      return;
    }
    if (next) next(thread);
    else this.#idle.push(thread);
  }

  #ask(thread: Worker, work: Work, { progress, signal }: Attention): Promise<string> {
    const order = (one: Order): void => {
      thread.postMessage(one);
    };
    const stop = (): void => {
      order(null);
    };
    let settled = (): void => undefined;
    const asked = new Promise<string>((resolve, reject) => {
      const hear = (answer: Answer): void => {
        if (answer.kind === "progress") progress?.(answer.elements, answer.total);
        else if (answer.kind === "done") resolve(answer.text);
        else reject(errorOf(answer.failure));
      };
      const end = (): void => {
        reject(new Error("a thread ended before its work was done"));
      };
      thread.on("message", hear).on("error", reject).on("exit", end);
      settled = () => void thread.off("message", hear).off("error", reject).off("exit", end);
    });
    order(work);
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    return asked.finally(() => {
      signal?.removeEventListener("abort", stop);
      settled();
    });
  }
}

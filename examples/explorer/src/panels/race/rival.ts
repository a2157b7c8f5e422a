/**
 * The page's side of one contestant: a worker of its own, so that the page stays free and no
 * contestant's memory is another's.
 */
import type { Answer, Pass, Rival } from "../../../../../bench/contest.js";
import { L1 } from "../../../../../bench/formulas.js";
import type { Answers, Checked, Question, Reply } from "./protocol.js";

/** Milliseconds for one answer: a worker that cannot be loaded may never say so. */
const PATIENCE = 60_000;

export class WorkerRival implements Rival {
  readonly about = "";
  readonly passes = ["value", "gradient"] as const;
  readonly formula = L1;
  private readonly worker: Worker;
  /** Why the worker is of no use any more. */
  private failure: Error | null = null;
  /** Who waits for an answer. */
  private waiting: { resolve(value: Answers[keyof Answers]): void; reject(error: Error): void } | null = null;

  constructor(
    readonly name: string,
    makeWorker: () => Worker,
    readonly threads = 1,
  ) {
    this.worker = makeWorker();
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.fail(new Error(event.message || "its worker could not be loaded"));
    };
    this.worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if ("error" in data) this.waiting?.reject(new Error(data.error));
      else this.waiting?.resolve(data.value);
    };
  }

  start(): Promise<string> {
    return this.ask({ kind: "start", threads: this.threads });
  }

  async prepare({ n }: { readonly n: number }): Promise<void> {
    await this.ask({ kind: "prepare", n });
  }

  check(pass: Pass): Promise<Checked> {
    return this.ask({ kind: "check", pass });
  }

  answer(): Answer {
    throw new Error("internal: a worker checks its answers itself");
  }

  time(pass: Pass, repeats: number): Promise<number> {
    return this.ask({ kind: "time", pass, repeats });
  }

  /** Ends the worker; who waits for it is told, and who asks later. */
  end(): void {
    this.fail(new Error("stopped"));
  }

  private fail(error: Error): void {
    this.worker.terminate();
    this.failure ??= error;
    this.waiting?.reject(this.failure);
  }

  private async ask<Q extends Question>(question: Q): Promise<Answers[Q["kind"]]> {
    if (this.failure) throw this.failure;
    const timer = window.setTimeout(() => this.fail(new Error("no answer")), PATIENCE);
    try {
      const answer = await new Promise<Answers[keyof Answers]>((resolve, reject) => {
        this.waiting = { resolve, reject };
        this.worker.postMessage(question);
      });
      return answer as Answers[Q["kind"]];
    } finally {
      window.clearTimeout(timer);
      this.waiting = null;
    }
  }
}

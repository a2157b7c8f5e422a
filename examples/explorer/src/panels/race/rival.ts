/** The page's side of one contestant: a worker of its own, so that the page stays free and no contestant's memory is another's. */
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
  private reject: (error: Error) => void = () => undefined;

  constructor(
    readonly name: string,
    makeWorker: () => Worker,
    readonly threads = 1,
  ) {
    this.worker = makeWorker();
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

  /** Ends the worker; who waits for it is told. */
  end(): void {
    this.worker.terminate();
    this.reject(new Error("stopped"));
  }

  private ask<Q extends Question>(question: Q): Promise<Answers[Q["kind"]]> {
    return new Promise((resolve, reject) => {
      const { worker } = this;
      const timer = window.setTimeout(() => fail(new Error("no answer")), PATIENCE);
      const settle = (): void => {
        window.clearTimeout(timer);
        worker.onmessage = worker.onerror = null;
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      this.reject = fail;
      worker.onerror = (event) => {
        event.preventDefault();
        fail(new Error(event.message || "its worker could not be loaded"));
      };
      worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if ("error" in data) {
          fail(new Error(data.error));
          return;
        }
        settle();
        resolve(data.value as Answers[Q["kind"]]);
      };
      worker.postMessage(question);
    });
  }
}

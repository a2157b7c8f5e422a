/** What differs between Node, Bun, Deno and pages: how many cores there are, how a worker starts, who may sleep. */
import { WORKER_SOURCE } from "../generated/worker.js";
import type { Setup } from "./worker.js";

/** A worker that was started. */
export interface Handle {
  end(): void;
}

interface NodeWorker {
  on(event: "error" | "exit", listener: () => void): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface NodeModules {
  "node:os": { availableParallelism(): number };
  "node:worker_threads": { Worker: new (text: string, options: object) => NodeWorker };
}

interface PageWorker {
  postMessage(message: Setup): void;
  addEventListener(event: "error", listener: (event: { preventDefault(): void }) => void): void;
  terminate(): void;
}

interface Scope {
  process?: { getBuiltinModule?: <K extends keyof NodeModules>(name: K) => NodeModules[K] };
  navigator?: { hardwareConcurrency?: number };
  Worker?: new (url: string, options: object) => PageWorker;
}

/** Asked for each time, so that a test or a page may replace it. */
function scope(): Scope {
  return globalThis;
}

/** A module of Node's, which Bun and Deno have as well; undefined in a page. No import: bundlers for pages would stumble over it. */
function builtin<K extends keyof NodeModules>(name: K): NodeModules[K] | undefined {
  return scope().process?.getBuiltinModule?.(name);
}

/** Cores that this process may use. */
export function coreCount(): number {
  return builtin("node:os")?.availableParallelism() ?? scope().navigator?.hardwareConcurrency ?? 1;
}

/** Starts a worker; calls `onGone` should it end by itself, or never start. Throws where workers are refused. */
export function startWorker(setup: Setup, onGone: () => void): Handle {
  const threads = builtin("node:worker_threads");
  return threads ? startNodeWorker(threads.Worker, setup, onGone) : startPageWorker(setup, onGone);
}

function startNodeWorker(
  Worker: NodeModules["node:worker_threads"]["Worker"],
  setup: Setup,
  onGone: () => void,
): Handle {
  // Loaders that this process was started with are of no use to the text, and slow.
  const worker = new Worker(WORKER_SOURCE, {
    eval: true,
    execArgv: [],
    name: "lossgrad",
    workerData: setup,
  });
  worker.on("error", onGone);
  worker.on("exit", onGone);
  worker.unref();
  return { end: () => void worker.terminate() };
}

function startPageWorker(setup: Setup, onGone: () => void): Handle {
  const { Worker } = scope();
  if (!Worker) throw new Error("no workers here");
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "lossgrad" });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    onGone();
  });
  worker.postMessage(setup);
  return {
    end: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Whether this thread may sleep: a page's main thread may not. */
export function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

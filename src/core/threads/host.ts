/**
 * What differs between Node, Bun, Deno and pages: how many cores there are, how a worker starts,
 * who may sleep.
 */
import { addressSpaceLeft } from "../address-space.js";
import { builtin, type NodeModules } from "../builtin.js";
import { WORKER_SOURCE } from "../generated/worker.js";
import type { Setup } from "./worker.js";

/** A worker that was started. */
export interface Handle {
  end(): void;
}

interface PageWorker {
  postMessage(message: Setup): void;
  addEventListener(event: "error", listener: (event: { preventDefault(): void }) => void): void;
  terminate(): void;
}

interface Scope {
  navigator?: { hardwareConcurrency?: number };
  Worker?: new (url: string, options: object) => PageWorker;
}

/** Asked for each time, so that a test or a page may replace it. */
function scope(): Scope {
  return globalThis;
}

/** Cores that this process may use. */
export function coreCount(): number {
  return builtin("node:os")?.availableParallelism() ?? scope().navigator?.hardwareConcurrency ?? 1;
}

/**
 * Starts a worker, from the file at `url` or from the text that is part of the library; calls
 * `onGone` should it end by itself, or never start. Throws where workers are refused.
 */
export function startWorker(setup: Setup, url: string | null, onGone: () => void): Handle {
  const threads = builtin("node:worker_threads");
  return threads ? startNodeWorker(threads.Worker, setup, url, onGone) : startPageWorker(setup, url, onGone);
}

function startNodeWorker(
  Worker: NodeModules["node:worker_threads"]["Worker"],
  setup: Setup,
  url: string | null,
  onGone: () => void,
): Handle {
  // Loaders that this process was started with are of no use to the worker, and slow.
  const options = { execArgv: [], name: "lossgrad", workerData: setup, ...thrift() };
  const worker = url
    ? new Worker(url.startsWith("file:") ? new URL(url) : url, options)
    : new Worker(WORKER_SOURCE, { ...options, eval: true });
  worker.on("error", onGone);
  worker.on("exit", onGone);
  worker.unref();
  return { end: () => void worker.terminate() };
}

/**
 * Under a limit on address space a worker reserves less of it for machine code: 16 MB instead of
 * 128 to 512 are enough.
 */
function thrift(): object {
  return addressSpaceLeft() < Infinity ? { resourceLimits: { codeRangeSizeMb: 16 } } : {};
}

function startPageWorker(setup: Setup, url: string | null, onGone: () => void): Handle {
  const { Worker } = scope();
  if (!Worker) throw new Error("no workers here");
  const program = url ?? URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
  const worker = new Worker(program, { type: "module", name: "lossgrad" });
  const end = (): void => {
    worker.terminate();
    if (url === null) URL.revokeObjectURL(program);
  };
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    // One whose program throws lives on without it.
    end();
    onGone();
  });
  worker.postMessage(setup);
  return { end };
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

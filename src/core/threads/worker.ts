/**
 * A worker's whole program: the build bundles this file into one text (generated/worker.ts), which
 * starts without fetch or file access in Node, Bun, Deno and pages. It waits for jobs for as long
 * as it lives, and whoever started it ends it.
 */
import { Control, EMITTED, FAILED, JOB, KERNEL, READY, SLEEPING } from "./control.js";
import { EmittedKernels } from "./emitted-kernels.js";
import { type AnyKernel, work } from "./work.js";

/** The digest of this program, which the build puts in. */
declare const WORKER_ID: string;

/** What a worker is given. */
export interface Setup {
  /**
   * The WORKER_ID that the library expects: a file of another version may be served, and would
   * compute something else.
   */
  readonly id: string;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly threads: number;
  readonly index: number;
}

/**
 * Milliseconds that a worker stays awake for the next job: one that sleeps takes 40 to 130 µs to
 * come, one that is awake 1 to 2 (measured).
 */
const AWAKE = 0.2;
/** Looks at the job between two looks at the clock. */
const LOOKS = 256;

function serve({ id, module, memory, control: buffer, threads, index }: Setup): never {
  if (id !== WORKER_ID)
    throw new Error(`lossgrad: expected worker.js of this version (${id}), got another (${WORKER_ID})`);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = WebAssembly.Module.exports(module).map(({ name }) => exports[name] as AnyKernel);
  const control = new Control(buffer, threads);
  const emitted = new EmittedKernels(memory);
  const { words } = control;
  const inside = control.inside(index);
  Atomics.store(words, inside + READY, 1);
  let seen = 0;
  for (;;) {
    seen = awaitJob(words, seen);
    Atomics.store(words, inside, 1);
    // The main thread closes a job before it looks who is inside: whoever finds it open now is
    // waited for.
    const job = Atomics.load(words, JOB);
    if (job & 1) {
      seen = job;
      try {
        const kernel = words[KERNEL] === EMITTED ? emitted.kernelOf(control) : kernels[words[KERNEL]];
        // Others do the work of one that has no kernel: nothing is missing then.
        if (kernel) work(kernel, control, index + 1);
      } catch {
        Atomics.store(words, FAILED, 1);
      }
    }
    Atomics.store(words, inside, 0);
    Atomics.notify(words, inside);
  }
}

/** The next open job after `seen`. */
function awaitJob(words: Int32Array, seen: number): number {
  for (;;) {
    const end = performance.now() + AWAKE;
    do {
      for (let i = 0; i < LOOKS; i++) {
        const job = Atomics.load(words, JOB);
        if (job & 1 && job !== seen) return job;
      }
    } while (performance.now() < end);
    Atomics.add(words, SLEEPING, 1);
    const job = Atomics.load(words, JOB);
    if (!(job & 1) || job === seen) Atomics.wait(words, JOB, job);
    Atomics.sub(words, SLEEPING, 1);
  }
}

interface NodeThreads {
  readonly parentPort: object | null;
  readonly workerData: Setup;
}

interface Scope {
  process?: { getBuiltinModule?: (name: string) => NodeThreads };
  onmessage: (event: { data: Setup }) => void;
}

const scope = globalThis as unknown as Scope;
const node = scope.process?.getBuiltinModule?.("node:worker_threads");
if (node?.parentPort) serve(node.workerData);
else scope.onmessage = ({ data }) => serve(data);

/** The main thread and its workers, from the main thread's side. */
import { BLOCK } from "../block.js";
import { WORKER_ID } from "../generated/worker.js";
import type { LinearMemory } from "../memory.js";
import {
  Control,
  END,
  FAILED,
  FIRST,
  JOB,
  KERNEL,
  MOST_BLOCKS,
  PARTS,
  PLACES,
  READY,
  SCALARS,
  SLEEPING,
  TOTAL,
  WRITES,
} from "./control.js";
import { type Handle, maySleep, startWorker } from "./host.js";
import { type AnyKernel, work } from "./work.js";

/** Where an operand lies, and the bytes of one of its elements. */
export interface Place {
  readonly address: number;
  readonly size: number;
}

/** A kernel to be run on every block of its operands. */
export interface Job {
  readonly kernel: AnyKernel;
  readonly x: Place;
  readonly y: Place;
  /** What the kernel writes; null where it only sums. */
  readonly to: Place | null;
  /** Elements. */
  readonly n: number;
  readonly scalars: readonly [number, number, number];
}

/** From so many blocks on, workers that sleep are woken in any case: what they take over outlasts the waking (measured). */
const WORTH_WAKING = 16;
/** Milliseconds between two smaller jobs that make it worthwhile, since more will follow. */
const SOON = 0.2;
/** Milliseconds that a call gets to wake: another one within that time would cost its 5 to 10 µs in vain (measured). */
const WAKING = 1;
/** Looks at a worker before the main thread sleeps: longer than a block takes. */
const LOOKS = 20_000;
/** Milliseconds of a sleep, and how many of them a worker gets for one block. A machine that sleeps stops all threads alike. */
const SLEEP = 50;
const PATIENCE = 200;
/** Workers that may be lost at work before the team goes on without new ones. */
const MOST_LOSSES = 3;

export class Team {
  private readonly control: Control;
  private readonly kernels: readonly AnyKernel[];
  private readonly numberOf: ReadonlyMap<AnyKernel, number>;
  private readonly workers: (Handle | null)[] = [];
  private readonly sleeps = maySleep();
  /** Whether any worker ever came up. */
  private cameUp = false;
  private losses = 0;
  private lastJob = 0;
  private lastCall = 0;
  /** Once a worker did not come back from a job. */
  private broken = false;

  constructor(
    private readonly memory: LinearMemory,
    readonly threads: number,
    /** The file that workers start from; null for the text that is part of the library. */
    readonly workerUrl: string | null = null,
    /** Sleeps that a worker gets for one block. */
    private readonly patience = PATIENCE,
  ) {
    this.control = Control.for(threads);
    const names = WebAssembly.Module.exports(memory.module).map(({ name }) => name);
    this.kernels = names.map((name) => (memory.kernels as unknown as Record<string, AnyKernel>)[name]);
    this.numberOf = new Map(this.kernels.map((kernel, i) => [kernel, i]));
  }

  /** Threads at work: this one and the workers that have started. */
  get inUse(): number {
    const { control, workers } = this;
    return 1 + workers.filter((worker, i) => worker && control.words[control.inside(i) + READY] === 1).length;
  }

  /**
   * Runs the job on up to `parts` threads, and tells `visit` the sum of each block, if it has one. False when it could not be
   * finished: a worker failed, or did not come back.
   */
  run(job: Job, parts: number, visit: (sum: number, start: number, n: number) => void): boolean {
    if (this.broken) return false;
    this.hire(parts - 1);
    const blocks = Math.ceil(job.n / BLOCK);
    for (let first = 0; first < blocks; first += MOST_BLOCKS) {
      const end = Math.min(blocks, first + MOST_BLOCKS);
      this.write(job, first, end, parts);
      if (!this.finish(end - first)) return false;
      this.report(job.n, first, end, visit);
    }
    return true;
  }

  /** Ends the workers. */
  disband(): void {
    this.workers.forEach((worker) => worker?.end());
    this.workers.fill(null);
  }

  /**
   * Starts the workers up to number `count` that are not there. A job does not wait for them: they join when they are up. Until the first is
   * up there is no other: where workers are refused, the browser's console says so once.
   */
  private hire(count: number): void {
    this.cameUp ||= this.inUse > 1;
    const most = this.cameUp ? count : Math.min(count, 1);
    for (let i = 0; i < most && this.losses <= MOST_LOSSES; i++) {
      if (this.workers[i]) continue;
      try {
        this.workers[i] = this.start(i);
      } catch {
        this.losses = Infinity;
      }
    }
  }

  private start(index: number): Handle {
    const { memory, control, threads } = this;
    const { module, wasm } = memory;
    const ready = control.inside(index) + READY;
    const setup = { id: WORKER_ID, module, memory: wasm, control: control.buffer, threads, index };
    const handle = startWorker(setup, this.workerUrl, () => {
      if (this.workers[index] !== handle) return;
      this.workers[index] = null;
      // What kept it from coming up, such as a policy or a missing file, would keep others.
      this.losses += control.words[ready] === 1 ? 1 : Infinity;
      control.words[ready] = 0;
    });
    return handle;
  }

  private write({ kernel, x, y, to, n, scalars }: Job, first: number, end: number, parts: number): void {
    const { control } = this;
    const { words, numbers } = control;
    words[KERNEL] = this.numberOf.get(kernel)!;
    words[WRITES] = to ? 1 : 0;
    words[PARTS] = parts;
    words[FAILED] = 0;
    numbers[TOTAL] = n;
    numbers[FIRST] = first;
    writePlace(numbers, PLACES, x);
    writePlace(numbers, PLACES + 2, y);
    if (to) writePlace(numbers, PLACES + 4, to);
    for (let i = 0; i < 3; i++) numbers[SCALARS + i] = scalars[i];
    for (let part = 0; part < parts; part++) {
      words[control.part(part)] = first + Math.floor(((end - first) * part) / parts);
      words[control.part(part) + END] = first + Math.floor(((end - first) * (part + 1)) / parts);
    }
  }

  /** Opens the job that was written, does this thread's share and more, closes it, and waits for who is inside. */
  private finish(blocks: number): boolean {
    const { words } = this.control;
    Atomics.add(words, JOB, 1);
    if (Atomics.load(words, SLEEPING) > 0) this.wake(blocks);
    work(this.kernels, this.control, 0);
    Atomics.add(words, JOB, 1);
    for (let i = 0; i < this.workers.length && !this.broken; i++) this.broken = !this.isOut(i);
    return !this.broken && words[FAILED] === 0;
  }

  private wake(blocks: number): void {
    const now = performance.now();
    const worthwhile = blocks >= WORTH_WAKING || now - this.lastJob < SOON;
    this.lastJob = now;
    if (!worthwhile || now - this.lastCall < WAKING) return;
    this.lastCall = now;
    Atomics.notify(this.control.words, JOB);
  }

  /** Waits for a worker to come out of the job; false if it does not. */
  private isOut(worker: number): boolean {
    const { words } = this.control;
    const inside = this.control.inside(worker);
    for (let i = 0; i < LOOKS; i++) if (Atomics.load(words, inside) === 0) return true;
    for (let turn = 0; turn < this.patience; turn++) {
      if (this.sleeps) Atomics.wait(words, inside, 1, SLEEP);
      else this.stayAwake(inside);
      if (Atomics.load(words, inside) === 0) return true;
    }
    return false;
  }

  /** What a page's main thread does, which may not sleep. */
  private stayAwake(inside: number): void {
    const { words } = this.control;
    const end = performance.now() + SLEEP;
    while (Atomics.load(words, inside) === 1 && performance.now() < end);
  }

  private report(n: number, first: number, end: number, visit: Parameters<Team["run"]>[2]): void {
    const { numbers, sums } = this.control;
    for (let block = first; block < end; block++) {
      const start = block * BLOCK;
      visit(numbers[sums + block - first], start, Math.min(BLOCK, n - start));
    }
  }
}

function writePlace(numbers: Float64Array, index: number, { address, size }: Place): void {
  numbers[index] = address;
  numbers[index + 1] = size;
}

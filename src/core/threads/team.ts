/** The main thread and its workers, from the main thread's side. */
import { addressSpaceLeft } from "../address-space.js";
import { BLOCK } from "../block.js";
import type { LinearMemory } from "../memory.js";
import { warn } from "../warnings.js";
import {
  Control,
  EMITTED,
  END,
  FAILED,
  FIRST,
  JOB,
  KERNEL,
  LENGTH,
  MODULE,
  MODULE_LENGTH,
  MOST_BLOCKS,
  MOST_MODULE_BYTES,
  MOST_PLACES,
  MOST_SCALARS,
  PARTS,
  PLACE_COUNT,
  PLACES,
  SCALAR_COUNT,
  SCALARS,
  SLEEPING,
  TOTAL,
} from "./control.js";
import { maySleep } from "./host.js";
import { blocksOf, type Job, writtenBy } from "./job.js";
import { Member } from "./member.js";
import { work } from "./work.js";

/**
 * From so many blocks times places on, workers that sleep are woken in any case. A worker comes
 * after some 100 µs, and by then a smaller job is nearly done: single calls took longer with two
 * threads up to 1 Mi elements for a value, and up to 512 Ki with its gradient (measured on two busy
 * cores).
 */
const WORTH_WAKING = 192;
/**
 * Milliseconds from the end of a smaller job to the next that make it worthwhile, since more will
 * follow.
 */
const SOON = 0.2;
/**
 * Milliseconds that a call gets to wake: another one within that time would cost its 5 to 10 µs in
 * vain (measured).
 */
const WAKING = 1;
/**
 * Bytes of address space that a worker takes at most while it starts, and something for all others
 * (measured).
 */
const WORKER_SPACE = 2 ** 29;
/** Workers that may be lost at work before the team goes on without new ones. */
const MOST_LOSSES = 3;

/** How long the main thread has patience with workers, in milliseconds. */
interface Patience {
  /**
   * With one that is inside a job on which nothing else is to be done: then its blocks are computed
   * here. A busy machine lets a thread wait for some 30 ms.
   */
  readonly block: number;
  /** With one that does not come out at all: then it is given up, and others are started. */
  readonly worker: number;
}
const PATIENCE: Patience = { block: 100, worker: 10_000 };

export class Team {
  private control: Control;
  /** For blocks that this thread computes alone while `control` is not free. */
  private readonly alone = Control.for(1);
  private readonly numberOf: ReadonlyMap<unknown, number>;
  private readonly members: (Member | null)[] = [];
  private readonly sleeps = maySleep();
  /** Whether any worker ever came up. */
  private cameUp = false;
  private losses = 0;
  /** When a job ended that workers slept through. */
  private lastEnd = -Infinity;
  private lastCall = 0;
  /**
   * When a job was left with a worker still inside; null when all are out. Until then nothing may
   * be written to `control`.
   */
  private leftAt: number | null = null;

  constructor(
    private readonly memory: LinearMemory,
    readonly threads: number,
    /** The file that workers start from; null for the text that is part of the library. */
    readonly workerUrl: string | null = null,
    private readonly patience = PATIENCE,
  ) {
    this.control = Control.for(threads);
    const kernels: Readonly<Record<string, unknown>> = memory.kernels;
    const names = WebAssembly.Module.exports(memory.module).map(({ name }) => name);
    this.numberOf = new Map(names.map((name, i) => [kernels[name], i]));
  }

  /**
   * Threads at work: this one, and the workers that have started, unless one of them keeps the team
   * waiting.
   */
  get inUse(): number {
    if (this.leftAt !== null && !this.allOut()) return 1;
    return 1 + this.members.filter((member) => member?.cameUp).length;
  }

  /**
   * Runs the job on up to `parts` threads, and tells `visit` the sum of each block, if it has one.
   * What a worker does not deliver in time is computed here. False, with nothing done, while a
   * worker is still inside an earlier job, and for a job that is too large to be told to workers.
   *
   * @throws Error when a worker does not stop writing where the caller wants the result
   */
  run(job: Job, parts: number, visit: (sum: number, start: number, n: number) => void): boolean {
    if (!canBeTold(job)) return false;
    if (this.leftAt !== null && !this.isFree(this.leftAt)) return false;
    this.hire(parts - 1);
    const blocks = blocksOf(job);
    for (let first = 0; first < blocks; first += MOST_BLOCKS) {
      const end = Math.min(blocks, first + MOST_BLOCKS);
      report(this.compute(job, first, end, parts), end, visit);
    }
    return true;
  }

  /** Ends the workers. */
  disband(): void {
    this.members.forEach((member) => member?.end());
    this.members.fill(null);
  }

  /**
   * Whether all have come out of the job that was left at `since`; if that takes too long, others
   * take their places.
   */
  private isFree(since: number): boolean {
    if (!this.allOut()) {
      if (performance.now() - since < this.patience.worker) return false;
      this.disband();
      // The old one is left to who is inside: nobody opens it any more.
      this.control = Control.for(this.threads);
      this.losses++;
    }
    this.leftAt = null;
    for (const member of this.members) if (member) member.writing = false;
    return true;
  }

  private allOut(): boolean {
    return this.members.every((member) => member?.isOut() ?? true);
  }

  /**
   * Starts the workers up to number `count` that are not there. A job does not wait for them: they
   * join when they are up. Until the first is up there is no other: where workers are refused, the
   * browser's console says so once.
   */
  private hire(count: number): void {
    this.cameUp ||= this.inUse > 1;
    const most = this.cameUp ? count : Math.min(count, 1);
    for (let i = 0; i < most && this.losses <= MOST_LOSSES; i++) {
      if (this.members[i]) continue;
      try {
        this.checkSpace();
        this.members[i] = this.start(i);
      } catch {
        this.losses = Infinity;
      }
    }
  }

  /**
   * Throws, and says so once, where a worker more might end the process for want of address space.
   */
  private checkSpace(): void {
    const starting = this.members.filter((member) => member && !member.cameUp).length;
    const left = addressSpaceLeft();
    if (left >= (starting + 1) * WORKER_SPACE) return;
    const text =
      `lossgrad: expected ${WORKER_SPACE / 2 ** 20} MiB of address space for a worker, got ${Math.floor(left / 2 ** 20)} MiB up to ` +
      `this process's limit; losses go on with the threads that there are (${this.inUse}). Raise the limit (ulimit -v), or call setNumThreads(1)`;
    warn(text);
    throw new Error(text);
  }

  private start(index: number): Member {
    return new Member(this.control, index, this.memory, this.workerUrl, (member) => {
      if (this.members[index] !== member) return;
      this.members[index] = null;
      // What kept it from coming up, such as a policy or a missing file, would keep others.
      this.losses += member.cameUp ? 1 : Infinity;
    });
  }

  /** Computes the blocks from `first` to before `end`, and returns where their sums are. */
  private compute(job: Job, first: number, end: number, parts: number): Control {
    const { control, alone } = this;
    if (this.leftAt === null) {
      this.write(control, job, first, end, parts);
      if (this.finish(job, end - first)) return control;
    }
    this.write(alone, job, first, end, 1);
    work(job.kernel, alone, 0);
    return alone;
  }

  private write(control: Control, job: Job, first: number, end: number, parts: number): void {
    const { words, numbers } = control;
    this.writeKernel(control, job);
    words[PARTS] = parts;
    words[FAILED] = 0;
    numbers[TOTAL] = job.n;
    numbers[FIRST] = first;
    numbers[LENGTH] = job.block ?? BLOCK;
    words[PLACE_COUNT] = job.places.length;
    job.places.forEach(({ address, size }, i) => {
      numbers[PLACES + 2 * i] = address;
      numbers[PLACES + 2 * i + 1] = size;
    });
    words[SCALAR_COUNT] = job.scalars.length;
    numbers.set(job.scalars, SCALARS);
    for (let part = 0; part < parts; part++) {
      words[control.part(part)] = first + Math.floor(((end - first) * part) / parts);
      words[control.part(part) + END] = first + Math.floor(((end - first) * (part + 1)) / parts);
    }
  }

  private writeKernel({ words, module: room }: Control, { kernel, module }: Job): void {
    if (!module) {
      const number = this.numberOf.get(kernel);
      if (number === undefined) throw new Error("internal: a job's kernel is none of the binary's");
      words[KERNEL] = number;
      return;
    }
    words[KERNEL] = EMITTED;
    if (words[MODULE] === module.id) return;
    words[MODULE] = module.id;
    words[MODULE_LENGTH] = module.bytes.length;
    room.set(module.bytes);
  }

  /**
   * Opens the job that was written, does this thread's share and more, closes it, and waits for who
   * is inside. False when blocks are missing, which must then be computed alone.
   */
  private finish(job: Job, blocks: number): boolean {
    const { words } = this.control;
    Atomics.add(words, JOB, 1);
    let complete = true;
    try {
      if (Atomics.load(words, SLEEPING) > 0) this.wake(blocks * job.places.length);
      work(job.kernel, this.control, 0);
    } finally {
      Atomics.add(words, JOB, 1);
      if (!this.soonOut() && !this.outWithin(this.patience.block)) complete = this.leave(job);
      if (Atomics.load(words, SLEEPING) > 0) this.lastEnd = performance.now();
    }
    return complete && words[FAILED] === 0;
  }

  private wake(size: number): void {
    const now = performance.now();
    const worthwhile = size >= WORTH_WAKING || now - this.lastEnd < SOON;
    if (!worthwhile || now - this.lastCall < WAKING) return;
    this.lastCall = now;
    Atomics.notify(this.control.words, JOB);
  }

  private soonOut(): boolean {
    for (const member of this.members) if (member && !member.isSoonOut()) return false;
    return true;
  }

  private outWithin(patience: number): boolean {
    const deadline = performance.now() + patience;
    return this.members.every((member) => member?.isOutBy(deadline, this.sleeps) ?? true);
  }

  /**
   * Leaves a job that a worker is still inside. It may write a block of the result at any time, and
   * nothing can stop it for certain: the result moves, and the memory where it was is not used
   * again before the worker has come out. True when it came out after all, with nothing moved.
   */
  private leave(job: Job): boolean {
    this.leftAt = performance.now();
    const inside = this.members.filter((member) => member !== null && !member.isOut()) as Member[];
    const written = writtenBy(job);
    for (const member of inside) member.writing = written.length > 0;
    for (const { address, size } of written) {
      this.memory.hold(address, address + job.n * size, () => inside.every((member) => member.isOut()));
    }
    const moved = written.filter((place) => place.move?.()).length;
    if (moved === written.length) return false;
    if (!this.outWithin(this.patience.worker)) {
      throw new Error(
        `lossgrad: expected a worker to finish its part of the result in ${this.patience.worker} ms, got no answer from it; it may write ` +
          "to the array of the result at any later time, so do not use that array any more: allocate() another one",
      );
    }
    this.leftAt = null;
    // What it wrote last is where a result was that could move.
    return moved === 0;
  }
}

/** Whether a job finds room in the words that threads share. */
function canBeTold({ places, scalars, module }: Job): boolean {
  return (
    places.length <= MOST_PLACES &&
    scalars.length <= MOST_SCALARS &&
    !(module && module.bytes.length > MOST_MODULE_BYTES)
  );
}

/** Tells the sums of the blocks that `control` holds, up to before `end`. */
function report({ numbers, sums }: Control, end: number, visit: Parameters<Team["run"]>[2]): void {
  const [first, length, n] = [numbers[FIRST], numbers[LENGTH], numbers[TOTAL]];
  for (let block = first; block < end; block++) {
    const start = block * length;
    visit(numbers[sums + block - first], start, Math.min(length, n - start));
  }
}

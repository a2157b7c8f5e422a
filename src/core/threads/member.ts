/** A worker of a team, as the main thread sees it. */
import { WORKER_ID } from "../generated/worker.js";
import type { LinearMemory } from "../memory.js";
import { type Control, READY } from "./control.js";
import { type Handle, startWorker } from "./host.js";

/** Looks at a worker before the main thread sleeps: longer than a block takes. */
const LOOKS = 20_000;

export class Member {
  private readonly handle: Handle;
  private readonly inside: number;
  private gone = false;
  /**
   * Whether it may be writing to memory: then nothing but its own answer says that it has stopped.
   */
  writing = false;
  private ending = false;

  /**
   * Throws where workers are refused. `onGone` is called should it end by itself, or never start.
   */
  constructor(
    private readonly control: Control,
    index: number,
    { module, wasm }: LinearMemory,
    url: string | null,
    onGone: (member: Member) => void,
  ) {
    const { words, buffer, threads } = control;
    this.inside = control.inside(index);
    // What another one left there that ended in the middle of a job.
    words[this.inside] = 0;
    words[this.inside + READY] = 0;
    const setup = { id: WORKER_ID, module, memory: wasm, control: buffer, threads, index };
    this.handle = startWorker(setup, url, () => {
      if (this.gone) return;
      this.gone = true;
      onGone(this);
    });
  }

  /** Whether it has ever come up. */
  get cameUp(): boolean {
    return this.control.words[this.inside + READY] === 1;
  }

  /** Whether it works on no job; one that was to end then ends. */
  isOut(): boolean {
    const out = this.gone || Atomics.load(this.control.words, this.inside) === 0;
    if (out && this.ending) this.handle.end();
    return out;
  }

  /** As `isOut`, but looks for as long as a block may take. */
  isSoonOut(): boolean {
    const { words } = this.control;
    for (let i = 0; i < LOOKS; i++) if (Atomics.load(words, this.inside) === 0) return true;
    return this.gone;
  }

  /** As `isOut`, but waits until `deadline`. A page's main thread may not sleep meanwhile. */
  isOutBy(deadline: number, maySleep: boolean): boolean {
    const { words } = this.control;
    for (;;) {
      if (this.isOut()) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      if (maySleep) Atomics.wait(words, this.inside, 1, left);
    }
  }

  /**
   * Ends it: at once, or as soon as it is found out of its job if it may be writing. A page is not
   * told when a worker has ended, and what a worker may still write to cannot be used again before
   * that.
   */
  end(): void {
    this.ending = true;
    if (!this.writing) this.handle.end();
    else this.isOut();
  }
}

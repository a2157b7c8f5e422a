/**
 * What the threads of a team say to each other: a small shared buffer, apart from the linear memory. The main thread writes a job and
 * opens it; workers join while it is open, and claim block after block.
 *
 *     line   content, in 32-bit words; a line is 64 bytes, so that one thread's word is not in another's cache line
 *     0      JOB: odd while a job is open; counts up
 *     1      SLEEPING: workers asleep on JOB
 *     2      KERNEL, WRITES, PARTS, FAILED: what to run, whether it writes, on how many parts, whether a worker could not
 *     3, 4   in float64: TOTAL elements, FIRST block, three addresses with their bytes an element, three scalars
 *     5 ...  of each part: the next block to claim, and the block behind its last
 *     ...    of each worker: INSIDE while it works on a job; READY once it runs
 *     ...    in float64: the sums of the blocks, counted from FIRST
 */
const LINE = 16;

export const JOB = 0;
export const SLEEPING = LINE;
export const KERNEL = 2 * LINE;
export const WRITES = KERNEL + 1;
export const PARTS = KERNEL + 2;
export const FAILED = KERNEL + 3;

/** Indices of float64 numbers. */
const NUMBERS = (3 * LINE) / 2;
export const TOTAL = NUMBERS;
export const FIRST = NUMBERS + 1;
export const PLACES = NUMBERS + 2;
export const SCALARS = NUMBERS + 8;

const FIRST_PART = 5 * LINE;
/** Behind a part's next block, in words. */
export const END = 1;
/** Behind a worker's INSIDE, in words. */
export const READY = 1;

/** Blocks of one job; more work is several jobs. Their sums fill 8 KiB. */
export const MOST_BLOCKS = 1024;

/** A view of the buffer; every thread has its own. */
export class Control {
  readonly words: Int32Array;
  readonly numbers: Float64Array;

  constructor(
    readonly buffer: SharedArrayBuffer,
    readonly threads: number,
  ) {
    this.words = new Int32Array(buffer);
    this.numbers = new Float64Array(buffer);
  }

  static for(threads: number): Control {
    const words = FIRST_PART + 2 * threads * LINE;
    return new Control(new SharedArrayBuffer(4 * words + 8 * MOST_BLOCKS), threads);
  }

  /** The index of a part's next block. */
  part(part: number): number {
    return FIRST_PART + part * LINE;
  }

  /** The index of a worker's INSIDE; worker 0 is the second thread. */
  inside(worker: number): number {
    return FIRST_PART + (this.threads + worker) * LINE;
  }

  /** The index of the first sum. */
  get sums(): number {
    return (FIRST_PART + 2 * this.threads * LINE) / 2;
  }
}

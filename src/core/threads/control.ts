/**
 * What the threads of a team say to each other: a small shared buffer, apart from the linear
 * memory. The main thread writes a job and opens it; workers join while it is open, and claim block
 * after block.
 *
 *     line   content, in 32-bit words; a line is 64 bytes, so that one thread's word is not in another's cache line
 *     0      JOB: odd while a job is open; counts up
 *     1      SLEEPING: workers asleep on JOB
 *     2      KERNEL, PLACE_COUNT, SCALAR_COUNT, PARTS, FAILED: what to run, of how many places and scalars, on how many
 *            parts, whether a worker could not; MODULE, MODULE_LENGTH: the last emitted module, and the bytes that it has
 *     3 ...  in float64: TOTAL elements, FIRST block, LENGTH of a block, the address of each place with the bytes of an
 *            element there, scalars
 *     ...    of each part: the next block to claim, and the block behind its last
 *     ...    of each worker: INSIDE while it works on a job; READY once it runs
 *     ...    in float64: the sums of the blocks, counted from FIRST
 *     ...    the bytes of the emitted module
 */
const LINE = 16;

export const JOB = 0;
export const SLEEPING = LINE;
export const KERNEL = 2 * LINE;
/** In the place of a kernel of the binary: that of the emitted module. */
export const EMITTED = -1;
export const PLACE_COUNT = KERNEL + 1;
export const SCALAR_COUNT = KERNEL + 2;
export const PARTS = KERNEL + 3;
export const FAILED = KERNEL + 4;
export const MODULE = KERNEL + 5;
export const MODULE_LENGTH = KERNEL + 6;

/** Places and scalars that a job has at most. */
export const MOST_PLACES = 16;
export const MOST_SCALARS = 8;

/** Indices of float64 numbers. */
const NUMBERS = (3 * LINE) / 2;
export const TOTAL = NUMBERS;
export const FIRST = NUMBERS + 1;
export const LENGTH = NUMBERS + 2;
export const PLACES = NUMBERS + 3;
export const SCALARS = PLACES + 2 * MOST_PLACES;

const FIRST_PART = Math.ceil((2 * (SCALARS + MOST_SCALARS)) / LINE) * LINE;
/** Behind a part's next block, in words. */
export const END = 1;
/** Behind a worker's INSIDE, in words. */
export const READY = 1;

/** Blocks of one job; more work is several jobs. Their sums fill 8 KiB. */
export const MOST_BLOCKS = 1024;

/**
 * Bytes of an emitted module that workers can be given: a formula's has hundreds to some thousands.
 */
export const MOST_MODULE_BYTES = 1 << 16;

/** A view of the buffer; every thread has its own. */
export class Control {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  /** The emitted module's bytes, in as much room as there is for them. */
  readonly module: Uint8Array;

  constructor(
    readonly buffer: SharedArrayBuffer,
    readonly threads: number,
  ) {
    this.words = new Int32Array(buffer);
    this.numbers = new Float64Array(buffer);
    this.module = new Uint8Array(buffer, 8 * (this.sums + MOST_BLOCKS));
  }

  static for(threads: number): Control {
    const words = FIRST_PART + 2 * threads * LINE;
    const bytes = 4 * words + 8 * MOST_BLOCKS + MOST_MODULE_BYTES;
    return new Control(new SharedArrayBuffer(bytes), threads);
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

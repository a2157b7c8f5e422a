/** What threads are given to do. */
import { BLOCK } from "../block.js";
import type { EmittedModule } from "../emitted.js";
import type { AnyKernel } from "./work.js";

/** Where the elements of an operand lie that a kernel reads or writes. */
export interface Place {
  readonly address: number;
  /** The bytes of an element. */
  readonly size: number;
  readonly written: boolean;
  /**
   * Moves what is written to another address, because a thread may still write to this one; false
   * for bytes whose address somebody else knows. Absent where nothing can be moved. Nothing else of
   * the job lies in what moves.
   */
  move?(): boolean;
}

/** A kernel to be run on every block of its operands. */
export interface Job {
  /**
   * Called on this thread, with the address of the block in every place, its length, and the
   * scalars.
   */
  readonly kernel: AnyKernel;
  /** Where workers get the kernel from; absent for one that the binary exports. */
  readonly module?: EmittedModule;
  /** In the order of the kernel's arguments. */
  readonly places: readonly Place[];
  /** Elements. */
  readonly n: number;
  /** Elements of a block, where these are not BLOCK: an "element" may be a row of numbers. */
  readonly block?: number;
  readonly scalars: readonly number[];
}

/** How many blocks a job has. */
export function blocksOf({ n, block = BLOCK }: Job): number {
  return Math.ceil(n / block);
}

/** What a job writes. */
export function writtenBy({ places }: Job): Place[] {
  return places.filter(({ written }) => written);
}

/** Whether a job writes to what it reads, or twice to the same. */
export function overwrites({ places, n }: Job): boolean {
  return places.some((place, i) =>
    places.some((other, j) => i !== j && place.written && overlap(place, other, n)),
  );
}

/** Whether n elements of one share memory with n of the other. */
function overlap(a: Place, b: Place, n: number): boolean {
  return a.address < b.address + n * b.size && b.address < a.address + n * a.size;
}

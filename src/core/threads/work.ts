/** A thread's share of a job, on the main thread as on a worker. */
import { BLOCK } from "../block.js";
import { type Control, END, FIRST, KERNEL, PARTS, PLACES, SCALARS, TOTAL, WRITES } from "./control.js";

export type AnyKernel = (...args: number[]) => number | undefined;

/**
 * Runs the open job's kernel on blocks until none is left: on those of part `own` first, since that part of the operands was in this
 * core's cache the last time, then on what other threads have not come to. A block is claimed by one thread only; who
 * computes it cannot show in its bits.
 */
export function work(kernels: readonly AnyKernel[], control: Control, own: number): void {
  const { words } = control;
  const kernel = kernels[words[KERNEL]];
  const parts = words[PARTS];
  for (let i = 0; i < parts; i++) {
    const next = control.part((own + i) % parts);
    const end = words[next + END];
    for (let block = claim(words, next); block < end; block = claim(words, next)) {
      run(kernel, control, block);
    }
  }
}

function claim(words: Int32Array, next: number): number {
  return Atomics.add(words, next, 1);
}

function run(kernel: AnyKernel, control: Control, block: number): void {
  const { words, numbers } = control;
  const start = block * BLOCK;
  const n = Math.min(BLOCK, numbers[TOTAL] - start);
  const x = numbers[PLACES] + start * numbers[PLACES + 1];
  const y = numbers[PLACES + 2] + start * numbers[PLACES + 3];
  if (words[WRITES] === 0) {
    numbers[control.sums + block - numbers[FIRST]] = kernel(x, y, n, numbers[SCALARS])!;
    return;
  }
  const out = numbers[PLACES + 4] + start * numbers[PLACES + 5];
  const sum = kernel(x, y, out, n, numbers[SCALARS], numbers[SCALARS + 1], numbers[SCALARS + 2]);
  if (sum !== undefined) numbers[control.sums + block - numbers[FIRST]] = sum;
}

/** A thread's share of a job, on the main thread as on a worker. */
import {
  type Control,
  END,
  FIRST,
  LENGTH,
  PARTS,
  PLACE_COUNT,
  PLACES,
  SCALAR_COUNT,
  SCALARS,
  TOTAL,
} from "./control.js";

/**
 * A kernel as threads call it: with the addresses of a block in each place, its length, and the
 * scalars. It returns the block's sum if it has one.
 */
export type AnyKernel = (...args: number[]) => number | undefined;

/**
 * Runs the open job's kernel on blocks until none is left: on those of part `own` first, since that
 * part of the operands was in this core's cache the last time, then on what other threads have not
 * come to. A block is claimed by one thread only; who computes it cannot show in its bits.
 */
export function work(kernel: AnyKernel, control: Control, own: number): void {
  const { words } = control;
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
  const { numbers } = control;
  const length = numbers[LENGTH];
  const start = block * length;
  const sum = call(kernel, control, start, Math.min(length, numbers[TOTAL] - start));
  if (sum !== undefined) numbers[control.sums + block - numbers[FIRST]] = sum;
}

/**
 * Two and three places, the most usual, are written out with the three scalars that prepared
 * kernels take at most: spreading a list of arguments costs 50 to 90 ns, the call itself 8
 * (measured).
 */
function call(kernel: AnyKernel, control: Control, start: number, n: number): number | undefined {
  const { words, numbers } = control;
  const places = words[PLACE_COUNT];
  if (places < 2 || places > 3 || words[SCALAR_COUNT] > 3) {
    return kernel(...argumentsOf(control, start, n));
  }
  const x = numbers[PLACES] + start * numbers[PLACES + 1];
  const y = numbers[PLACES + 2] + start * numbers[PLACES + 3];
  const p = numbers[SCALARS];
  const q = numbers[SCALARS + 1];
  const r = numbers[SCALARS + 2];
  if (places === 2) return kernel(x, y, n, p, q, r);
  return kernel(x, y, numbers[PLACES + 4] + start * numbers[PLACES + 5], n, p, q, r);
}

function argumentsOf({ words, numbers }: Control, start: number, n: number): number[] {
  const args: number[] = [];
  const behind = PLACES + 2 * words[PLACE_COUNT];
  for (let place = PLACES; place < behind; place += 2) {
    args.push(numbers[place] + start * numbers[place + 1]);
  }
  args.push(n);
  for (let i = 0; i < words[SCALAR_COUNT]; i++) args.push(numbers[SCALARS + i]);
  return args;
}

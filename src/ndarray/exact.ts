/**
 * Sums in which no order shows at all: every number is added exactly (assembly/loops/exact.ts),
 * where the sums of sums.ts are exact across blocks that begin at fixed places.
 */
import { ExactSum } from "../core/exact-sum.js";
import { type LinearMemory, SCRATCH, SUM_WINDOW } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { type DType, dtypes } from "./dtype.js";
import { type Elements, inBlocks, pathThrough, Source } from "./window.js";

/** Adds the elements of a real `x` to `sum`. */
export function addExactly(x: Elements, sum: ExactSum): void {
  const { memory } = x;
  const tag = dtypes[x.dtype].compute;
  operate(() => {
    const source = new Source(x, tag, 0);
    inBlocks(x.numel, (start, n) => {
      const address = source.read(start, n);
      if (tag === "i64") addIntegers(memory, address, n, sum);
      else addFloats(memory, tag, address, n, sum);
    });
  });
}

/** Adds the n numbers at `address`, a block at most, to `to`. */
export function addFloats(
  memory: LinearMemory,
  tag: "f32" | "f64",
  address: number,
  n: number,
  to: ExactSum,
): void {
  memory.kernels[`exact_${tag}`](address, n, SCRATCH.sum);
  const first = SCRATCH.sum >> 3;
  to.merge(new ExactSum(memory.f64.subarray(first, first + ExactSum.STATE_LENGTH)));
}

/** Halves of 64-bit integers, of which as many as a block has add up exactly in float64. */
function addIntegers({ u32 }: LinearMemory, address: number, n: number, to: ExactSum): void {
  let [low, high] = [0, 0];
  const first = address >> 2;
  for (let i = first; i < first + 2 * n; i += 2) {
    low += u32[i];
    high += u32[i + 1] | 0;
  }
  to.add(low);
  to.add(high * 2 ** 32);
}

/**
 * What an operation writes to, and where nothing stays: each number, rounded to `dtype` as if it
 * were stored, is added to `sum`. So whatever has an array as its result can be added up in one
 * pass.
 */
export class SummedElements implements Elements {
  readonly contiguous = true;
  readonly constant = false;

  /** Before the operation, whose windows it needs. */
  constructor(
    readonly dtype: DType,
    readonly numel: number,
    readonly memory: LinearMemory,
    private readonly sum: ExactSum,
  ) {
    memory.window(SUM_WINDOW);
  }

  /** None: what is written passes through a window. */
  address(): null {
    return null;
  }

  copyTo(): void {
    throw new Error("internal: elements that were added up are read");
  }

  copyFrom(address: number, _start: number, n: number): void {
    const { memory, sum } = this;
    const { storage, compute } = dtypes[this.dtype];
    // From how a number is stored to how it is computed with is one conversion at most.
    const [step] = pathThrough(storage, compute);
    const place = step ? memory.window(SUM_WINDOW) : address;
    if (step) memory.kernels[step](address, place, n);
    if (compute === "i64") addIntegers(memory, place, n, sum);
    else addFloats(memory, compute, place, n, sum);
  }
}

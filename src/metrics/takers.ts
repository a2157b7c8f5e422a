/** Where the numbers that a program makes of a block of elements go. */
import type { ExactSum } from "../core/exact-sum.js";
import { type LinearMemory, SUM_WINDOW } from "../core/memory.js";
import { addFloats } from "../ndarray/exact.js";
import type { Elements } from "../ndarray/window.js";
import type { Histogram } from "./histogram.js";
import type { Maximum } from "./maximum.js";

/** Elements of float64 that are taken in, and stay nowhere. */
export abstract class Taker implements Elements {
  readonly contiguous = true;
  readonly constant = false;
  readonly dtype = "float64";

  constructor(
    readonly numel: number,
    readonly memory: LinearMemory,
  ) {}

  /** None: what is written passes through a window. */
  address(): null {
    return null;
  }

  copyTo(): void {
    throw new Error("internal: elements that were taken in are read");
  }

  /** Takes elements [start, start + n), which lie at `address`. */
  abstract copyFrom(address: number, start: number, n: number): void;
}

/** Adds the numbers up. */
export class SumTaker extends Taker {
  /** Where the block lies that was taken last. */
  at = 0;

  constructor(
    numel: number,
    memory: LinearMemory,
    private readonly sum: ExactSum,
  ) {
    super(numel, memory);
  }

  copyFrom(address: number, _start: number, n: number): void {
    this.at = address;
    addFloats(this.memory, "f64", address, n, this.sum);
  }
}

/** Finds the first 1. */
export class FirstTaker extends Taker {
  /** -1 where there is none. */
  index = -1;

  copyFrom(address: number, start: number, n: number): void {
    if (this.index >= 0) return;
    const found = blockAt(this.memory, address, n).indexOf(1);
    if (found >= 0) this.index = start + found;
  }
}

/** The numbers of a block. */
function blockAt({ f64 }: LinearMemory, address: number, n: number): Float64Array {
  return f64.subarray(address >> 3, (address >> 3) + n);
}

/** What takes |error|: the maximum and the histogram. */
export class ErrorTaker extends Taker {
  constructor(
    numel: number,
    memory: LinearMemory,
    private readonly to: {
      readonly maximum: Maximum | null;
      readonly histogram: Histogram | null;
      /** The index of the first element. */
      readonly offset: number;
      /** Where elements may be left out, 1 for those that count. */
      readonly kept: SumTaker | null;
      readonly weights: SumTaker | null;
    },
  ) {
    super(numel, memory);
    memory.window(SUM_WINDOW);
  }

  copyFrom(address: number, start: number, n: number): void {
    const { maximum, histogram } = this.to;
    if (maximum) this.takeMaximum(maximum, address, start, n);
    if (histogram) this.takeAll(histogram, address, n);
  }

  private takeMaximum(maximum: Maximum, address: number, start: number, n: number): void {
    const { memory } = this;
    const { kept, offset } = this.to;
    const at = memory.window(SUM_WINDOW);
    memory.kernels.extreme_f64(address, at, at + 8, 1, n, 1, 1);
    const value = memory.f64[at >> 3];
    let index = memory.u32[(at + 8) >> 2];
    // What is left out is 0 as well.
    if (value === 0 && kept) index = blockAt(memory, kept.at, n).indexOf(1);
    if (index >= 0) maximum.take(value, offset + start + index);
  }

  private takeAll(histogram: Histogram, address: number, n: number): void {
    const { memory } = this;
    const { kept, weights } = this.to;
    const first = (address >> 2) + 1;
    if (weights) {
      histogram.addWeighted(memory.u32, first, blockAt(memory, weights.at, n));
      return;
    }
    histogram.addNumbers(memory.u32, first, n);
    if (!kept) return;
    let left = n;
    for (const one of blockAt(memory, kept.at, n)) left -= one;
    if (left > 0) histogram.add(0, -left);
  }
}

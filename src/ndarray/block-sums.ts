/**
 * Sums over blocks. Terms of a block are added by a kernel, and the sums of blocks exactly: neither
 * order nor partition can show in the result. A block whose sum is not finite is looked at again,
 * since it may have overflowed.
 */
import { BLOCK } from "../core/block.js";
import { ExactSum } from "../core/exact-sum.js";
import { inBlocks } from "./window.js";

/** Is told the sum of elements [start, start + n). */
export type BlockVisitor = (sum: number, start: number, n: number) => void;

/** What is added up, block by block. */
export interface Summand {
  /** How many elements there are. */
  readonly n: number;
  /** The sum of elements [start, start + n), a block at most, as its kernel adds them. */
  run(start: number, n: number): number;
  /** Adds them one by one to `exact`, in float64. */
  addWide(start: number, n: number, exact: ExactSum): void;
  /** Whether several threads did all blocks; they tell `visit` the sums. */
  shared(visit: BlockVisitor): boolean;
}

const exact = new ExactSum();

/**
 * The sum of elements [first, first + n) over `divisor`, in blocks at fixed offsets from the first.
 */
export function sumBlocks(of: Summand, first: number, n: number, divisor: number): number {
  if (n > BLOCK) return sumOfMany(of, first, n, divisor);
  const sum = n === 0 ? 0 : of.run(first, n);
  return Number.isFinite(sum) ? sum / divisor : wideSum(of, first, n, divisor);
}

function sumOfMany(of: Summand, first: number, n: number, divisor: number): number {
  exact.reset();
  const add: BlockVisitor = (sum, start, length) => {
    if (Number.isFinite(sum)) exact.add(sum);
    else of.addWide(start, length, exact);
  };
  if (n < of.n || !of.shared(add)) {
    inBlocks(n, (start, length) => {
      add(of.run(first + start, length), first + start, length);
    });
  }
  return exact.dividedBy(divisor);
}

/** The sum of a block that is not finite as its kernel adds it. */
export function wideSum(of: Summand, start: number, n: number, divisor: number): number {
  exact.reset();
  of.addWide(start, n, exact);
  return exact.dividedBy(divisor);
}

/**
 * Runs of a program over whole arrays, block by block: its sum, the sums of rows, and what it
 * stores.
 */
import { BLOCK } from "../core/block.js";
import { ExactSum } from "../core/exact-sum.js";
import { operate } from "../core/operation.js";
import { share } from "../core/share.js";
import { PARALLEL } from "../core/threads/threads.js";
import { dtypes } from "../ndarray/dtype.js";
import { addFloats } from "../ndarray/exact.js";
import { type BlockVisitor, sumBlocks, type Summand } from "../ndarray/block-sums.js";
import { addBlock } from "../ndarray/sums.js";
import { inBlocks } from "../ndarray/window.js";
import { Interpreter } from "./interpret.js";
import { hasSum, onlyOutputs, Pass, type Run } from "./pass.js";
import type { Program } from "./program.js";
import { type BlockKernel, kernelFor, termsFor } from "./provider.js";
import { SUMS, TERMS } from "./windows.js";

export type { Run } from "./pass.js";

const exact = new ExactSum();

/**
 * The sum of a program over `divisor`, 0 for a program without; and its stored outputs. Terms of a
 * block are added as the losses' kernels do it, and the sum is exact across blocks that start at
 * fixed offsets: the operands alone decide the bits.
 */
export function runProgram(run: Run, divisor = 1): number {
  return operate(() =>
    apart(Pass.of(run), (pass) => {
      return sumBlocks(new Blocks(pass), 0, pass.n, divisor);
    }),
  );
}

/** The same with the sum that tensors give: correctly rounded, whatever the terms. */
export function runExactly(run: Run, divisor = 1): number {
  if (!hasSum(run.program)) return runProgram(run, divisor);
  return operate(() => apart(Pass.of(run), (pass) => exactSum(pass, divisor)));
}

/**
 * The sums of rows: row r is the elements [r · length, (r + 1) · length). Each has the bits of the
 * sum of these elements alone, over the divisor, or over that of its row. There are as many rows as
 * `sums` has elements.
 */
export function rowSums(
  run: Run,
  length: number,
  divisor: number | ArrayLike<number>,
  sums: Float64Array,
): void {
  const divisorOf = (row: number): number => (typeof divisor === "number" ? divisor : divisor[row]);
  operate(() =>
    apart(Pass.of(run), (pass) => {
      const blocks = new Blocks(pass);
      if (length > 0 && length <= BLOCK) blocks.shortRows(length, divisorOf, sums);
      else
        for (let row = 0; row < sums.length; row++)
          sums[row] = sumBlocks(blocks, row * length, length, divisorOf(row));
      return 0;
    }),
  );
}

/**
 * Sums what `pass` sums, and stores what it stores. Where that is an operand itself, the sum comes
 * first: one that is not finite is looked at again, when the operand would be gone.
 */
function apart(pass: Pass, sum: (pass: Pass) => number): number {
  if (!pass.hasSum) {
    new Blocks(pass).store();
    return 0;
  }
  if (!pass.overwrites) return sum(pass);
  const result = sum(pass.only("sum"));
  new Blocks(pass.only("store")).store();
  return result;
}

/** A program by a provider, on blocks of its operands. */
class Blocks implements Summand {
  readonly n: number;
  private readonly kernel: BlockKernel;
  /** What gives the terms of a sum that is not finite. */
  private terms: Interpreter | null = null;

  constructor(private readonly pass: Pass) {
    this.n = pass.n;
    this.kernel = kernelFor(pass.program, pass.memory);
    if (pass.hasSum) pass.memory.window(TERMS);
  }

  store(): void {
    if (this.shared(() => undefined)) return;
    inBlocks(this.pass.n, (start, n) => this.run(start, n));
  }

  shared(visit: BlockVisitor): boolean {
    const { n, numbers } = this.pass;
    const { forThreads } = this.kernel;
    if (n < PARALLEL || !forThreads) return false;
    const { places } = this.pass;
    if (!places) return false;
    return share.out({ ...forThreads, places, n, scalars: [numbers] }, visit);
  }

  /** Rows of at most a block, as many at once as fill one. */
  shortRows(length: number, divisorOf: (row: number) => number, sums: Float64Array): void {
    const { pass, kernel } = this;
    const { memory } = pass;
    const together = Math.floor(BLOCK / length);
    const at = memory.window(SUMS);
    for (let first = 0; first < sums.length; first += together) {
      const rows = Math.min(together, sums.length - first);
      const [start, n] = [first * length, rows * length];
      const addresses = pass.begin(start, n);
      kernel.rows(addresses, rows, length, pass.numbers, at);
      for (let row = 0; row < rows; row++) {
        const sum = memory.f64[(at >> 3) + row];
        const divisor = divisorOf(first + row);
        sums[first + row] = Number.isFinite(sum)
          ? sum / divisor
          : this.wideRow(pass.operandsAt(addresses, row * length), length, divisor);
      }
      pass.end(start, n);
    }
  }

  run(start: number, n: number): number {
    const { pass, kernel } = this;
    const sum = kernel.run(pass.begin(start, n), n, pass.numbers);
    pass.end(start, n);
    return sum;
  }

  private wideRow(addresses: readonly number[], length: number, divisor: number): number {
    exact.reset();
    this.addTerms(addresses, length, exact);
    return exact.dividedBy(divisor);
  }

  addWide(start: number, n: number, exact: ExactSum): void {
    this.addTerms(this.pass.begin(start, n), n, exact);
  }

  private addTerms(addresses: readonly number[], n: number, exact: ExactSum): void {
    const { memory, program, numbers } = this.pass;
    this.terms ??= new Interpreter(onlyOutputs(program, "sum"), memory);
    const terms = memory.window(TERMS);
    this.terms.terms(addresses, n, numbers, terms);
    addBlock(memory, terms, n, tagOf(program), exact);
  }
}

/** The correctly rounded sum of the terms, which are stored a block at a time and added exactly. */
function exactSum(pass: Pass, divisor: number): number {
  const { program, memory, n, numbers } = pass;
  const kernel = termsFor(program, memory);
  const terms = memory.window(TERMS);
  exact.reset();
  inBlocks(n, (start, length) => {
    kernel.terms(pass.begin(start, length), length, numbers, terms);
    pass.end(start, length);
    addFloats(memory, tagOf(program), terms, length, exact);
  });
  return exact.dividedBy(divisor);
}

function tagOf({ dtype }: Program): "f32" | "f64" {
  return dtypes[dtype].compute as "f32" | "f64";
}

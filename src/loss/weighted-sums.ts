/**
 * Sums of weighted terms, and of weights: block by block through windows, so that a block is read
 * once.
 */
import { dtypes, promoteTypes } from "../ndarray/dtype.js";
import { sumBlocks, type Summand } from "../ndarray/block-sums.js";
import { addBlock } from "../ndarray/sums.js";
import { type Elements, inBlocks, Source } from "../ndarray/window.js";
import { ExactSum } from "../core/exact-sum.js";
import { operate } from "../core/operation.js";
import { kernelOf, parameterOf, type Problem, TERMS } from "./evaluate.js";
import { MaskSource } from "./mask.js";
import { type Divisor, divisorAt, type Rows } from "./rows.js";

/** The slot of the weights' windows, behind those of the operands. */
const WEIGHT = 2;

/**
 * Elements below which a block is computed in float64: the roundings of so few terms and products
 * do not average out.
 */
const SHORT = 512;
const exact = new ExactSum();

/**
 * Weighted terms, added in the order of the losses' own sums. They are computed in float32, or in
 * float64 where the loss or the weights are of it: terms and products are rounded to that.
 */
class WeightedTerms implements Summand {
  readonly n: number;
  private readonly tag: "f32" | "f64";
  private readonly x: Source;
  private readonly y: Source;
  private readonly w: Source;
  private readonly mask: MaskSource | null;
  private readonly window: number;

  constructor(
    private readonly problem: Problem,
    weight: Elements,
  ) {
    const { input, target, dtype, mask } = problem;
    this.n = weight.numel;
    this.tag = promoteTypes(dtype, weight.dtype) === "float64" ? "f64" : "f32";
    // An operand of another dtype is rounded to the loss's, as torch promotes it.
    const via = dtypes[dtype].storage;
    this.x = new Source(input, this.tag, 0, via);
    this.y = new Source(target, this.tag, 1, via);
    this.w = new Source(weight, this.tag, WEIGHT);
    this.mask = mask && new MaskSource(mask);
    this.window = input.memory.window(TERMS);
  }

  /** Computes elements [start, start + n) in the window; what the mask leaves out is +0. */
  private compute(start: number, n: number, tag: "f32" | "f64"): number {
    const { problem, x, y, w, window, mask } = this;
    const { memory } = problem.input;
    const [from, to] = [x.readAs(tag, start, n), y.readAs(tag, start, n)];
    kernelOf(problem.row, "map", tag, memory)(from, to, window, n, parameterOf(problem));
    memory.kernels[`mul_${tag}`](window, 16, w.readAs(tag, start, n), 16, window, n);
    mask?.keepWritten(tag, window, start, n);
    return window;
  }

  run(start: number, n: number): number {
    const tag = n < SHORT ? "f64" : this.tag;
    return this.problem.input.memory.kernels[`terms_${tag}`](this.compute(start, n, tag), n, 0);
  }

  addWide(start: number, n: number, exact: ExactSum): void {
    addBlock(this.problem.input.memory, this.compute(start, n, "f64"), n, "f64", exact);
  }

  shared(): boolean {
    return false;
  }
}

/** Σ weight · term(input - target) / divisor of each row. */
export function weightedLosses(
  problem: Problem,
  weight: Elements,
  { rows, length }: Rows,
  divisor: Divisor,
): Float64Array {
  const losses = new Float64Array(rows);
  operate(() => {
    const terms = new WeightedTerms(problem, weight);
    for (let row = 0; row < rows; row++) {
      losses[row] = sumBlocks(terms, row * length, length, divisorAt(divisor, row));
    }
  });
  return losses;
}

/** Σ weight of each row, of what the mask keeps: the exact sums, nearest float64. */
export function weightsOfRows(weight: Elements, mask: Elements | null, { rows, length }: Rows): Float64Array {
  const { memory } = weight;
  const { category, storage } = dtypes[weight.dtype];
  // Large integers are no numbers of float32.
  const tag = category === "float" && storage !== "f64" ? "f32" : "f64";
  const sums = new Float64Array(rows);
  operate(() => {
    const source = new Source(weight, tag, WEIGHT);
    const kept = mask && new MaskSource(mask);
    const window = memory.window(TERMS);
    for (let row = 0; row < rows; row++) {
      exact.reset();
      inBlocks(length, (at, n) => {
        const start = row * length + at;
        const numbers = source.read(start, n);
        kept?.keep(tag === "f32" ? 4 : 8, numbers, window, start, n);
        addBlock(memory, kept ? window : numbers, n, tag, exact);
      });
      sums[row] = exact.dividedBy(1);
    }
  });
  return sums;
}

/** The rivals of this process. */
import { nn } from "lossgrad";
// The library's own instance, so that the kernels read the very bytes that its tensors lie in.
import { memory } from "../dist/core/memory.js";
import type { Answer, Pass, Rival } from "./contest.js";
import { meanAbsoluteError, meanAbsoluteErrorAndGradient } from "./loops.js";
import type { Operands } from "./operands.js";

type Work = (operands: Operands) => number;

class LocalRival implements Rival {
  private operands!: Operands;

  constructor(
    readonly name: string,
    readonly about: string,
    /** A run of each pass; gives the mean. */
    private readonly work: Readonly<Record<Pass, Work>>,
    private readonly gradientOf: (operands: Operands) => Float32Array,
  ) {}

  prepare(operands: Operands): void {
    this.operands = operands;
  }

  answer(pass: Pass): Answer {
    const { operands } = this;
    operands.renewViews();
    operands.out.fill(NaN);
    const mean = this.work[pass](operands);
    operands.renewViews();
    return { mean, gradientError: pass === "value" ? 0 : operands.gradientError(this.gradientOf(operands)) };
  }

  time(pass: Pass, repeats: number): number {
    const { operands } = this;
    operands.renewViews();
    const work = this.work[pass];
    let sum = 0;
    const start = performance.now();
    for (let i = 0; i < repeats; i++) sum += work(operands);
    const seconds = (performance.now() - start) / 1000;
    // Using the results keeps the compiler from dropping the work.
    if (!Number.isFinite(sum)) throw new Error(`${this.name}: the means add up to ${sum}`);
    return seconds;
  }
}

const { kernels } = memory();
const loss = new nn.L1Loss();

/** Forward and backward; gives the loss. */
function lossAndGradient({ leaf, target }: Operands): number {
  leaf.grad = null;
  const mean = loss(leaf, target);
  mean.backward();
  return Number(mean.item());
}

const kernelAndGradient: Work = ({ at, n }) =>
  kernels.l1_sumslope_f32(at.x, at.y, at.out, n, 0, 1 / n, 0) / n;

const loopAndGradient: Work = ({ x, y, out }) => meanAbsoluteErrorAndGradient(x, y, out);

export const localRivals: readonly Rival[] = [
  new LocalRival(
    "lossgrad",
    "`nn.L1Loss`, `item()`; with gradients `grad = null`, `nn.L1Loss`, `backward()`, `item()`",
    {
      value: ({ input, target }) => Number(loss(input, target).item()),
      gradient: lossAndGradient,
      read: (operands) => lossAndGradient(operands) + 0 * operands.leaf.grad!.numel(),
    },
    ({ leaf }) => leaf.grad!.array() as Float32Array,
  ),
  new LocalRival(
    "kernel alone",
    "the WebAssembly function over all elements at once: no blocks, no tensors, no tape",
    {
      value: ({ at, n }) => kernels.l1_sum_f32(at.x, at.y, n, 0) / n,
      gradient: kernelAndGradient,
      read: kernelAndGradient,
    },
    ({ out }) => out,
  ),
  new LocalRival(
    "JS loop",
    "four sums over the same `Float32Array`s (bench/loops.ts); with gradients into an array made before",
    {
      value: ({ x, y }) => meanAbsoluteError(x, y),
      gradient: loopAndGradient,
      read: loopAndGradient,
    },
    ({ out }) => out,
  ),
];

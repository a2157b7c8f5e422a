/** The rivals of this process. */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import {
  F,
  getNumThreads,
  LossAccumulator,
  nn,
  ones,
  setNumThreads,
  type Tensor,
  threadsInUse,
  tidy,
} from "lossgrad";
import { l1Loss as l1OfArrays } from "lossgrad/arrays";
import { type Answer, type LossPass, type Pass, PASSES, type Rival } from "./contest.js";
import { BEND, countWrongGradients, type Formula, HUBER, L1, MSE, SMOOTH_L1 } from "./formulas.js";
import { meanAbsoluteError, meanAbsoluteErrorAndGradient } from "./loops.js";
import type { Arrays, Operands } from "./operands.js";

type Work = (operands: Operands) => number;

interface Description extends Readonly<Record<LossPass, Work>> {
  readonly name: string;
  readonly about: string;
  /** One unless told otherwise. */
  readonly threads?: number;
  /** L1 unless told otherwise. */
  readonly formula?: Formula;
  /** The gradient of the last run. */
  gradientOf(operands: Operands): Float32Array;
}

export class LocalRival implements Rival {
  readonly name: string;
  readonly about: string;
  readonly formula: Formula;
  readonly passes: readonly Pass[] = PASSES;
  private operands!: Operands;

  constructor(private readonly description: Description) {
    this.name = description.name;
    this.about = description.about;
    this.formula = description.formula ?? L1;
  }

  prepare(operands: Operands): void {
    this.operands = operands;
  }

  answer(pass: LossPass): Answer {
    const { operands, description, formula } = this;
    const mean = description[pass](operands);
    if (pass === "value") return { mean, wrongGradients: 0 };
    const gradient = description.gradientOf(operands);
    return { mean, wrongGradients: countWrongGradients(operands.foreign, gradient, formula) };
  }

  async time(pass: LossPass, repeats: number): Promise<number> {
    const { operands } = this;
    const work = this.description[pass];
    await useThreads(this.description.threads ?? 1);
    let sum = 0;
    const start = performance.now();
    for (let i = 0; i < repeats; i++) sum += work(operands);
    const seconds = (performance.now() - start) / 1000;
    // Using the results keeps the compiler from dropping the work.
    if (!Number.isFinite(sum)) throw new Error(`${this.name}: the means add up to ${sum}`);
    return seconds;
  }
}

/** What is worth several threads. */
const large = ones([2 ** 20]);

/** Workers start when they are first needed, and take a while: waits for them, but not for ever. */
export async function useThreads(threads: number): Promise<void> {
  if (getNumThreads() !== threads) setNumThreads(threads);
  const deadline = performance.now() + 2000;
  while (threadsInUse() < threads && performance.now() < deadline) {
    F.l1Loss(large, large).dispose();
    await setImmediate();
  }
}

type Loss = (input: Tensor, target: Tensor) => Tensor;

/** By tensors: forward, and with gradients backward. */
export function tensors(name: string, about: string, formula: Formula, loss: Loss, threads = 1): LocalRival {
  return new LocalRival({ name, about, formula, threads, ...tensorWork(loss) });
}

function tensorWork(loss: Loss): Pick<Description, LossPass | "gradientOf"> {
  return {
    value: ({ input, target }) => Number(loss(input, target).item()),
    gradient({ leaf, target }) {
      leaf.grad = null;
      const mean = loss(leaf, target);
      mean.backward();
      return Number(mean.item());
    },
    gradientOf: ({ leaf }) => leaf.grad!.array(),
  };
}

const l1Loss = new nn.L1Loss();

export const byTensors = tensors(
  "lossgrad, tensors",
  "`nn.L1Loss`, `item()`; with gradients `grad = null`, `nn.L1Loss`, `backward()`, `item()`",
  L1,
  l1Loss,
);

function readGradient({ leaf, target }: Operands): number {
  leaf.grad = null;
  const mean = l1Loss(leaf, target);
  mean.backward();
  leaf.grad!.array();
  return Number(mean.item());
}

/** What a training step does besides: it looks at the gradient. */
export const readers: readonly LocalRival[] = [
  { name: "lossgrad, gradient read", about: "the same, and `grad.array()`", gradient: readGradient },
  {
    name: "lossgrad, gradient read in tidy",
    about: "the same inside `tidy(() => ...)`",
    gradient: (operands: Operands) => tidy(() => readGradient(operands)),
  },
].map((row) => new LocalRival({ ...tensorWork(l1Loss), ...row }));

/** By typed arrays. */
function arrays(name: string, about: string, of: (operands: Operands) => Arrays): LocalRival {
  return new LocalRival({
    name,
    about,
    value(operands) {
      const { x, y } = of(operands);
      return l1OfArrays(x, y);
    },
    gradient(operands) {
      const { x, y, out } = of(operands);
      return l1OfArrays.valueAndGrad(x, y, { grad: out }).value;
    },
    gradientOf: (operands) => of(operands).out,
  });
}

export const byArrays: readonly LocalRival[] = [
  arrays(
    "lossgrad, arrays in place",
    "`l1Loss`, `l1Loss.valueAndGrad(..., { grad })` of arrays from `allocate`",
    ({ inPlace }) => inPlace,
  ),
  arrays(
    "lossgrad, foreign arrays",
    "the same of ordinary `Float32Array`s, which are copied block by block",
    ({ foreign }) => foreign,
  ),
];

/** On all cores first, then on fewer. */
export const byThreads: readonly LocalRival[] = [...new Set([availableParallelism(), 2, 1])].map((threads) =>
  tensors(nameOfThreads(threads), "the same, `setNumThreads` before", L1, l1Loss, threads),
);

export function nameOfThreads(threads: number): string {
  return `lossgrad, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

export const jsLoop = new LocalRival({
  name: "JS loop",
  about: "four sums over `Float32Array`s (bench/loops.ts); with gradients into an array made before",
  value: ({ foreign: { x, y } }) => meanAbsoluteError(x, y),
  gradient: ({ foreign: { x, y, out } }) => meanAbsoluteErrorAndGradient(x, y, out),
  gradientOf: ({ foreign: { out } }) => out,
});

export const losses: readonly LocalRival[] = [
  tensors("L1", "`F.l1Loss`", L1, F.l1Loss),
  tensors("MSE", "`F.mseLoss`", MSE, F.mseLoss),
  tensors("SmoothL1", `\`F.smoothL1Loss\`, beta = ${BEND}`, SMOOTH_L1, (input, target) =>
    F.smoothL1Loss(input, target, { beta: BEND }),
  ),
  tensors("Huber", `\`F.huberLoss\`, delta = ${BEND}`, HUBER, (input, target) =>
    F.huberLoss(input, target, { delta: BEND }),
  ),
];

/** A call as it is in a training step. */
const shortWork = tensorWork(F.l1Loss);
export const shortCall = new LocalRival({
  name: "F.l1Loss",
  about: "`F.l1Loss`, `item()`; with gradients `F.l1Loss`, `backward()`, `item()` in `tidy`",
  ...shortWork,
  gradient: (operands) => tidy(() => shortWork.gradient(operands)),
});

/**
 * The same mean by parts: of rows of 256 elements, of the elements that a mask keeps, which are all
 * of them, and of 256 columns.
 */
export const parts: readonly LocalRival[] = [
  tensors("whole", "`F.l1Loss`", L1, F.l1Loss),
  tensors("rows of 256", "`F.l1Loss` with `dim: 1`, and the mean of that", L1, (input, target) =>
    F.l1Loss(input.reshape([-1, 256]), target.reshape([-1, 256]), { dim: 1 }).mean(),
  ),
  tensors("masked", "`F.l1Loss` with a mask that keeps all", L1, (input, target) =>
    F.l1Loss(input, target, { mask: maskFor(input) }),
  ),
  tensors("256 columns", "`F.l1Loss` with `dim: 0`, and the mean of that", L1, (input, target) =>
    F.l1Loss(input.reshape([-1, 256]), target.reshape([-1, 256]), { dim: 0 }).mean(),
  ),
];

const masks = new Map<number, Tensor>();

function maskFor(x: Tensor): Tensor {
  let mask = masks.get(x.numel());
  if (!mask) masks.set(x.numel(), (mask = ones([x.numel()]).gt(0)));
  return mask;
}

/** Exactly and in any order. */
export const accumulators: readonly LocalRival[] = [
  new LocalRival({
    name: "LossAccumulator",
    about: "`update` with all of it, `mean()`",
    value({ input, target }) {
      const total = new LossAccumulator("l1Loss");
      total.update(input, target);
      return total.mean();
    },
    gradient: () => NaN,
    gradientOf: ({ foreign }) => foreign.out,
  }),
];

export const newModule = tensors("new nn.L1Loss()", "a module for each call", L1, (input, target) =>
  new nn.L1Loss()(input, target),
);

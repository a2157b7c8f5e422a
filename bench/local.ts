/** The rivals of this process. */
import { F, nn, type Tensor } from "lossgrad";
import { type Answer, type Pass, PASSES, type Rival } from "./contest.js";
import { BEND, countWrongGradients, type Formula, HUBER, L1, MSE, SMOOTH_L1 } from "./formulas.js";
import { meanAbsoluteError, meanAbsoluteErrorAndGradient } from "./loops.js";
import type { Operands } from "./operands.js";

type Work = (operands: Operands) => number;

interface Description extends Readonly<Record<Pass, Work>> {
  readonly name: string;
  readonly about: string;
  /** L1 unless told otherwise. */
  readonly formula?: Formula;
  /** The gradient of the last run. */
  gradientOf(operands: Operands): Float32Array;
}

export class LocalRival implements Rival {
  readonly name: string;
  readonly about: string;
  readonly formula: Formula;
  readonly passes = PASSES;
  private operands!: Operands;

  constructor(private readonly description: Description) {
    this.name = description.name;
    this.about = description.about;
    this.formula = description.formula ?? L1;
  }

  prepare(operands: Operands): void {
    this.operands = operands;
  }

  answer(pass: Pass): Answer {
    const { operands, description, formula } = this;
    const mean = description[pass](operands);
    if (pass === "value") return { mean, wrongGradients: 0 };
    const gradient = description.gradientOf(operands);
    return { mean, wrongGradients: countWrongGradients(operands.x, operands.y, gradient, formula) };
  }

  time(pass: Pass, repeats: number): number {
    const { operands } = this;
    const work = this.description[pass];
    let sum = 0;
    const start = performance.now();
    for (let i = 0; i < repeats; i++) sum += work(operands);
    const seconds = (performance.now() - start) / 1000;
    // Using the results keeps the compiler from dropping the work.
    if (!Number.isFinite(sum)) throw new Error(`${this.name}: the means add up to ${sum}`);
    return seconds;
  }
}

type Loss = (input: Tensor, target: Tensor) => Tensor;

/** By tensors: forward, and with gradients backward. */
function tensors(name: string, about: string, formula: Formula, loss: Loss): LocalRival {
  return new LocalRival({
    name,
    about,
    formula,
    value: ({ input, target }) => Number(loss(input, target).item()),
    gradient({ leaf, target }) {
      leaf.grad = null;
      const mean = loss(leaf, target);
      mean.backward();
      return Number(mean.item());
    },
    gradientOf: ({ leaf }) => leaf.grad!.array(),
  });
}

const l1Loss = new nn.L1Loss();

export const byTensors = tensors(
  "lossgrad, tensors",
  "`nn.L1Loss`, `item()`; with gradients `grad = null`, `nn.L1Loss`, `backward()`, `item()`; one thread",
  L1,
  l1Loss,
);

export const jsLoop = new LocalRival({
  name: "JS loop",
  about: "four sums over `Float32Array`s (bench/loops.ts); with gradients into an array made before",
  value: ({ x, y }) => meanAbsoluteError(x, y),
  gradient: ({ x, y, out }) => meanAbsoluteErrorAndGradient(x, y, out),
  gradientOf: ({ out }) => out,
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

export const newModule = tensors("new nn.L1Loss()", "a module for each call", L1, (input, target) =>
  new nn.L1Loss()(input, target),
);

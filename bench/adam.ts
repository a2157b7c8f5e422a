/** A step of Adam: by lossgrad's optimiser, beside PyTorch's. */
import { optim, type Tensor } from "lossgrad";
import type { Answer, Contest, Rival } from "./contest.js";
import { ADAM, LR } from "./formulas.js";
import { useThreads } from "./local.js";
import type { Operands } from "./operands.js";
import type { Outsiders } from "./rivals.js";

export const ADAM_NAME = "lossgrad";

/** The parameters are x, and their gradient is y in each step. */
class AdamRival implements Rival {
  readonly name = ADAM_NAME;
  readonly about = "`optim.Adam`, `step()`";
  readonly passes = ["step"] as const;
  readonly formula = ADAM;
  private operands!: Operands;
  private parameter!: Tensor;
  private optimizer!: optim.Adam;

  prepare(operands: Operands): void {
    this.operands = operands;
    this.parameter = operands.input.clone().requiresGrad_();
    this.parameter.grad = operands.target.clone();
    this.optimizer = new optim.Adam([this.parameter], { lr: LR });
  }

  /** The first step tells its own from a wrong one. */
  answer(): Answer {
    this.prepare(this.operands);
    this.optimizer.step();
    return { mean: Number(this.parameter.detach().mean().item()), wrongGradients: 0 };
  }

  async time(_: "step", repeats: number): Promise<number> {
    await useThreads(1);
    const start = performance.now();
    for (let i = 0; i < repeats; i++) this.optimizer.step();
    return (performance.now() - start) / 1000;
  }
}

export function adamContest(single: Outsiders["single"]): Contest {
  return {
    id: "adam",
    title: "A step of Adam",
    note: "Of one tensor of float32, on one thread. By default PyTorch makes a step of a dozen operations.",
    rivals: [new AdamRival(), ...single.flatMap((rival) => rival.asked("adam"))],
    sizes: [2 ** 14, 2 ** 20],
    passes: ["step"],
  };
}

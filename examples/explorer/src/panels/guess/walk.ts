/** Gradient descent of three guesses, step by step as the notebook does it. */
import { tensor, tidy, type Tensor } from "lossgrad";
import { LOSSES, type Bends, type LossId } from "../../losses.js";

export interface Setup extends Bends {
  readonly answers: readonly number[];
  readonly guesses: readonly number[];
  readonly lr: number;
}

/**
 * Arrived: no step changes anything. Swings: every second step leads back. Diverged: beyond all
 * numbers of the board.
 */
export type Outcome = "walks" | "arrived" | "swings" | "diverged";

/** What counts as far beyond the board: a thousand boards. */
const FAR = 1e5;
/** What counts as there. */
const NEAR = 1e-9;

export class Walk {
  /** The guesses before the first step and after each. */
  readonly guesses: (readonly number[])[] = [];
  /** Their losses. */
  readonly losses: number[] = [];
  /** What each step took off the guesses. */
  readonly steps: (readonly number[])[] = [];
  private readonly guess: Tensor;
  private readonly answer: Tensor;

  constructor(
    readonly id: LossId,
    private readonly setup: Setup,
  ) {
    this.guess = tensor([...setup.guesses], { dtype: "float64", requiresGrad: true });
    this.answer = tensor([...setup.answers], { dtype: "float64" });
    this.record();
  }

  advance(): void {
    tidy(() => {
      const loss = this.loss();
      loss.backward();
      const step = this.guess.grad!.data.mul(this.setup.lr);
      this.guess.data.sub_(step);
      this.guess.grad = null;
      this.steps.push(step.tolist() as number[]);
    });
    this.record();
  }

  get outcome(): Outcome {
    const last = this.guesses.at(-1)!;
    if (!last.every((guess) => Math.abs(guess) < FAR)) return "diverged";
    const step = this.steps.at(-1);
    if (!step) return "walks";
    if (step.every((size) => Math.abs(size) < NEAR)) return "arrived";
    const before = this.guesses.at(-3);
    const back = before?.every((guess, i) => Math.abs(guess - last[i]) < NEAR) ?? false;
    return back ? "swings" : "walks";
  }

  /** The largest of a step's three parts. */
  sizeOf(step: number): number {
    return Math.max(...this.steps[step].map(Math.abs));
  }

  dispose(): void {
    this.guess.dispose();
    this.answer.dispose();
  }

  private loss(): Tensor {
    return LOSSES[this.id].mean(this.guess, this.answer, this.setup);
  }

  private record(): void {
    tidy(() => {
      this.guesses.push(this.guess.tolist() as number[]);
      this.losses.push(Number(this.loss().item()));
    });
  }
}

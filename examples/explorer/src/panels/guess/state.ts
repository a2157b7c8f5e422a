/** The guessing game of the notebook: three guesses of 50, the answers 2, 77 and 91. */
import { integer, number, numbers, someOf } from "../../shell/fields.js";
import { Store } from "../../shell/store.js";
import { LOSS_IDS, type LossId } from "../../losses.js";

export const BOARD = { min: 0, max: 100 } as const;
export const RATE = { min: 0.01, max: 100 } as const;
export const BEND = { min: 1, max: 50 } as const;
export const MOST_STEPS = 1000;
export const SPEED = { min: 1, max: 60 } as const;

export interface GuessState {
  answers: readonly number[];
  guesses: readonly number[];
  lr: number;
  losses: readonly LossId[];
  delta: number;
  beta: number;
  /** Steps taken so far: a link leads to where the game stood. */
  steps: number;
  /** Steps a second. */
  speed: number;
}

export function createStore(): Store<GuessState> {
  return new Store<GuessState>({
    answers: numbers({ ...BOARD, initial: [2, 77, 91] }),
    guesses: numbers({ ...BOARD, initial: [50, 50, 50] }),
    lr: number({ ...RATE, initial: 1 }),
    losses: someOf(LOSS_IDS, ["l1", "mse"]),
    delta: number({ ...BEND, initial: 10 }),
    beta: number({ ...BEND, initial: 10 }),
    steps: integer({ min: 0, max: MOST_STEPS, initial: 0 }),
    speed: number({ ...SPEED, initial: 10 }),
  });
}

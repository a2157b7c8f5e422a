/**
 * How rivals are checked and timed: in interleaved rounds, so that what else the machine does hits
 * all of them alike.
 */
import type { Formula } from "./formulas.js";
import type { Operands } from "./operands.js";

/** The value of a loss alone, the value and its gradient, or a step of an optimiser. */
export type Pass = LossPass | "step";
export type LossPass = "value" | "gradient";

export const PASSES: readonly LossPass[] = ["value", "gradient"];

export interface Answer {
  readonly mean: number;
  /** Elements of the gradient that are wrong; 0 of the value alone. */
  readonly wrongGradients: number;
}

export interface Rival {
  readonly name: string;
  /** What is timed. */
  readonly about: string;
  readonly passes: readonly Pass[];
  /** What its results are checked against. */
  readonly formula: Formula;
  prepare(operands: Operands): void | Promise<void>;
  answer(pass: Pass): Answer | Promise<Answer>;
  /** The seconds that `repeats` runs take. */
  time(pass: Pass, repeats: number): number | Promise<number>;
}

/** A table of the report: who runs what, at which sizes. */
export interface Contest {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** The first is what the others are compared with. */
  readonly rivals: readonly Rival[];
  readonly sizes: readonly number[];
  readonly passes: readonly Pass[];
}

/** One rival in one pass of a contest, at one size. */
export interface Entry {
  readonly contest: string;
  readonly pass: Pass;
  readonly elements: number;
  readonly rival: string;
  /** Of one run: one number a round. */
  readonly seconds: readonly number[];
  /** Of the mean, relative to the exact one; of a step, of the mean of the parameters after it. */
  readonly error: number;
  readonly wrongGradients: number;
}

/** Rounds before the first that counts. */
const WARM_UP = 2;
/** For the optimizing compiler, which needs thousands of calls, and longer on a busy machine. */
const WARM_UP_SECONDS = 0.3;
/** A sample is about this long: long against the clock's resolution and a timer interrupt. */
const SAMPLE_SECONDS = 0.008;
/** Slow rivals with many elements: rounds end after so many of them in so many seconds. */
const ENOUGH_ROUNDS = 7;
const ENOUGH_SECONDS = 15;

/** Rivals that leave a contest are kept out of it with the error that made them leave. */
export type Leave<R extends Rival = Rival> = (rival: R, error: Error) => void;

/** Those of `rivals` for which `work` succeeds, with its results. */
export async function attempt<R extends Rival, T>(
  rivals: readonly R[],
  leave: Leave<R>,
  work: (rival: R) => T | Promise<T>,
): Promise<Map<R, T>> {
  const results = new Map<R, T>();
  for (const rival of rivals) {
    try {
      results.set(rival, await work(rival));
    } catch (error) {
      leave(rival, error as Error);
    }
  }
  return results;
}

/**
 * Times a pass of each rival in rounds; another begins each round. Gives seconds of one run, one
 * number a round.
 */
export async function timeRounds<R extends Rival>(
  rivals: readonly R[],
  pass: Pass,
  rounds: number,
  leave: Leave<R>,
): Promise<Map<R, number[]>> {
  const repeats = await attempt(rivals, leave, (rival) => repeatsFor(rival, pass));
  const samples = new Map([...repeats.keys()].map((rival) => [rival, [] as number[]]));
  const start = performance.now();
  for (let round = -WARM_UP; round < rounds; round++) {
    const runners = [...samples.keys()];
    const first = (round + WARM_UP) % runners.length;
    const order = [...runners.slice(first), ...runners.slice(0, first)];
    const seconds = await attempt(order, leave, (rival) => rival.time(pass, repeats.get(rival)!));
    for (const rival of runners) {
      const time = seconds.get(rival);
      if (time === undefined) samples.delete(rival);
      else if (round >= 0) samples.get(rival)!.push(time / repeats.get(rival)!);
    }
    if (round + 1 >= ENOUGH_ROUNDS && performance.now() - start > ENOUGH_SECONDS * 1000) break;
  }
  return samples;
}

/** Runs a pass of a rival, with few elements, until it is as fast as it gets. */
export async function warmUp(rival: Rival, pass: Pass): Promise<void> {
  const repeats = await repeatsFor(rival, pass);
  for (let spent = 0; spent < WARM_UP_SECONDS;) spent += await rival.time(pass, repeats);
}

/** Doubles until a sample is long enough, which also warms the code up. */
async function repeatsFor(rival: Rival, pass: Pass): Promise<number> {
  let repeats = 1;
  while ((await rival.time(pass, repeats)) < SAMPLE_SECONDS) repeats *= 2;
  return repeats;
}

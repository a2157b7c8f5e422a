/** How rivals are checked and timed: in interleaved rounds, so that what else the machine does hits all of them alike. */
import type { Operands } from "./operands.js";

/** The value alone; the value and the gradient; the same, with the gradient read as a training step does. */
export type Pass = "value" | "gradient" | "read";

export interface Case {
  readonly pass: Pass;
  readonly title: string;
  readonly bytes: number;
  readonly note: string;
}

export interface Answer {
  readonly mean: number;
  /** The largest error of an element of the gradient; 0 of the value alone. */
  readonly gradientError: number;
}

export interface Rival {
  readonly name: string;
  /** What is timed. */
  readonly about: string;
  prepare(operands: Operands): void | Promise<void>;
  answer(pass: Pass): Answer | Promise<Answer>;
  /** The seconds that `repeats` runs take. */
  time(pass: Pass, repeats: number): number | Promise<number>;
  /** Ends what runs outside this process. */
  close?(): void;
}

const ROUNDS = 25;
/** Rounds before the first that counts. */
const WARM_UP = 3;
/** For the optimizing compiler, which needs thousands of calls, and longer on a busy machine. */
const WARM_UP_SECONDS = 1;
/** A sample is about this long: long against the clock's resolution and a timer interrupt. */
const SAMPLE_SECONDS = 0.01;
/** More is a wrong result. What is rounded in float32 on the way, at any of the sizes, stays below. */
const TOLERATED_ULPS = 16;

/** Throws unless every rival's results are right; gives the errors of their means, in units in the last place of float32. */
export async function check(rivals: readonly Rival[], pass: Pass, operands: Operands): Promise<number[]> {
  operands.renewViews();
  const exact = operands.exactMean();
  const ulp = 2 ** (Math.floor(Math.log2(exact)) - 23);
  const errors: number[] = [];
  for (const [i, rival] of rivals.entries()) {
    const { mean, gradientError } = await rival.answer(pass);
    const ulps = Math.abs(mean - exact) / ulp;
    // The library promises one unit.
    if (!(ulps <= (i === 0 ? 1 : TOLERATED_ULPS))) {
      throw new Error(`${rival.name}: expected a mean of ${exact}, got ${mean}`);
    }
    if (gradientError !== 0) throw new Error(`${rival.name}: the gradient is off by ${gradientError}`);
    errors.push(ulps);
  }
  return errors;
}

/** Seconds of one run: for each rival, one number a round. */
export async function run(rivals: readonly Rival[], pass: Pass): Promise<number[][]> {
  const repeats: number[] = [];
  for (const rival of rivals) repeats.push(await repeatsFor(rival, pass));
  const samples: number[][] = rivals.map(() => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (let turn = 0; turn < rivals.length; turn++) {
      // Another rival begins each round.
      const i = (round + turn) % rivals.length;
      const seconds = await rivals[i].time(pass, repeats[i]);
      if (round >= WARM_UP) samples[i].push(seconds / repeats[i]);
    }
  }
  return samples;
}

/** Runs a pass of each rival, with few elements, until it is as fast as it gets. */
export async function warmUp(rivals: readonly Rival[], pass: Pass): Promise<void> {
  for (const rival of rivals) {
    const repeats = await repeatsFor(rival, pass);
    for (let spent = 0; spent < WARM_UP_SECONDS;) spent += await rival.time(pass, repeats);
  }
}

/** Doubles until a sample is long enough, which also warms the code up. */
async function repeatsFor(rival: Rival, pass: Pass): Promise<number> {
  let repeats = 1;
  while ((await rival.time(pass, repeats)) < SAMPLE_SECONDS) repeats *= 2;
  return repeats;
}

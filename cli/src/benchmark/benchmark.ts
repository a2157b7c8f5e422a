/** What losses take on this machine, beside a loop in JavaScript. */
import { allocate, huberLoss, l1Loss, mseLoss, smoothL1Loss } from "lossgrad/arrays";
import { type AnyMetric, Metrics } from "lossgrad/metrics";
import { askedFor, metricsOf } from "../evaluation/metrics.js";
import { medianSeconds, warmUp } from "./measure.js";

/** Bytes of two float32. */
const PAIR_BYTES = 8;

const LOSSES = {
  l1: { loss: l1Loss, loop: l1Loop },
  mse: { loss: mseLoss, loop: mseLoop },
  "smooth-l1": { loss: smoothL1Loss, loop: huberLoop },
  huber: { loss: huberLoss, loop: huberLoop },
};

export interface Measured {
  /** A loss, or "metrics" for all that `evaluate` computes where nothing is asked for. */
  readonly name: string;
  /** Pairs of float32. */
  readonly pairs: number;
  /** Seconds of one call: of the loss, of the loss with its gradient, of the loop. */
  readonly seconds: number;
  readonly secondsWithGradient: number | null;
  readonly secondsOfLoop: number | null;
  /** Of the loss alone. */
  readonly bytesPerSecond: number;
}

interface Task {
  readonly name: string;
  readonly pairs: number;
  readonly value: () => void;
  readonly gradient?: () => void;
  readonly loop?: () => void;
}

/** Measures everything with arrays of these lengths, each number for about `budget` seconds. */
export function benchmark(lengths: readonly number[], budget: number): Measured[] {
  const tasks = lengths.flatMap(tasksOf);
  for (const { value, gradient, loop } of tasks) {
    for (const work of [value, gradient, loop]) if (work) warmUp(work, budget / 4);
  }
  const median = (work: (() => void) | undefined): number | null =>
    work ? medianSeconds(work, budget) : null;
  return tasks.map(({ name, pairs, value, gradient, loop }) => {
    const seconds = medianSeconds(value, budget);
    return {
      name,
      pairs,
      seconds,
      secondsWithGradient: median(gradient),
      secondsOfLoop: median(loop),
      bytesPerSecond: (pairs * PAIR_BYTES) / seconds,
    };
  });
}

function tasksOf(pairs: number): Task[] {
  const [p, t, grad] = [0, 1, 2].map(() => allocate("float32", pairs));
  for (let i = 0; i < pairs; i++) [p[i], t[i]] = [Math.sin(i), Math.cos(3 * i)];
  const metrics = new Metrics<Record<string, AnyMetric>>(metricsOf(askedFor([], [], false), {}));
  return [
    ...Object.entries(LOSSES).map(([name, { loss, loop }]) => ({
      name,
      pairs,
      value: () => void loss(p, t),
      gradient: () => void loss.valueAndGrad(p, t, { grad }),
      loop: () => void loop(p, t),
    })),
    {
      name: "metrics",
      pairs,
      value: () => {
        metrics.update(p, t);
      },
    },
  ];
}

// The same means as people write them: a loop each, since engines compile one that calls a function
// of its own for each term to slower code.

function l1Loop(p: Float32Array, t: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i] - t[i]);
  return sum / p.length;
}

function mseLoop(p: Float32Array, t: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += (p[i] - t[i]) ** 2;
  return sum / p.length;
}

/** With delta = beta = 1, SmoothL1 is the same. */
function huberLoop(p: Float32Array, t: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const d = Math.abs(p[i] - t[i]);
    sum += d < 1 ? 0.5 * d * d : d - 0.5;
  }
  return sum / p.length;
}

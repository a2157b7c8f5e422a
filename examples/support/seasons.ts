import { tensor, tidy, type Tensor } from "lossgrad";
import { adam } from "./adam.js";

/**
 * Waves of a year, of half a year and of a third of one: enough for how a temperature goes with the
 * season.
 */
const WAVES = 3;
const DAYS = 365.25;
const STEPS = 600;
/**
 * In the unit of the numbers that are fitted; it falls to zero in a straight line, so that curves
 * come to rest.
 */
const LEARNING_RATE = 0.3;

/** A smooth curve through the year: its value by the day. */
export type Season = (dayOfYear: number) => number;

/** 1, then a sine and a cosine of each wave. */
function features(dayOfYear: number): number[] {
  const angle = (2 * Math.PI * dayOfYear) / DAYS;
  const waves = Array.from({ length: WAVES }, (_, i) => [
    Math.sin((i + 1) * angle),
    Math.cos((i + 1) * angle),
  ]);
  return [1, ...waves.flat()];
}

/**
 * Fits curves by gradient descent, as many at once as there are `levels`, at which they begin,
 * flat. `loss` takes their values on the given days, a column (n, 1) for each curve.
 */
export function fitSeasons(
  days: readonly number[],
  levels: readonly number[],
  loss: (...curves: Tensor[]) => Tensor,
): Season[] {
  return tidy(() => {
    const x = tensor(days.map(features));
    const weights = levels.map((level) =>
      tensor([level, ...new Array<number>(2 * WAVES).fill(0)])
        .unsqueeze(1)
        .clone()
        .requiresGrad_(),
    );
    const step = adam(weights);
    for (let i = 0; i < STEPS; i++) {
      tidy(() => {
        loss(...weights.map((w) => x.matmul(w))).backward();
        step(LEARNING_RATE * (1 - i / STEPS));
      });
    }
    return weights.map((w) => seasonOf(w.detach().flatten().tolist() as number[]));
  });
}

function seasonOf(weights: readonly number[]): Season {
  return (dayOfYear) => features(dayOfYear).reduce((sum, feature, i) => sum + feature * weights[i], 0);
}

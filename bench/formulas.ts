/** What the results are checked against: the losses of an element, in float64. */

export interface Formula {
  readonly value: (d: number) => number;
  readonly slope: (d: number) => number;
}

export interface Data {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** beta of SmoothL1, delta of Huber: data in [0, 1) lie on both sides of it. */
export const BEND = 0.25;

export const L1: Formula = { value: Math.abs, slope: Math.sign };
export const MSE: Formula = { value: (d) => d * d, slope: (d) => 2 * d };
export const HUBER: Formula = {
  value: (d) => (Math.abs(d) < BEND ? (d * d) / 2 : BEND * (Math.abs(d) - BEND / 2)),
  slope: (d) => Math.max(-BEND, Math.min(BEND, d)),
};
export const SMOOTH_L1: Formula = {
  value: (d) => HUBER.value(d) / BEND,
  slope: (d) => HUBER.slope(d) / BEND,
};

/** A gradient in float32 is wrong beyond this: two roundings are right. */
const TOLERATED = 2 ** -22;

/**
 * The mean of a loss. Of L1 it is exact: the data are multiples of 2⁻²⁴, so the sums are whole numbers of it below 2⁵³.
 */
export function exactMean({ x, y }: Data, { value }: Formula): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += value(x[i] - y[i]);
  return sum / x.length;
}

/** How many elements of the mean's gradient are wrong by more than rounding. */
export function countWrongGradients({ x, y }: Data, gradient: Float32Array, { slope }: Formula): number {
  let wrong = 0;
  for (let i = 0; i < x.length; i++) {
    const expected = slope(x[i] - y[i]) / x.length;
    // Turned round so that NaN counts.
    if (!(Math.abs(gradient[i] - expected) <= TOLERATED * Math.abs(expected))) wrong++;
  }
  return wrong;
}

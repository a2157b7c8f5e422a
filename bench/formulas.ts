/** What the results are checked against: the losses of an element, in float64. */

export interface Formula {
  readonly value: (d: number) => number;
  readonly slope: (d: number) => number;
  /**
   * Of several operations, in float32: a mean is off by some roundings, and a slope by some at the
   * size of 1.
   */
  readonly isComposed?: boolean;
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

/** Those that users write themselves, with the parameters that all rivals take. */
export const EPS = 1e-3;
export const Q = 0.9;
export const FUSED = {
  charbonnier: {
    value: (d) => Math.sqrt(d * d + EPS ** 2),
    slope: (d) => d / Math.sqrt(d * d + EPS ** 2),
    isComposed: true,
  },
  /** Of target - input; half of both slopes at 0, as PyTorch's maximum has it. */
  pinball: {
    value: (d) => Math.max(-Q * d, (1 - Q) * d),
    slope: (d) => (d > 0 ? 1 - Q : d < 0 ? -Q : 0.5 - Q),
    isComposed: true,
  },
  logCosh: {
    value: (d) => Math.abs(d) + Math.log1p(Math.exp(-2 * Math.abs(d))) - Math.LN2,
    slope: Math.tanh,
    isComposed: true,
  },
} as const satisfies Record<string, Formula>;

export type FusedName = keyof typeof FUSED;
export type FormulaName = FusedName | "l1";

/** What rivals outside this process may be asked for. */
export const FORMULAS: Readonly<Record<FormulaName, Formula>> = { l1: L1, ...FUSED };

/**
 * The most that a mean of lossgrad's may be off, relative to it: one unit in the last place of
 * float32, or some roundings.
 */
export function toleratedError({ isComposed }: Formula): number {
  return isComposed ? 2 ** -19 : 2 ** -23;
}

/** A gradient in float32 is wrong beyond this: two roundings are right. */
const TOLERATED = 2 ** -22;

/**
 * The mean of a loss. Of L1 it is exact: the data are multiples of 2⁻²⁴, so the sums are whole
 * numbers of it below 2⁵³.
 */
export function exactMean({ x, y }: Data, { value }: Formula): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += value(x[i] - y[i]);
  return sum / x.length;
}

/** How many elements of the mean's gradient are wrong by more than rounding. */
export function countWrongGradients(
  { x, y }: Data,
  gradient: Float32Array,
  { slope, isComposed }: Formula,
): number {
  let wrong = 0;
  const least = isComposed ? 2 / x.length : 0;
  for (let i = 0; i < x.length; i++) {
    const expected = slope(x[i] - y[i]) / x.length;
    // Turned round so that NaN counts.
    if (!(Math.abs(gradient[i] - expected) <= TOLERATED * Math.max(least, Math.abs(expected)))) wrong++;
  }
  return wrong;
}

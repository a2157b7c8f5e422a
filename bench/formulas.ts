/**
 * What the results are checked against: means and gradients in float64. That of L1 is exact: the
 * data are multiples of 2⁻²⁴, so that sums are whole numbers of it below 2⁵³.
 */

export interface Formula {
  /** The mean of the loss. */
  readonly mean: (data: Data) => number;
  /** The gradient of the mean by x. */
  readonly gradient: (data: Data) => Float64Array;
  /**
   * Of several operations, in float32: a mean is off by some roundings, and an element of a
   * gradient by some at this size, of so many elements.
   */
  readonly composed?: (n: number) => number;
}

export interface Data {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

type OfPair = (x: number, y: number) => number;

/** A loss of an element: the means divide by how many there are. */
function elementwise(value: OfPair, slope: OfPair): Formula {
  return {
    mean({ x, y }) {
      let sum = 0;
      for (let i = 0; i < x.length; i++) sum += value(x[i], y[i]);
      return sum / x.length;
    },
    gradient: ({ x, y }) => Float64Array.from(x, (input, i) => slope(input, y[i]) / x.length),
  };
}

type OfDifference = (d: number) => number;

function ofDifference(value: OfDifference, slope: OfDifference): Formula {
  return elementwise(
    (x, y) => value(x - y),
    (x, y) => slope(x - y),
  );
}

/** The size of most slopes is 1, and all are divided by n. */
function composed(formula: Formula): Formula {
  return { ...formula, composed: (n) => 2 / n };
}

/** beta of SmoothL1, delta of Huber: data in [0, 1) lie on both sides of it. */
export const BEND = 0.25;

export const L1 = ofDifference(Math.abs, Math.sign);
export const MSE = ofDifference(
  (d) => d * d,
  (d) => 2 * d,
);
const huber = (d: number): number => (Math.abs(d) < BEND ? (d * d) / 2 : BEND * (Math.abs(d) - BEND / 2));
const bent = (d: number): number => Math.max(-BEND, Math.min(BEND, d));
export const HUBER = ofDifference(huber, bent);
export const SMOOTH_L1 = ofDifference(
  (d) => huber(d) / BEND,
  (d) => bent(d) / BEND,
);

/** Those that users write themselves, with the parameters that all rivals take. */
export const EPS = 1e-3;
export const Q = 0.9;
export const FUSED = {
  charbonnier: composed(
    ofDifference(
      (d) => Math.sqrt(d * d + EPS ** 2),
      (d) => d / Math.sqrt(d * d + EPS ** 2),
    ),
  ),
  /** Of target - input; half of both slopes at 0, as PyTorch's maximum has it. */
  pinball: composed(
    ofDifference(
      (d) => Math.max(-Q * d, (1 - Q) * d),
      (d) => (d > 0 ? 1 - Q : d < 0 ? -Q : 0.5 - Q),
    ),
  ),
  logCosh: composed(
    ofDifference((d) => Math.abs(d) + Math.log1p(Math.exp(-2 * Math.abs(d))) - Math.LN2, Math.tanh),
  ),
} as const satisfies Record<string, Formula>;

/** The variance of GaussianNLL. */
export const VARIANCE = 0.5;
/** PyTorch's own losses. */
export const OF_TORCH = {
  bceWithLogits: composed(
    elementwise(
      (x, y) => Math.log1p(Math.exp(x)) - x * y,
      (x, y) => 1 / (1 + Math.exp(-x)) - y,
    ),
  ),
  klDiv: composed(
    elementwise(
      (x, y) => (y > 0 ? y * Math.log(y) : 0) - x * y,
      (_, y) => -y,
    ),
  ),
  softMargin: composed(
    elementwise(
      (x, y) => Math.log1p(Math.exp(-x * y)),
      (x, y) => -y / (1 + Math.exp(x * y)),
    ),
  ),
  gaussianNll: composed(
    ofDifference(
      (d) => (Math.log(VARIANCE) + (d * d) / VARIANCE) / 2,
      (d) => d / VARIANCE,
    ),
  ),
  ...Object.fromEntries(
    [10, 1000, 50257].map((classes) => [`crossEntropy${classes}`, crossEntropy(classes)]),
  ),
} as Record<TorchName, Formula>;

/** The number of classes is a part of its name. */
export type TorchName =
  | "bceWithLogits"
  | "klDiv"
  | "softMargin"
  | "gaussianNll"
  | "crossEntropy10"
  | "crossEntropy1000"
  | "crossEntropy50257";

/** The class of each row of so many logits: the first of the row's numbers y says which. */
export function classesOf(y: Float32Array, classes: number): number[] {
  return Array.from({ length: y.length / classes }, (_, row) => Math.floor(y[row * classes] * classes));
}

/** Rows of logits and a class for each: the mean of the rows' losses. */
function crossEntropy(classes: number): Formula {
  const rowsOf = ({ x, y }: Data) =>
    classesOf(y, classes).map((target, row) => {
      const exponentials = Float64Array.from(x.subarray(row * classes, (row + 1) * classes), Math.exp);
      return { target, exponentials, sum: exponentials.reduce((sum, one) => sum + one, 0) };
    });
  return {
    composed: (n) => (2 * classes) / n,
    mean(data) {
      const losses = rowsOf(data).map(({ target, exponentials, sum }) =>
        Math.log(sum / exponentials[target]),
      );
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    },
    gradient(data) {
      const gradient = new Float64Array(data.x.length);
      const rows = rowsOf(data);
      for (const [row, { target, exponentials, sum }] of rows.entries()) {
        const slopes = exponentials.map((one, i) => (one / sum - +(i === target)) / rows.length);
        gradient.set(slopes, row * classes);
      }
      return gradient;
    },
  };
}

/** The learning rate of Adam, whose other numbers are PyTorch's defaults. */
export const LR = 1e-3;
/** The parameter x after the first step by the gradient y: both means of gradients are corrected. */
export const ADAM = composed(
  elementwise(
    (x, y) => x - (LR * y) / (Math.abs(y) + 1e-8),
    () => NaN,
  ),
);

export type FusedName = keyof typeof FUSED;
export type FormulaName = FusedName | TorchName | "l1" | "adam";

/** What rivals outside this process may be asked for. */
export const FORMULAS: Readonly<Record<FormulaName, Formula>> = {
  l1: L1,
  ...FUSED,
  ...OF_TORCH,
  adam: ADAM,
};

/**
 * The most that a mean of lossgrad's may be off, relative to it: one unit in the last place of
 * float32, or some roundings.
 */
export function toleratedError({ composed }: Formula): number {
  return composed ? 2 ** -19 : 2 ** -23;
}

/** A gradient in float32 is wrong beyond this: two roundings are right. */
const TOLERATED = 2 ** -22;

/** How many elements of the mean's gradient are wrong by more than rounding. */
export function countWrongGradients(
  data: Data,
  gradient: Float32Array,
  { gradient: exact, composed }: Formula,
): number {
  const least = composed?.(gradient.length) ?? 0;
  let wrong = 0;
  for (const [i, expected] of exact(data).entries()) {
    // Turned round so that NaN counts.
    if (!(Math.abs(gradient[i] - expected) <= TOLERATED * Math.max(least, Math.abs(expected)))) wrong++;
  }
  return wrong;
}

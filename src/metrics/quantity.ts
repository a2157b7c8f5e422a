/**
 * What metrics add up: quantities of each element, as formulas in float64. Those that are products
 * of the operands come as several numbers whose sum is the product exactly.
 */
import { lostByProduct } from "../formula/error-free.js";
import type { Expression } from "../formula/expression.js";
import { type DType, dtypes, isFloating } from "../ndarray/dtype.js";

/** The numbers of one element. */
export interface ElementNumbers {
  readonly prediction: Factor;
  readonly target: Factor;
  /** Null where every element counts once. */
  readonly weight: Factor | null;
  /** prediction - target, rounded to float64. */
  readonly difference: Expression;
}
/** A number, and how many binary digits it has at most. */
export interface Factor {
  readonly value: Expression;
  readonly digits: number;
}

/** A sum over all elements. */
export interface Quantity {
  /** Tells it from others in states: quantities of one key are one. */
  readonly key: string;
  /** The function of a user's that computes it, which a key can only name. */
  readonly source?: unknown;
  /** What is added of each element, its weight included. */
  terms(x: ElementNumbers): readonly Expression[];
  /** Elements that must not be among those that are added. */
  readonly refusals?: readonly RefusedElements[];
}
/** Elements that are refused. */
export interface RefusedElements {
  /** Whether an element is one of them. */
  readonly where: (x: ElementNumbers) => Expression;
  readonly message: string;
}

/** What the digits of a product of two may be, so that float64 has all of them. */
const DIGITS = 53;

/** The binary digits that numbers of the dtype have at most. */
export function digitsOf(dtype: DType): number {
  const precision: Partial<Record<DType, number>> = { float16: 11, bfloat16: 8, float32: 24 };
  if (isFloating(dtype)) return precision[dtype] ?? DIGITS;
  return Math.min(8 * dtypes[dtype].size, DIGITS);
}

/** The weighted sum of a term that is rounded to float64. */
export function rounded(key: string, term: (x: ElementNumbers) => Expression, source?: unknown): Quantity {
  return {
    key,
    source,
    terms: (x) => [x.weight ? term(x).mul(x.weight.value) : term(x)],
  };
}

/** The weighted sum of a product of operands, exactly. */
export function exact(key: string, ...names: ("prediction" | "target")[]): Quantity {
  return {
    key,
    terms: (x) => {
      const factors = names.map((name) => x[name]);
      const [first, ...others] = x.weight ? [...factors, x.weight] : factors;
      return others
        .reduce((parts, factor) => parts.flatMap((part) => product(part, factor)), [first])
        .map(({ value }) => value);
    },
  };
}

/** Two factors as numbers whose sum is their product. */
function product(a: Factor, b: Factor): Factor[] {
  const value = a.value.mul(b.value);
  const digits = a.digits + b.digits;
  if (digits <= DIGITS) return [{ value, digits }];
  const error = lostByProduct(a.value, b.value, value);
  // Where the product or a part of it is beyond float64, there is no error to speak of.
  const known = error.isfinite().choose(error, 0);
  return [
    { value, digits: DIGITS },
    { value: known, digits: DIGITS },
  ];
}

export const predictions = exact("predictions", "prediction");
export const targets = exact("targets", "target");
export const squaredPredictions = exact("squaredPredictions", "prediction", "prediction");
export const squaredTargets = exact("squaredTargets", "target", "target");
export const products = exact("products", "prediction", "target");

export const absoluteErrors = rounded("absoluteErrors", ({ difference }) => difference.abs());
export const squaredErrors = rounded("squaredErrors", ({ difference }) => difference.square());

/** |d| / max(|target|, epsilon) */
export function absolutePercentageErrors(epsilon: number): Quantity {
  return rounded(`absolutePercentageErrors(${epsilon})`, ({ difference, target }) =>
    difference.abs().div(target.value.abs().maximum(epsilon)),
  );
}

/** Numbers beyond this are scaled down before they are added, so that no sum is beyond float64. */
const LARGE = 2 ** 1000;

/**
 * 2 |d| / max(|prediction| + |target|, epsilon). Both parts are rounded from the same numbers, and
 * rounding keeps what is not larger from becoming larger: so the quotient is 1 at most.
 */
export function symmetricPercentageErrors(epsilon: number): Quantity {
  return rounded(`symmetricPercentageErrors(${epsilon})`, (x) => {
    const largest = x.prediction.value.abs().maximum(x.target.value.abs());
    const scale = largest.gt(LARGE).choose(largest.zeros().add(2 ** -60), 1);
    const [p, t] = [x.prediction.value.mul(scale), x.target.value.mul(scale)];
    return p.sub(t).abs().div(p.abs().add(t.abs()).maximum(epsilon)).mul(2);
  });
}

/** (log(1 + prediction) - log(1 + target))² */
export const squaredLogErrors = rounded("squaredLogErrors", (x) =>
  x.prediction.value.log1p().sub(x.target.value.log1p()).square(),
);

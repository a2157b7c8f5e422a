/**
 * The derivative rules of the operations that work element by element, for the tape
 * (autograd/derivatives.ts) and for formulas (formula/derive.ts): g is the gradient of the output,
 * x, y and z are the inputs, out is the output. Apart from torch's names of them, which the tape
 * knows, so that formulas without tensors do not bring these along.
 */
import { isComplex, isHalf } from "../ndarray/dtype.js";
import type { OperationName, ParametersByName } from "../ndarray/operations.js";
import type { SoftplusParameters } from "../ndarray/parameters.js";
import type { Algebra } from "./graph.js";

/**
 * What a rule reads; saved variables are functions, so that a change in place is noticed when they
 * are used.
 */
export interface Saved<V, P = unknown> {
  /** The inputs, output. A number that stood in a tensor's stead is read as it is. */
  readonly x: () => V;
  readonly y: () => V | number;
  readonly z: () => V | number;
  readonly out: () => V;
  readonly parameters: P;
  /** Shape of the first input. */
  readonly shape: readonly number[];
}

/**
 * The gradients of the inputs, as thunks; of variables of the tape and of expressions of formulas
 * alike.
 */
export type Gradient<P = unknown> = <V extends Algebra<V>>(
  g: V,
  saved: Saved<V, P>,
) => readonly (() => V | null)[];

/** Constant almost everywhere. */
const constant: Gradient = (g) => [() => g.zeros(), () => null];

/** conj of what a derivative multiplies by: torch's gradients are conjugate. */
const conj = <V extends Algebra<V>>(x: V | number): V | number =>
  typeof x !== "number" && isComplex(x.dtype) ? x.conj() : x;
const scaled = <V extends Algebra<V>>(g: V, factor = 1): V => (factor === 1 ? g : g.mul(factor));

/** g to the larger input; to both, halved, where they are equal. */
function selection(loses: <V extends Algebra<V>>(a: V, b: V) => V): Gradient {
  const share = <V extends Algebra<V>>(g: V, a: V, b: V): V => {
    const half = a.eq(b).to(g.dtype).mul(-0.5).add(1);
    return g.mul(half).keep(loses(a, b).eq(0));
  };
  return (g, { x, y }) => [() => share(g, x(), lift(y(), x())), () => share(g, lift(y(), x()), x())];
}
const larger = selection((a, b) => a.lt(b));
const smaller = selection((a, b) => a.gt(b));

/** An input that is never a number. */
export const noNumber = <V>(y: V | number): V => y as V;

/** A number as a tensor like `like`. */
function lift<V extends Algebra<V>>(y: V | number, like: V): V {
  return typeof y === "number" ? like.zeros().add(y) : y;
}

/**
 * torch's rule for clamp by tensors: to x within the bounds, to a bound beyond it, in equal parts
 * where x is at one of two bounds in order; all to the upper bound where the bounds are out of
 * order. A NaN of x stays with x.
 */
function shareAmongBounds<V extends Algebra<V>>(g: V, { x, y, z }: Saved<V>): readonly (() => V | null)[] {
  const share = (whole: V, half: V): V => g.mul(half.to(g.dtype).mul(-0.5).add(1)).keep(whole.add(half));
  const not = (mask: V): V => mask.eq(0);
  const [low, high] = [lift(y(), x()), lift(z(), x())];
  const inOrder = low.lt(high);
  const within = not(x().lt(low)).mul(not(x().gt(high)));
  const atLow = inOrder.mul(x().eq(low));
  const atHigh = inOrder.mul(x().eq(high));
  return [
    () => share(within, atLow.add(atHigh)),
    () => share(x().lt(low).mul(low.le(high)), atLow),
    () => share(x().gt(high).mul(low.le(high)).add(high.lt(low)), atHigh),
  ];
}

/**
 * A derivative that torch computes in one kernel, so that halves are computed in float32 and
 * rounded once.
 */
export function inOneKernel<V extends Algebra<V>>(g: V, saved: V, compute: (g: V, saved: V) => V): V {
  if (!isHalf(g.dtype)) return compute(g, saved);
  return compute(g.to("float32"), saved.to("float32")).to(g.dtype);
}

/** The derivative of softplus: sigmoid(beta x), and 1 where beta x is above the threshold. */
function softplusSlope<V extends Algebra<V>>(x: V, { beta = 1, threshold = 20 }: SoftplusParameters): V {
  const z = x.mul(beta);
  const linear = z.gt(threshold);
  return z.op("sigmoid").keep(linear.eq(0)).add(linear);
}

/** Null where gradients end. */
export const gradients = {
  add: (g, { parameters: { alpha } }) => [() => g, () => scaled(g, alpha)],
  sub: (g, { parameters: { alpha } }) => [() => g, () => scaled(g.neg(), alpha)],
  mul: (g, { x, y }) => [() => g.mul(conj(y())), () => g.mul(conj(x()))],
  div: (g, { x, y }) => [() => g.div(y()), () => g.neg().mul(x().div(y()).div(y()))],
  maximum: larger,
  minimum: smaller,
  keep: (g, { y }) => [() => g.keep(noNumber(y())), () => null],
  neg: (g) => [() => g.neg()],
  abs: (g, { x }) => [() => g.mul(isComplex(x().dtype) ? x().sgn() : x().sign())],
  sign: constant,
  sgn: (g, { x, out }) => [
    // (g - sgn(z)² conj(g)) / (2 |z|), and 0 at 0
    () => {
      const z = x().abs();
      const difference = g.sub(out().mul(out()).mul(conj(g)));
      return difference.mul(z.mul(2).pow(-1).keep(z.gt(0)));
    },
  ],
  conj: (g) => [() => g.conj()],
  sqrt: (g, { out }) => [() => g.div(out().mul(2))],
  exp: (g, { out }) => [() => g.mul(out())],
  expm1: (g, { out }) => [() => g.mul(out().add(1))],
  log: (g, { x }) => [() => g.div(x())],
  log1p: (g, { x }) => [() => g.div(x().add(1))],
  sigmoid: (g, { out }) => [() => inOneKernel(g, out(), (g, y) => g.mul(y.neg().add(1)).mul(y))],
  tanh: (g, { out }) => [() => inOneKernel(g, out(), (g, y) => g.mul(y.mul(y).neg().add(1)))],
  // torch makes both of exp; a sigmoid is the same quotient, and does not overflow.
  softplus: (g, { x, parameters }) => [
    () => inOneKernel(g, x(), (g, x) => g.mul(softplusSlope(x, parameters))),
  ],
  logsigmoid: (g, { x }) => [() => inOneKernel(g, x(), (g, x) => g.mul(x.op("sigmoidOfNegative")))],
  // Without a difference from 1, which would lose all digits where x is far below 0.
  sigmoidOfNegative: (g, { x, out }) => [() => g.mul(x().op("sigmoid").mul(out()).neg())],
  sin: (g, { x }) => [() => g.mul(x().op("cos"))],
  cos: (g, { x }) => [() => g.mul(x().op("sin").neg())],
  erf: (g, { x }) => [
    () =>
      x()
        .pow(2)
        .neg()
        .op("exp")
        .mul(2 / Math.sqrt(Math.PI))
        .mul(g),
  ],
  relu: (g, { out }) => [() => g.keep(out().le(0).eq(0))],
  clamp: (g, { x, parameters: { min, max } }) => [
    () => {
      const above = min === undefined ? g : g.keep(x().gt(min));
      return max === undefined ? above : above.keep(x().lt(max));
    },
  ],
  clampBetween: (g, saved) => shareAmongBounds(g, saved),
  clampBelow: larger,
  clampAbove: smaller,
  pow: (g, { x, parameters: { exponent } }) => [
    () =>
      exponent === 0
        ? g.zeros()
        : g.mul(
            x()
              .pow(exponent - 1)
              .mul(exponent),
          ),
  ],
  to: (g) => [() => g],
  clone: (g) => [() => g],
  where: (g, { x }) => [() => null, () => g.keep(x()), () => g.keep(x().eq(0))],
  nanToNum: (g, { x }) => [() => g.mul(x().isfinite())],
  eq: null,
  ne: null,
  lt: null,
  le: null,
  gt: null,
  ge: null,
  isnan: null,
  isinf: null,
  isfinite: null,
  zeros: null,
} as const satisfies { readonly [N in OperationName]?: Gradient<ParametersByName[N]> | null };

/**
 * sigmoid, tanh, softplus and logsigmoid: quotients and logarithms of e = exp(-|x|), which does not
 * overflow. In float64, e is kept as a sum of two numbers, e + eLow, so that the roundings of the
 * exponential and of what is made of it do not add up to a unit in the last place. Of float32 they
 * are computed in float64 (wide.ts).
 */
import { lostOf, lostOfAny, number, quotient, same } from "./bits";
import {
  beyondHigh,
  boundedForExp,
  boundedForExpm1,
  expm1Rest,
  expm1Sum,
  highOf,
  ln2Lower,
  ln2Upper,
  lowOf,
  scaled,
  turns,
} from "./exponential";
import { beyondFraction, exponentOf, fractionOf, rebased } from "./logarithm";
import { wideLogSigmoid, wideSigmoid, wideSoftplus, wideTanh } from "./wide";

/** -|x| */
@inline
function minusMagnitude<C>(x: v128): v128 {
  return v128.or(x, same<C>(-0.0));
}

/** exp(r) = 1 + high + beyond: the sum, and `mantissaLow`, what it loses. */
@inline
function mantissa<C>(high: v128, beyond: v128): v128 {
  return v128.add<C>(same<C>(1), v128.add<C>(high, beyond));
}

@inline
function mantissaLow<C>(high: v128, beyond: v128, sum: v128): v128 {
  const one = same<C>(1);
  const first = v128.add<C>(one, high);
  const rest = v128.add<C>(lostOf<C>(one, high, first), beyond);
  return v128.add<C>(v128.sub<C>(first, sum), rest);
}

/** 1 / (1 + e⁻ˣ); below 1 ULP. Where x < 0 it is e / (1 + e). */
@inline
export function sigmoid<C>(x: v128): v128 {
  if (sizeof<C>() == 4) return wideSigmoid(x);
  const z = boundedForExp<C>(minusMagnitude<C>(x));
  const turned = turns<C>(z);
  const high = highOf<C>(z, turned);
  const beyond = beyondHigh(high, lowOf<C>(turned));
  const sum = mantissa<C>(high, beyond);
  const e = scaled<C>(sum, turned);
  const eLow = scaled<C>(mantissaLow<C>(high, beyond, sum), turned);
  const one = same<C>(1);
  const d = v128.add<C>(one, e);
  const dLow = v128.add<C>(lostOf<C>(one, e, d), eLow);
  const negative = v128.lt<C>(x, same<C>(0));
  return quotient<C>(v128.bitselect(e, one, negative), v128.and(eLow, negative), d, dLow);
}

/** (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ), as -t / (1 + t) with 2 t = expm1(-2 |x|); below 1 ULP. */
@inline
export function tanh<C>(x: v128): v128 {
  if (sizeof<C>() == 4) return wideTanh(x);
  const negative = minusMagnitude<C>(x);
  const z = boundedForExpm1<C>(v128.add<C>(negative, negative));
  const turned = turns<C>(z);
  const sum = expm1Sum<C>(z, turned);
  const rest = expm1Rest<C>(z, turned, sum);
  const t = v128.add<C>(sum, rest);
  const tLow = v128.add<C>(v128.sub<C>(sum, t), rest);
  const one = same<C>(1);
  const d = v128.add<C>(one, t);
  const q = quotient<C>(t, tLow, d, v128.add<C>(lostOf<C>(one, t, d), tLow));
  // q is -tanh(|x|). Where x³ / 3 is less than half a unit of x, the result is x.
  const signed = v128.xor(q, v128.andnot(same<C>(-0.0), x));
  const tiny = v128.lt<C>(v128.abs<C>(x), number<C>(2.44140625e-4, 7.450580596923828e-9));
  return v128.bitselect(x, signed, tiny);
}

/** max(z, 0) + log(1 + exp(-|z|)) = log(1 + eᶻ); below 1 ULP. */
@inline
function logOfOnePlusExp<C>(z: v128): v128 {
  if (sizeof<C>() == 4) return wideSoftplus(z);
  const bounded = boundedForExp<C>(minusMagnitude<C>(z));
  const turned = turns<C>(bounded);
  const high = highOf<C>(bounded, turned);
  const beyond = beyondHigh(high, lowOf<C>(turned));
  const sum = mantissa<C>(high, beyond);
  const e = scaled<C>(sum, turned);
  const eLow = scaled<C>(mantissaLow<C>(high, beyond, sum), turned);
  // log(1 + e) as log1p has it: u = 1 + e, which is 2ᵏ (1 + f) with k 0 or 1.
  const one = same<C>(1);
  const u = v128.add<C>(one, e);
  const moved = rebased(u);
  const k = exponentOf(moved);
  const near = v128.eq<C>(k, same<C>(0));
  const f = v128.bitselect(e, fractionOf(moved), near);
  const c = v128.div<C>(v128.add<C>(v128.andnot(lostOf<C>(one, e, u), near), eLow), u);
  const rest = beyondFraction(f, v128.add<C>(v128.mul<C>(k, ln2Lower<C>()), c));
  // max(z, 0) + k ln 2 + f + rest. The sum of the first two is 0 or larger than |f|.
  const positive = v128.pmax<C>(z, same<C>(0));
  const kLn2 = v128.mul<C>(k, ln2Upper<C>());
  const first = v128.add<C>(kLn2, positive);
  const firstLost = lostOfAny<C>(kLn2, positive, first);
  const second = v128.add<C>(first, f);
  const lost = v128.add<C>(firstLost, lostOf<C>(first, f, second));
  const result = v128.add<C>(second, v128.add<C>(lost, rest));
  // From 40 on it is z itself; so it is for Infinity, of which the sums above make NaN.
  return v128.bitselect(z, result, v128.gt<C>(z, same<C>(40)));
}

/** log(1 + exp(beta x)) / beta, and x where beta x > threshold; below 1 ULP for a beta of 1. */
@inline
export function softplus<C>(x: v128, beta: v128, threshold: v128): v128 {
  const z = v128.mul<C>(x, beta);
  const smooth = v128.div<C>(logOfOnePlusExp<C>(z), beta);
  return v128.bitselect(x, smooth, v128.gt<C>(z, threshold));
}

/** log(1 / (1 + e⁻ˣ)) = -log(1 + e⁻ˣ); below 1 ULP. */
@inline
export function logsigmoid<C>(x: v128): v128 {
  if (sizeof<C>() == 4) return wideLogSigmoid(x);
  // 0, not -0, where it underflows.
  return v128.sub<C>(same<C>(0), logOfOnePlusExp<C>(v128.neg<C>(x)));
}

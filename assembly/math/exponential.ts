/**
 * exp and expm1, after fdlibm's e_exp.c (Sun Microsystems, 1993) and its float version (e_expf.c of
 * FreeBSD's msun), whose coefficients these are but for exp of float32:
 *
 *     x = n ln 2 + r                n = x / ln 2, rounded to the nearest integer, so |r| <= ln 2 / 2
 *     exp(r) = 1 + r + r c / (2 - c)         c = r - r² (P1 + P2 r² + …), a minimax polynomial
 *     exp(x) = 2ⁿ exp(r)
 *
 * In float32 a polynomial by scripts/minimax.py takes the place of the quotient, since a division
 * takes longer than the few products more: exp(r) = 1 + r + r² (C0 + C1 r + …).
 *
 * ln 2 is taken in two parts. The first has so few bits that n times it is exact; so r = high -
 * low, with an exact high part. What the rounding of r would lose is kept, but for exp of float32.
 *
 * n comes from adding 1.5 · 2^23 (2^52 in float64), where the unit in the last place is 1: the sum
 * ends in the bits of n. The number added also holds twice the exponent's bias, so that 2ⁿ is made
 * of those bits by shifts, as a product of two powers that are both in range wherever 2ⁿ is not.
 *
 * The polynomials are fdlibm's: "Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that
 * this notice is preserved."
 */
import { lostOf, lostOfAny, number, pattern, same, shiftLeft, shiftRight, subBits } from "./bits";

/** 1.5 · 2^23 + 2 · 127, or 1.5 · 2^52 + 2 · 1023. */
@inline
function turner<C>(): v128 {
  return number<C>(12583166, 6755399441057790);
}

/**
 * n = x / ln 2, to the nearest integer, in the low bits of a number; |x| is small enough for 2ⁿ.
 */
@inline
export function turns<C>(x: v128): v128 {
  const perLn2 = number<C>(1.44269504089, 1.442695040888963387);
  return v128.add<C>(v128.mul<C>(x, perLn2), turner<C>());
}

/** x - n · (the upper bits of ln 2), exactly. */
@inline
export function highOf<C>(x: v128, turned: v128): v128 {
  const n = v128.sub<C>(turned, turner<C>());
  return v128.sub<C>(x, v128.mul<C>(n, ln2Upper<C>()));
}

/** n · (the lower bits of ln 2). */
@inline
export function lowOf<C>(turned: v128): v128 {
  return v128.mul<C>(v128.sub<C>(turned, turner<C>()), ln2Lower<C>());
}

/** Multiples of it up to 2^8, or 2^11 in float64, are exact. */
@inline
export function ln2Upper<C>(): v128 {
  return number<C>(6.9314575195e-1, 6.9314718036912381649e-1);
}

@inline
export function ln2Lower<C>(): v128 {
  return number<C>(1.4286067653e-6, 1.90821492927058770002e-10);
}

/** exp(high - low) - 1 - high, of float64 */
@inline
export function beyondHigh(high: v128, low: v128): v128 {
  const r = f64x2.sub(high, low);
  const square = f64x2.mul(r, r);
  const c = f64x2.sub(r, f64x2.mul(square, even(square)));
  const curve = f64x2.div(f64x2.mul(r, c), f64x2.sub(f64x2.splat(2), c));
  return f64x2.sub(curve, low);
}

/**
 * exp(high - low) - 1. In float32 it costs an operation less to round high - low first, and the
 * result is still within 1 ULP.
 */
@inline
function lessOne<C>(high: v128, low: v128): v128 {
  if (sizeof<C>() == 8) return f64x2.add(high, beyondHigh(high, low));
  const r = f32x4.sub(high, low);
  const square = f32x4.mul(r, r);
  return f32x4.add(r, f32x4.mul(square, curveOf(r, square)));
}

/**
 * (exp(r) - 1 - r) / r² of float32, in pairs of terms (Estrin, 1960), which wait less for each
 * other than in Horner's rule.
 */
@inline
function curveOf(r: v128, square: v128): v128 {
  const first = f32x4.add(f32x4.mul(r, f32x4.splat(0.1666652113199234)), f32x4.splat(0.4999999403953552));
  const second = f32x4.add(f32x4.mul(r, f32x4.splat(0.008368710055947304)), f32x4.splat(0.04166838899254799));
  const rest = f32x4.add(f32x4.mul(square, f32x4.splat(0.0013814613921567798)), second);
  return f32x4.add(f32x4.mul(square, rest), first);
}

/** P1 + P2 z + …, Horner's rule; of float64. */
@inline
function even(z: v128): v128 {
  let p = f64x2.mul(z, f64x2.splat(4.13813679705723846039e-8));
  p = f64x2.mul(z, f64x2.add(p, f64x2.splat(-1.6533902205465251539e-6)));
  p = f64x2.mul(z, f64x2.add(p, f64x2.splat(6.61375632143793436117e-5)));
  p = f64x2.mul(z, f64x2.add(p, f64x2.splat(-2.77777777770155933842e-3)));
  return f64x2.add(p, f64x2.splat(1.66666666666666019037e-1));
}

/** y · 2ⁿ: rounded once, also where that is subnormal, and infinite where it is too large. */
@inline
export function scaled<C>(y: v128, turned: v128): v128 {
  const half = shiftRight<C>(turned, 1, 1);
  const first = shiftLeft<C>(half, 23, 52);
  const second = shiftLeft<C>(subBits<C>(turned, half), 23, 52);
  return v128.mul<C>(v128.mul<C>(y, first), second);
}

/** x within the bounds beyond which exp is 0 or infinite; NaN stays. */
@inline
export function boundedForExp<C>(x: v128): v128 {
  return v128.pmin<C>(v128.pmax<C>(x, number<C>(-104, -746)), number<C>(89, 710));
}

/** eˣ; below 1 ULP. */
@inline
export function exp<C>(x: v128): v128 {
  const bounded = boundedForExp<C>(x);
  const turned = turns<C>(bounded);
  const high = highOf<C>(bounded, turned);
  const y = v128.add<C>(same<C>(1), lessOne<C>(high, lowOf<C>(turned)));
  return scaled<C>(y, turned);
}

/**
 * The same, with the same bits, for x that is not positive: 2ⁿ is then one number wherever it is
 * made 2^25 (2^55) times as large, which is taken back by a second product.
 */
@inline
export function expOfNegative<C>(x: v128): v128 {
  const bounded = v128.pmax<C>(x, number<C>(-104, -746));
  // The number added holds the exponent's bias and what 2ⁿ is enlarged by, so that its bits end in
  // those of the power. It is even, as that of exp is, by which n of a tie is the same.
  const turner = number<C>(12582912 + 127 + 25, 6755399441055744 + 1023 + 55);
  const perLn2 = number<C>(1.44269504089, 1.442695040888963387);
  const turned = v128.add<C>(v128.mul<C>(bounded, perLn2), turner);
  const n = v128.sub<C>(turned, turner);
  const high = v128.sub<C>(bounded, v128.mul<C>(n, ln2Upper<C>()));
  const y = v128.add<C>(same<C>(1), lessOne<C>(high, v128.mul<C>(n, ln2Lower<C>())));
  const back = number<C>(2.98023223876953125e-8, 2.7755575615628914e-17);
  return v128.mul<C>(v128.mul<C>(y, shiftLeft<C>(turned, 23, 52)), back);
}

/**
 * expm1(r + c) - r, for a c that is at most the rounding error of r:
 *
 *     expm1(r) = r + r²/2 - r e         e = r²/2 · (R - t) / (6 - r t)
 *     t = 3 - R r/2                     R = 1 + Q1 r²/2 + Q2 (r²/2)² + …, minimax
 *
 * after fdlibm's s_expm1.c: r²/2, much the largest part of it, has one rounding.
 */
@inline
function beyondLinear<C>(r: v128, c: v128): v128 {
  const half = v128.mul<C>(same<C>(0.5), r);
  const square = v128.mul<C>(r, half);
  const R = v128.add<C>(same<C>(1), v128.mul<C>(square, evenOfExpm1<C>(square)));
  const t = v128.sub<C>(same<C>(3), v128.mul<C>(R, half));
  const ratio = v128.div<C>(v128.sub<C>(R, t), v128.sub<C>(same<C>(6), v128.mul<C>(r, t)));
  const e = v128.sub<C>(v128.mul<C>(square, ratio), c);
  return v128.sub<C>(square, v128.sub<C>(v128.mul<C>(r, e), c));
}

/** Q1 + Q2 z + … */
@inline
function evenOfExpm1<C>(z: v128): v128 {
  if (sizeof<C>() == 4) {
    const q2 = v128.mul<C>(z, same<C>(1.5807170421e-3));
    return v128.add<C>(q2, same<C>(-3.3333212137e-2));
  }
  let q = v128.mul<C>(z, same<C>(-2.01099218183624371326e-7));
  q = v128.mul<C>(z, v128.add<C>(q, same<C>(4.00821782732936239552e-6)));
  q = v128.mul<C>(z, v128.add<C>(q, same<C>(-7.93650757867487942473e-5)));
  q = v128.mul<C>(z, v128.add<C>(q, same<C>(1.58730158725481460165e-3)));
  return v128.add<C>(q, same<C>(-3.33333333333331316428e-2));
}

/**
 * (eˣ - 1) / 2 = (s - 1/2 + s r) + s (expm1(r) - r), with s = 2ⁿ⁻¹: half of it, because 2ⁿ would be
 * out of range for the largest x. This is the sum in parentheses; `expm1Rest` is what it lost, and
 * the rest.
 */
@inline
export function expm1Sum<C>(x: v128, turned: v128): v128 {
  const s = halfPower<C>(turned);
  const r = v128.sub<C>(highOf<C>(x, turned), lowOf<C>(turned));
  return v128.add<C>(v128.sub<C>(s, same<C>(0.5)), v128.mul<C>(s, r));
}

@inline
export function expm1Rest<C>(x: v128, turned: v128, sum: v128): v128 {
  const s = halfPower<C>(turned);
  const high = highOf<C>(x, turned);
  const low = lowOf<C>(turned);
  const r = v128.sub<C>(high, low);
  const c = v128.sub<C>(v128.sub<C>(high, r), low);
  const whole = v128.sub<C>(s, same<C>(0.5));
  const wholeLost = lostOfAny<C>(s, same<C>(-0.5), whole);
  const lost = v128.add<C>(wholeLost, lostOf<C>(whole, v128.mul<C>(s, r), sum));
  return v128.add<C>(lost, v128.mul<C>(s, beyondLinear<C>(r, c)));
}

/** 2ⁿ⁻¹ */
@inline
function halfPower<C>(turned: v128): v128 {
  return shiftLeft<C>(subBits<C>(turned, pattern<C>(128, 1024)), 23, 52);
}

/** x above the bound below which expm1 is -1, and below the one beyond which it is infinite. */
@inline
export function boundedForExpm1<C>(x: v128): v128 {
  return v128.pmin<C>(v128.pmax<C>(x, number<C>(-40, -80)), number<C>(89, 710));
}

/** eˣ - 1; below 1 ULP. */
@inline
export function expm1<C>(x: v128): v128 {
  const bounded = boundedForExpm1<C>(x);
  const turned = turns<C>(bounded);
  const sum = expm1Sum<C>(bounded, turned);
  const half = v128.add<C>(sum, expm1Rest<C>(bounded, turned, sum));
  // Where x² / 2 is less than half a unit of x, the result is x: also for -0 and subnormal x.
  const tiny = v128.lt<C>(v128.abs<C>(x), number<C>(2.98023223876953125e-8, 5.5511151231257827e-17));
  return v128.bitselect(x, v128.add<C>(half, half), tiny);
}

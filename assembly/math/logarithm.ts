/**
 * log and log1p, after fdlibm's e_log.c and s_log1p.c (Sun Microsystems, 1993) and their float
 * versions (FreeBSD's msun), whose coefficients these are:
 *
 *     x = 2ᵏ (1 + f)                            √½ <= 1 + f < √2
 *     log(1 + f) = f - (f²/2 - s (f²/2 + R))    s = f / (2 + f),  R = L1 s² + L2 s⁴ + …, minimax
 *     log(x) = k ln 2 + log(1 + f)              ln 2 in two parts, the first times k exact
 *
 * The polynomials are fdlibm's: "Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that
 * this notice is preserved."
 */
import { addBits, everywhere, number, pattern, same, shiftRight } from "./bits";
import { ln2Lower, ln2Upper } from "./exponential";

/** The bits of x, moved so that the exponent's field says k of x = 2ᵏ (1 + f). */
@inline
export function rebased<C>(x: v128): v128 {
  return addBits<C>(x, pattern<C>(0x3f800000 - 0x3f3504f3, 0x3ff0000000000000 - 0x3fe6a09e00000000));
}

/** k of x = 2ᵏ (1 + f), as a number. */
@inline
export function exponentOf<C>(moved: v128): v128 {
  const field = shiftRight<C>(moved, 23, 52);
  if (sizeof<C>() == 4) return f32x4.convert_i32x4_s(i32x4.sub(field, i32x4.splat(127)));
  // Below 2^52 the mantissa's bits are an integer.
  const integer = v128.or(field, i64x2.splat(0x4330000000000000));
  return f64x2.sub(integer, f64x2.splat(4503599627371519));
}

/** f of x = 2ᵏ (1 + f). */
@inline
export function fractionOf<C>(moved: v128): v128 {
  const mantissa = v128.and(moved, pattern<C>(0x007fffff, 0x000fffffffffffff));
  return v128.sub<C>(addBits<C>(mantissa, pattern<C>(0x3f3504f3, 0x3fe6a09e00000000)), same<C>(1));
}

/** R of z = s², in two interleaved halves. */
@inline
function series<C>(z: v128): v128 {
  const w = v128.mul<C>(z, z);
  if (sizeof<C>() == 4) {
    const evens = v128.mul<C>(w, plus<C>(v128.mul<C>(w, same<C>(0.24279078841)), 0.40000972152));
    const odds = v128.mul<C>(z, plus<C>(v128.mul<C>(w, same<C>(0.28498786688)), 0.66666662693));
    return v128.add<C>(evens, odds);
  }
  let evens = v128.mul<C>(w, same<C>(1.531383769920937332e-1));
  evens = v128.mul<C>(w, plus<C>(evens, 2.222219843214978396e-1));
  evens = v128.mul<C>(w, plus<C>(evens, 3.999999999940941908e-1));
  let odds = v128.mul<C>(w, same<C>(1.479819860511658591e-1));
  odds = v128.mul<C>(w, plus<C>(odds, 1.818357216161805012e-1));
  odds = v128.mul<C>(w, plus<C>(odds, 2.857142874366239149e-1));
  odds = v128.mul<C>(z, plus<C>(odds, 6.66666666666673513e-1));
  return v128.add<C>(evens, odds);
}

@inline
function plus<C>(v: v128, value: f64): v128 {
  return v128.add<C>(v, same<C>(value));
}

/** log(1 + f) - f */
@inline
export function beyondFraction<C>(f: v128, correction: v128): v128 {
  const s = v128.div<C>(f, v128.add<C>(same<C>(2), f));
  const half = v128.mul<C>(v128.mul<C>(same<C>(0.5), f), f);
  const curve = v128.mul<C>(s, v128.add<C>(half, series<C>(v128.mul<C>(s, s))));
  return v128.sub<C>(v128.add<C>(curve, correction), half);
}

/** k ln 2 + log(1 + f) + c */
@inline
function assembled<C>(k: v128, f: v128, c: v128): v128 {
  const correction = v128.add<C>(v128.mul<C>(k, ln2Lower<C>()), c);
  return v128.add<C>(v128.mul<C>(k, ln2Upper<C>()), v128.add<C>(f, beyondFraction<C>(f, correction)));
}

/** `result` where x > pole; -Infinity at the pole, NaN below it; NaN and Infinity are passed on. */
@inline
function withSpecials<C>(x: v128, result: v128, pole: v128): v128 {
  const atPole = v128.bitselect(same<C>(-Infinity), same<C>(NaN), v128.eq<C>(x, pole));
  const finite = v128.bitselect(result, atPole, v128.gt<C>(x, pole));
  return v128.bitselect(finite, x, v128.lt<C>(x, same<C>(Infinity)));
}

/** ln x; below 1 ULP. */
@inline
export function log<C>(x: v128): v128 {
  const least = number<C>(1.1754943508222875e-38, 2.2250738585072014e-308);
  const usual = everywhere<C>(v128.and(v128.ge<C>(x, least), v128.lt<C>(x, same<C>(Infinity))));
  let normal = x;
  let shift = same<C>(0);
  if (!usual) {
    // Subnormal numbers are made normal, by a power of two that k takes back.
    const subnormal = v128.lt<C>(x, least);
    normal = v128.bitselect(v128.mul<C>(x, number<C>(8388608, 18014398509481984)), x, subnormal);
    shift = v128.and(number<C>(-23, -54), subnormal);
  }
  const moved = rebased<C>(normal);
  const k = v128.add<C>(exponentOf<C>(moved), shift);
  const result = assembled<C>(k, fractionOf<C>(moved), same<C>(0));
  return usual ? result : withSpecials<C>(x, result, same<C>(0));
}

/**
 * ln(1 + x); below 1 ULP. 1 + x is rounded to u; what that loses is c, and log(1 + x) is nearly
 * log(u) + c / u. Where k is 0, f is x itself, and nothing is lost.
 */
@inline
export function log1p<C>(x: v128): v128 {
  const one = same<C>(1);
  const u = v128.add<C>(one, x);
  const moved = rebased<C>(u);
  const k = exponentOf<C>(moved);
  const near = v128.eq<C>(k, same<C>(0));
  const lost = v128.sub<C>(v128.pmin<C>(x, one), v128.sub<C>(u, v128.pmax<C>(x, one)));
  const c = v128.andnot(v128.div<C>(lost, u), near);
  const f = v128.bitselect(x, fractionOf<C>(moved), near);
  let result = assembled<C>(k, f, c);
  // The sum above makes 0 of -0.
  result = v128.bitselect(x, result, v128.eq<C>(x, same<C>(0)));
  const usual = v128.and(v128.gt<C>(x, same<C>(-1)), v128.lt<C>(x, same<C>(Infinity)));
  return everywhere<C>(usual) ? result : withSpecials<C>(x, result, same<C>(-1));
}

/**
 * log and log1p, after fdlibm's e_log.c and s_log1p.c (Sun Microsystems, 1993), whose coefficients
 * these are; those of float32 are in single.ts:
 *
 *     x = 2ᵏ (1 + f)                            √½ <= 1 + f < √2
 *     log(1 + f) = f - (f²/2 - s (f²/2 + R))    s = f / (2 + f),  R = L1 s² + L2 s⁴ + …, minimax
 *     log(x) = k ln 2 + log(1 + f)              ln 2 in two parts, the first times k exact
 *
 * The polynomials are fdlibm's: "Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that
 * this notice is preserved."
 */
import { everywhere } from "./bits";
import { ln2Lower, ln2Upper } from "./exponential";
import { singleLog, singleLog1p } from "./single";

/** The bits of x, moved so that the exponent's field says k of x = 2ᵏ (1 + f). */
@inline
export function rebased(x: v128): v128 {
  return i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e00000000));
}

/** k of x = 2ᵏ (1 + f), as a number. */
@inline
export function exponentOf(moved: v128): v128 {
  // Below 2^52 the mantissa's bits are an integer.
  const integer = v128.or(i64x2.shr_u(moved, 52), i64x2.splat(0x4330000000000000));
  return f64x2.sub(integer, f64x2.splat(4503599627371519));
}

/** f of x = 2ᵏ (1 + f). */
@inline
export function fractionOf(moved: v128): v128 {
  const mantissa = v128.and(moved, i64x2.splat(0x000fffffffffffff));
  return f64x2.sub(i64x2.add(mantissa, i64x2.splat(0x3fe6a09e00000000)), f64x2.splat(1));
}

/** R of z = s², in two interleaved halves. */
@inline
function series(z: v128): v128 {
  const w = f64x2.mul(z, z);
  let evens = f64x2.mul(w, f64x2.splat(1.531383769920937332e-1));
  evens = f64x2.mul(w, plus(evens, 2.222219843214978396e-1));
  evens = f64x2.mul(w, plus(evens, 3.999999999940941908e-1));
  let odds = f64x2.mul(w, f64x2.splat(1.479819860511658591e-1));
  odds = f64x2.mul(w, plus(odds, 1.818357216161805012e-1));
  odds = f64x2.mul(w, plus(odds, 2.857142874366239149e-1));
  odds = f64x2.mul(z, plus(odds, 6.66666666666673513e-1));
  return f64x2.add(evens, odds);
}

@inline
function plus(v: v128, value: f64): v128 {
  return f64x2.add(v, f64x2.splat(value));
}

/** log(1 + f) - f */
@inline
export function beyondFraction(f: v128, correction: v128): v128 {
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const half = f64x2.mul(f64x2.mul(f64x2.splat(0.5), f), f);
  const curve = f64x2.mul(s, f64x2.add(half, series(f64x2.mul(s, s))));
  return f64x2.sub(f64x2.add(curve, correction), half);
}

/** k ln 2 + log(1 + f) + c */
@inline
function assembled(k: v128, f: v128, c: v128): v128 {
  const correction = f64x2.add(f64x2.mul(k, ln2Lower<f64>()), c);
  return f64x2.add(f64x2.mul(k, ln2Upper<f64>()), f64x2.add(f, beyondFraction(f, correction)));
}

/** `result` where x > pole; -Infinity at the pole, NaN below it; NaN and Infinity are passed on. */
@inline
function withSpecials(x: v128, result: v128, pole: v128): v128 {
  const atPole = v128.bitselect(f64x2.splat(-Infinity), f64x2.splat(NaN), f64x2.eq(x, pole));
  const finite = v128.bitselect(result, atPole, f64x2.gt(x, pole));
  return v128.bitselect(finite, x, f64x2.lt(x, f64x2.splat(Infinity)));
}

/** ln x; below 1 ULP. */
@inline
export function log<C>(x: v128): v128 {
  if (sizeof<C>() == 4) return singleLog(x);
  const least = f64x2.splat(2.2250738585072014e-308);
  const usual = everywhere<f64>(v128.and(f64x2.ge(x, least), f64x2.lt(x, f64x2.splat(Infinity))));
  let normal = x;
  let shift = f64x2.splat(0);
  if (!usual) {
    // Subnormal numbers are made normal, by a power of two that k takes back.
    const subnormal = f64x2.lt(x, least);
    normal = v128.bitselect(f64x2.mul(x, f64x2.splat(18014398509481984)), x, subnormal);
    shift = v128.and(f64x2.splat(-54), subnormal);
  }
  const moved = rebased(normal);
  const k = f64x2.add(exponentOf(moved), shift);
  const result = assembled(k, fractionOf(moved), f64x2.splat(0));
  return usual ? result : withSpecials(x, result, f64x2.splat(0));
}

/**
 * ln(1 + x); below 1 ULP. 1 + x is rounded to u; what that loses is c, and log(1 + x) is nearly
 * log(u) + c / u. Where k is 0, f is x itself, and nothing is lost.
 */
@inline
export function log1p<C>(x: v128): v128 {
  if (sizeof<C>() == 4) return singleLog1p(x);
  const one = f64x2.splat(1);
  const u = f64x2.add(one, x);
  const moved = rebased(u);
  const k = exponentOf(moved);
  const near = f64x2.eq(k, f64x2.splat(0));
  const lost = f64x2.sub(f64x2.pmin(x, one), f64x2.sub(u, f64x2.pmax(x, one)));
  const c = v128.andnot(f64x2.div(lost, u), near);
  const f = v128.bitselect(x, fractionOf(moved), near);
  let result = assembled(k, f, c);
  // The sum above makes 0 of -0.
  result = v128.bitselect(x, result, f64x2.eq(x, f64x2.splat(0)));
  const usual = v128.and(f64x2.gt(x, f64x2.splat(-1)), f64x2.lt(x, f64x2.splat(Infinity)));
  return everywhere<f64>(usual) ? result : withSpecials(x, result, f64x2.splat(-1));
}

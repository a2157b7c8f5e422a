/**
 * log and log1p of float32 as straight lines of instructions, which the loops of formulas take in
 * instead of calling them (src/formula/emit/straight.ts). As in logarithm.ts,
 *
 *     x = 2ᵏ (1 + f)                            √½ <= 1 + f < √2
 *     log(1 + f) = f - (f²/2 - s (f²/2 + R))    s = f / (2 + f),  R = s² (R0 + R1 s² + R2 s⁴)
 *
 * R is a minimax polynomial by scripts/minimax.py, which leaves less than 0.02 ULP.
 */
import { ln2Lower, ln2Upper } from "./exponential";

/** k of x = 2ᵏ (1 + f) in the bits of an exponent, all others 0; of the bits of x. */
@inline
function exponentField(bits: v128): v128 {
  return v128.and(i32x4.sub(bits, i32x4.splat(0x3f3504f3)), i32x4.splat(0xff800000));
}

@inline
function exponentOf(field: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.shr_s(field, 23));
}

@inline
function fractionOf(bits: v128, field: v128): v128 {
  return f32x4.sub(i32x4.sub(bits, field), f32x4.splat(1));
}

/** k ln 2 + log(1 + f) + c */
@inline
function assembled(k: v128, f: v128, c: v128): v128 {
  const s = f32x4.div(f, f32x4.add(f32x4.splat(2), f));
  const z = f32x4.mul(s, s);
  const half = f32x4.mul(f32x4.mul(f32x4.splat(0.5), f), f);
  const last = f32x4.add(f32x4.mul(z, f32x4.splat(0.29870937073735687)), f32x4.splat(0.39977574028634705));
  const series = f32x4.mul(z, f32x4.add(f32x4.mul(z, last), f32x4.splat(0.6666677608528038)));
  const curve = f32x4.add(f32x4.mul(s, f32x4.add(half, series)), c);
  const rest = f32x4.add(f, f32x4.sub(curve, half));
  return f32x4.add(f32x4.mul(k, ln2Upper<f32>()), rest);
}

/**
 * `finite` where x, of which u has the sign, is finite and u > 0; -Infinity where u is 0, and NaN
 * where it is below. NaN and Infinity are passed on, whatever `finite` is there.
 */
@inline
function withSpecials(x: v128, u: v128, finite: v128): v128 {
  const zero = f32x4.splat(0);
  // Of a finite x this is far below any logarithm, and takes the place of a `finite` that is NaN.
  const large = f32x4.sub(x, f32x4.splat(f32.MAX_VALUE));
  const atZero = v128.and(f32x4.eq(u, zero), f32x4.splat(Infinity));
  const result = f32x4.sub(f32x4.pmax(large, finite), atZero);
  return v128.or(result, f32x4.lt(u, zero));
}

/** ln x; below 1 ULP. */
@inline
export function singleLog(x: v128): v128 {
  // Subnormal numbers are made normal, by a power of two that k takes back: 1 and 2^23 differ by
  // these bits.
  const subnormal = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const factor = v128.xor(v128.and(subnormal, i32x4.splat(0x74800000)), f32x4.splat(1));
  const bits = f32x4.mul(x, factor);
  const field = exponentField(bits);
  const k = f32x4.sub(exponentOf(field), v128.and(subnormal, f32x4.splat(23)));
  const correction = f32x4.mul(k, ln2Lower<f32>());
  return withSpecials(x, x, assembled(k, fractionOf(bits, field), correction));
}

/**
 * ln(1 + x); below 1 ULP. 1 + x is rounded to u; what that loses is c, and log(1 + x) is nearly
 * log(u) + c / u.
 */
@inline
export function singleLog1p(x: v128): v128 {
  const one = f32x4.splat(1);
  const u = f32x4.add(one, x);
  const lost = f32x4.sub(f32x4.pmin(x, one), f32x4.sub(u, f32x4.pmax(x, one)));
  const field = exponentField(u);
  const k = exponentOf(field);
  const correction = f32x4.add(f32x4.mul(k, ln2Lower<f32>()), f32x4.div(lost, u));
  const result = withSpecials(x, u, assembled(k, fractionOf(u, field), correction));
  // The sums above make 0 of -0; the sign is that of x everywhere.
  return v128.or(result, v128.and(x, f32x4.splat(-0.0)));
}

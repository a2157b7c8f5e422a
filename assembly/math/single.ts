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

/** k ln 2 + log(1 + f) + c + special */
@inline
function assembled(k: v128, f: v128, c: v128, special: v128): v128 {
  const s = f32x4.div(f, f32x4.add(f32x4.splat(2), f));
  const z = f32x4.mul(s, s);
  const half = f32x4.mul(f32x4.mul(f32x4.splat(0.5), f), f);
  const upper = f32x4.add(f32x4.mul(z, f32x4.splat(0.29870937073735687)), f32x4.splat(0.39977574028634705));
  const lower = f32x4.add(half, f32x4.mul(z, f32x4.splat(0.6666677608528038)));
  const curve = f32x4.mul(s, f32x4.add(lower, f32x4.mul(f32x4.mul(z, z), upper)));
  const rest = f32x4.add(f, f32x4.sub(f32x4.add(curve, c), half));
  return f32x4.add(f32x4.add(f32x4.mul(k, ln2Upper<f32>()), special), rest);
}

/**
 * What makes a finite number the result where x, of which u has the sign, is not finite, or u not
 * above 0: Infinity and NaN are passed on, and at 0 and below it stand -Infinity and NaN.
 */
@inline
function specialOf(x: v128, u: v128): v128 {
  const zero = f32x4.splat(0);
  const atZero = v128.and(f32x4.eq(u, zero), f32x4.splat(-Infinity));
  const large = v128.andnot(x, f32x4.lt(x, f32x4.splat(Infinity)));
  return v128.or(v128.or(atZero, large), f32x4.lt(u, zero));
}

/** ln x; below 1 ULP. */
@inline
export function singleLog(x: v128): v128 {
  // Subnormal numbers are made normal by 2^23, which k takes back.
  const subnormal = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const shift = v128.and(subnormal, i32x4.splat(23 << 23));
  const bits = f32x4.mul(x, i32x4.add(shift, f32x4.splat(1)));
  const field = exponentField(bits);
  const k = exponentOf(i32x4.sub(field, shift));
  const correction = f32x4.mul(k, ln2Lower<f32>());
  return assembled(k, fractionOf(bits, field), correction, specialOf(x, x));
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
  // 1 where the quotient is NaN, at -1 and Infinity.
  const c = f32x4.pmin(one, f32x4.div(lost, u));
  const correction = f32x4.add(f32x4.mul(k, ln2Lower<f32>()), c);
  const result = assembled(k, fractionOf(u, field), correction, specialOf(x, u));
  // The sums above make 0 of -0; the sign is that of x everywhere.
  return v128.or(result, v128.and(x, f32x4.splat(-0.0)));
}

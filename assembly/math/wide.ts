/**
 * The logistic functions of float32, computed in float64 two lanes at a time. What float64 rounds
 * is too little to show, and nothing overflows: so e = exp(-|x|) is one number here, where float64
 * itself needs the sum of two (logistic.ts).
 *
 *     -|x| = n ln 2 + r           e = 2ⁿ (1 + r + r² C(r)),  |r| <= ln 2 / 2
 *     log(1 + e) = s L(s²)        s = e / (2 + e), so s² <= 1/9
 *     expm1(x) = 2ⁿ - 1 + 2ⁿ r E(r)
 *
 * C, L and E are minimax polynomials by scripts/minimax.py; they leave less than 0.1 ULP of float32.
 * Their terms go in pairs (Estrin, 1960), which wait less for each other than in Horner's rule.
 */

/** c + d z */
@inline
function linear(c: f64, d: f64, z: v128): v128 {
  return f64x2.add(f64x2.mul(z, f64x2.splat(d)), f64x2.splat(c));
}

/** a + b z */
@inline
function joined(a: v128, b: v128, z: v128): v128 {
  return f64x2.add(f64x2.mul(z, b), a);
}

/** 1.5 · 2^52 + 1023: a number added to it ends in the bits of an exponent (exponential.ts). */
@inline
function turner(): v128 {
  return f64x2.splat(6755399441056767);
}

@inline
function turns(z: v128): v128 {
  return f64x2.add(f64x2.mul(z, f64x2.splat(1.4426950408889634)), turner());
}

@inline
function power(turned: v128): v128 {
  return i64x2.shl(turned, 52);
}

/** r of z = n ln 2 + r */
@inline
function rest(z: v128, turned: v128): v128 {
  const n = f64x2.sub(turned, turner());
  return f64x2.sub(z, f64x2.mul(n, f64x2.splat(0.6931471805599453)));
}

/** exp(-|x|), at least exp(-120), which float32 has not any more; NaN stays. */
@inline
function exponential(x: v128): v128 {
  const z = f64x2.pmax(v128.or(x, f64x2.splat(-0.0)), f64x2.splat(-120));
  const turned = turns(z);
  const r = rest(z, turned);
  const square = f64x2.mul(r, r);
  const pair = linear(0.04166838735559225, 0.00836870981335755, r);
  const upper = joined(pair, f64x2.splat(0.001381461366589301), square);
  const curve = joined(linear(0.4999999345172084, 0.16666520689986847, r), upper, square);
  const mantissa = joined(f64x2.add(f64x2.splat(1), r), curve, square);
  return f64x2.mul(mantissa, power(turned));
}

/** log(1 + e) for 0 <= e <= 1 */
@inline
function logOfOneMore(e: v128): v128 {
  const s = f64x2.div(e, f64x2.add(f64x2.splat(2), e));
  const z = f64x2.mul(s, s);
  const square = f64x2.mul(z, z);
  const pair = linear(0.4002491027770037, 0.27960602836574294, z);
  const upper = joined(pair, f64x2.splat(0.2817833449547269), square);
  return f64x2.mul(s, joined(linear(2.0000000079210016, 0.6666631468210734, z), upper, square));
}

/** 1 / (1 + e⁻ˣ) */
@inline
function sigmoidOf(x: v128): v128 {
  const e = exponential(x);
  const one = f64x2.splat(1);
  const n = v128.bitselect(e, one, f64x2.lt(x, f64x2.splat(0)));
  return f64x2.div(n, f64x2.add(one, e));
}

/** log(1 + eˣ) = max(x, 0) + log(1 + exp(-|x|)) */
@inline
function softplusOf(x: v128): v128 {
  return f64x2.add(f64x2.pmax(x, f64x2.splat(0)), logOfOneMore(exponential(x)));
}

/** -tanh(|x|) = t / (2 + t), t = expm1(-2 |x|) */
@inline
function minusTanhOf(x: v128): v128 {
  const negative = v128.or(x, f64x2.splat(-0.0));
  const z = f64x2.pmax(f64x2.add(negative, negative), f64x2.splat(-40));
  const turned = turns(z);
  const r = rest(z, turned);
  const square = f64x2.mul(r, r);
  const lower = joined(
    linear(1.0000000000312002, 0.5000000046652427, r),
    linear(0.1666666624962764, 0.0416663544489536, r),
    square,
  );
  const pair = linear(0.008333402895338331, 0.001394100497354741, r);
  const upper = joined(pair, f64x2.splat(0.0001984125340508817), square);
  const curve = joined(lower, upper, f64x2.mul(square, square));
  const s = power(turned);
  const t = f64x2.add(f64x2.mul(s, f64x2.mul(r, curve)), f64x2.sub(s, f64x2.splat(1)));
  return f64x2.div(t, f64x2.add(f64x2.splat(2), t));
}

/** The first two lanes of four as float64, and the last two. */
@inline
function firstTwo(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

@inline
function lastTwo(x: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1));
}

/** Two pairs as four lanes of float32. */
@inline
function narrowed(first: v128, last: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(last), 0, 2);
}

@inline
export function wideSigmoid(x: v128): v128 {
  return narrowed(sigmoidOf(firstTwo(x)), sigmoidOf(lastTwo(x)));
}

@inline
export function wideTanh(x: v128): v128 {
  const magnitude = narrowed(minusTanhOf(firstTwo(x)), minusTanhOf(lastTwo(x)));
  return v128.bitselect(x, magnitude, f32x4.splat(-0.0));
}

@inline
export function wideSoftplus(x: v128): v128 {
  return narrowed(softplusOf(firstTwo(x)), softplusOf(lastTwo(x)));
}

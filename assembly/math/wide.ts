/**
 * The logistic functions of float32, computed in float64 two lanes at a time. What float64 rounds
 * is too little to show, and nothing overflows: so e = exp(-|x|) is one number here, where float64
 * itself needs the sum of two (logistic.ts). It is the quotient of two numbers, which need not be
 * divided before e is put into one more quotient:
 *
 *     -|x| = n ln 2 + r           e = 2ⁿ (E + O) / (E - O),  |r| <= ln 2 / 2
 *     log(1 + e) = s L(s²)        s = e / (2 + e), so s² <= 1/9
 *
 * O / E = r (O0 + O1 r²) / (1 + E1 r²) is tanh(r / 2). These and L are minimax by
 * scripts/minimax.py; they leave less than 0.1 ULP of float32. Terms of L go in pairs (Estrin,
 * 1960), which wait less for each other than in Horner's rule.
 *
 * All begin with the same steps on -|x|, so that what a formula makes of one x has them once.
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

/** -|x| in four lanes, at least -120, where float32 has no exponential any more; NaN stays. */
@inline
function minusMagnitude(x: v128): v128 {
  return f32x4.pmax(v128.or(x, f32x4.splat(-0.0)), f32x4.splat(-120));
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

@inline
function even(square: v128): v128 {
  return linear(1, 0.09997479697761347, square);
}

@inline
function odd(r: v128, square: v128): v128 {
  return f64x2.mul(r, linear(0.49999999905348, 0.00832079476095461, square));
}

/** d of exp(z) = n / d */
@inline
function denominator(z: v128): v128 {
  const r = rest(z, turns(z));
  const square = f64x2.mul(r, r);
  return f64x2.sub(even(square), odd(r, square));
}

/** n of exp(z) = n / d */
@inline
function numerator(z: v128): v128 {
  const turned = turns(z);
  const r = rest(z, turned);
  const square = f64x2.mul(r, r);
  return f64x2.mul(f64x2.add(even(square), odd(r, square)), power(turned));
}

/** log(1 + eᶻ) for z <= 0 */
@inline
function logOfOneMore(z: v128): v128 {
  const n = numerator(z);
  const d = denominator(z);
  const s = f64x2.div(n, f64x2.add(f64x2.add(d, d), n));
  const x = f64x2.mul(s, s);
  const square = f64x2.mul(x, x);
  const pair = linear(0.4002491027770037, 0.27960602836574294, x);
  const upper = joined(pair, f64x2.splat(0.2817833449547269), square);
  return f64x2.mul(s, joined(linear(2.0000000079210016, 0.6666631468210734, x), upper, square));
}

/** 1 / (1 + e⁻ᶻ) for z <= 0 */
@inline
function sigmoidOf(z: v128): v128 {
  const n = numerator(z);
  return f64x2.div(n, f64x2.add(denominator(z), n));
}

/**
 * tanh(z / 2) for z <= 0: (n - d) / (n + d) of exp(z) = n / d, where E and O are kept apart, so
 * that a small z loses nothing.
 */
@inline
function tanhOfHalf(z: v128): v128 {
  const turned = turns(z);
  const r = rest(z, turned);
  const square = f64x2.mul(r, r);
  const s = power(turned);
  const less = f64x2.sub(s, f64x2.splat(1));
  const more = f64x2.add(s, f64x2.splat(1));
  const e = even(square);
  const o = odd(r, square);
  const n = f64x2.add(f64x2.mul(less, e), f64x2.mul(more, o));
  return f64x2.div(n, f64x2.add(f64x2.mul(more, e), f64x2.mul(less, o)));
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
  const z = minusMagnitude(x);
  const small = narrowed(sigmoidOf(firstTwo(z)), sigmoidOf(lastTwo(z)));
  return v128.bitselect(small, f32x4.sub(f32x4.splat(1), small), f32x4.lt(x, f32x4.splat(0)));
}

@inline
export function wideTanh(x: v128): v128 {
  const z = minusMagnitude(f32x4.add(x, x));
  const magnitude = narrowed(tanhOfHalf(firstTwo(z)), tanhOfHalf(lastTwo(z)));
  return v128.bitselect(x, magnitude, f32x4.splat(-0.0));
}

/** log(1 + eˣ) = max(x, 0) + log(1 + exp(-|x|)) */
@inline
export function wideSoftplus(x: v128): v128 {
  const z = minusMagnitude(x);
  const p = f32x4.pmax(x, f32x4.splat(0));
  const first = f64x2.add(firstTwo(p), logOfOneMore(firstTwo(z)));
  return narrowed(first, f64x2.add(lastTwo(p), logOfOneMore(lastTwo(z))));
}

/** log(1 / (1 + e⁻ˣ)) = min(x, 0) - log(1 + exp(-|x|)) */
@inline
export function wideLogSigmoid(x: v128): v128 {
  const z = minusMagnitude(x);
  const p = f32x4.pmin(x, f32x4.splat(0));
  const first = f64x2.sub(firstTwo(p), logOfOneMore(firstTwo(z)));
  const last = f64x2.sub(lastTwo(p), logOfOneMore(lastTwo(z)));
  // 0, not -0, where it underflows.
  return f32x4.add(narrowed(first, last), f32x4.splat(0));
}

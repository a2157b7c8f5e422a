/**
 * sin and cos. x is brought to r = x - n π/2, |r| <= π/4; of r, sine and cosine are polynomials,
 * and n modulo 4 says which of the two it is, and its sign. Polynomials and their order of
 * operations after fdlibm's k_sin.c and k_cos.c (Sun Microsystems, 1993).
 *
 * Up to 2^30 (float32: 2^28), r is found by Cody and Waite (1980): π/2 is in parts of so few bits
 * that n times each is exact, and what a subtraction loses is kept. Beyond, the quarter turns are
 * found in integers (quadrant.ts), one lane after the other.
 *
 * float32 is computed in float64, two lanes at a time, with the shorter polynomials that msun's
 * k_sinf.c and k_cosf.c have for that (Taylor and Evans): the result is rounded nearly once.
 *
 * The polynomials are fdlibm's: "Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that
 * this notice is preserved."
 */
import { anywhere, lostOfAny, number, same } from "./bits";
import {
  angleOf,
  angleRest,
  bitsOf2OverPi,
  fractionOf,
  fractionRest,
  shifted,
  upperProduct,
} from "./quadrant";

/** 1.5 · 2^52, where the unit in the last place is 1. */
const TURNER: f64 = 6755399441055744;

@inline
function step(p: v128, z: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(p, z), f64x2.splat(coefficient));
}

/** sin(x + y), |x| <= π/4, with y the rounding error of x. */
@inline
function sine<C>(x: v128, y: v128): v128 {
  const z = f64x2.mul(x, x);
  const v = f64x2.mul(z, x);
  if (sizeof<C>() == 4) {
    let r = f64x2.splat(2.7183114939898219e-6);
    r = step(r, z, -1.98393348360966317e-4);
    r = step(r, z, 8.33332938588946318e-3);
    r = step(r, z, -1.66666666416265236e-1);
    return f64x2.add(x, f64x2.mul(v, r));
  }
  let r = f64x2.splat(1.58969099521155010221e-10);
  r = step(r, z, -2.50507602534068634195e-8);
  r = step(r, z, 2.75573137070700676789e-6);
  r = step(r, z, -1.98412698298579493134e-4);
  r = step(r, z, 8.33333333332248946124e-3);
  const half = f64x2.sub(f64x2.mul(f64x2.splat(0.5), y), f64x2.mul(v, r));
  const rest = f64x2.sub(f64x2.mul(z, half), y);
  const cubic = f64x2.mul(v, f64x2.splat(-1.66666666666666324348e-1));
  return f64x2.sub(x, f64x2.sub(rest, cubic));
}

/** cos(x + y) */
@inline
function cosine<C>(x: v128, y: v128): v128 {
  const z = f64x2.mul(x, x);
  const one = f64x2.splat(1);
  if (sizeof<C>() == 4) {
    let r = f64x2.splat(2.43904487962774090654e-5);
    r = step(r, z, -1.38867637746099294692e-3);
    r = step(r, z, 4.16666233237390631894e-2);
    r = step(r, z, -4.9999999725103100312e-1);
    return f64x2.add(one, f64x2.mul(z, r));
  }
  let r = f64x2.splat(-1.13596475577881948265e-11);
  r = step(r, z, 2.0875723212981748279e-9);
  r = step(r, z, -2.75573143513906633035e-7);
  r = step(r, z, 2.48015872894767294178e-5);
  r = step(r, z, -1.38888888888741095749e-3);
  r = step(r, z, 4.16666666666666019037e-2);
  r = f64x2.mul(z, r);
  const half = f64x2.mul(f64x2.splat(0.5), z);
  const w = f64x2.sub(one, half);
  const lost = f64x2.sub(f64x2.sub(one, w), half);
  const rest = f64x2.sub(f64x2.mul(z, r), f64x2.mul(x, y));
  return f64x2.add(w, f64x2.add(lost, rest));
}

/**
 * n times the bits of π/2 down to 2^-22, and from there to 2^-45, 2^-68 and 2^-91; and the rest.
 */
@inline
function part(n: v128, bits: f64): v128 {
  return f64x2.mul(n, f64x2.splat(bits));
}

/** The largest |x| that n times a part is exact for. */
@inline
function largest<C>(): f64 {
  return sizeof<C>() == 4 ? 268435456 : 1073741824;
}

/** sin(x + quarters · π/2) of two f64, as precise as C asks for. */
@inline
function wave<C>(x: v128, quarters: i64): v128 {
  const perQuarter = f64x2.mul(x, f64x2.splat(0.6366197723675814));
  let n = f64x2.add(perQuarter, f64x2.splat(TURNER));
  const whole = f64x2.sub(n, f64x2.splat(TURNER));
  let r = f64x2.sub(x, part(whole, 1.570796251296997));
  let y = f64x2.splat(0);
  if (sizeof<C>() == 4) {
    r = f64x2.sub(r, part(whole, 7.549789415861596e-8));
    r = f64x2.sub(r, part(whole, 5.390302858158119e-15));
  } else {
    let next = f64x2.sub(r, part(whole, 7.549789415861596e-8));
    y = lostOfAny<f64>(r, part(whole, -7.549789415861596e-8), next);
    r = f64x2.sub(next, part(whole, 5.39030083589187e-15));
    y = f64x2.add(y, lostOfAny<f64>(next, part(whole, -5.39030083589187e-15), r));
    next = f64x2.sub(r, part(whole, 2.0222659584103533e-21));
    y = f64x2.add(y, lostOfAny<f64>(r, part(whole, -2.0222659584103533e-21), next));
    y = f64x2.sub(y, part(whole, 2.9038559739793605e-28));
    r = f64x2.add(next, y);
    y = f64x2.sub(y, f64x2.sub(r, next));
  }
  const far = f64x2.gt(f64x2.abs(x), f64x2.splat(largest<C>()));
  if (anywhere(far)) {
    // The first lane, twice: in between and afterwards, the lanes change places.
    for (let lane = 0; lane < 2; lane++) {
      const value = f64x2.extract_lane(x, 0);
      if (abs(value) > largest<C>() && abs(value) < Infinity) {
        const bits = reinterpret<u64>(value);
        const mantissa = (bits & 0x000fffffffffffff) | 0x0010000000000000;
        // Bits of 2/π whose weight, with the mantissa as an integer, is 4 or more are whole turns.
        const place = <i32>((bits >> 52) & 0x7ff) - 1075 + 62;
        let w0: u64 = 0;
        let w1: u64 = 0;
        let w2: u64 = 0;
        let w3: u64 = 0;
        for (let word = 0; word < 4; word++) {
          w3 = w2;
          w2 = w1;
          w1 = w0;
          w0 = bitsOf2OverPi((place >> 6) + word);
        }
        const shift = <u64>(place & 63);
        const middle = mantissa * shifted(w2, w1, shift);
        const lower = middle + upperProduct(mantissa, shifted(w1, w0, shift));
        const carry = <u64>(lower < middle);
        const upper =
          mantissa * shifted(w3, w2, shift) + upperProduct(mantissa, shifted(w2, w1, shift)) + carry;
        // Two bits are quarter turns; the fraction that follows is to be at most a half in size.
        let quarter = upper >> 62;
        let high = (upper << 2) | (lower >> 62);
        let low = lower << 2;
        const over = <i64>high < 0;
        if (over) {
          quarter++;
          low = 0 - low;
          high = ~high + <u64>(low == 0);
        }
        const fraction = fractionOf(high, low);
        const angle = angleOf(fraction);
        const rest = angleRest(fraction, fractionRest(high, low, fraction), angle);
        const negative = over != value < 0;
        r = f64x2.replace_lane(r, 0, negative ? -angle : angle);
        y = f64x2.replace_lane(y, 0, negative ? -rest : rest);
        n = i64x2.replace_lane(n, 0, value < 0 ? 0 - quarter : quarter);
      }
      x = i64x2.shuffle(x, x, 1, 0);
      r = i64x2.shuffle(r, r, 1, 0);
      y = i64x2.shuffle(y, y, 1, 0);
      n = i64x2.shuffle(n, n, 1, 0);
    }
  }
  const turns = i64x2.add(n, i64x2.splat(quarters));
  const isCosine = i64x2.neg(v128.and(turns, i64x2.splat(1)));
  const sign = i64x2.shl(v128.and(turns, i64x2.splat(2)), 62);
  return v128.xor(v128.bitselect(cosine<C>(r, y), sine<C>(r, y), isCosine), sign);
}

@inline
function waveOf<C>(x: v128, quarters: i64): v128 {
  if (sizeof<C>() == 8) return wave<f64>(x, quarters);
  let result = same<f64>(0);
  // The first two lanes, twice: after that the lanes are where they were.
  for (let half = 0; half < 2; half++) {
    const two = f32x4.demote_f64x2_zero(wave<f32>(f64x2.promote_low_f32x4(x), quarters));
    result = i64x2.shuffle(result, two, 1, 2);
    x = i64x2.shuffle(x, x, 1, 0);
  }
  return result;
}

/** sin x; below 1 ULP for all x. */
@inline
export function sin<C>(x: v128): v128 {
  // Where x³ / 6 is less than half a unit of x, the result is x: also for -0 and subnormal x.
  const tiny = v128.lt<C>(v128.abs<C>(x), number<C>(2.44140625e-4, 1.4901161193847656e-8));
  return v128.bitselect(x, waveOf<C>(x, 0), tiny);
}

/** cos x; below 1 ULP for all x. */
@inline
export function cos<C>(x: v128): v128 {
  return waveOf<C>(x, 1);
}

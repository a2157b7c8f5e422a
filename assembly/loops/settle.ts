/**
 * Sums from their states (sums.ts), rounded to the nearest f64, over a divisor. A sum is certain
 * where the error that is left cannot show in it: where both ends of the interval in which the
 * exact sum lies round to the same number.
 */
import { magnitudeMask } from "../lanes";

/** Covers the rounding of the interval's ends: two units in the last place of low. */
const RELATIVE: f64 = 4.440892098500626e-16;
const INFINITE: u64 = 0x7ff0000000000000;

/**
 * Writes `count` sums at `out`; returns for how many that is not certain, whose indices stand, as
 * i32, where the states were. `error` is what a sum can have lost, in units of its magnitude.
 */
export function settle(state: usize, plane: usize, count: i32, error: f64, divisor: f64, out: usize): i32 {
  const mask = magnitudeMask<f64>(count);
  const errors = f64x2.splat(error);
  const relative = f64x2.splat(RELATIVE);
  const divisors = f64x2.splat(divisor);
  let list = state;
  for (let c = 0; c < count; c += 2) {
    const at = state + <usize>c * 8;
    // Past the last state lies the scratch space of sums.ts.
    const high = v128.load(at);
    const low = v128.load(at + plane);
    const lost = f64x2.mul(errors, v128.load(at + 2 * plane));
    const bound = f64x2.add(lost, f64x2.mul(relative, v128.and(low, mask)));
    const least = f64x2.add(high, f64x2.sub(low, bound));
    const most = f64x2.add(high, f64x2.add(low, bound));
    // Infinity - Infinity is NaN.
    const certain = f64x2.eq(f64x2.sub(most, least), f64x2.splat(0));
    let sums = f64x2.add(high, low);
    if (divisor != 1) sums = f64x2.div(sums, divisors);
    const to = out + <usize>c * 8;
    if (c + 1 < count) v128.store(to, sums);
    else v128.store64_lane(to, sums, 0);
    if (i64x2.all_true(certain)) continue;
    if (!i64x2.extract_lane(certain, 0)) list = append(list, c);
    if (c + 1 < count && !i64x2.extract_lane(certain, 1)) list = append(list, c + 1);
  }
  return <i32>((list - state) >> 2);
}

@inline
function append(list: usize, index: i32): usize {
  store<i32>(list, index);
  return list + 4;
}

/**
 * Looks once more at the numbers, at x as in sums.ts, whose sums are not certain, and settles what
 * it can: where their exponents show that low was added without rounding, high + low is the exact
 * sum, which stands at `out`; infinities and NaN decide a sum whatever else there is. Returns how
 * many are left of the `count` in the list. `terms` is how many numbers low was added from.
 */
export function review<S>(
  x: usize,
  length: i32,
  inner: i32,
  stride: usize,
  list: usize,
  count: i32,
  magnitudes: usize,
  out: usize,
): i32 {
  let left = list;
  for (let i: usize = 0; i < <usize>count; i++) {
    const c = load<i32>(list + 4 * i);
    const row = <usize>(c / inner) * <usize>length * stride;
    const from = x + row + <usize>(c % inner) * sizeof<S>();
    const to = out + <usize>c * 8;
    // Sizes as bits are ordered like the sizes; least is less by 1, so that 0 is the greatest.
    let largest: u64 = 0;
    let least = u64.MAX_VALUE;
    for (let l = 0; l < length; l++) {
      const bits = reinterpret<u64>(<f64>load<S>(from + <usize>l * stride)) & i64.MAX_VALUE;
      largest = max(largest, bits);
      least = min(least, bits - 1);
    }
    if (largest >= INFINITE) store<f64>(to, specialSum<S>(from, length, stride));
    else if (!(isExact<S>(load<f64>(magnitudes + <usize>c * 8), least + 1) && isFinite(load<f64>(to))))
      left = append(left, c);
  }
  return <i32>((left - list) >> 2);
}

/** Σ of the infinities and NaNs. */
function specialSum<S>(x: usize, length: i32, stride: usize): f64 {
  let sum: f64 = 0;
  for (; length > 0; length--) {
    const v = <f64>load<S>(x);
    if (!isFinite(v)) sum += v;
    x += stride;
  }
  return sum;
}

/**
 * Whether low was added exactly. It is an integer in a common unit of the numbers, of which the
 * smallest has the bits `least`, and while f64 counts those units, below 2^53 of them, nothing is
 * rounded. Low is at most 2^-39 of the magnitude (state.ts): so the magnitude has to be below 2^92
 * units. Two bits are to spare.
 */
@inline
function isExact<S>(magnitude: f64, least: u64): bool {
  const exponent = reinterpret<f64>(least & INFINITE);
  // Subnormal numbers have the unit of the smallest normal one.
  const power = max(exponent, 2.2250738585072014e-308);
  // The unit is 2^-23 or 2^-52 of the power of two: 2^90 of them are 2^67 or 2^38 such powers.
  return magnitude < power * (sizeof<S>() == 4 ? 147573952589676412928.0 : 274877906944.0);
}

/**
 * What is added to the states of sums.ts: columns of a few numbers each. There are three ways, and
 * each gives the sum in two terms.
 *
 *     plain      of f32 whose exponents lie close together: f64 adds them exactly (few.ts)
 *     biased     of f64: to 1.5 · 2^k, so large that k stays as it is. Then what an addition rounds
 *                off takes two operations instead of TwoSum's five
 *                (Demmel and Nguyen, Fast reproducible floating-point summation, 2013)
 *     two-term   of anything: Knuth's TwoSum, 1969
 */
import { spread as maximumSpread } from "./few";
import { constant, loadWide, magnitudeMask, nextHigh, nextLow } from "../lanes";

/** Numbers of a column that are added at a time, at most. */
export const GROUP: i32 = 32;

/** Numbers below this can be added with a bias. */
const BIASED_LIMIT: f64 = 1.3407807929942597e154;

/** What rounding took off sum = a + b. */
@inline
function lostIn(sum: f64, a: f64, b: f64): f64 {
  const kept = sum - a;
  return a - (sum - kept) + (b - kept);
}

/** Adds the state at `from` to that at `to`. */
export function merge(to: usize, from: usize, plane: usize): void {
  addTo(to, plane, load<f64>(from), load<f64>(from + plane), load<f64>(from + 2 * plane));
}

/** Adds a sum in two terms to a state. */
@inline
function addTo(state: usize, plane: usize, x: f64, lost: f64, magnitude: f64): void {
  const high = load<f64>(state);
  const sum = high + x;
  const low = load<f64>(state + plane) + lostIn(sum, high, x) + lost;
  store<f64>(state, sum + low);
  store<f64>(state + plane, lostIn(sum + low, sum, low));
  store<f64>(state + 2 * plane, load<f64>(state + 2 * plane) + magnitude);
}

/** One column of `rows` numbers, GROUP at most. */
export function addOne<S>(x: usize, rows: i32, stride: usize, state: usize, plane: usize, fresh: bool): void {
  let high: f64 = 0;
  let low: f64 = 0;
  let magnitude: f64 = 0;
  for (; rows > 0; rows--) {
    const v = <f64>load<S>(x);
    const sum = high + v;
    low += lostIn(sum, high, v);
    high = sum;
    magnitude += abs(v);
    x += stride;
  }
  if (fresh) {
    store<f64>(state, 0);
    store<f64>(state + plane, 0);
    store<f64>(state + 2 * plane, 0);
  }
  addTo(state, plane, high, low, magnitude);
}

/** Four columns of `rows` numbers, GROUP at most. */
@inline
export function addFour<S>(
  x: usize,
  rows: i32,
  stride: usize,
  state: usize,
  plane: usize,
  fresh: bool,
): void {
  // The numbers take the fastest way that they can.
  if (sizeof<S>() == 4) addFourPlain(x, rows, stride, state, plane, fresh);
  else addFourBiased(x, rows, stride, state, plane, fresh);
}

function addFourPlain(x: usize, rows: i32, stride: usize, state: usize, plane: usize, fresh: bool): void {
  const mask = magnitudeMask<f32>(rows);
  const one = constant(1, rows);
  let largest = i32x4.splat(0);
  // Of the numbers that are not 0, less 1: 0 becomes the greatest.
  let least = i32x4.splat(-1);
  let a0 = f64x2.splat(0),
    a1 = f64x2.splat(0);
  let b0 = f64x2.splat(0),
    b1 = f64x2.splat(0);
  let p = x;
  let left = rows;
  for (; left >= 2; left -= 2) {
    const v = v128.load(p);
    const w = v128.load(p + stride);
    const s = v128.and(v, mask);
    const t = v128.and(w, mask);
    largest = i32x4.max_u(largest, i32x4.max_u(s, t));
    least = i32x4.min_u(least, i32x4.min_u(i32x4.sub(s, one), i32x4.sub(t, one)));
    a0 = f64x2.add(a0, f64x2.promote_low_f32x4(v));
    a1 = f64x2.add(a1, f64x2.promote_low_f32x4(v128.load64_zero(p, 8)));
    b0 = f64x2.add(b0, f64x2.promote_low_f32x4(w));
    b1 = f64x2.add(b1, f64x2.promote_low_f32x4(v128.load64_zero(p + stride, 8)));
    p += 2 * stride;
  }
  if (left > 0) {
    const v = v128.load(p);
    const s = v128.and(v, mask);
    largest = i32x4.max_u(largest, s);
    least = i32x4.min_u(least, i32x4.sub(s, one));
    a0 = f64x2.add(a0, f64x2.promote_low_f32x4(v));
    a1 = f64x2.add(a1, f64x2.promote_low_f32x4(v128.load64_zero(p, 8)));
  }
  const spread = i32x4.sub(largest, least);
  if (!i32x4.all_true(i32x4.lt_s(spread, i32x4.splat(maximumSpread<f32>())))) {
    addFourTwoTerm<f32>(x, rows, stride, state, plane, fresh);
    return;
  }
  const none = f64x2.splat(0);
  a0 = f64x2.add(a0, b0);
  a1 = f64x2.add(a1, b1);
  const count = f64x2.splat(<f64>rows);
  const upper = i64x2.shuffle(largest, largest, 1, 1);
  addPair(state, plane, a0, none, f64x2.mul(count, f64x2.promote_low_f32x4(largest)), fresh);
  addPair(state + 16, plane, a1, none, f64x2.mul(count, f64x2.promote_low_f32x4(upper)), fresh);
}

/**
 * 1.5 · 2^k for sums of up to 2^GROUP numbers, each of which is at most `largest` in size: they
 * stay below 2^(k-1).
 */
@inline
export function biasFor(largest: v128): v128 {
  const exponent = v128.and(largest, i64x2.splat(0x7ff0000000000000));
  return v128.or(i64x2.add(exponent, i64x2.splat(8 << 52)), i64x2.splat(0x0008000000000000));
}

/** Whether numbers that large can be added with a bias. */
@inline
export function takesBias(largest: v128): bool {
  return i64x2.all_true(f64x2.lt(largest, f64x2.splat(BIASED_LIMIT)));
}

function addFourBiased(x: usize, rows: i32, stride: usize, state: usize, plane: usize, fresh: bool): void {
  const mask = magnitudeMask<f64>(rows);
  let largest0 = f64x2.splat(0),
    largest1 = f64x2.splat(0);
  let p = x;
  for (let left = rows; left > 0; left--) {
    largest0 = f64x2.pmax(largest0, v128.and(v128.load(p), mask));
    largest1 = f64x2.pmax(largest1, v128.and(v128.load(p, 16), mask));
    p += stride;
  }
  if (!takesBias(f64x2.pmax(largest0, largest1))) {
    addFourTwoTerm<f64>(x, rows, stride, state, plane, fresh);
    return;
  }
  const bias0 = biasFor(largest0),
    bias1 = biasFor(largest1);
  let sum0 = bias0,
    sum1 = bias1;
  let lost0 = f64x2.splat(0),
    lost1 = f64x2.splat(0);
  for (let left = rows; left > 0; left--) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    const next0 = f64x2.add(sum0, a);
    const next1 = f64x2.add(sum1, b);
    lost0 = f64x2.add(lost0, f64x2.sub(a, f64x2.sub(next0, sum0)));
    lost1 = f64x2.add(lost1, f64x2.sub(b, f64x2.sub(next1, sum1)));
    sum0 = next0;
    sum1 = next1;
    x += stride;
  }
  const count = f64x2.splat(<f64>rows);
  addPair(state, plane, f64x2.sub(sum0, bias0), lost0, f64x2.mul(count, largest0), fresh);
  addPair(state + 16, plane, f64x2.sub(sum1, bias1), lost1, f64x2.mul(count, largest1), fresh);
}

/** Adds sums in two terms to two states. */
@inline
export function addPair(state: usize, plane: usize, x: v128, lost: v128, magnitude: v128, fresh: bool): void {
  if (fresh) {
    keep(state, plane, f64x2.add(x, lost), nextLow<f64>(f64x2.splat(0), x, lost), magnitude);
    return;
  }
  const before = v128.load(state);
  const high = nextHigh<f64>(before, x);
  const low = nextLow<f64>(f64x2.add(v128.load(state + plane), lost), before, x);
  const size = f64x2.add(v128.load(state + 2 * plane), magnitude);
  keep(state, plane, f64x2.add(high, low), nextLow<f64>(f64x2.splat(0), high, low), size);
}

@inline
function keep(state: usize, plane: usize, high: v128, low: v128, magnitude: v128): void {
  v128.store(state, high);
  v128.store(state + plane, low);
  v128.store(state + 2 * plane, magnitude);
}

function addFourTwoTerm<S>(
  x: usize,
  rows: i32,
  stride: usize,
  state: usize,
  plane: usize,
  fresh: bool,
): void {
  let high0 = f64x2.splat(0),
    high1 = f64x2.splat(0);
  let low0 = f64x2.splat(0),
    low1 = f64x2.splat(0);
  let magnitude0 = f64x2.splat(0),
    magnitude1 = f64x2.splat(0);
  const mask = magnitudeMask<f64>(rows);
  for (; rows > 0; rows--) {
    const a = loadWide<S>(x, 2);
    const b = loadWide<S>(x + 2 * sizeof<S>(), 2);
    low0 = nextLow<f64>(low0, high0, a);
    high0 = nextHigh<f64>(high0, a);
    magnitude0 = f64x2.add(magnitude0, v128.and(a, mask));
    low1 = nextLow<f64>(low1, high1, b);
    high1 = nextHigh<f64>(high1, b);
    magnitude1 = f64x2.add(magnitude1, v128.and(b, mask));
    x += stride;
  }
  addPair(state, plane, high0, low0, magnitude0, fresh);
  addPair(state + 16, plane, high1, low1, magnitude1, fresh);
}

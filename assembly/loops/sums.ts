/**
 * Sums along the middle dimension of an array [outer, length, inner]. Each of the outer · inner
 * sums has a state of three f64, which stand in three planes, `plane` bytes apart:
 *
 *     state              + plane            + 2 plane
 *     | high  high ...   | low  low  ...    | magnitude ...
 *
 * high + low is the sum but for a small error, low being at most half a unit in the last place of
 * high, and magnitude is at least Σ|x|, from which `settle` bounds that error. A state may be added
 * to in parts. Behind the last state each plane has room for 4 NARROW more.
 *
 * The sum is held in two terms (Knuth's TwoSum, 1969) in f64. For f32 that is mostly more than is
 * needed: where the exponents of a few numbers lie close together, f64 adds them without rounding.
 */
import { loadWide, nextHigh, nextLow } from "../lanes";
import { totalIntegers } from "./total";

/** Rows added between two looks at the exponents. */
const GROUP: i32 = 32;
/**
 * f64 adds up to 2^6 numbers of f32 exactly, 24 bits each, while their exponents differ by 22 at
 * most: 6 + 1 + 22 + 24 = 53. As a difference of the bits of f32.
 */
const EXACT_SPREAD: i32 = 22 << 23;
/** Rows of up to so many numbers are looked at together, BATCH numbers at a time. */
const SHORT: i32 = 64;
const BATCH: i32 = 1024;
/** Columns up to which four rows are added as one of four times the columns. */
const NARROW: i32 = 64;

/** Adds to the states of [outer, length, inner]; rows are `stride` bytes apart. */
export function sums<S>(
  x: usize,
  outer: i32,
  length: i32,
  inner: i32,
  stride: usize,
  state: usize,
  plane: usize,
): void {
  const scratch = state + <usize>(outer * inner) * 8;
  if (inner == 1 && length <= SHORT) {
    shortRows<S>(x, outer, length, state, plane, scratch);
    return;
  }
  for (; outer > 0; outer--) {
    if (inner == 1) row<S>(x, length, state, plane, scratch);
    else if (inner <= NARROW && stride == <usize>inner * sizeof<S>())
      narrow<S>(x, length, inner, state, plane, scratch);
    else columns<S>(x, length, inner, stride, state, plane);
    x += <usize>length * stride;
    state += <usize>inner * 8;
  }
}

/** Columns in stripes whose states stay in a first-level cache. */
function columns<S>(x: usize, length: i32, inner: i32, stride: usize, state: usize, plane: usize): void {
  const size = sizeof<S>();
  for (let first = 0; first < inner; first += 512) {
    const end = min(inner, first + 512);
    for (let l = 0; l < length; l += GROUP) {
      const rows = min(GROUP, length - l);
      const from = x + <usize>l * stride;
      let c = first;
      for (; c + 4 <= end; c += 4)
        addFour<S>(from + <usize>c * size, rows, stride, state + <usize>c * 8, plane);
      for (; c < end; c++) addOne<S>(from + <usize>c * size, rows, stride, state + <usize>c * 8, plane);
    }
  }
}

/** Few columns: four rows as one, whose sums are then added up. */
function narrow<S>(x: usize, length: i32, inner: i32, state: usize, plane: usize, scratch: usize): void {
  const size = sizeof<S>();
  const wide = 4 * inner;
  const stride = <usize>inner * size;
  clear(scratch, wide, plane);
  columns<S>(x, length >> 2, wide, 4 * stride, scratch, plane);
  for (let c = 0; c < wide; c++) merge(state + <usize>(c % inner) * 8, scratch + <usize>c * 8, plane);
  columns<S>(x + <usize>(length & ~3) * stride, length & 3, inner, stride, state, plane);
}

/** A row as four columns, whose sums are then added up. */
@inline
function row<S>(x: usize, length: i32, state: usize, plane: usize, scratch: usize): void {
  const size = sizeof<S>();
  clear(scratch, 4, plane);
  for (let vectors = length >> 2; vectors > 0; vectors -= GROUP) {
    const rows = min(GROUP, vectors);
    addFour<S>(x, rows, 4 * size, scratch, plane);
    x += <usize>rows * 4 * size;
  }
  addOne<S>(x, length & 3, size, scratch, plane);
  for (let c: usize = 0; c < 4; c++) merge(state, scratch + 8 * c, plane);
}

function clear(state: usize, n: i32, plane: usize): void {
  for (let i: usize = 0; i < 3; i++) memory.fill(state + i * plane, 0, <usize>n * 8);
}

/** Adds the state at `from` to that at `to`. */
@inline
function merge(to: usize, from: usize, plane: usize): void {
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

/** What rounding took off sum = a + b. */
@inline
function lostIn(sum: f64, a: f64, b: f64): f64 {
  const kept = sum - a;
  return a - (sum - kept) + (b - kept);
}

/** One column of `rows` numbers, GROUP at most. */
function addOne<S>(x: usize, rows: i32, stride: usize, state: usize, plane: usize): void {
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
  addTo(state, plane, high, low, magnitude);
}

/** Four columns of `rows` numbers, GROUP at most. */
@inline
function addFour<S>(x: usize, rows: i32, stride: usize, state: usize, plane: usize): void {
  if (sizeof<S>() == 4) addFourExactly(x, rows, stride, state, plane);
  else addFourTwoTerm<S>(x, rows, stride, state, plane);
}

/** Of f32: without rounding, where the exponents allow it. */
function addFourExactly(x: usize, rows: i32, stride: usize, state: usize, plane: usize): void {
  const mask = i32x4.splat(0x7fffffff);
  const one = i32x4.splat(1);
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
  if (!i32x4.all_true(i32x4.lt_s(spread, i32x4.splat(EXACT_SPREAD)))) {
    addFourTwoTerm<f32>(x, rows, stride, state, plane);
    return;
  }
  const count = f64x2.splat(<f64>rows);
  const upper = i64x2.shuffle(largest, largest, 1, 1);
  addPair(state, plane, f64x2.add(a0, b0), f64x2.mul(count, f64x2.promote_low_f32x4(largest)));
  addPair(state + 16, plane, f64x2.add(a1, b1), f64x2.mul(count, f64x2.promote_low_f32x4(upper)));
}

/** Adds exact sums to two states. */
@inline
function addPair(state: usize, plane: usize, x: v128, magnitude: v128): void {
  const high = v128.load(state);
  const low = nextLow<f64>(v128.load(state + plane), high, x);
  keepPair(state, plane, nextHigh<f64>(high, x), low);
  v128.store(state + 2 * plane, f64x2.add(v128.load(state + 2 * plane), magnitude));
}

/** Stores two sums with what of the lower term the higher one can take. */
@inline
function keepPair(state: usize, plane: usize, high: v128, low: v128): void {
  v128.store(state, f64x2.add(high, low));
  v128.store(state + plane, nextLow<f64>(f64x2.splat(0), high, low));
}

function addFourTwoTerm<S>(x: usize, rows: i32, stride: usize, state: usize, plane: usize): void {
  const lows = state + plane;
  const magnitudes = lows + plane;
  let high0 = v128.load(state),
    high1 = v128.load(state, 16);
  let low0 = v128.load(lows),
    low1 = v128.load(lows, 16);
  let magnitude0 = v128.load(magnitudes),
    magnitude1 = v128.load(magnitudes, 16);
  for (; rows > 0; rows--) {
    const a = loadWide<S>(x, 2);
    const b = loadWide<S>(x + 2 * sizeof<S>(), 2);
    low0 = nextLow<f64>(low0, high0, a);
    high0 = nextHigh<f64>(high0, a);
    magnitude0 = f64x2.add(magnitude0, f64x2.abs(a));
    low1 = nextLow<f64>(low1, high1, b);
    high1 = nextHigh<f64>(high1, b);
    magnitude1 = f64x2.add(magnitude1, f64x2.abs(b));
    x += stride;
  }
  keepPair(state, plane, high0, low0);
  keepPair(state + 16, plane, high1, low1);
  v128.store(magnitudes, magnitude0);
  v128.store(magnitudes, magnitude1, 16);
}

/** Short rows, which follow each other. */
@inline
function shortRows<S>(x: usize, rows: i32, length: i32, state: usize, plane: usize, scratch: usize): void {
  const bytes = <usize>length * sizeof<S>();
  if (length == 0) return;
  const together = sizeof<S>() == 4 ? BATCH / length : 2;
  while (rows > 0) {
    const now = min(rows, together);
    if (sizeof<S>() == 8 && now == 2) {
      twoRows(x, length, state, plane);
    } else {
      const magnitude = sizeof<S>() == 4 ? magnitudeIfExact(x, now * length, length) : NaN;
      for (let r: usize = 0; r < <usize>now; r++) {
        if (!isNaN(magnitude)) addTo(state + r * 8, plane, plainSum(x + r * bytes, length), 0, magnitude);
        else row<S>(x + r * bytes, length, state + r * 8, plane, scratch);
      }
    }
    rows -= now;
    x += <usize>now * bytes;
    state += <usize>now * 8;
  }
}

/** What bounds Σ|x| of each row if f64 adds rows of n numbers of f32 exactly, else NaN. */
function magnitudeIfExact(x: usize, n: i32, length: i32): f64 {
  const mask = i32x4.splat(0x7fffffff);
  const one = i32x4.splat(1);
  let largest = i32x4.splat(0);
  let least = i32x4.splat(-1);
  for (; n >= 4; n -= 4) {
    const s = v128.and(v128.load(x), mask);
    largest = i32x4.max_u(largest, s);
    least = i32x4.min_u(least, i32x4.sub(s, one));
    x += 16;
  }
  for (; n > 0; n--) {
    const s = v128.and(v128.load32_splat(x), mask);
    largest = i32x4.max_u(largest, s);
    least = i32x4.min_u(least, i32x4.sub(s, one));
    x += 4;
  }
  largest = i32x4.max_u(largest, i64x2.shuffle(largest, largest, 1, 0));
  least = i32x4.min_u(least, i64x2.shuffle(least, least, 1, 0));
  const most = max(<u32>i32x4.extract_lane(largest, 0), <u32>i32x4.extract_lane(largest, 1));
  const fewest = min(<u32>i32x4.extract_lane(least, 0), <u32>i32x4.extract_lane(least, 1));
  if (<i32>(most - fewest) >= EXACT_SPREAD) return NaN;
  return <f64>length * <f64>reinterpret<f32>(most);
}

@inline
function plainSum(x: usize, n: i32): f64 {
  let a = f64x2.splat(0),
    b = f64x2.splat(0);
  for (; n >= 4; n -= 4) {
    a = f64x2.add(a, f64x2.promote_low_f32x4(v128.load64_zero(x)));
    b = f64x2.add(b, f64x2.promote_low_f32x4(v128.load64_zero(x, 8)));
    x += 16;
  }
  a = f64x2.add(a, b);
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; n > 0; n--) {
    sum += <f64>load<f32>(x);
    x += 4;
  }
  return sum;
}

/** Two rows of f64, each in a lane. */
function twoRows(x: usize, length: i32, state: usize, plane: usize): void {
  const y = x + <usize>length * 8;
  let high = v128.load(state);
  let low = v128.load(state + plane);
  let magnitude = v128.load(state + 2 * plane);
  let i: usize = 0;
  const end = <usize>(length & ~1) * 8;
  for (; i < end; i += 16) {
    const v = v128.load(x + i);
    const w = v128.load(y + i);
    const a = i64x2.shuffle(v, w, 0, 2);
    const b = i64x2.shuffle(v, w, 1, 3);
    low = nextLow<f64>(low, high, a);
    high = nextHigh<f64>(high, a);
    low = nextLow<f64>(low, high, b);
    high = nextHigh<f64>(high, b);
    magnitude = f64x2.add(magnitude, f64x2.add(f64x2.abs(a), f64x2.abs(b)));
  }
  if (length & 1) {
    const a = v128.load64_lane(y + i, v128.load64_zero(x + i), 1);
    low = nextLow<f64>(low, high, a);
    high = nextHigh<f64>(high, a);
    magnitude = f64x2.add(magnitude, f64x2.abs(a));
  }
  keepPair(state, plane, high, low);
  v128.store(state + 2 * plane, magnitude);
}

/** Adds 64-bit integers, wrapping, to the sums at `out`. */
export function sumsOfIntegers(
  x: usize,
  outer: i32,
  length: i32,
  inner: i32,
  stride: usize,
  out: usize,
): void {
  for (; outer > 0; outer--) {
    if (inner == 1) {
      store<i64>(out, load<i64>(out) + totalIntegers(x, length));
      x += <usize>length * 8;
    } else {
      for (let l = length; l > 0; l--) {
        addRow(x, inner, out);
        x += stride;
      }
    }
    out += <usize>inner * 8;
  }
}

/** out[i] += x[i] */
function addRow(x: usize, n: i32, out: usize): void {
  for (; n >= 2; n -= 2) {
    v128.store(out, i64x2.add(v128.load(out), v128.load(x)));
    x += 16;
    out += 16;
  }
  if (n > 0) store<i64>(out, load<i64>(out) + load<i64>(x));
}

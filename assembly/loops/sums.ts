/**
 * Sums along the middle dimension of an array [outer, length, inner]. Each of the outer · inner
 * sums has a state of three f64, which stand in three planes, `plane` bytes apart:
 *
 *     state              + plane            + 2 plane
 *     | high  high ...   | low  low  ...    | magnitude ...
 *
 * high + low is the sum but for a small error, low being at most half a unit in the last place of
 * high, and magnitude is at least Σ|x|, from which `settle` (settle.ts) bounds that error. Behind
 * the last state each plane has room for 4 NARROW more.
 */
import { addFour, addOne, GROUP, merge } from "./state";
import { totalIntegers } from "./total";

/** Columns up to which four rows are added as one of four times the columns. */
const NARROW: i32 = 64;
/** Columns in a stripe, whose states stay in a first-level cache. */
const STRIPE: i32 = 512;

/**
 * Adds [outer, length, inner], whose rows are `stride` bytes apart, to states, or begins `fresh`
 * ones.
 */
export function sums<S>(
  x: usize,
  outer: i32,
  length: i32,
  inner: i32,
  stride: usize,
  state: usize,
  plane: usize,
  fresh: bool,
): void {
  const scratch = state + <usize>(outer * inner) * 8;
  if (fresh && (length == 0 || inner <= NARROW)) clear(state, outer * inner, plane);
  for (; outer > 0; outer--) {
    if (inner == 1) row<S>(x, length, state, plane, scratch);
    else if (inner <= NARROW && stride == <usize>inner * sizeof<S>())
      narrow<S>(x, length, inner, state, plane, scratch);
    else columns<S>(x, length, inner, stride, state, plane, fresh && inner > NARROW);
    x += <usize>length * stride;
    state += <usize>inner * 8;
  }
}

function columns<S>(
  x: usize,
  length: i32,
  inner: i32,
  stride: usize,
  state: usize,
  plane: usize,
  fresh: bool,
): void {
  const size = sizeof<S>();
  for (let stripe = 0; stripe < inner; stripe += STRIPE) {
    const end = min(inner, stripe + STRIPE);
    for (let l = 0; l < length; l += GROUP) {
      const rows = min(GROUP, length - l);
      const first = fresh && l == 0;
      const from = x + <usize>l * stride;
      let c: usize = stripe;
      for (; c + 4 <= <usize>end; c += 4)
        addFour<S>(from + c * size, rows, stride, state + c * 8, plane, first);
      for (; c < <usize>end; c++) addOne<S>(from + c * size, rows, stride, state + c * 8, plane, first);
    }
  }
}

/** Few columns: four rows as one, whose sums are then added up. */
function narrow<S>(x: usize, length: i32, inner: i32, state: usize, plane: usize, scratch: usize): void {
  const stride = <usize>inner * sizeof<S>();
  if (length >= 4) {
    columns<S>(x, length >> 2, 4 * inner, 4 * stride, scratch, plane, true);
    for (let i = 0; i < 4; i++) {
      for (let c: usize = 0; c < <usize>inner; c++) {
        merge(state + c * 8, scratch, plane);
        scratch += 8;
      }
    }
  }
  if (length & 3)
    columns<S>(x + <usize>(length & ~3) * stride, length & 3, inner, stride, state, plane, false);
}

/** A row as four columns, whose sums are then added up. */
function row<S>(x: usize, length: i32, state: usize, plane: usize, scratch: usize): void {
  const stride: usize = 4 * sizeof<S>();
  let fresh = true;
  for (let rows = length >> 2; rows > 0; rows -= GROUP) {
    addFour<S>(x, min(GROUP, rows), stride, scratch, plane, fresh);
    x += <usize>min(GROUP, rows) * stride;
    fresh = false;
  }
  if (length >= 4) for (let c: usize = 0; c < 4; c++) merge(state, scratch + 8 * c, plane);
  if (length & 3) addOne<S>(x, length & 3, sizeof<S>(), state, plane, false);
}

function clear(state: usize, n: i32, plane: usize): void {
  for (let i: usize = 0; i < 3; i++) memory.fill(state + i * plane, 0, <usize>n * 8);
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

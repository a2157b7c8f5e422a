/**
 * Sums of columns: of terms that lie in rows of several columns each. Every lane is a column, and
 * its terms are added in the order in which reduce.ts adds those of one block: so a column's sum
 * has the bits of the loss of that column alone, and nothing has to be gathered.
 *
 * A block is added there in as many running sums as a vector has lanes, one for each lane. Here
 * each column has so many of them, which are added up at the end. Those of a vector of columns
 * follow each other as pairs (low, high), see lanes.ts.
 */
import { lanes, loadTail, nextHigh, nextLow } from "../lanes";
import { PAIRWISE } from "./reduce";

/** Bytes of a pair of running sums. */
const PAIR: usize = 32;
/** Vectors that are added at a time: those of a line of a cache. */
const LINE = 4;

/** The first `k` columns of a row, lanes at most; the others are 0. */
@inline
function columnsAt<C>(x: usize, k: i32): v128 {
  return k >= lanes<C>() ? v128.load(x) : loadTail<C, C>(x, k);
}

/** The sum of four rows: of two pairs, `far` bytes apart, of rows that are `near` bytes apart. */
@inline
function four<C>(x: usize, near: usize, far: usize, k: i32): v128 {
  const a = v128.add<C>(columnsAt<C>(x, k), columnsAt<C>(x + near, k));
  x += far;
  return v128.add<C>(a, v128.add<C>(columnsAt<C>(x, k), columnsAt<C>(x + near, k)));
}

@inline
function eight<C>(x: usize, near: usize, far: usize, k: i32): v128 {
  return v128.add<C>(four<C>(x, near, far, k), four<C>(x + 2 * far, near, far, k));
}

/**
 * Adds `rows` rows, `stride` bytes apart, of one vector of columns, or of LINE of them, to their
 * running sums. The order is that of vectors in a block of `length` terms; of halves, that of
 * words.
 */
@inline
function addColumns<C>(
  x: usize,
  rows: i32,
  stride: usize,
  length: i32,
  halves: bool,
  state: usize,
  fresh: bool,
  line: bool,
  k: i32,
): void {
  const width = lanes<C>();
  const plane = <usize>width * PAIR;
  const step = <usize>width * stride;
  const near = halves ? stride : step;
  const far = step + step;
  for (let j = 0; j < width; j++) {
    const at = state + <usize>j * PAIR;
    const zero = f64x2.splat(0);
    let low0 = zero,
      low1 = zero,
      low2 = zero,
      low3 = zero;
    let high0 = zero,
      high1 = zero,
      high2 = zero,
      high3 = zero;
    if (!fresh) {
      low0 = v128.load(at);
      high0 = v128.load(at, 16);
      if (line) {
        low1 = v128.load(at + plane);
        high1 = v128.load(at + plane, 16);
        low2 = v128.load(at + 2 * plane);
        high2 = v128.load(at + 2 * plane, 16);
        low3 = v128.load(at + 3 * plane);
        high3 = v128.load(at + 3 * plane, 16);
      }
    }
    let left = rows;
    if (length >= PAIRWISE) {
      let p = x + (halves ? 2 : 1) * <usize>j * stride;
      while (left >= 4 * width) {
        const whole = left >= 8 * width;
        let s = whole ? eight<C>(p, near, far, k) : four<C>(p, near, far, k);
        low0 = nextLow<C>(low0, high0, s);
        high0 = nextHigh<C>(high0, s);
        if (line) {
          s = whole ? eight<C>(p + 16, near, far, k) : four<C>(p + 16, near, far, k);
          low1 = nextLow<C>(low1, high1, s);
          high1 = nextHigh<C>(high1, s);
          s = whole ? eight<C>(p + 32, near, far, k) : four<C>(p + 32, near, far, k);
          low2 = nextLow<C>(low2, high2, s);
          high2 = nextHigh<C>(high2, s);
          s = whole ? eight<C>(p + 48, near, far, k) : four<C>(p + 48, near, far, k);
          low3 = nextLow<C>(low3, high3, s);
          high3 = nextHigh<C>(high3, s);
        }
        p += 4 * far;
        left -= whole ? 8 * width : 4 * width;
      }
    }
    let p = x + <usize>(rows - left + j) * stride;
    for (; left > j; left -= width) {
      let s = columnsAt<C>(p, k);
      low0 = nextLow<C>(low0, high0, s);
      high0 = nextHigh<C>(high0, s);
      if (line) {
        s = v128.load(p, 16);
        low1 = nextLow<C>(low1, high1, s);
        high1 = nextHigh<C>(high1, s);
        s = v128.load(p, 32);
        low2 = nextLow<C>(low2, high2, s);
        high2 = nextHigh<C>(high2, s);
        s = v128.load(p, 48);
        low3 = nextLow<C>(low3, high3, s);
        high3 = nextHigh<C>(high3, s);
      }
      p += step;
    }
    v128.store(at, low0);
    v128.store(at, high0, 16);
    if (line) {
      v128.store(at + plane, low1);
      v128.store(at + plane, high1, 16);
      v128.store(at + 2 * plane, low2);
      v128.store(at + 2 * plane, high2, 16);
      v128.store(at + 3 * plane, low3);
      v128.store(at + 3 * plane, high3, 16);
    }
  }
}

/** Writes the first `k` of two sums, or both. */
@inline
function put(out: usize, sums: v128, k: i32): void {
  if (k >= 2) v128.store(out, sums);
  else if (k > 0) v128.store64_lane(out, sums, 0);
}

/** Adds up the running sums of a vector of columns, as `total` in lanes.ts does. */
@inline
function settle<C>(state: usize, out: usize, k: i32): void {
  if (sizeof<C>() == 4) {
    for (let half: usize = 0; half < 2; half++) {
      const at = state + 16 * half;
      const even = f64x2.add(v128.load(at), v128.load(at + 2 * PAIR));
      const odd = f64x2.add(v128.load(at + PAIR), v128.load(at + 3 * PAIR));
      put(out + 16 * half, f64x2.add(even, odd), k - 2 * <i32>half);
    }
    return;
  }
  const a = v128.load(state, 16);
  const b = v128.load(state + PAIR, 16);
  const sum = f64x2.add(a, b);
  const low = nextLow<f64>(f64x2.splat(0), a, b);
  const rest = f64x2.add(f64x2.add(low, v128.load(state)), v128.load(state + PAIR));
  // An infinite or NaN sum has no rounding error.
  const finite = f64x2.eq(f64x2.sub(sum, sum), f64x2.splat(0));
  put(out, f64x2.add(sum, v128.and(rest, finite)), k);
}

/**
 * Adds `rows` rows of `columns` terms each, in each of `outer` matrices that follow each other, to
 * running sums: 32 bytes for each column, those of the last columns of a matrix for a whole vector.
 * They begin anew where `fresh`. `length` is the number of rows of a whole block; a part of one
 * that is not its last has a multiple of eight vectors of rows. Where `out` is not 0, the sums are
 * written there, an f64 for each column.
 */
export function columns<C>(
  x: usize,
  outer: i32,
  rows: i32,
  columns: i32,
  length: i32,
  halves: bool,
  state: usize,
  fresh: bool,
  out: usize,
): void {
  const width = lanes<C>();
  const stride = <usize>columns * sizeof<C>();
  const plane = <usize>width * PAIR;
  for (; outer > 0; outer--) {
    let at = x;
    let left = columns;
    while (left > 0) {
      const line = left >= LINE * width;
      if (line) addColumns<C>(at, rows, stride, length, halves, state, fresh, true, width);
      else addColumns<C>(at, rows, stride, length, halves, state, fresh, false, left);
      for (let v = line ? LINE : 1; v > 0; v--) {
        if (out) {
          settle<C>(state, out, left);
          out += <usize>min(left, width) * 8;
        }
        state += plane;
        at += 16;
        left -= width;
      }
    }
    x += <usize>rows * stride;
  }
}

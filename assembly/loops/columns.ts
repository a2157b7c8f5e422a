/**
 * Sums of columns: of terms in rows of several columns each. Every lane is a column, and its terms
 * are added in the order in which reduce.ts adds those of one block: so a column's sum has the bits
 * of the loss of that column alone, and nothing has to be gathered.
 *
 * A block is added there in as many running sums as a vector has lanes, one for each lane. Here
 * each column has so many of them, which are added up at the end. Those of a vector of columns
 * follow each other, PAIR bytes each: low and high (lanes.ts), and what four rows gave that wait
 * for the next four.
 */
import { lanes, magnitudeMask, nextHigh, nextLow, oneHalf, splat } from "../lanes";
import { PAIRWISE } from "./reduce";
import { isGiven, valueAt } from "./vectors";

/** Bytes of the running sums of one lane. */
const RUNNING: usize = 48;

/**
 * Adds `rows` rows of `columns` terms each, `stride` bytes apart, in each of `outer` matrices that
 * follow each other, to running sums that lie at `state`; they begin anew where `fresh`. `length`
 * is the number of rows of a whole block, of which a part that is not the last has a multiple of
 * eight vectors. Where `out` is not 0, the sums over `divisor` are written there, an f64 for each
 * column. Returns whether all are finite. Vectors are whole: where there are fewer columns than
 * lanes, what follows them is read as well.
 */
@inline
export function columns<T, C>(
  x: usize,
  y: usize,
  outer: i32,
  rows: i32,
  columns: i32,
  stride: usize,
  length: i32,
  p: f64,
  halves: bool,
  state: usize,
  fresh: bool,
  out: usize,
  divisor: f64,
): bool {
  let rest = f64x2.splat(0);
  const width = lanes<C>();
  const vectors = (columns + width - 1) / width;
  const size = <usize>(vectors * width) * RUNNING;
  for (; outer > 0; outer--) {
    if (fresh) memory.fill(state, 0, size);
    add<T, C>(x, y, rows, columns, stride, length, p, halves, state);
    if (out) {
      rest = settle<C>(state, columns, out, divisor, rest);
      out += <usize>columns * 8;
    }
    state += size;
    x += <usize>rows * stride;
    y += <usize>rows * stride;
  }
  return i64x2.all_true(f64x2.eq(rest, f64x2.splat(0)));
}

/** The term at one vector. */
@inline
function termAt<T, C>(x: usize, y: usize, p: v128, mask: v128, half: v128): v128 {
  const a = v128.load(x);
  return valueAt<T, C>(isGiven<T>() ? a : v128.sub<C>(a, v128.load(y)), p, mask, half);
}

/** Where a vector of columns begins: the last one ends with the last column. */
@inline
function placeOf<C>(column: i32, columns: i32): usize {
  return <usize>max(min(column, columns - lanes<C>()), 0) * sizeof<C>();
}

@inline
function add<T, C>(
  x: usize,
  y: usize,
  rows: i32,
  columns: i32,
  stride: usize,
  length: i32,
  p: f64,
  halves: bool,
  state: usize,
): void {
  const width = lanes<C>();
  const vp = splat<C>(p);
  const mask = magnitudeMask<C>(rows);
  const half = oneHalf<C>(rows);
  const plane = <usize>width * RUNNING;
  // Four vectors of a block are rows that are `near` and `far` apart; of halves, two words.
  const step = <usize>width * stride;
  const near = halves ? stride : step;
  const far = step + step;
  let row = 0;
  if (length >= PAIRWISE) {
    for (; rows - row >= 4 * width; row += 4 * width) {
      const second = (row & (4 * width)) != 0;
      const ends = second || rows - row < 8 * width;
      for (let lane = 0; lane < width; lane++) {
        const begin = <usize>(row + (halves ? 2 : 1) * lane) * stride;
        let sums = state + <usize>lane * RUNNING;
        for (let column = 0; column < columns; column += width) {
          const at = begin + placeOf<C>(column, columns);
          let a = x + at;
          let b = y + at;
          let s = termAt<T, C>(a, b, vp, mask, half);
          s = v128.add<C>(s, termAt<T, C>(a + near, b + near, vp, mask, half));
          a += far;
          b += far;
          let t = termAt<T, C>(a, b, vp, mask, half);
          t = v128.add<C>(t, termAt<T, C>(a + near, b + near, vp, mask, half));
          s = v128.add<C>(s, t);
          if (second) s = v128.add<C>(v128.load(sums, 32), s);
          if (ends) addTo<C>(sums, s);
          else v128.store(sums, s, 32);
          sums += plane;
        }
      }
    }
  }
  for (; row < rows; row++) {
    const begin = <usize>row * stride;
    let sums = state + <usize>(row & (width - 1)) * RUNNING;
    for (let column = 0; column < columns; column += width) {
      const at = begin + placeOf<C>(column, columns);
      addTo<C>(sums, termAt<T, C>(x + at, y + at, vp, mask, half));
      sums += plane;
    }
  }
}

@inline
function addTo<C>(sums: usize, s: v128): void {
  const low = v128.load(sums);
  const high = v128.load(sums, 16);
  v128.store(sums, nextLow<C>(low, high, s));
  v128.store(sums, nextHigh<C>(high, s), 16);
}

/**
 * Adds up the running sums of each column, as `total` in lanes.ts does. Returns `rest` where all
 * sums are finite, else NaN in a lane.
 */
function settle<C>(state: usize, columns: i32, out: usize, divisor: f64, rest: v128): v128 {
  const width = lanes<C>();
  const by = f64x2.splat(divisor);
  for (let column = 0; column < columns; column += width) {
    const to = out + placeOf<C>(column, columns) * (8 / sizeof<C>());
    const sums = sizeof<C>() == 4 ? fourth(state) : second(state);
    put(to, f64x2.div(sums, by), columns);
    rest = withRest(rest, sums, columns);
    if (sizeof<C>() == 4 && columns > 2) {
      const others = fourth(state + 16);
      put(to + 16, f64x2.div(others, by), columns - 2);
      rest = withRest(rest, others, columns - 2);
    }
    state += <usize>width * RUNNING;
  }
  return rest;
}

/** `rest` and 0 for each of two sums that is finite, or for the first where there is one column. */
@inline
function withRest(rest: v128, sums: v128, columns: i32): v128 {
  const all = columns > 1 ? sums : i64x2.shuffle(sums, sums, 0, 0);
  return f64x2.add(rest, f64x2.sub(all, all));
}

/** The sums of two columns of four running sums each. */
@inline
function fourth(state: usize): v128 {
  const even = f64x2.add(v128.load(state), v128.load(state + 2 * RUNNING));
  const odd = f64x2.add(v128.load(state + RUNNING), v128.load(state + 3 * RUNNING));
  return f64x2.add(even, odd);
}

/** The same of two running sums with their errors. */
@inline
function second(state: usize): v128 {
  const a = v128.load(state, 16);
  const b = v128.load(state + RUNNING, 16);
  const sum = f64x2.add(a, b);
  const lost = nextLow<f64>(f64x2.splat(0), a, b);
  const rest = f64x2.add(f64x2.add(lost, v128.load(state)), v128.load(state + RUNNING));
  // An infinite or NaN sum has no rounding error.
  const finite = f64x2.eq(f64x2.sub(sum, sum), f64x2.splat(0));
  return f64x2.add(sum, v128.and(rest, finite));
}

/** Writes both sums, or the first of them where there is one column. */
@inline
function put(out: usize, sums: v128, columns: i32): void {
  if (columns > 1) v128.store(out, sums);
  else v128.store64_lane(out, sums, 0);
}

/**
 * Sums of short rows, which follow each other. Of f32, the exponents of many rows are looked at
 * together; of f64, two rows are added at a time. See state.ts for the ways of adding.
 */
import { constant, magnitudeMask } from "../lanes";
import { addOne, addPair, ADD, biasFor, EXACT_SPREAD, FIRST, takesBias } from "./state";

/** Numbers of the longest short row: as many as EXACT_SPREAD allows. */
export const SHORT: i32 = 64;
/** Numbers whose exponents are looked at together. */
const BATCH: i32 = 1024;

/** Writes the sums of `rows` rows to states that are 0. */
export function shortRows<S>(x: usize, rows: i32, length: i32, state: usize, plane: usize): void {
  const bytes = <usize>length * sizeof<S>();
  const together = sizeof<S>() == 4 ? BATCH / length : 2;
  while (rows > 0) {
    const now = min(rows, together);
    const exact = sizeof<S>() == 4 && areExact(x, now * length);
    if (sizeof<S>() == 8 && now == 2) {
      twoRows(x, length, state, plane);
    } else {
      for (let r: usize = 0; r < <usize>now; r++) {
        const row = x + r * bytes;
        if (exact || (sizeof<S>() == 4 && areExact(row, length)))
          store<f64>(state + r * 8, plainSum(row, length));
        else addOne<S>(row, length, sizeof<S>(), state + r * 8, plane, ADD);
      }
    }
    rows -= now;
    x += <usize>now * bytes;
    state += <usize>now * 8;
  }
}

/** Whether f64 adds up to SHORT of the n numbers without rounding. */
function areExact(x: usize, n: i32): bool {
  const mask = magnitudeMask<f32>(n);
  const one = constant(1, n);
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
  return <i32>(most - fewest) < EXACT_SPREAD;
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

/** Two rows of f64. */
function twoRows(x: usize, length: i32, state: usize, plane: usize): void {
  const y = x + <usize>length * 8;
  const mask = magnitudeMask<f64>(length);
  let largestX = f64x2.splat(0),
    largestY = f64x2.splat(0);
  const end = <usize>(length & ~1) * 8;
  for (let i: usize = 0; i < end; i += 16) {
    largestX = f64x2.pmax(largestX, v128.and(v128.load(x + i), mask));
    largestY = f64x2.pmax(largestY, v128.and(v128.load(y + i), mask));
  }
  const lastX = length & 1 ? v128.load64_zero(x + end) : f64x2.splat(0);
  const lastY = length & 1 ? v128.load64_zero(y + end) : f64x2.splat(0);
  largestX = f64x2.pmax(largestX, v128.and(lastX, mask));
  largestY = f64x2.pmax(largestY, v128.and(lastY, mask));
  const largest = f64x2.pmax(
    i64x2.shuffle(largestX, largestY, 0, 2),
    i64x2.shuffle(largestX, largestY, 1, 3),
  );
  if (!takesBias(largest)) {
    addOne<f64>(x, length, 8, state, plane, ADD);
    addOne<f64>(y, length, 8, state + 8, plane, ADD);
    return;
  }
  const bias = biasFor(largest);
  const biasX = i64x2.shuffle(bias, bias, 0, 0);
  const biasY = i64x2.shuffle(bias, bias, 1, 1);
  // The last number, or 0, comes first.
  let sumX = f64x2.add(biasX, lastX);
  let sumY = f64x2.add(biasY, lastY);
  let lostX = f64x2.sub(lastX, f64x2.sub(sumX, biasX));
  let lostY = f64x2.sub(lastY, f64x2.sub(sumY, biasY));
  for (let i: usize = 0; i < end; i += 16) {
    const v = v128.load(x + i);
    const w = v128.load(y + i);
    const nextX = f64x2.add(sumX, v);
    const nextY = f64x2.add(sumY, w);
    lostX = f64x2.add(lostX, f64x2.sub(v, f64x2.sub(nextX, sumX)));
    lostY = f64x2.add(lostY, f64x2.sub(w, f64x2.sub(nextY, sumY)));
    sumX = nextX;
    sumY = nextY;
  }
  sumX = f64x2.sub(sumX, biasX);
  sumY = f64x2.sub(sumY, biasY);
  const sums = f64x2.add(i64x2.shuffle(sumX, sumY, 0, 2), i64x2.shuffle(sumX, sumY, 1, 3));
  const lost = f64x2.add(i64x2.shuffle(lostX, lostY, 0, 2), i64x2.shuffle(lostX, lostY, 1, 3));
  addPair(state, plane, sums, lost, f64x2.mul(f64x2.splat(<f64>length), largest), FIRST);
}

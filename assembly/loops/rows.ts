/** Sums of short rows of f64, which follow each other: see state.ts for the ways of adding. */
import { magnitudeMask } from "../lanes";
import { addOne, addPair, biasFor, takesBias } from "./state";

/** Writes the sums of `rows` rows of up to 2 GROUP numbers to states. */
export function shortRows(x: usize, rows: i32, length: i32, state: usize, plane: usize): void {
  for (; rows >= 2; rows -= 2) {
    twoRows(x, length, state, plane);
    x += <usize>length * 16;
    state += 16;
  }
  if (rows > 0) addOne<f64>(x, length, 8, state, plane, true);
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
    addOne<f64>(x, length, 8, state, plane, true);
    addOne<f64>(y, length, 8, state + 8, plane, true);
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
  addPair(state, plane, sums, lost, f64x2.mul(f64x2.splat(<f64>length), largest), true);
}

/** What is left once a fault is undone. */
import { ExactSum } from "../../core/exact-sum.js";
import type { Closeness } from "../tolerances.js";
import { EPSILON, type UlpDType } from "../ulp.js";
import type { Hypothesis, Residual } from "./fault.js";

/** When a pair needs no further explanation. */
export interface Judge {
  readonly isClose: Closeness;
  /** How far sums in another order and roundings between may lead from a number. */
  readonly noise: (x: number) => number;
}

/**
 * Rounding noise, in units of a dtype's epsilon: float32 sums of up to 100,000 terms in another
 * order stay below; what rounding to float16 does to float32 does not. Halves are summed up in
 * float32 and rounded once.
 */
const NOISE: Readonly<Record<UlpDType, number>> = {
  float64: 256,
  float32: 256,
  float16: 4,
  bfloat16: 4,
  integer: 0,
};

/**
 * Noise is as large as the numbers that it came from: in a place where they cancel, as large as
 * elsewhere.
 */
export function noiseOf(dtype: UlpDType, usualSize: number): Judge["noise"] {
  const unit = NOISE[dtype] * EPSILON[dtype];
  return (x) => unit * (Math.abs(x) + usualSize);
}

/** Compares both sides at `places`, or at all of the first `count`. */
export function residualOf(
  { left, right, covers }: Pick<Hypothesis, "left" | "right" | "covers">,
  { isClose, noise }: Judge,
  count: number,
  places: readonly number[] | null = null,
): Residual {
  const sum = new ExactSum();
  let [compared, mismatches, finite, maxAbsolute] = [0, 0, 0, 0];
  for (let k = 0; k < count; k++) {
    const i = places ? places[k] : k;
    if (covers && !covers(i)) continue;
    compared++;
    const l = left(i);
    const r = right(i);
    if (l === r) {
      finite++;
      continue;
    }
    const size = Math.abs(r - l);
    if (!Number.isFinite(size)) {
      if (!(Number.isNaN(l) && Number.isNaN(r))) mismatches++;
      continue;
    }
    finite++;
    sum.add(size);
    if (size > maxAbsolute) maxAbsolute = size;
    if (!isClose(l, r, r - l) && size > noise(l)) mismatches++;
  }
  const meanAbsolute = finite === 0 ? 0 : sum.dividedBy(finite);
  return { compared, mismatches, meanAbsolute, maxAbsolute };
}

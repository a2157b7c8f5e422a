/** Box-Muller in float64, with functions that have the same bits on every engine. */
import { cos, log, sin } from "../../core/elementary.js";

/**
 * Turns two uniform float64 samples of [0, 1) into two independent normal ones: `result[i]` and
 * `result[j]`.
 *
 * @param u1 decides their distance from 0
 * @param u2 decides their ratio
 */
export function normalPairFloat64(u1: number, u2: number, result: Float64Array, i: number, j: number): void {
  const radius = Math.sqrt(-2 * log(1 - u1));
  const angle = 2 * Math.PI * u2;
  // Adding 0, the mean, turns -0 into 0.
  result[i] = radius * cos(angle) + 0;
  result[j] = radius * sin(angle) + 0;
}

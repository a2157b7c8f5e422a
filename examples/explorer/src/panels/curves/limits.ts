/** How much of the ordinates is shown. */
import type { Range } from "../../chart/range.js";
import type { CurveId } from "./rows.js";

/**
 * How far beyond the other losses MSE and a formula are followed: all of them would press the
 * others flat.
 */
const ROOM = 2;
const STEEP: readonly CurveId[] = ["mse", "own"];

/**
 * Limits about the curves, with a margin; MSE and a formula may go out of them when others are
 * shown.
 */
export function limits(curves: readonly { id: CurveId; values: Float64Array }[]): Range {
  const others = curves.filter(({ id }) => !STEEP.includes(id));
  const [low, high] = extent((others.length > 0 ? others : curves).map(({ values }) => values));
  const room = others.length > 0 && others.length < curves.length ? ROOM : 1;
  const all = extent(curves.map(({ values }) => values));
  const bottom = Math.max(all[0], low * room);
  const top = Math.min(all[1], high * room);
  const margin = (top - bottom) * 0.06 || Math.max(Math.abs(top), Number.MIN_VALUE) || 1;
  return [bottom - margin, top + margin];
}

function extent(all: readonly Float64Array[]): [number, number] {
  let [low, high] = [0, 0];
  for (const values of all) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

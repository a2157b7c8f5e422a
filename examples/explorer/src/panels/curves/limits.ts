/** How much of the ordinates is shown. */
import type { Range } from "../../chart/range.js";
import type { CurveId } from "./rows.js";

/**
 * How far beyond the calm losses the others are followed: all of MSE, or of a formula, would press
 * these flat.
 */
const ROOM = 2;
const CALM: readonly CurveId[] = ["l1", "huber", "smoothL1", "bad"];

/**
 * Limits about the curves, with a margin; those that are not calm may go out of them when such are
 * shown.
 */
export function limits(curves: readonly { id: CurveId; values: Float64Array }[]): Range {
  const others = curves.filter(({ id }) => CALM.includes(id));
  const [low, high] = extent((others.length > 0 ? others : curves).map(({ values }) => values));
  const room = others.length > 0 && others.length < curves.length ? ROOM : 1;
  const all = extent(curves.map(({ values }) => values));
  const bottom = Math.max(all[0], low * room);
  const top = Math.min(all[1], high * room);
  const margin = (top - bottom) * 0.06 || Math.max(Math.abs(top), Number.MIN_VALUE) || 1;
  return [bottom - margin, top + margin];
}

/** The least and the greatest of all, zero included; of a curve with a spike, without it. */
function extent(all: readonly Float64Array[]): [number, number] {
  let [low, high] = [0, 0];
  for (const values of all) {
    const finite = values.filter(Number.isFinite).sort();
    const [bottom, top] = [spared(finite, 1), spared(finite, -1)];
    low = Math.min(low, bottom);
    high = Math.max(high, top);
  }
  return [low, high];
}

/** A tenth of a curve that goes further than so many times the rest is a spike, as a logarithm has. */
const SPIKE = 8;

/** The first of sorted numbers, or from behind the last; where a spike ends there, the end of the rest. */
function spared(sorted: Float64Array, from: 1 | -1): number {
  if (sorted.length === 0) return 0;
  const at = (share: number): number => {
    const index = Math.round(share * (sorted.length - 1));
    return sorted[from === 1 ? index : sorted.length - 1 - index];
  };
  const [end, rest] = [at(0), at(0.1)];
  const isSpike = Math.sign(end) === -from && rest !== 0 && Math.abs(end) > SPIKE * Math.abs(rest);
  return isSpike ? ROOM * rest : end;
}

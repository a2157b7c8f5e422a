/**
 * Lines through points, by medians: up to a quarter of the points may be anything. They undo what
 * was done: y is the reference, x the candidate.
 */
import type { Subject } from "./fault.js";
import { medianOf } from "./sample.js";

/** y = scale · x + shift. */
export interface Fit {
  readonly scale: number;
  readonly shift: number;
}

export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Candidate and reference at those of the places where both are finite. */
export function pointsOf({ reference, candidate }: Subject, places: readonly number[]): Points {
  const x: number[] = [];
  const y: number[] = [];
  for (const i of places) {
    if (candidate.covers && !candidate.covers(i)) continue;
    const [r, c] = [reference.at(i), candidate.at(i)];
    if (!Number.isFinite(r) || !Number.isFinite(c)) continue;
    x.push(c);
    y.push(r);
  }
  return { x, y };
}

/** The kinds of lines, the simplest first, and how many numbers each one fits. */
export const FITS: readonly { readonly parameters: number; readonly of: (points: Points) => Fit }[] = [
  { parameters: 1, of: ({ x, y }) => ({ scale: 1, shift: medianOf(y.map((one, i) => one - x[i])) }) },
  { parameters: 1, of: (points) => ({ scale: ratioOf(points), shift: 0 }) },
  { parameters: 2, of: lineOf },
];

/** Of the larger half of the candidate's numbers: small ones have little to say of a ratio. */
function ratioOf({ x, y }: Points): number {
  const middle = medianOf(x.map(Math.abs));
  return medianOf(y.flatMap((one, i) => (Math.abs(x[i]) >= middle && x[i] !== 0 ? [one / x[i]] : [])));
}

/** Each point of the lower half with one of the upper: the median of the slopes (Theil and Sen). */
function lineOf({ x, y }: Points): Fit {
  const order = [...x.keys()].sort((a, b) => x[a] - x[b]);
  const half = order.length >> 1;
  const slopes = order.slice(0, half).flatMap((low, k) => {
    const high = order[k + half];
    return x[high] > x[low] ? [(y[high] - y[low]) / (x[high] - x[low])] : [];
  });
  const scale = medianOf(slopes);
  return { scale, shift: medianOf(y.map((one, i) => one - scale * x[i])) };
}

/**
 * A line search for a point that satisfies the strong Wolfe conditions (Nocedal and Wright,
 * Numerical Optimization, 2006, section 3.5), step by step as torch's, which took it from lua
 * torch's lswolfe.lua.
 */
import type { Tensor } from "../tensor/tensor.js";

/** The objective at a step along the direction: its value, gradient, and slope along it. */
export interface Point {
  readonly t: number;
  readonly value: number;
  readonly grad: Tensor;
  readonly slope: number;
}

/** A search from `start`, whose step is 0. */
export interface Search {
  readonly evaluate: (t: number) => Point;
  readonly start: Point;
  /** The first step that is tried. */
  readonly step: number;
  /** The largest |element| of the direction. */
  readonly reach: number;
  readonly mostEvaluations: number;
}

/** How much of the decrease that the slope promises there must be, and of the slope may stay. */
const [DECREASE, CURVATURE] = [1e-4, 0.9];
/** A bracket that moves no element further than this is small enough. */
const SMALLEST = 1e-9;

/** The point that was found, and the number of evaluations that it took. */
export function strongWolfe(search: Search): { readonly point: Point; readonly evaluations: number } {
  const { evaluate, start, step, mostEvaluations } = search;
  let point = evaluate(step);
  let previous = start;
  let tries = 0;
  while (tries < mostEvaluations) {
    const worse = point.value >= previous.value && tries > 1;
    if (isTooHigh(point, start) || worse) return zoom(search, [previous, point], tries);
    if (isFlat(point, start)) return { point, evaluations: tries + 1 };
    if (point.slope >= 0) return zoom(search, [previous, point], tries);
    const { t } = point;
    const next = interpolated(previous, point, [t + 0.01 * (t - previous.t), t * 10]);
    previous = point;
    point = evaluate(next);
    tries++;
  }
  return zoom(search, [start, point], tries);
}

function isTooHigh({ value, t }: Point, start: Point): boolean {
  return value > start.value + DECREASE * t * start.slope;
}

function isFlat({ slope }: Point, start: Point): boolean {
  return Math.abs(slope) <= -CURVATURE * start.slope;
}

/** Shrinks the bracket of two points until one of them will do. */
function zoom(
  { evaluate, start, reach, mostEvaluations }: Search,
  bracket: [Point, Point],
  tries: number,
): { readonly point: Point; readonly evaluations: number } {
  const lower = (): [number, number] => (bracket[0].value <= bracket[1].value ? [0, 1] : [1, 0]);
  let [low, high] = lower();
  let stalled = false;
  let isDone = false;
  while (!isDone && tries < mostEvaluations) {
    const [first, last] = bracket.map(({ t }) => t).sort((a, b) => a - b);
    if ((last - first) * reach < SMALLEST) break;
    let t: number = interpolated(bracket[0], bracket[1], [first, last]);
    // A step near an end of the bracket, or twice so, is moved a tenth of the bracket away from it.
    const margin = 0.1 * (last - first);
    if (Math.min(last - t, t - first) < margin) {
      const moves: boolean = stalled || t >= last || t <= first;
      if (moves) t = Math.abs(t - last) < Math.abs(t - first) ? last - margin : first + margin;
      stalled = !moves;
    } else stalled = false;
    const point = evaluate(t);
    tries++;
    if (isTooHigh(point, start) || point.value >= bracket[low].value) {
      bracket[high] = point;
      [low, high] = lower();
      continue;
    }
    if (isFlat(point, start)) isDone = true;
    else if (point.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
    bracket[low] = point;
  }
  return { point: bracket[low], evaluations: tries + 1 };
}

/** The minimum of the cubic through two points with their slopes, within bounds. */
function interpolated(a: Point, b: Point, [least, most]: readonly [number, number]): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const t =
    a.t <= b.t
      ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return Math.min(Math.max(t, least), most);
}

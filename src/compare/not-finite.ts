/** Where an array has NaN and infinities. */
import type { Shape } from "../ndarray/shape.js";
import { indexOf } from "./indices.js";
import type { Numbers } from "./operand.js";

/** How often some number occurs, and where first. */
export interface Occurrences {
  /** How often. */
  readonly count: number;
  /** The first place, in each dimension; null where there is none. */
  readonly first: readonly number[] | null;
}

/** The NaN and the infinities of an array. */
export interface NotFinite {
  /** Its NaN. */
  readonly nan: Occurrences;
  /** Its +Inf. */
  readonly positiveInfinity: Occurrences;
  /** Its -Inf. */
  readonly negativeInfinity: Occurrences;
}

export function notFiniteIn(values: Numbers, shape: Shape): NotFinite {
  const counts = [0, 0, 0];
  const first = [-1, -1, -1];
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (Number.isFinite(x)) continue;
    const kind = x > 0 ? 1 : x < 0 ? 2 : 0;
    if (counts[kind]++ === 0) first[kind] = i;
  }
  const [nan, positiveInfinity, negativeInfinity] = counts.map((count, kind) => ({
    count,
    first: count === 0 ? null : indexOf(shape, first[kind]),
  }));
  return { nan, positiveInfinity, negativeInfinity };
}

/** The cloud of points: its seed and size, and what was changed by hand. */
import { integer, number, oneOf, rows } from "../../shell/fields.js";
import { Store } from "../../shell/store.js";

export const SIZES = ["100", "1000", "10000", "100000"] as const;
export type Size = (typeof SIZES)[number];

/** What is shown, and where points may lie. */
export const AREA = { x: [0, 10], y: [-4, 14] } as const;
export const MOST_POINTS = 100_000;
export const MOST_ADDED = 200;
export const MOST_MOVED = 200;
export const DELTA = { min: 0.125, max: 8 } as const;
export const RATE = { min: 0.05, max: 1.2 } as const;
export const MOST_OUTLIERS = 45;

export interface LineState {
  n: Size;
  seed: number;
  /** Percent of the points that lie apart. */
  outliers: number;
  delta: number;
  lr: number;
  /** Index, x, y. */
  moved: readonly (readonly number[])[];
  /** x, y. */
  added: readonly (readonly number[])[];
}

export function createStore(): Store<LineState> {
  return new Store<LineState>({
    n: oneOf(SIZES, "100"),
    seed: integer({ min: 1, max: 9999, initial: 1 }),
    outliers: integer({ min: 0, max: MOST_OUTLIERS, initial: 12 }),
    delta: number({ ...DELTA, initial: 0.5 }),
    lr: number({ ...RATE, initial: 0.5 }),
    moved: rows({ most: MOST_MOVED, ranges: [[0, MOST_POINTS - 1], AREA.x, AREA.y] }),
    added: rows({ most: MOST_ADDED, ranges: [AREA.x, AREA.y] }),
  });
}

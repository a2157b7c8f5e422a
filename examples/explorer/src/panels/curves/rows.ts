/** The curves that there are: the losses of the page, and the one that is typed. */
import { LOSS_IDS, LOSSES, type Each, type LossId } from "../../losses.js";

export type CurveId = LossId | "own";

export interface CurveRow {
  readonly id: CurveId;
  readonly name: string;
  /** A custom property of style.css. */
  readonly color: string;
  readonly dash: readonly number[];
}

export const OWN: CurveRow = { id: "own", name: "your formula", color: "--own", dash: [] };
export const ROWS: readonly CurveRow[] = [...LOSS_IDS.map((id) => ({ id, ...LOSSES[id] })), OWN];

/** A curve that is shown. */
export interface Shown extends CurveRow {
  readonly each: Each;
}

/** The losses that are ticked, and the formula where there is one. */
export function shownRows(ticked: readonly LossId[], own: Each | null): Shown[] {
  const losses = ticked.map((id) => ({ id, ...LOSSES[id] }));
  return own ? [...losses, { ...OWN, each: own }] : losses;
}

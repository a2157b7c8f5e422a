/** The curves that there are: the losses of the page, those of the table, and the one that is typed. */
import type { FormulaLossName } from "lossgrad/loss/formulas.js";
import { LOSS_IDS, LOSSES, type Each, type LossId } from "../../losses.js";
import type { CurvesState } from "./state.js";
import { TABLE } from "./table.js";

export type CurveId = LossId | FormulaLossName | "own";

export interface CurveRow {
  readonly id: CurveId;
  readonly name: string;
  /** A custom property of style.css. */
  readonly color: string;
  readonly dash: readonly number[];
}

export const OWN: CurveRow = { id: "own", name: "your formula", color: "--own", dash: [] };
export const ROWS: readonly CurveRow[] = [...LOSS_IDS.map((id) => ({ id, ...LOSSES[id] })), ...TABLE, OWN];

/** A curve that is shown. */
export interface Shown extends CurveRow {
  readonly each: Each;
}

/** The losses that are ticked, and the formula where there is one. */
export function shownRows(
  { show, more, with: settings }: Pick<CurvesState, "show" | "more" | "with">,
  own: Each | null,
): Shown[] {
  const losses = show.map((id) => ({ id, ...LOSSES[id] }));
  const others = TABLE.filter(({ id }) => more.includes(id)).map((row) => ({
    ...row,
    each: row.eachWith(settings),
  }));
  return [...losses, ...others, ...(own ? [{ ...OWN, each: own }] : [])];
}

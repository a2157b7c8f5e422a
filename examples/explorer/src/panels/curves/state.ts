/** What the curves show, and where the window lies. */
import { MOST_CHARACTERS } from "../../../../../cli/src/formula/length.js";
import type { FormulaLossName } from "lossgrad/loss/formulas.js";
import { number, integer, oneOf, someOf, text } from "../../shell/fields.js";
import { Store } from "../../shell/store.js";
import { LOSS_IDS, type LossId } from "../../losses.js";
import { type Settings, settingsField, WHOLE } from "./settings.js";

import { SETTINGS, TABLE_IDS } from "./table.js";

export const FLOATS = ["float16", "float32", "float64"] as const;
export type Float = (typeof FLOATS)[number];

export { WHOLE };
export const MOST_ZOOM = 52;
/** Where the gradient bends; below 1/16 it could not be told from a jump. */
export const DELTA = { min: 0.0625, max: 8 } as const;

export interface CurvesState {
  target: number;
  prediction: number;
  delta: number;
  beta: number;
  dtype: Float;
  /** The window is 20 · 2⁻ᶻᵒᵒᵐ wide. */
  zoom: number;
  /** None only where there is another loss, or a formula. */
  show: readonly LossId[];
  /** The losses of the table. */
  more: readonly FormulaLossName[];
  /** The numbers of these. */
  with: Settings;
  /** A loss of p and t that was typed; empty for none. */
  formula: string;
}

export function createStore(): Store<CurvesState> {
  return new Store<CurvesState>({
    target: number({ ...WHOLE, initial: 2 }),
    prediction: number({ ...WHOLE, initial: 5 }),
    delta: number({ ...DELTA, initial: 2 }),
    beta: number({ min: 0, max: DELTA.max, initial: 1 }),
    dtype: oneOf(FLOATS, "float32"),
    zoom: integer({ min: 0, max: MOST_ZOOM, initial: 0 }),
    show: someOf(LOSS_IDS, LOSS_IDS, { none: true }),
    more: someOf(TABLE_IDS, [], { none: true }),
    with: settingsField(SETTINGS),
    formula: text(MOST_CHARACTERS),
  });
}

/** Half the width of the window. */
export function halfWidth(zoom: number): number {
  return ((WHOLE.max - WHOLE.min) / 2) * 2 ** -zoom;
}

/**
 * What the axis counts from: predictions of the whole window from 0; zoomed in, differences from
 * the target, which keep their digits where the numbers themselves would all look alike.
 */
export function origin({ zoom, target }: CurvesState): number {
  return zoom === 0 ? 0 : target;
}

export function windowOf({ zoom }: CurvesState): readonly [number, number] {
  const half = halfWidth(zoom);
  return zoom === 0 ? [WHOLE.min, WHOLE.max] : [-half, half];
}

/** Bits of the fraction of a number. */
const FRACTION: Readonly<Record<Float, number>> = { float16: 10, float32: 23, float64: 52 };
const STEPS_SEEN = 12;

/** The zoom that shows about a dozen of the dtype's numbers beside the target. */
export function zoomToSteps({ dtype, target }: CurvesState): number {
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(target), 0.25)));
  const wide = STEPS_SEEN * 2 ** (exponent - FRACTION[dtype]);
  return Math.min(MOST_ZOOM, Math.max(1, Math.round(Math.log2((WHOLE.max - WHOLE.min) / wide))));
}

/** The prediction, moved into the window if zooming left it outside. */
export function keepInside(state: CurvesState): number {
  const half = halfWidth(state.zoom);
  const inside = state.zoom === 0 || Math.abs(state.prediction - state.target) <= half;
  const moved = inside ? state.prediction : state.target + half / 2;
  return Math.min(WHOLE.max, Math.max(WHOLE.min, moved));
}

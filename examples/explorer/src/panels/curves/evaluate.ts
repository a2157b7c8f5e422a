/** Losses and gradients by lossgrad, in the dtype that was asked for. */
import { tensor, tidy, type Tensor } from "lossgrad";
import type { Bends, Each } from "../../losses.js";
import type { CurveRow, Shown } from "./rows.js";
import type { Float } from "./state.js";

export interface Evaluated {
  readonly loss: Float64Array;
  readonly gradient: Float64Array;
}

function numbersOf(values: Tensor): Float64Array {
  return values.to("float64").array<Float64Array>().slice();
}

/** The loss of each prediction and its gradient there. */
export function evaluate(
  each: Each,
  predictions: Float64Array,
  target: number,
  dtype: Float,
  bends: Bends,
): Evaluated {
  return tidy(() => {
    const n = predictions.length;
    const column = tensor(predictions, { dtype }).reshape(n, 1).requiresGrad_();
    const targets = tensor(target, { dtype }).expand(n, 1);
    const losses = each(column, targets, bends);
    const loss = numbersOf(losses.detach().flatten());
    // A formula in which the prediction decides nothing, or only by comparisons.
    if (!losses.requiresGrad) return { loss, gradient: new Float64Array(n) };
    losses.sum().backward();
    const gradient = numbersOf(column.grad!.flatten());
    // Where there is no loss, there is no slope.
    return { loss, gradient: gradient.map((slope, i) => (Number.isNaN(loss[i]) ? NaN : slope)) };
  });
}

/** What the dtype makes of a number. */
export function rounded(value: number, dtype: Float): number {
  return tidy(() => Number(tensor(value, { dtype }).item()));
}

export interface Probe extends CurveRow {
  readonly loss: number;
  readonly gradient: number;
  /** The loss of the unrounded numbers, in float64. */
  readonly exact: number;
}

/** One prediction's losses, and what rounding to the dtype did to them. */
export function probe(
  rows: readonly Shown[],
  prediction: number,
  target: number,
  dtype: Float,
  bends: Bends,
): Probe[] {
  return rows.map((row) => {
    const at = (float: Float): Evaluated =>
      evaluate(row.each, Float64Array.of(prediction), target, float, bends);
    const { loss, gradient } = at(dtype);
    return { ...row, loss: loss[0], gradient: gradient[0], exact: at("float64").loss[0] };
  });
}

/** Losses and gradients by lossgrad, in the dtype that was asked for. */
import { tensor, tidy, type Tensor } from "lossgrad";
import { LOSSES, type Bends, type LossId } from "../../losses.js";
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
  id: LossId,
  predictions: Float64Array,
  target: number,
  dtype: Float,
  bends: Bends,
): Evaluated {
  return tidy(() => {
    const n = predictions.length;
    const column = tensor(predictions, { dtype }).reshape(n, 1).requiresGrad_();
    const targets = tensor(target, { dtype }).expand(n, 1);
    const losses = LOSSES[id].each(column, targets, bends);
    losses.sum().backward();
    return { loss: numbersOf(losses.detach().flatten()), gradient: numbersOf(column.grad!.flatten()) };
  });
}

/** What the dtype makes of a number. */
export function rounded(value: number, dtype: Float): number {
  return tidy(() => Number(tensor(value, { dtype }).item()));
}

export interface Probe {
  readonly id: LossId;
  readonly loss: number;
  readonly gradient: number;
  /** The loss of the unrounded numbers, in float64. */
  readonly exact: number;
}

/** One prediction's losses, and what rounding to the dtype did to them. */
export function probe(
  ids: readonly LossId[],
  prediction: number,
  target: number,
  dtype: Float,
  bends: Bends,
): Probe[] {
  return ids.map((id) => {
    const { loss, gradient } = evaluate(id, Float64Array.of(prediction), target, dtype, bends);
    const exact = evaluate(id, Float64Array.of(prediction - target), 0, "float64", bends);
    return { id, loss: loss[0], gradient: gradient[0], exact: exact.loss[0] };
  });
}

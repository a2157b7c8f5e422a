/** What the losses that are made of operations of tensors share: their operands and reduction. */
import { notATensor } from "../ndarray/adapter.js";
import { dtypes, isFloating } from "../ndarray/dtype.js";
import type { Reduction } from "../loss/losses.js";
import { Tensor } from "../tensor/tensor.js";

/** How the losses of a loss's parts become one. */
export interface PartReductionOptions {
  /** "mean" (default), "sum", or "none" for the loss of each part. */
  reduction?: Reduction;
}

/** Throws unless all operands are tensors of floating dtypes that are still there. */
export function checkFloating(caller: string, operands: Readonly<Record<string, unknown>>): void {
  for (const [word, x] of Object.entries(operands)) {
    if (!(x instanceof Tensor)) throw notATensor(caller, `${word} to be a Tensor`, x);
    x.checkAlive(caller);
    if (isFloating(x.dtype)) continue;
    const { torchName } = dtypes[x.dtype];
    throw new TypeError(
      `${caller}: expected ${word} to be of a floating dtype, got ${torchName}; to("float32") converts it`,
    );
  }
}

/** Throws unless two operands have one shape. */
export function checkSameShape(caller: string, x: Tensor, y: Tensor): void {
  const [own, other] = [x, y].map(({ shape }) => `[${shape.join(", ")}]`);
  if (own === other) return;
  throw new RangeError(`${caller}: expected operands of one shape, got ${own} and ${other}`);
}

/** The losses of the parts as one. */
export function reduceParts(losses: Tensor, mode: Reduction): Tensor {
  return mode === "none" ? losses : losses[mode]();
}

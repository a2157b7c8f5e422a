/** What the losses that are made of operations of tensors share: their operands and reduction. */
import { dtypes, isFloating } from "../ndarray/dtype.js";
import type { Reduction } from "../loss/losses.js";
import { readNumber } from "../loss/parameter.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./distances.js";

/** How the losses of a loss's parts become one. */
export interface PartReductionOptions {
  /** "mean" (default), "sum", or "none" for the loss of each part. */
  reduction?: Reduction;
}

/** The losses of parts as one. */
export function reduceParts(losses: Tensor, mode: Reduction): Tensor {
  return mode === "none" ? losses : losses[mode]();
}

/** A number that an option gives, above 0. */
export function readPositive(caller: string, word: string, given: unknown): number {
  const message = `${caller} does not support non-positive values for ${word}.`;
  return readNumber(caller, word, given, { refused: "not positive", message });
}

/** A number that an option gives, at least 0. */
export function readNotNegative(caller: string, word: string, given: unknown): number {
  const message = `${caller} does not support negative values for ${word}.`;
  return readNumber(caller, word, given, { refused: "negative", message });
}

/** Throws unless all operands are tensors of floating dtypes that are still there. */
export function checkFloating(caller: string, operands: Readonly<Record<string, unknown>>): void {
  checkTensors(caller, operands);
  for (const [word, x] of Object.entries(operands)) {
    const { dtype } = x as Tensor;
    if (isFloating(dtype)) continue;
    const { torchName } = dtypes[dtype];
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

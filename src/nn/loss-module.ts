/** What the modules of losses share: callable instances that hold a loss's options. */
import type { Reduction } from "../loss/losses.js";
import type { Tensor } from "../tensor/tensor.js";
import type { MaskOptions } from "./functional.js";
import { registerBuffer } from "./buffers.js";
import { Module } from "./module.js";

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/prefer-function-type --
   the constructor gives every instance the call signature, which a class cannot declare by itself. */

/**
 * A loss with its options; an instance is a function of the operands O: input and target of most. R
 * are its reductions.
 */
export interface Loss<
  O extends readonly unknown[] = [input: Tensor, target: Tensor],
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- it has the parameters of its class
  R extends string = Reduction,
> {
  (...args: [...operands: O, options?: MaskOptions]): Tensor;
}

/**
 * What the loss modules share. Instances are callable: `loss(input, target)` is
 * `loss.forward(input, target)`.
 */
export abstract class Loss<
  O extends readonly unknown[] = [input: Tensor, target: Tensor],
  R extends string = Reduction,
> extends Module<[...operands: O, options?: MaskOptions]> {
  /** @internal torch's names of options that may be buffers or submodules. */
  static override get torchNames(): Readonly<Record<string, string>> {
    return { posWeight: "pos_weight", distanceFunction: "distance_function" };
  }
  /** How elementwise losses become one. Checked when the loss is called, as in torch. */
  declare readonly reduction: R;
  /** The dimensions to reduce; all where there are none. Checked when the loss is called. */
  declare readonly dim: number | readonly number[] | null | undefined;
  /** Whether reduced dimensions stay, with size 1. */
  declare readonly keepdim: boolean;

  /** @param buffers which of the options are registered as buffers, as torch does with weights */
  constructor(options: object, buffers: readonly string[] = []) {
    super();
    const properties = this as unknown as Record<string, unknown>;
    for (const [key, value] of Object.entries(options)) {
      if (buffers.includes(key)) registerBuffer(this, key, value, true);
      else properties[key] = value;
    }
  }

  /** The loss of the operands, of what a mask keeps; what a call of the instance gives. */
  abstract override forward(...args: [...operands: O, options?: MaskOptions]): Tensor;
}

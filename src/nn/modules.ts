/** The modules: callable instances that hold a loss's options. */
import { type Taken, takeOptions } from "../core/options.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "./functional.js";
import type { LegacyOptions, ReductionOptions } from "./functional.js";
import type { BetaOptions, DeltaOptions, Reduction } from "../loss/losses.js";
import { legacyReduction } from "../loss/reduction.js";

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/prefer-function-type --
   the constructor gives every instance the call signature, which a class cannot declare by itself. */

/** A loss with its options; an instance is a function of input and target. */
export interface Loss {
  (input: Tensor, target: Tensor): Tensor;
}

/** What the loss modules share. Instances are callable: `loss(input, target)` is `loss.forward(input, target)`. */
export abstract class Loss {
  /** How elementwise losses become one. Checked when the loss is called, as in torch. */
  declare readonly reduction: Reduction;

  constructor(options: Readonly<Record<string, unknown>>) {
    const call = (input: Tensor, target: Tensor): Tensor => instance.forward(input, target);
    // A function with this class's prototype: callable, and an instance of it.
    const instance = Object.setPrototypeOf(call, new.target.prototype) as this;
    for (const [key, value] of Object.entries(options)) {
      Object.defineProperty(instance, key, { value, enumerable: true, writable: true });
    }
    return instance;
  }

  /** The loss of `input` against `target`; what a call of the instance gives. */
  abstract forward(input: Tensor, target: Tensor): Tensor;

  /** As torch prints a module: the class's name and `()`. */
  toString(): string {
    return `${this.constructor.name}()`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

type Options = LegacyOptions & ReductionOptions;
const OPTIONS = ["sizeAverage", "reduce", "reduction"] as const;

/** The reduction of options that were taken. */
function reductionOf({ sizeAverage, reduce, reduction = "mean" }: Taken<Options>): Reduction {
  return legacyReduction(sizeAverage, reduce) ?? reduction;
}

/**
 * Mean absolute error; see F.l1Loss.
 *
 * @example
 * const loss = new nn.L1Loss();
 * loss(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 0.5
 */
export class L1Loss extends Loss {
  /** Stays when a bundler shortens names. */
  static override readonly name: string = "L1Loss";
  constructor(options: LegacyOptions & ReductionOptions = {}) {
    super({ reduction: reductionOf(takeOptions("L1Loss", options, OPTIONS)) });
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, { reduction: this.reduction });
  }
}

/**
 * Mean squared error; see F.mseLoss.
 *
 * @example
 * new nn.MSELoss({ reduction: "sum" })(tensor([2.5, 0, 2, 7]), tensor([3, -0.5, 2, 8])).item(); // 1.5
 */
export class MSELoss extends Loss {
  /** Stays when a bundler shortens names. */
  static override readonly name: string = "MSELoss";
  constructor(options: LegacyOptions & ReductionOptions = {}) {
    super({ reduction: reductionOf(takeOptions("MSELoss", options, OPTIONS)) });
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.mseLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * Squared below beta, absolute above; see F.smoothL1Loss. beta is checked when the loss is called, as in torch.
 *
 * @example
 * new nn.SmoothL1Loss({ beta: 2 })(tensor([1, 5]), tensor([0, 0])).item(); // 2.125
 */
export class SmoothL1Loss extends Loss {
  /** Stays when a bundler shortens names. */
  static override readonly name: string = "SmoothL1Loss";
  /** Where the loss turns from squared to absolute. */
  declare readonly beta: number;
  constructor(options: LegacyOptions & ReductionOptions & BetaOptions = {}) {
    const taken = takeOptions("SmoothL1Loss", options, [...OPTIONS, "beta"]);
    const { beta = 1 } = taken;
    super({ reduction: reductionOf(taken), beta });
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(input, target, { reduction: this.reduction, beta: this.beta });
  }
}

/**
 * Squared below delta, absolute above, delta times SmoothL1; see F.huberLoss. delta is checked when the loss is called, as in torch.
 *
 * @example
 * new nn.HuberLoss({ delta: 2 })(tensor([1, 5]), tensor([0, 0])).item(); // 4.25
 */
export class HuberLoss extends Loss {
  /** Stays when a bundler shortens names. */
  static override readonly name: string = "HuberLoss";
  /** Where the loss turns from squared to absolute. */
  declare readonly delta: number;
  constructor(options: ReductionOptions & DeltaOptions = {}) {
    const { reduction = "mean", delta = 1 } = takeOptions("HuberLoss", options, ["reduction", "delta"]);
    super({ reduction, delta });
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.huberLoss(input, target, { reduction: this.reduction, delta: this.delta });
  }
}

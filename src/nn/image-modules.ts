/** The modules of losses of images that torch does not have. */
import { takeOptions } from "../core/options.js";
import type { Reduction } from "../loss/losses.js";
import type { Tensor } from "../tensor/tensor.js";
import { SSIM_OPTIONS, type SsimOptions } from "./similarity.js";
import {
  MS_SSIM_L1_OPTIONS,
  MS_SSIM_OPTIONS,
  msSsim,
  msSsimL1Loss,
  type MsSsimL1Options,
  type MsSsimOptions,
  ssim,
} from "./images.js";
import { maskOf } from "./held.js";
import { readParts, reduceParts } from "./composed.js";
import { Loss } from "./loss-module.js";
import type { MaskOptions } from "./options.js";

/** 1 less what each image that counts has, reduced as the module says. */
function lossOf(
  module: Loss,
  mask: Tensor | null | undefined,
  similarity: (reduction: Reduction) => Tensor,
): Tensor {
  const { reduction } = module;
  const each = similarity(reduction === "mean" ? reduction : "none")
    .neg()
    .add(1);
  if (reduction === "mean") return each;
  return reduceParts(each, readParts(module.constructor.name, reduction, each.shape, { mask }));
}

/** The options of a function that a module holds. */
function heldBy(loss: object, names: readonly string[]): object {
  const held = loss as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.map((name) => [name, held[name]]));
}

/**
 * 1 less the structural similarity of images; see F.ssim. Options are checked when the loss is
 * called.
 *
 * @example
 * const image = linspace(0, 1, 256).reshape(16, 16);
 * new nn.SSIMLoss()(image, image).item(); // 0
 */
export class SSIMLoss extends Loss {
  /** The difference of the largest and the smallest possible value. */
  declare readonly dataRange: number | undefined;
  /** How many elements the window has along height and width. */
  declare readonly windowSize: number | undefined;
  constructor(options: SsimOptions = {}) {
    super({ reduction: "mean", ...takeOptions("SSIMLoss", options, SSIM_OPTIONS) });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("SSIMLoss", options);
    const held = heldBy(this, SSIM_OPTIONS);
    return lossOf(this, mask, (reduction) => ssim(input, target, { ...held, reduction, mask }));
  }
}

/**
 * 1 less the multi-scale structural similarity of images; see F.msSsim. Options are checked when
 * the loss is called.
 *
 * @example
 * const image = linspace(0, 1, 1024).reshape(32, 32);
 * new nn.MSSSIMLoss({ weights: [0.5, 0.5] })(image, image).item(); // 0
 */
export class MSSSIMLoss extends Loss {
  /** The difference of the largest and the smallest possible value. */
  declare readonly dataRange: number | undefined;
  /** How many elements the window has along height and width. */
  declare readonly windowSize: number | undefined;
  /** The exponents of the scales. */
  declare readonly weights: readonly number[] | undefined;
  constructor(options: MsSsimOptions = {}) {
    super({ reduction: "mean", ...takeOptions("MSSSIMLoss", options, MS_SSIM_OPTIONS) });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("MSSSIMLoss", options);
    const held = heldBy(this, MS_SSIM_OPTIONS);
    return lossOf(this, mask, (reduction) => msSsim(input, target, { ...held, reduction, mask }));
  }
}

/**
 * The mixed loss of image restoration; see F.msSsimL1Loss. Options are checked when the loss is
 * called.
 *
 * @example
 * const image = linspace(0, 1, 1600).reshape(40, 40);
 * new nn.MSSSIML1Loss({ alpha: 0 })(image.add(0.1), image).item(); // 0.10000003129243851
 */
export class MSSSIML1Loss extends Loss {
  /** The difference of the largest and the smallest possible value. */
  declare readonly dataRange: number | undefined;
  /** How many elements the window has along height and width. */
  declare readonly windowSize: number | undefined;
  /** The share of the structural part. */
  declare readonly alpha: number | undefined;
  /** The standard deviations of the scales' windows. */
  declare readonly sigmas: readonly number[] | undefined;
  constructor(options: MsSsimL1Options = {}) {
    super({ reduction: "mean", ...takeOptions("MSSSIML1Loss", options, MS_SSIM_L1_OPTIONS) });
  }
  override forward(input: Tensor, target: Tensor, options?: MaskOptions): Tensor {
    const mask = maskOf("MSSSIML1Loss", options);
    return msSsimL1Loss(input, target, { ...heldBy(this, MS_SSIM_L1_OPTIONS), mask });
  }
}

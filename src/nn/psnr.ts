/** The peak signal-to-noise ratio of images. */
import { takeOptions } from "../core/options.js";
import { checkReduction } from "../loss/reduction.js";
import { readDims, takeDims } from "../ndarray/shape.js";
import { tidy } from "../tensor/tidy.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  checkFloating,
  checkSameShape,
  COUNT_OPTIONS,
  inOrder,
  keptParts,
  type PartCountOptions,
  type PartReductionOptions,
  readParts,
  readPositive,
  reduceParts,
  without,
} from "./composed.js";

/** Options of F.psnr. */
export interface PsnrOptions extends PartReductionOptions {
  /** The difference of the largest and the smallest possible value; 1 by default. */
  dataRange?: number;
  /** The dimensions of an image; by default the last three, or all where there are no more. */
  dim?: number | readonly number[] | null;
}
const PSNR_OPTIONS = ["dataRange", "dim", "reduction"] as const;

/**
 * Peak signal-to-noise ratio in decibels: 10 log10(dataRange² / m), with the mean squared error m
 * of each image. Infinite for equal images.
 *
 * Shapes: one shape for both; by default (C, H, W) is an image, and what precedes tells images
 * apart.
 * Result: the mean over images, 0-d, or for "none" the shape without the dimensions of an image.
 * Floating dtypes.
 * Gradient: -20 / log(10) (x - y) / Σ (x - y)², NaN for equal images.
 *
 * @throws TypeError for operands that are no tensors or not floating; RangeError for shapes that
 *   differ, a dataRange that is not positive, an unknown reduction, a dimension that there is not
 * @see Horé and Ziou, Image Quality Metrics: PSNR vs. SSIM, 2010;
 *   https://doi.org/10.1109/ICPR.2010.579
 * @example
 * F.psnr(tensor([[100, 50]]), tensor([[90, 50]]), { dataRange: 255 }).item(); // 31.141101837158203
 */
export function psnr(input: Tensor, target: Tensor, options: PsnrOptions & PartCountOptions = {}): Tensor {
  const taken = takeOptions("psnr", options, [...PSNR_OPTIONS, ...COUNT_OPTIONS]);
  const dims = takeDims(taken.dim);
  const mode = checkReduction(taken.reduction ?? "mean", "enum");
  const range = readPositive("psnr", "dataRange", taken.dataRange ?? 1);
  checkFloating("psnr", { input, target });
  checkSameShape("psnr", input, target);
  const image = input.shape.flatMap((_, d) => (d < input.ndim - 3 ? [] : [d]));
  const dim = inOrder(readDims(dims, input) ?? image);
  return tidy(() => {
    const parts = readParts("psnr", mode, without(input.shape, dim), taken);
    const difference = keptParts(input, parts, dim).sub(keptParts(target, parts, dim));
    const errors = difference.mul(difference).mean({ dim });
    return reduceParts(
      errors
        .log()
        .mul(-10 / Math.LN10)
        .add(20 * Math.log10(range)),
      parts,
    );
  });
}

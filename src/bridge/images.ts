/** How alike images are that lie in typed arrays: SSIM, MS-SSIM, PSNR, and the mixed loss. */
import * as images from "../nn/images.js";
import { psnr as ratio } from "../nn/psnr.js";
import type { Shape } from "../ndarray/shape.js";
import type { ArrayOperand } from "../typed/operands.js";
import { type PartArrayLoss, partLoss } from "./loss.js";
import { alike, type BridgeRow, inOne, lacking, noShape } from "./row.js";

/** Where the rows of an image begin has to be told. */
const asImages = /* @__PURE__ */ alike((operands, row) => {
  throw noShape(row, operands, "[3, 64, 64]");
});
const two = [{ word: "prediction" }, { word: "target" }];
/** What is left of a shape without height and width. */
const lead: BridgeRow["parts"] = (shape) => shape.slice(0, -2);
const WINDOW = ["dataRange", "windowSize", "k1", "k2"];

/** The dimensions of an image, or all. */
const lastThree = (shape: Shape): number[] => shape.flatMap((_, d) => (d < shape.length - 3 ? [] : [d]));

/** What images in arrays are compared by. */
export interface ArrayWindowOptions {
  /** The difference of the largest and the smallest possible value; 1 by default. */
  dataRange?: number;
  /** How many elements the Gaussian window has along height and width, odd. */
  windowSize?: number;
  /** The constant that means are compared by, over dataRange; 0.01 by default. */
  k1?: number;
  /** The constant that variances are compared by, over dataRange; 0.03 by default. */
  k2?: number;
}
/** The same with one window, 11 elements wide by default. */
export interface ArraySsimOptions extends ArrayWindowOptions {
  /** The standard deviation of the window; 1.5 by default. */
  sigma?: number;
}

/**
 * Structural similarity of images, from -1 to 1, 1 but for roundings for equal ones, with F.ssim's
 * formula. A loss is 1 less it.
 *
 * Shapes: (..., H, W) for both, which `shape` says. Real dtypes; computed by tensors in the dtype
 * that the operands promote to, integers in float64, with the same bits. Mean and sum: a number
 * that has a tensor's rounding; none: an array with an element for each image.
 * Gradient: by both images; it has no kink.
 *
 * @throws TypeError for operands that are not arrays of real numbers; RangeError for lengths that do
 *   not meet, no shape, images smaller than the window, options out of their range, an unknown
 *   reduction
 * @see Wang et al., Image Quality Assessment: From Error Visibility to Structural Similarity, 2004;
 *   https://doi.org/10.1109/TIP.2003.819861
 * @example
 * const image = Float64Array.from({ length: 256 }, (_, i) => i / 255);
 * ssim(image, image, { shape: [16, 16] }); // 1
 */
export const ssim: PartArrayLoss<[target: ArrayOperand], ArraySsimOptions> = /* @__PURE__ */ partLoss({
  name: "ssim",
  operands: two,
  own: [...WINDOW, "sigma"],
  shapes: asImages,
  parts: lead,
  loss: images.ssim as never,
});

/**
 * Multi-scale structural similarity, with F.msSsim's formula: `weights` are the exponents of the
 * scales, the finest first, those of the paper by default. A loss is 1 less it.
 *
 * Shapes, dtypes and result as for ssim; height and width are windowSize 2^(scales - 1) at least.
 * Gradient: by both images; a mean below 0 counts as 0, whose gradient is 0.
 *
 * @throws as ssim; TypeError for weights that are no array of numbers; RangeError for negative ones
 * @see Wang et al., Multi-scale Structural Similarity for Image Quality Assessment, 2003;
 *   https://doi.org/10.1109/ACSSC.2003.1292216
 * @example
 * const image = Float64Array.from({ length: 1024 }, (_, i) => i / 1023);
 * msSsim(image, image, { shape: [32, 32], weights: [0.5, 0.5] }); // 1
 */
export const msSsim: PartArrayLoss<
  [target: ArrayOperand],
  ArraySsimOptions & { weights?: readonly number[] }
> = /* @__PURE__ */ partLoss({
  name: "msSsim",
  operands: two,
  own: [...WINDOW, "sigma", "weights"],
  shapes: asImages,
  parts: lead,
  loss: images.msSsim as never,
});

/**
 * Peak signal-to-noise ratio in decibels: 10 log10(dataRange² / m), with the mean squared error m
 * of each image. Infinite for equal images.
 *
 * Shapes: one for both, which `shape` says: the last three dimensions are an image, or those that
 * `dim` names; without a shape all is one image. Real dtypes; result as for ssim.
 * Gradient: -20 / log(10) (x - y) / Σ (x - y)², NaN for equal images.
 *
 * @throws as ssim; RangeError for a dataRange that is not positive, a dimension that there is not
 * @see Horé and Ziou, Image Quality Metrics: PSNR vs. SSIM, 2010;
 *   https://doi.org/10.1109/ICPR.2010.579
 * @example
 * psnr(Uint8Array.of(100, 50), Uint8Array.of(90, 50), { dataRange: 255 }); // 31.141103565318918
 */
export const psnr: PartArrayLoss<
  [target: ArrayOperand],
  { dataRange?: number; dim?: number | readonly number[] | null }
> = /* @__PURE__ */ partLoss({
  name: "psnr",
  operands: two,
  own: ["dataRange", "dim"],
  shapes: /* @__PURE__ */ alike(inOne),
  parts: (shape, { dim }) => lacking(shape, dim, lastThree(shape)),
  loss: ratio as never,
});

/**
 * The mixed loss of image restoration, with F.msSsimL1Loss's formula: alpha, 0.84 by default, is
 * the share of the structural part, and `sigmas` are the windows' standard deviations, 0.5, 1, 2, 4
 * and 8 by default.
 *
 * Shapes, dtypes and result as for ssim. All windows have one size, windowSize, 33 by default.
 * Gradient: by both images; 0 of |x - y| where it is 0.
 *
 * @throws as ssim; RangeError for an alpha outside of [0, 1]; TypeError for sigmas that are no
 *   array
 * @see Zhao et al., Loss Functions for Image Restoration with Neural Networks, 2017;
 *   https://arxiv.org/abs/1511.08861
 * @example
 * const image = Float64Array.from({ length: 1600 }, (_, i) => i / 1599);
 * msSsimL1Loss(image, image.map((x) => x + 0.5), { shape: [40, 40], alpha: 0 }); // 0.4999999999999999
 */
export const msSsimL1Loss: PartArrayLoss<
  [target: ArrayOperand],
  ArrayWindowOptions & { alpha?: number; sigmas?: readonly number[] }
> = /* @__PURE__ */ partLoss({
  name: "msSsimL1Loss",
  operands: two,
  own: [...WINDOW, "alpha", "sigmas"],
  shapes: asImages,
  parts: lead,
  loss: images.msSsimL1Loss as never,
});

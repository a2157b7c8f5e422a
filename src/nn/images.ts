/** How alike images are: SSIM and MS-SSIM, and the loss that mixes MS-SSIM with L1. */
import { takeList, takeOptions } from "../core/options.js";
import type { Reduction } from "../loss/losses.js";
import { readNumber } from "../loss/parameter.js";
import { checkReduction } from "../loss/reduction.js";
import type { Tensor } from "../tensor/tensor.js";
import { tidy } from "../tensor/tidy.js";
import {
  areTold,
  COUNT_OPTIONS,
  type PartCountOptions,
  readImages,
  readNotNegative,
  reduceParts,
} from "./composed.js";
import {
  blurred,
  type Comparison,
  momentsOf,
  readComparison,
  similarities,
  SSIM_OPTIONS,
  type SsimOptions,
  structures,
} from "./similarity.js";

/**
 * Structural similarity of images, from -1 to 1, 1 but for roundings for equal ones: the mean over all windows of (2
 * m n + c1) (2 v + c2) / ((m² + n² + c1) (s + c2)), with the Gaussian-weighted means m and n, the
 * covariance v and the sum of the variances s of both images within a window, c1 = (k1 dataRange)²,
 * c2 = (k2 dataRange)². A loss is 1 less it: nn.SSIMLoss.
 *
 * Shapes: (..., H, W), one shape for both. Windows lie whole within the image, as those whose mean
 * scikit-image gives (gaussian_weights=True, use_sample_covariance=False). Result: 0-d, or for
 * "none" the shape without H and W. Floating dtypes.
 * Gradient: by both images, of the same windows; it has no kink.
 *
 * @throws TypeError for operands that are no tensors or not floating; RangeError for shapes that
 *   differ, images smaller than the window, options out of their range, an unknown reduction
 * @see Wang et al., Image Quality Assessment: From Error Visibility to Structural Similarity, 2004;
 *   https://doi.org/10.1109/TIP.2003.819861
 * @example
 * const image = linspace(0, 1, 256).reshape(16, 16);
 * F.ssim(image, image).item(); // 1
 * F.ssim(image, image.mul(0.5)).item(); // 0.6520764231681824
 */
export function ssim(input: Tensor, target: Tensor, options: SsimOptions & PartCountOptions = {}): Tensor {
  const taken = takeOptions("ssim", options, [...SSIM_OPTIONS, ...COUNT_OPTIONS]);
  const mode = checkReduction(taken.reduction ?? "mean", "enum");
  const { weights, constants } = readComparison("ssim", { input, target }, taken);
  return tidy(() => {
    const { x, y, parts } = readImages("ssim", [input, target], mode, taken);
    const moments = momentsOf(x, y, weights);
    if (mode === "mean" && !areTold(parts)) return similarities(...moments, constants);
    return reduceParts(similarities(...moments, { ...constants, dim: [-2, -1] }), parts);
  });
}

/** The same at several scales. */
export interface MsSsimOptions extends SsimOptions {
  /** The exponents of the scales, the finest first; those of the paper, five, by default. */
  weights?: readonly number[];
}
export const MS_SSIM_OPTIONS = [...SSIM_OPTIONS, "weights"] as const;
/** Those that people's judgements were fitted by. */
const SCALES: readonly number[] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/**
 * Multi-scale structural similarity: the product over the scales of the mean similarity of
 * contrasts and structures, and at the coarsest of all of F.ssim's formula, each to the power of
 * its weight. From scale to scale, means of 2 x 2 elements make the image half as large; a last row
 * or column without a neighbour is left out. A loss is 1 less it: nn.MSSSIMLoss.
 *
 * Shapes, dtypes and result as for ssim; height and width are windowSize 2^(scales - 1) at least,
 * 176 by default.
 * Gradient: by both images; a mean below 0 counts as 0, whose gradient is 0.
 *
 * @throws as ssim; TypeError for weights that are no array of numbers; RangeError for negative ones
 * @see Wang et al., Multi-scale Structural Similarity for Image Quality Assessment, 2003;
 *   https://doi.org/10.1109/ACSSC.2003.1292216
 * @example
 * const image = linspace(0, 1, 1024).reshape(32, 32);
 * F.msSsim(image, image, { weights: [0.5, 0.5] }).item(); // 1
 */
export function msSsim(
  input: Tensor,
  target: Tensor,
  options: MsSsimOptions & PartCountOptions = {},
): Tensor {
  const caller = "msSsim";
  const taken = takeOptions(caller, options, [...MS_SSIM_OPTIONS, ...COUNT_OPTIONS]);
  const exponents = readNumbers(caller, "weights", taken.weights ?? SCALES);
  const mode = checkReduction(taken.reduction ?? "mean", "enum");
  const comparison = readComparison(caller, { input, target, halvings: exponents.length - 1 }, taken);
  return tidy(() => {
    const { x, y, parts } = readImages(caller, [input, target], mode, taken);
    return reduceParts(atScales(x, y, exponents, comparison), parts);
  });
}

function atScales(
  x: Tensor,
  y: Tensor,
  exponents: readonly number[],
  { weights, constants }: Comparison,
): Tensor {
  let [a, b] = [x, y];
  const factors = exponents.map((exponent, scale) => {
    if (scale > 0) [a, b] = [halved(a), halved(b)];
    const compare = scale === exponents.length - 1 ? similarities : structures;
    const each = compare(...momentsOf(a, b, weights), { ...constants, dim: [-2, -1] });
    return each.relu().pow(exponent);
  });
  return factors.reduce((product, factor) => product.mul(factor));
}

/** Means of 2 x 2 elements. */
function halved(x: Tensor): Tensor {
  const along = (image: Tensor, dim: number): Tensor => {
    const length = Math.floor(image.shape[dim] / 2);
    const every = (start: number): Tensor => image.op("slice", { dim, start, length, step: 2 });
    return every(0).add(every(1)).mul(0.5);
  };
  return along(along(x, x.ndim - 2), x.ndim - 1);
}

function readNumbers(caller: string, word: string, given: unknown): number[] {
  if (!Array.isArray(given)) throw new TypeError(`${caller}: expected ${word} to be an array of numbers`);
  const numbers = takeList(caller, given, (x) => readNotNegative(caller, word, x));
  if (numbers.length > 0) return numbers;
  throw new RangeError(`${caller}: expected at least one number as ${word}, got none`);
}

/** Options of F.msSsimL1Loss. */
export interface MsSsimL1Options extends Omit<SsimOptions, "sigma"> {
  /** The share of the structural part, from 0 to 1; 0.84 by default. */
  alpha?: number;
  /**
   * The standard deviations of the scales' windows, the finest first; 0.5, 1, 2, 4 and 8 by
   * default.
   */
  sigmas?: readonly number[];
}
export const MS_SSIM_L1_OPTIONS = [
  "alpha",
  "dataRange",
  "windowSize",
  "sigmas",
  "k1",
  "k2",
  "reduction",
] as const;

/**
 * The mixed loss of image restoration: alpha (1 - S) + (1 - alpha) G, at each place. S is the
 * product of the similarities of contrasts and structures within windows of all sigmas, and of
 * means within the widest; G is the mean of |x - y| within that window.
 *
 * Shapes, dtypes and result as for ssim. All windows have one size, windowSize, 33 by default, so
 * that images are as large at least.
 * Gradient: by both images; 0 of |x - y| where it is 0.
 *
 * @throws as ssim; RangeError for an alpha outside of [0, 1]; TypeError for sigmas that are no
 *   array
 * @see Zhao et al., Loss Functions for Image Restoration with Neural Networks, 2017;
 *   https://arxiv.org/abs/1511.08861
 * @example
 * const image = linspace(0, 1, 1600).reshape(40, 40);
 * F.msSsimL1Loss(image.add(0.1), image, { alpha: 0 }).item(); // 0.10000003129243851
 */
export function msSsimL1Loss(
  input: Tensor,
  target: Tensor,
  options: MsSsimL1Options & PartCountOptions = {},
): Tensor {
  const caller = "msSsimL1Loss";
  const taken = takeOptions(caller, options, [...MS_SSIM_L1_OPTIONS, ...COUNT_OPTIONS]);
  const { alpha: share = 0.84, windowSize = 33, sigmas: given = [0.5, 1, 2, 4, 8], ...rest } = taken;
  const message = `${caller} does not support values of alpha outside of [0, 1].`;
  const alpha = readNumber(caller, "alpha", share, { refused: "no share", message });
  const mode: Reduction = checkReduction(rest.reduction ?? "mean", "enum");
  const windows = readNumbers(caller, "sigmas", given).map((sigma) =>
    readComparison(caller, { input, target }, { ...rest, windowSize, sigma }),
  );
  return tidy(() => {
    const { x, y, parts } = readImages(caller, [input, target], mode, taken);
    const alike = windows.map(({ weights, constants }, scale) => {
      const compare = scale === windows.length - 1 ? similarities : structures;
      return compare(...momentsOf(x, y, weights), { ...constants, reduction: "none" });
    });
    const whole = alike.reduce((product, factor) => product.mul(factor));
    const apart = blurred(x.sub(y).abs(), windows[windows.length - 1].weights);
    const losses = whole
      .neg()
      .add(1)
      .mul(alpha)
      .add(apart.mul(1 - alpha));
    if (mode === "mean" && !areTold(parts)) return losses.mean();
    return reduceParts(losses.mean([-2, -1]), parts);
  });
}

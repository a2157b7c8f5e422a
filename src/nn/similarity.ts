/** The similarity of images within windows: means, contrasts and structures, of Gaussian weights. */
import { readNumber } from "../loss/parameter.js";
import { fuse } from "../tensor/fuse.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkFloating, checkSameShape, type PartReductionOptions, readPositive } from "./composed.js";

/** What images are compared by. */
export interface SsimOptions extends PartReductionOptions {
  /** The difference of the largest and the smallest possible value; 1 by default. */
  dataRange?: number;
  /** How many elements the Gaussian window has along height and width, odd; 11 by default. */
  windowSize?: number;
  /** The standard deviation of the window; 1.5 by default. */
  sigma?: number;
  /** The constant that means are compared by, over dataRange; 0.01 by default. */
  k1?: number;
  /** The constant that variances are compared by, over dataRange; 0.03 by default. */
  k2?: number;
}
export const SSIM_OPTIONS = ["dataRange", "windowSize", "sigma", "k1", "k2", "reduction"] as const;

/** What keeps the quotients of small means and variances from growing. */
interface Constants {
  readonly c1: number;
  readonly c2: number;
}
/** The window and the constants of a call. */
export interface Comparison {
  readonly weights: readonly number[];
  readonly constants: Constants;
}
/** What a call compares. */
interface Pair {
  readonly input: Tensor;
  readonly target: Tensor;
  /** How often images are halved. */
  readonly halvings?: number;
}

type Given = Omit<SsimOptions, "reduction">;

function readWindow(caller: string, size: unknown): number {
  const read = readNumber(caller, "windowSize", size, {});
  if (Number.isInteger(read) && read > 0 && read % 2 === 1) return read;
  throw new RangeError(`${caller}: expected windowSize to be an odd number above 0, got ${read}`);
}

/** Checks the images as well, before a window is made, which may be of any size. */
export function readComparison(
  caller: string,
  { input, target, halvings = 0 }: Pair,
  { dataRange = 1, windowSize = 11, sigma = 1.5, k1 = 0.01, k2 = 0.03 }: Given,
): Comparison {
  const range = readPositive(caller, "dataRange", dataRange);
  const size = readWindow(caller, windowSize);
  checkImages(caller, input, target, size * 2 ** halvings);
  const weights = gaussian(size, readPositive(caller, "sigma", sigma));
  const [c1, c2] = [readPositive(caller, "k1", k1), readPositive(caller, "k2", k2)].map(
    (k) => (k * range) ** 2,
  );
  return { weights, constants: { c1, c2 } };
}

/** The weights of a Gaussian window, which add up to 1. */
function gaussian(size: number, sigma: number): number[] {
  const weights = Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

function checkImages(caller: string, input: Tensor, target: Tensor, least: number): void {
  checkFloating(caller, { input, target });
  checkSameShape(caller, input, target);
  const { shape } = input;
  if (shape.length >= 2 && Math.min(...shape.slice(-2)) >= least) return;
  throw new RangeError(
    `${caller}: expected images of shape (..., H, W) of at least ${least} x ${least}, got [${shape.join(", ")}]`,
  );
}

/** Windowed means of what lies whole within the image. */
export function blurred(x: Tensor, weights: readonly number[]): Tensor {
  return x.op("correlate", { weights, room: 0 });
}

/**
 * A result, once an operand was freed that no derivative needs: large images would fill the budget of
 * results otherwise, and be moved out of the linear memory and back (measured: half of the time).
 */
function without(operand: Tensor, result: Tensor): Tensor {
  operand.dispose();
  return result;
}

/** The means, the sum of the mean squares, and the mean product. */
export function momentsOf(
  x: Tensor,
  y: Tensor,
  weights: readonly number[],
): [Tensor, Tensor, Tensor, Tensor] {
  const [a, b] = [x.mul(x), y.mul(y)];
  const squares = without(b, without(a, a.add(b)));
  const meanSquares = without(squares, blurred(squares, weights));
  const product = x.mul(y);
  const meanProduct = without(product, blurred(product, weights));
  return [blurred(x, weights), blurred(y, weights), meanSquares, meanProduct];
}

const PARAMETERS = { c1: 1e-4, c2: 9e-4 };

/** How alike contrasts and structures are. */
function structure(a: Tensor, b: Tensor, squares: Tensor, product: Tensor, { c2 }: Constants): Tensor {
  const ab = a.mul(b);
  const covariance = product.sub(ab).mul(2).add(c2);
  return covariance.div(squares.sub(a.mul(a)).sub(b.mul(b)).add(c2));
}
export const structures = /* @__PURE__ */ fuse(structure, { name: "ssimStructure", parameters: PARAMETERS });

export const similarities = /* @__PURE__ */ fuse(
  (a: Tensor, b: Tensor, squares: Tensor, product: Tensor, constants: Tensor & Constants) => {
    const luminance = a.mul(b).mul(2).add(constants.c1);
    const means = a.mul(a).add(b.mul(b)).add(constants.c1);
    return luminance.div(means).mul(structure(a, b, squares, product, constants));
  },
  { name: "ssim", parameters: PARAMETERS },
);

/** How far PyTorch's gradient of CTC may be from that in float64. */
import type { Tensor } from "lossgrad";
import { flatten } from "./wire.js";

/**
 * PyTorch keeps logarithms of sums of paths in the dtype: at each frame they are rounded, to a unit
 * of the sum of what the frames have had. Shares of paths, 1 at most, are exponentials of these.
 */
export function pathRounding(logProbs: Tensor): number {
  const unit = logProbs.dtype === "float32" ? 2 ** -23 : 2 ** -52;
  const sizes = (flatten(logProbs.tolist()) as number[]).filter(Number.isFinite).map(Math.abs);
  return unit * logProbs.shape[0] * Math.max(1, ...sizes);
}

/** The options that most losses share. */
import type { Reduction } from "../loss/losses.js";
import type { Tensor } from "../tensor/tensor.js";

/** How elementwise losses become one, or one for each part. */
export interface ReductionOptions {
  /**
   * "mean" (default) over all elements of the broadcast shape, "sum", or "none" for the elementwise
   * loss.
   */
  reduction?: Reduction;
  /**
   * lossgrad's own, for "mean" and "sum": the dimensions to reduce, one or several, negative ones
   * counted from the end. Each result is the loss of its part alone, bit by bit. All by default.
   */
  dim?: number | readonly number[] | null;
  /** lossgrad's own: whether reduced dimensions stay, with size 1. */
  keepdim?: boolean;
}
/** Which elements count. */
export interface MaskOptions {
  /**
   * lossgrad's own: bools or uint8, broadcast to the loss's shape. Where it is 0, an element
   * contributes nothing to the loss, whatever stands there, and its gradient is 0; a mean divides
   * by the number of those that are kept.
   */
  mask?: Tensor | null;
}
/** torch's deprecated arguments: reduce false is none, else sizeAverage false is sum, else mean. */
export interface LegacyOptions {
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  sizeAverage?: boolean | null;
  /** Deprecated, as in torch: use reduction. Overrides it, with a warning. */
  reduce?: boolean | null;
}
/** Weights of the elements. */
export interface WeightOptions {
  /**
   * Factors of the elementwise loss, of the input's shape. A mean divides by the sum of those that
   * are kept.
   */
  weight?: Tensor | null;
}

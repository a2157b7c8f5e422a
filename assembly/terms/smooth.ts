import { quantize } from "../lanes";

/**
 * The term of SmoothL1, p = beta > 0.
 *
 *     value   0.5 d² / beta   where |d| < beta,   |d| - 0.5 beta   elsewhere
 *     slope   d / beta        where |d| < beta,   sign(d)          elsewhere
 *
 * The order of operations is torch's; a NaN takes the branch |d| < beta.
 */
@final
export class Smooth {
  @inline
  value<C, R>(d: v128, p: v128): v128 {
    const half = v128.splat<C>(0.5);
    const z = v128.abs<C>(d);
    const square = quantize<R>(v128.mul<C>(quantize<R>(v128.mul<C>(half, z)), z));
    const inner = quantize<R>(v128.div<C>(square, p));
    const outer = quantize<R>(v128.sub<C>(z, quantize<R>(v128.mul<C>(half, p))));
    return v128.bitselect(outer, inner, v128.ge<C>(z, p));
  }

  @inline
  slope<C, R>(d: v128, p: v128, norm: v128): v128 {
    const z = v128.abs<C>(d);
    const sign = v128.or(v128.xor(d, z), v128.splat<C>(1));
    const unit = v128.bitselect(sign, quantize<R>(v128.div<C>(d, p)), v128.ge<C>(z, p));
    return quantize<R>(v128.mul<C>(norm, unit));
  }
}

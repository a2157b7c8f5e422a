import { quantize } from "../lanes";

/**
 * The term of SmoothL1, p = beta > 0. For beta = 1 it is Huber's of delta = 1, bit by bit, which
 * takes no division.
 *
 *     value   0.5 d² / beta   where |d| < beta,   |d| - 0.5 beta   elsewhere
 *     slope   d / beta        where |d| < beta,   sign(d)          elsewhere
 *
 * The order of operations is torch's; a NaN takes the branch |d| < beta.
 */
@final
export class Smooth {
  @inline
  bitwise(): bool {
    return false;
  }

  @inline
  value<C, R>(_d: v128, z: v128, p: v128, half: v128): v128 {
    const square = quantize<R>(v128.mul<C>(quantize<R>(v128.mul<C>(half, z)), z));
    const inner = quantize<R>(v128.div<C>(square, p));
    const outer = quantize<R>(v128.sub<C>(z, quantize<R>(v128.mul<C>(half, p))));
    return v128.bitselect(outer, inner, v128.ge<C>(z, p));
  }

  @inline
  rest<C>(_p: v128, norm: v128): v128 {
    return norm;
  }

  @inline
  slope<C, R>(d: v128, z: v128, p: v128, norm: v128, _rest: v128): v128 {
    const sign = v128.or(v128.xor(d, z), v128.splat<C>(1));
    const unit = v128.bitselect(sign, quantize<R>(v128.div<C>(d, p)), v128.ge<C>(z, p));
    return v128.mul<C>(norm, unit);
  }
}

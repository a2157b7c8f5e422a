import { quantize } from "../lanes";

/**
 * The term of Huber, p = delta > 0.
 *
 *     value   0.5 d²   where |d| < delta,   delta (|d| - 0.5 delta)   elsewhere
 *     slope   d        where |d| < delta,   delta sign(d)             elsewhere
 *
 * The order of operations is torch's; a NaN takes the branch |d| < delta.
 */
@final
export class Huber {
  @inline
  value<C, R>(d: v128, p: v128): v128 {
    const half = v128.splat<C>(0.5);
    const z = v128.abs<C>(d);
    const inner = quantize<R>(v128.mul<C>(quantize<R>(v128.mul<C>(half, z)), z));
    const outer = quantize<R>(v128.mul<C>(p, quantize<R>(v128.sub<C>(z, quantize<R>(v128.mul<C>(half, p))))));
    return v128.bitselect(outer, inner, v128.ge<C>(z, p));
  }

  @inline
  slope<C, R>(d: v128, p: v128, norm: v128): v128 {
    const z = v128.abs<C>(d);
    const limited = v128.bitselect(v128.or(v128.xor(d, z), p), d, v128.ge<C>(z, p));
    return quantize<R>(v128.mul<C>(norm, limited));
  }
}

import { quantize } from "../lanes";

/**
 * The term of Huber, p = delta > 0.
 *
 *     value   0.5 d²   where |d| < delta,   delta (|d| - 0.5 delta)   elsewhere
 *     slope   d        where |d| < delta,   delta sign(d)             elsewhere
 *
 * Both branches of torch's formula are one with m = min(|d|, delta): the value is m (|d| - 0.5 m),
 * with the same roundings in the same order, and the slope is d between -delta and delta. A NaN
 * goes through.
 */
@final
export class Huber {
  @inline
  bitwise(): bool {
    return false;
  }

  @inline
  value<C, R>(_d: v128, z: v128, p: v128, half: v128): v128 {
    const m = v128.pmin<C>(z, p);
    return quantize<R>(v128.mul<C>(m, quantize<R>(v128.sub<C>(z, quantize<R>(v128.mul<C>(half, m))))));
  }

  /** -delta */
  @inline
  rest<C>(p: v128, _norm: v128): v128 {
    return v128.neg<C>(p);
  }

  @inline
  slope<C, R>(d: v128, _z: v128, p: v128, norm: v128, rest: v128): v128 {
    return v128.mul<C>(norm, v128.pmax<C>(v128.pmin<C>(d, p), rest));
  }
}

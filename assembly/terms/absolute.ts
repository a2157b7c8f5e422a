/**
 * |d|, the term of L1.   slope: sign(d), and 0 at d = 0 and at d = NaN
 *
 * As in torch: the gradient is a product with that sign, so where the sign is 0 it is `norm · 0`: NaN for an
 * infinite norm, -0 for a negative one.
 */
@final
export class Absolute {
  @inline
  value<C, R>(d: v128, _p: v128): v128 {
    return v128.abs<C>(d);
  }

  @inline
  slope<C, R>(d: v128, _p: v128, norm: v128): v128 {
    const magnitude = v128.abs<C>(d);
    const signed = v128.xor(norm, v128.xor(d, magnitude));
    return v128.bitselect(
      signed,
      v128.mul<C>(norm, v128.splat<C>(0)),
      v128.gt<C>(magnitude, v128.splat<C>(0)),
    );
  }
}

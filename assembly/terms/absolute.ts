/**
 * |d|, the term of L1.   slope: sign(d), and 0 at d = 0 and at d = NaN
 *
 * As in torch: the gradient is a product with that sign, so where the sign is 0 it is `norm · 0`:
 * NaN for an infinite norm, -0 for a negative one.
 */
@final
export class Absolute {
  @inline
  bitwise(): bool {
    return true;
  }

  @inline
  value<C, R>(_d: v128, z: v128, _p: v128, _half: v128): v128 {
    return z;
  }

  /** norm · 0 */
  @inline
  rest<C>(_p: v128, norm: v128): v128 {
    return v128.mul<C>(norm, v128.splat<C>(0));
  }

  @inline
  slope<C, R>(d: v128, z: v128, _p: v128, norm: v128, rest: v128): v128 {
    // The sign of d on norm where |d| > 0, else rest: what differs from rest is masked, and rest
    // taken away again.
    const signed = v128.xor(v128.xor(d, z), v128.xor(norm, rest));
    return v128.xor(v128.and(signed, v128.gt<C>(z, v128.splat<C>(0))), rest);
  }
}

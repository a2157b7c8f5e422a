import { quantize } from "../lanes";

/** d², the term of MSE.   slope: d, the factor 2 being part of `norm` as in torch */
@final
export class Squared {
  @inline
  bitwise(): bool {
    return false;
  }

  @inline
  value<C, R>(d: v128, _z: v128, _p: v128, _half: v128): v128 {
    return quantize<R>(v128.mul<C>(d, d));
  }

  @inline
  rest<C>(_p: v128, norm: v128): v128 {
    return norm;
  }

  @inline
  slope<C, R>(d: v128, _z: v128, _p: v128, norm: v128, _rest: v128): v128 {
    return v128.mul<C>(norm, d);
  }
}

/** A loss's term as operators of the elementwise loop. */
import { quantize } from "../lanes";

/** term(x - y), rounded as R after each operation; p is the term's parameter. */
@final
export class ValueOf<T, R> {
  @inline
  vector<C>(x: v128, y: v128, p: v128, _q: v128, _r: v128): v128 {
    const d = quantize<R>(v128.sub<C>(x, y));
    return changetype<T>(0).value<C, R>(d, v128.abs<C>(d), p, v128.splat<C>(0.5));
  }
}

/**
 * (norm · slope(x - y)) · upstream; p is the term's parameter, q the norm and r the upstream
 * gradient.
 */
@final
export class SlopeOf<T, R> {
  @inline
  vector<C>(x: v128, y: v128, p: v128, q: v128, r: v128): v128 {
    const term = changetype<T>(0);
    const d = quantize<R>(v128.sub<C>(x, y));
    const slope = quantize<R>(term.slope<C, R>(d, v128.abs<C>(d), p, q, term.rest<C>(p, q)));
    return quantize<R>(v128.mul<C>(slope, r));
  }
}

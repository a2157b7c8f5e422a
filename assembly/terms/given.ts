/** What is no formula: a term that was computed before, and is only added. */
@final
export class Given {
  @inline
  bitwise(): bool {
    return false;
  }

  @inline
  value<C, R>(d: v128, _z: v128, _p: v128, _half: v128): v128 {
    return d;
  }

  @inline
  rest<C>(_p: v128, norm: v128): v128 {
    return norm;
  }

  @inline
  slope<C, R>(d: v128, _z: v128, _p: v128, _norm: v128, _rest: v128): v128 {
    return d;
  }
}

/**
 * The same for terms of halves, whose words hold elements at even and at odd places as two vectors.
 */
@final
export class GivenByHalves {
  @inline
  bitwise(): bool {
    return false;
  }

  @inline
  value<C, R>(d: v128, _z: v128, _p: v128, _half: v128): v128 {
    return d;
  }

  @inline
  rest<C>(_p: v128, norm: v128): v128 {
    return norm;
  }

  @inline
  slope<C, R>(d: v128, _z: v128, _p: v128, _norm: v128, _rest: v128): v128 {
    return d;
  }
}

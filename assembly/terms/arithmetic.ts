/**
 * Operators of one and of two operands on vectors of C: f32, f64 or i64. `p` and `q` are scalars of
 * the call, splat by the loop. A comparison gives 1 or 0 in C.
 */
@inline
function one<C>(mask: v128): v128 {
  return v128.and(mask, v128.splat<C>(1));
}

/**
 * The i64 lanes of `a` where `mask` is set, else those of `b`; wasm has no 64-bit integer minimum.
 */
@inline
function pick(a: v128, b: v128, mask: v128): v128 {
  return v128.bitselect(a, b, mask);
}

@final export class Negative {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return v128.neg<C>(x);
  }
}
@final export class Magnitude {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return v128.abs<C>(x);
  }
}
/** As torch: 0 at NaN and at -0. */
@final export class Sign {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    const zero = v128.splat<C>(0);
    return v128.sub<C>(one<C>(v128.gt<C>(x, zero)), one<C>(v128.lt<C>(x, zero)));
  }
}
@final export class Root {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return v128.sqrt<C>(x);
  }
}
/** max(x, 0) that leaves -0 and NaN as they are. */
@final
export class Rectified {
  @inline vector<C>(x: v128, _p: v128, _q: v128): v128 {
    return v128.pmax<C>(x, v128.splat<C>(0));
  }
}

/** min(max(x, p), q); NaN is passed on, and a zero of either sign within the bounds. */
@final export class Clamp {
  @inline vector<C>(x: v128, p: v128, q: v128): v128 {
    return v128.pmin<C>(v128.pmax<C>(x, p), q);
  }
}

@final export class Add {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return v128.add<C>(x, y);
  }
}
@final export class Subtract {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return v128.sub<C>(x, y);
  }
}
@final export class Multiply {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return v128.mul<C>(x, y);
  }
}
@final export class Divide {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return v128.div<C>(x, y);
  }
}
@final export class Maximum {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return isFloat<C>() ? v128.max<C>(x, y) : pick(x, y, i64x2.gt_s(x, y));
  }
}
@final export class Minimum {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return isFloat<C>() ? v128.min<C>(x, y) : pick(y, x, i64x2.gt_s(x, y));
  }
}
/** x where y is not 0, else 0. */
@final export class Keep {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return v128.and(x, v128.ne<C>(y, v128.splat<C>(0)));
  }
}
@final export class Equal {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return one<C>(v128.eq<C>(x, y));
  }
}
@final export class NotEqual {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return one<C>(v128.ne<C>(x, y));
  }
}
@final export class Less {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return one<C>(v128.lt<C>(x, y));
  }
}
@final export class LessOrEqual {
  @inline vector<C>(x: v128, y: v128, _p: v128, _q: v128, _r: v128): v128 {
    return one<C>(v128.le<C>(x, y));
  }
}

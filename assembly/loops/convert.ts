/**
 * Conversions between what is stored and the three types that are computed with: f32, f64, i64. A
 * conversion between any two dtypes is a walk over at most two of these.
 */
import { load as loadLanes, loadTail, store as storeLanes, storeTail } from "../lanes";

/** Halves to f32 and back, in vectors. */
export function widen<S>(x: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, loadLanes<f32, S>(x));
    x += 8;
    out += 16;
  }
  if (n > 0) storeTail<f32, f32>(out, loadTail<f32, S>(x, n), n);
}

export function narrow<S>(x: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    storeLanes<f32, S>(out, v128.load(x));
    x += 16;
    out += 8;
  }
  if (n > 0) storeTail<f32, S>(out, loadTail<f32, f32>(x, n), n);
}

/**
 * Between numbers of any two types; integers wrap, and floats out of an integer's range saturate
 * before they do.
 */
export function convert<From, To>(x: usize, out: usize, n: i32): void {
  let i: usize = 0;
  if (isFloat<From>() && isFloat<To>()) {
    for (; i + 2 <= <usize>n; i += 2) {
      const from = x + i * sizeof<From>();
      const to = out + i * sizeof<To>();
      if (sizeof<From>() == 4) v128.store(to, f64x2.promote_low_f32x4(v128.load64_zero(from)));
      else v128.store64_lane(to, f32x4.demote_f64x2_zero(v128.load(from)), 0);
    }
  }
  for (; i < <usize>n; i++) {
    store<To>(out + i * sizeof<To>(), <To>load<From>(x + i * sizeof<From>()));
  }
}

/** 1 where x is not 0 (NaN counts as not 0), else 0. */
export function truth<From>(x: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    store<u8>(out + i, load<From>(x + i * sizeof<From>()) != 0 ? 1 : 0);
  }
}

/**
 * What the functions of this folder are made of: constants that differ by type, and the bits of
 * numbers. `C` is f32 or f64, and each formula is written once for both. No operation here is more
 * than one IEEE operation, so a function has the same bits on every engine.
 */

/** A constant in every lane, which float32 and float64 need to different precision. */
@inline
export function number<C>(single: f32, double: f64): v128 {
  return sizeof<C>() == 4 ? v128.splat<f32>(single) : v128.splat<f64>(double);
}

/** The same number in every lane, whatever the type. */
@inline
export function same<C>(value: f64): v128 {
  return v128.splat<C>(<C>value);
}

/** A pattern of bits in every lane. */
@inline
export function pattern<C>(single: u32, double: u64): v128 {
  return sizeof<C>() == 4 ? i32x4.splat(single) : i64x2.splat(double);
}

@inline
export function addBits<C>(a: v128, b: v128): v128 {
  return sizeof<C>() == 4 ? i32x4.add(a, b) : i64x2.add(a, b);
}

@inline
export function subBits<C>(a: v128, b: v128): v128 {
  return sizeof<C>() == 4 ? i32x4.sub(a, b) : i64x2.sub(a, b);
}

@inline
export function shiftLeft<C>(v: v128, single: i32, double: i32): v128 {
  return sizeof<C>() == 4 ? i32x4.shl(v, single) : i64x2.shl(v, double);
}

@inline
export function shiftRight<C>(v: v128, single: i32, double: i32): v128 {
  return sizeof<C>() == 4 ? i32x4.shr_u(v, single) : i64x2.shr_u(v, double);
}

/** Whether a mask is set in every lane. */
@inline
export function everywhere<C>(mask: v128): bool {
  return sizeof<C>() == 4 ? i32x4.all_true(mask) : i64x2.all_true(mask);
}

/** Whether any bit of a mask is set. */
@inline
export function anywhere(mask: v128): bool {
  return v128.any_true(mask);
}

/** What a + b loses in sum = fl(a + b), for |a| >= |b| or a = 0 (Dekker's Fast2Sum, 1971). */
@inline
export function lostOf<C>(a: v128, b: v128, sum: v128): v128 {
  return v128.sub<C>(b, v128.sub<C>(sum, a));
}

/** What a + b loses in sum = fl(a + b), whichever is larger (Knuth's TwoSum, 1969). */
@inline
export function lostOfAny<C>(a: v128, b: v128, sum: v128): v128 {
  const kept = v128.sub<C>(sum, a);
  return v128.add<C>(v128.sub<C>(a, v128.sub<C>(sum, kept)), v128.sub<C>(b, kept));
}

/** The upper half of a number's mantissa: products of two such halves are exact. */
@inline
function upperHalf<C>(v: v128): v128 {
  return v128.and(v, pattern<C>(0xfffff000, 0xfffffffff8000000));
}

/**
 * (n + nLow) / (d + dLow), rounded nearly once: the quotient of the leading parts, and what it
 * leaves over n, which the halves of a product tell exactly (Dekker, 1971). For d between 0.5 and
 * 2.
 */
@inline
export function quotient<C>(n: v128, nLow: v128, d: v128, dLow: v128): v128 {
  const q = v128.div<C>(n, d);
  const qUpper = upperHalf<C>(q);
  const qLower = v128.sub<C>(q, qUpper);
  const dUpper = upperHalf<C>(d);
  const dLower = v128.sub<C>(d, dUpper);
  let rest = v128.sub<C>(n, v128.mul<C>(qUpper, dUpper));
  rest = v128.sub<C>(rest, v128.mul<C>(qUpper, dLower));
  rest = v128.sub<C>(rest, v128.mul<C>(qLower, dUpper));
  rest = v128.sub<C>(rest, v128.mul<C>(qLower, dLower));
  rest = v128.add<C>(rest, v128.sub<C>(nLow, v128.mul<C>(q, dLow)));
  return v128.add<C>(q, v128.div<C>(rest, d));
}

/**
 * The only file that knows 128 bits, and how f16, bf16, f32 and f64 lie in memory.
 *
 * Two types describe a loop. `S` is what is stored; `C` is what is computed with, f32 or f64
 * (arithmetic also knows i64):
 *
 *     S     bytes   C     lanes in a v128 of C
 *     f64     8     f64   2
 *     f32     4     f32   4
 *     f16     2     f32   4     (stored as u16)
 *     bf16    2     f32   4     (stored as i16)
 *
 * AssemblyScript has no half types: u16 and i16 stand in for them, told apart by their sign.
 */
export type f16 = u16;
export type bf16 = i16;

@inline
export function isHalf<S>(): bool {
  return sizeof<S>() == 2;
}

@inline
export function isF16<S>(): bool {
  return isHalf<S>() && !isSigned<S>();
}

/** Elements in one vector of the computing type. */
@inline
export function lanes<C>(): i32 {
  return 16 / sizeof<C>();
}

/** A number in every lane. */
@inline
export function splat<C>(value: f64): v128 {
  return v128.splat<C>(<C>value);
}

/**
 * A constant for a hot loop, made before it from a count n >= 0, which the engine cannot know to
 * have no part in it. A constant that it does know is loaded anew at each use by V8 13 (Node 24),
 * and the mask of f32x4.abs is built anew by V8 11 (Node 20): half of all instructions of L1's loop
 * were that.
 */
@inline
export function constant(bits: u32, n: i32): v128 {
  return i32x4.splat(bits | (n >> 31));
}

/** All bits of a C but its sign, as a constant for a hot loop. */
@inline
export function magnitudeMask<C>(n: i32): v128 {
  if (sizeof<C>() == 4) return constant(0x7fffffff, n);
  return i64x2.splat(i64.MAX_VALUE | (<i64>n));
}

/** 0.5 in every lane, as a constant for a hot loop. */
@inline
export function oneHalf<C>(n: i32): v128 {
  if (sizeof<C>() == 4) return constant(0x3f000000, n);
  return i64x2.splat(0x3fe0000000000000 | (<i64>(n >> 31)));
}

/** One vector of C from a whole vector's worth of stored elements at `p`. */
@inline
export function load<C, S>(p: usize): v128 {
  if (!isHalf<S>()) return v128.load(p);
  return decode<S>(v128.load64_zero(p));
}

/**
 * Like `load`, for the last `k` elements, 0 < k < lanes: reads no further, and fills the other
 * lanes with 0.
 */
@inline
export function loadTail<C, S>(p: usize, k: i32): v128 {
  if (sizeof<S>() == 8) return v128.load64_zero(p);
  if (sizeof<S>() == 4) {
    if (k == 1) return v128.load32_zero(p);
    const pair = v128.load64_zero(p);
    return k == 2 ? pair : v128.load32_lane(p + 8, pair, 2);
  }
  if (k == 1) return decode<S>(v128.load16_lane(p, i64x2.splat(0), 0));
  const pair = v128.load32_zero(p);
  return decode<S>(k == 2 ? pair : v128.load16_lane(p + 4, pair, 2));
}

/** Two f64 from stored f32 or f64; with one element left, the other lane is 0. */
@inline
export function loadWide<S>(p: usize, left: i32): v128 {
  if (sizeof<S>() == 8) return left >= 2 ? v128.load(p) : v128.load64_zero(p);
  return f64x2.promote_low_f32x4(left >= 2 ? v128.load64_zero(p) : v128.load32_zero(p));
}

/** Stores a vector of C as S. */
@inline
export function store<C, S>(p: usize, v: v128): void {
  storeBits<S>(p, stored<S>(v));
}

/** Like `store`, for the first `k` lanes, 0 < k < lanes: writes no further. */
@inline
export function storeTail<C, S>(p: usize, v: v128, k: i32): void {
  storeBitsTail<S>(p, stored<S>(v), k);
}

/** Stores what `stored` gives. */
@inline
export function storeBits<S>(p: usize, v: v128): void {
  if (!isHalf<S>()) v128.store(p, v);
  else v128.store64_lane(p, narrowed(v), 0);
}

@inline
export function storeBitsTail<S>(p: usize, v: v128, k: i32): void {
  if (sizeof<S>() == 8) {
    v128.store64_lane(p, v, 0);
  } else if (sizeof<S>() == 4) {
    if (k == 1) {
      v128.store32_lane(p, v, 0);
      return;
    }
    v128.store64_lane(p, v, 0);
    if (k == 3) v128.store32_lane(p + 8, v, 2);
  } else {
    const halves = narrowed(v);
    if (k == 1) {
      v128.store16_lane(p, halves, 0);
      return;
    }
    v128.store32_lane(p, halves, 0);
    if (k == 3) v128.store16_lane(p + 4, halves, 2);
  }
}

/** The upper 16 bits of each lane, side by side in the low 64 bits. */
@inline
function narrowed(v: v128): v128 {
  return i8x16.shuffle(v, v, 2, 3, 6, 7, 10, 11, 14, 15, 2, 3, 6, 7, 10, 11, 14, 15);
}

/** Four halves in the low 64 bits, as f32. */
@inline
function decode<S>(halves: v128): v128 {
  return widen<S>(i32x4.shl(i32x4.extend_low_i16x8_u(halves), 16));
}

/**
 * Halves in the upper 16 bits of each lane, as f32; below them f16 may have anything, bf16 only
 * zeros.
 */
@inline
function widen<S>(upper: v128): v128 {
  // bf16 is the upper half of an f32.
  if (isSigned<S>()) return upper;
  // Inf and NaN come out as 65536 and more, and get f32's all-ones exponent back.
  const scaled = f32x4.mul(
    shifted(upper, i32x4.splat(0x8fffe000)),
    f32x4.splat(reinterpret<f32>(0x77800000)),
  );
  const special = f32x4.ge(f32x4.abs(scaled), f32x4.splat(65536));
  return v128.or(scaled, v128.and(special, i32x4.splat(0x7f800000)));
}

/**
 * f16 in the upper 16 bits with exponent and mantissa moved under f32's: 2^-112 of its value, the
 * difference of the two biases, exact also for f16's subnormals; Inf and NaN are numbers, 2^-96 and
 * more. `mask` is 0x8fffe000.
 */
@inline
export function shifted(upper: v128, mask: v128): v128 {
  return v128.and(i32x4.shr_s(upper, 3), mask);
}

/**
 * A word is eight halves in 16 bytes, two vectors of f32: those at even places, and those at odd
 * places. Taking them apart costs a shift or a mask, where four neighbours would have to be
 * unpacked first. `upper` is 0xffff0000.
 */
@inline
export function evens<S>(word: v128): v128 {
  return widen<S>(i32x4.shl(word, 16));
}

@inline
export function odds<S>(word: v128, upper: v128): v128 {
  return widen<S>(isSigned<S>() ? v128.and(word, upper) : word);
}

/**
 * The word whose two vectors are given, each half in the upper 16 bits of its lane and zeros below.
 */
@inline
export function word(even: v128, odd: v128): v128 {
  return v128.or(i32x4.shr_u(even, 16), odd);
}

/**
 * Masks have one byte an element, and what is 0 is left out: all ones then in the lane that holds
 * it. `leftOutOfFour` gives those of four vectors of C in lanes of a byte, or, of f64, in the low
 * eight of them.
 */
@inline
export function leftOutOfFour<C>(keep: usize): v128 {
  return i8x16.eq(sizeof<C>() == 8 ? v128.load64_zero(keep) : v128.load(keep), i8x16.splat(0));
}

/**
 * The low or the high half of lanes of `size` bytes that are all ones or zeros, in lanes twice as
 * wide. A shuffle takes less than an extension.
 */
@inline
function widened(size: i32, mask: v128, high: bool): v128 {
  if (size == 1) {
    return high
      ? i8x16.shuffle(mask, mask, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15)
      : i8x16.shuffle(mask, mask, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  }
  if (size == 2) {
    return high
      ? i8x16.shuffle(mask, mask, 8, 9, 8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 15, 14, 15)
      : i8x16.shuffle(mask, mask, 0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7);
  }
  return high
    ? i8x16.shuffle(mask, mask, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15)
    : i8x16.shuffle(mask, mask, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7);
}

/**
 * Of the bytes of four vectors of C the first two vectors', or the others', in lanes of half a C.
 */
@inline
export function leftOutOfTwo<C>(bytes: v128, second: bool): v128 {
  if (sizeof<C>() == 4) return widened(1, bytes, second);
  // Those of f64 fill the low half only.
  return widened(2, widened(1, bytes, false), second);
}

/** Of those of two vectors of C the first one's, or the other's, in lanes of a C. */
@inline
export function leftOutOfOne<C>(two: v128, second: bool): v128 {
  return widened(sizeof<C>() / 2, two, second);
}

/** Bytes that are 0 as all ones in the lanes of one vector of C. */
@inline
function spreadZeros<C>(bytes: v128): v128 {
  const four = widened(2, widened(1, i8x16.eq(bytes, i8x16.splat(0)), false), false);
  return sizeof<C>() == 8 ? widened(4, four, false) : four;
}

/** What the mask of one vector of C leaves out. */
@inline
export function leftOut<C>(keep: usize): v128 {
  if (sizeof<C>() == 4) return spreadZeros<C>(v128.load32_zero(keep));
  return spreadZeros<C>(v128.load16_lane(keep, i64x2.splat(0), 0));
}

/** The same of the last `k` elements: reads no further. */
@inline
export function leftOutOfTail<C>(keep: usize, k: i32): v128 {
  let bytes = v128.load8_lane(keep, i64x2.splat(0), 0);
  if (sizeof<C>() == 4) {
    if (k > 1) bytes = v128.load8_lane(keep + 1, bytes, 1);
    if (k > 2) bytes = v128.load8_lane(keep + 2, bytes, 2);
  }
  return spreadZeros<C>(bytes);
}

/**
 * A vector of C as it is stored; halves in the upper 16 bits of each lane, where their sign is that
 * of C.
 */
@inline
export function stored<S>(v: v128): v128 {
  return isHalf<S>() ? round<S>(v) : v;
}

/**
 * Four f32 as halves in the upper 16 bits of each lane, to nearest, ties to even; NaN becomes a
 * canonical NaN.
 */
@inline
function round<S>(v: v128): v128 {
  const isNaN = f32x4.ne(v, v);
  if (isSigned<S>()) {
    // Half a unit more, or just below it where the last bit that stays is even; a carry walks into
    // the exponent by itself.
    const odd = v128.and(i32x4.shr_u(v, 16), i32x4.splat(1));
    const raised = i32x4.add(i32x4.add(v, i32x4.splat(0x7fff)), odd);
    return v128.bitselect(i32x4.splat(0x7fc00000), v128.and(raised, i32x4.splat(0xffff0000)), isNaN);
  }
  // Normal results: rebias the exponent and round the 13 bits that go, in integers. Subnormal
  // results: adding 0.5 makes the unit in the last place 2^-24, and f32 rounds.
  const sign = v128.and(v, i32x4.splat(0x80000000));
  const magnitude = v128.xor(v, sign);
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  const normal = i32x4.shr_u(i32x4.add(i32x4.sub(magnitude, i32x4.splat(0x38000000 - 0xfff)), odd), 13);
  const subnormal = i32x4.sub(f32x4.add(magnitude, f32x4.splat(0.5)), i32x4.splat(0x3f000000));
  let half = v128.bitselect(
    subnormal,
    normal,
    f32x4.lt(magnitude, f32x4.splat(reinterpret<f32>(0x38800000))),
  );
  half = v128.bitselect(i32x4.splat(0x7c00), half, f32x4.ge(magnitude, f32x4.splat(65520)));
  half = v128.bitselect(i32x4.splat(0x7e00), half, isNaN);
  return v128.or(i32x4.shl(half, 16), sign);
}

/** Rounds each lane to what S can hold. */
@inline
export function quantize<S>(v: v128): v128 {
  if (!isHalf<S>()) return v;
  return widen<S>(round<S>(v));
}

/**
 * Wide running sums. A vector of C is added to a pair (low, high) that keeps what C would lose:
 *
 *     C = f32: low takes lanes 0 and 1, high takes lanes 2 and 3, both in f64
 *     C = f64: high takes the sum, low its rounding errors (Knuth's TwoSum, 1969)
 *
 * `low` must be advanced first: in f64 it needs the high of before.
 */
@inline
export function nextLow<C>(low: v128, high: v128, x: v128): v128 {
  if (sizeof<C>() == 4) return f64x2.add(low, f64x2.promote_low_f32x4(x));
  const sum = f64x2.add(high, x);
  const kept = f64x2.sub(sum, high);
  const lost = f64x2.add(f64x2.sub(high, f64x2.sub(sum, kept)), f64x2.sub(x, kept));
  return f64x2.add(low, lost);
}

@inline
export function nextHigh<C>(high: v128, x: v128): v128 {
  if (sizeof<C>() == 4) return f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1)));
  return f64x2.add(high, x);
}

/** The sum held by a pair of running sums. */
@inline
export function total<C>(low: v128, high: v128): f64 {
  if (sizeof<C>() == 4) {
    const sum = f64x2.add(low, high);
    return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  }
  const a = f64x2.extract_lane(high, 0);
  const b = f64x2.extract_lane(high, 1);
  const sum = a + b;
  // An infinite or NaN sum has no rounding error: TwoSum's inf - inf would turn it into NaN.
  if (!isFinite(sum)) return sum;
  const kept = sum - a;
  const lost = a - (sum - kept) + (b - kept);
  return sum + (lost + f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1));
}

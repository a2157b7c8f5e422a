/** Masks of one byte an element: what is not 0 is kept. */

/** Elements whose bytes of the mask are read at once. */
const TOGETHER = 16;

/** Vector `index` of x where the lanes of `kept` are all ones, else 0. */
@inline
function keepVector(x: usize, out: usize, index: usize, kept: v128): void {
  v128.store(out + index * 16, v128.and(v128.load(x + index * 16), kept));
}

/** Four vectors, or two, of the eight elements that begin with vector `index`. */
@inline
function keepEight<E>(x: usize, out: usize, index: usize, kept: v128): void {
  if (sizeof<E>() == 2) {
    keepVector(x, out, index, kept);
    return;
  }
  const low = i32x4.extend_low_i16x8_s(kept);
  const high = i32x4.extend_high_i16x8_s(kept);
  if (sizeof<E>() == 4) {
    keepVector(x, out, index, low);
    keepVector(x, out, index + 1, high);
    return;
  }
  keepVector(x, out, index, i64x2.extend_low_i32x4_s(low));
  keepVector(x, out, index + 1, i64x2.extend_high_i32x4_s(low));
  keepVector(x, out, index + 2, i64x2.extend_low_i32x4_s(high));
  keepVector(x, out, index + 3, i64x2.extend_high_i32x4_s(high));
}

/** out[i] = mask[i] ? x[i] : 0, for elements of 2, 4 or 8 bytes. `out` may be x. */
export function keepWhere<E>(mask: usize, x: usize, out: usize, n: i32): void {
  const half = sizeof<E>() / 2;
  for (; n >= TOGETHER; n -= TOGETHER) {
    const kept = i8x16.ne(v128.load(mask), i8x16.splat(0));
    keepEight<E>(x, out, 0, i16x8.extend_low_i8x16_s(kept));
    keepEight<E>(x, out, half, i16x8.extend_high_i8x16_s(kept));
    mask += TOGETHER;
    x += TOGETHER * sizeof<E>();
    out += TOGETHER * sizeof<E>();
  }
  for (let i: usize = 0; i < <usize>n; i++) {
    const at = i * sizeof<E>();
    store<E>(out + at, select<E>(load<E>(x + at), 0, load<u8>(mask + i)));
  }
}

/**
 * Turns after which sixteen counts in bytes, of four vectors each, are added up: 63 before they can
 * overflow.
 */
const MOST_TURNS = 63;

@inline
function isZero(mask: usize, index: usize): v128 {
  return i8x16.eq(v128.load(mask + 16 * index), i8x16.splat(0));
}

/** How many bytes of each row are not 0: an f64 at out for each. */
export function countRows(mask: usize, out: usize, rows: i32, length: i32): void {
  for (; rows > 0; rows--) {
    let zeros = 0;
    let n = length;
    while (n >= 4 * TOGETHER) {
      let turns = min(n / (4 * TOGETHER), MOST_TURNS);
      n -= 4 * turns * TOGETHER;
      let counts = i8x16.splat(0);
      for (; turns > 0; turns--) {
        const two = i8x16.add(isZero(mask, 0), isZero(mask, 1));
        counts = i8x16.sub(counts, i8x16.add(two, i8x16.add(isZero(mask, 2), isZero(mask, 3))));
        mask += 4 * TOGETHER;
      }
      const fours = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts));
      zeros += i32x4.extract_lane(fours, 0) + i32x4.extract_lane(fours, 1);
      zeros += i32x4.extract_lane(fours, 2) + i32x4.extract_lane(fours, 3);
    }
    for (; n >= TOGETHER; n -= TOGETHER) {
      zeros += popcnt<i32>(i8x16.bitmask(isZero(mask, 0)));
      mask += TOGETHER;
    }
    for (; n > 0; n--) zeros += i32(load<u8>(mask++) == 0);
    store<f64>(out, length - zeros);
    out += 8;
  }
}

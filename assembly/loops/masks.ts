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

/** How many bytes of each row are not 0: an f64 at out for each. */
export function countRows(mask: usize, out: usize, rows: i32, length: i32): void {
  for (; rows > 0; rows--) {
    let count = 0;
    let n = length;
    for (; n >= 16; n -= 16) {
      count += popcnt<i32>(i8x16.bitmask(i8x16.ne(v128.load(mask), i8x16.splat(0))));
      mask += 16;
    }
    for (; n > 0; n--) count += i32(load<u8>(mask++) != 0);
    store<f64>(out, count);
    out += 8;
  }
}

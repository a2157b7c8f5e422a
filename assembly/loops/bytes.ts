/**
 * Differences of unsigned bytes, as images are stored. An operator is stateless, as in
 * loops/map.ts.
 */

/** |x - y| */
@final
export class Distance {
  @inline
  vector(x: v128, y: v128): v128 {
    return v128.or(i8x16.sub_sat_u(x, y), i8x16.sub_sat_u(y, x));
  }

  @inline
  scalar(x: u32, y: u32): u32 {
    return x > y ? x - y : y - x;
  }
}

/**
 * (x - y) mod 256, which torch takes for the distance of uint8: their subtraction wraps, and abs
 * changes nothing.
 */
@final
export class Wrapped {
  @inline
  vector(x: v128, y: v128): v128 {
    return i8x16.sub(x, y);
  }

  @inline
  scalar(x: u32, y: u32): u32 {
    return (x - y) & 0xff;
  }
}

/** out[i] = op(x[i], y[i]) */
export function mapBytes<Op>(x: usize, y: usize, out: usize, n: i32): void {
  const op = changetype<Op>(0);
  for (; n >= 16; n -= 16) {
    v128.store(out, op.vector(v128.load(x), v128.load(y)));
    x += 16;
    y += 16;
    out += 16;
  }
  for (let i: usize = 0; i < <usize>n; i++)
    store<u8>(out + i, <u8>op.scalar(load<u8>(x + i), load<u8>(y + i)));
}

/** Vectors whose sums of two bytes a 16-bit lane can hold. */
const FULL = 128;

/** Σ op(x[i], y[i]), exact. */
export function sumBytes<Op>(x: usize, y: usize, n: i32): f64 {
  const op = changetype<Op>(0);
  let wide = i64x2.splat(0);
  while (n >= 16) {
    let vectors = min(n >> 4, FULL);
    n -= vectors << 4;
    let sums = i16x8.splat(0);
    do {
      sums = i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(op.vector(v128.load(x), v128.load(y))));
      x += 16;
      y += 16;
    } while (--vectors);
    const fours = i32x4.extadd_pairwise_i16x8_u(sums);
    wide = i64x2.add(wide, i64x2.extend_low_i32x4_u(fours));
    wide = i64x2.add(wide, i64x2.extend_high_i32x4_u(fours));
  }
  let sum = i64x2.extract_lane(wide, 0) + i64x2.extract_lane(wide, 1);
  for (let i: usize = 0; i < <usize>n; i++) sum += op.scalar(load<u8>(x + i), load<u8>(y + i));
  return <f64>sum;
}

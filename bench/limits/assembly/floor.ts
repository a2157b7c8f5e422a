/**
 * What no kernel can beat: streams of 16-byte vectors that are moved, with as little as possible
 * done to them. `n` counts vectors of one stream, in eights.
 */

/** Reads two streams; the result only keeps the loads alive. */
export function floor_read(x: usize, y: usize, n: i32): i32 {
  let a = i64x2.splat(0);
  let b = i64x2.splat(0);
  for (; n > 0; n -= 8) {
    a = v128.or(a, v128.or(v128.load(x), v128.load(y)));
    b = v128.or(b, v128.or(v128.load(x, 16), v128.load(y, 16)));
    a = v128.or(a, v128.or(v128.load(x, 32), v128.load(y, 32)));
    b = v128.or(b, v128.or(v128.load(x, 48), v128.load(y, 48)));
    a = v128.or(a, v128.or(v128.load(x, 64), v128.load(y, 64)));
    b = v128.or(b, v128.or(v128.load(x, 80), v128.load(y, 80)));
    a = v128.or(a, v128.or(v128.load(x, 96), v128.load(y, 96)));
    b = v128.or(b, v128.or(v128.load(x, 112), v128.load(y, 112)));
    x += 128;
    y += 128;
  }
  return i32(v128.any_true(v128.or(a, b)));
}

/** Reads two streams and writes one. */
export function floor_copy(x: usize, y: usize, out: usize, n: i32): void {
  for (; n > 0; n -= 8) {
    v128.store(out, v128.or(v128.load(x), v128.load(y)));
    v128.store(out, v128.or(v128.load(x, 16), v128.load(y, 16)), 16);
    v128.store(out, v128.or(v128.load(x, 32), v128.load(y, 32)), 32);
    v128.store(out, v128.or(v128.load(x, 48), v128.load(y, 48)), 48);
    v128.store(out, v128.or(v128.load(x, 64), v128.load(y, 64)), 64);
    v128.store(out, v128.or(v128.load(x, 80), v128.load(y, 80)), 80);
    v128.store(out, v128.or(v128.load(x, 96), v128.load(y, 96)), 96);
    v128.store(out, v128.or(v128.load(x, 112), v128.load(y, 112)), 112);
    x += 128;
    y += 128;
    out += 128;
  }
}

/**
 * out[c][r] = x[r][c] for elements of type E, rows of `columns`. A row of x begins `stride` bytes
 * after the one before, a row of out `outStride` bytes.
 */
export function transpose<E>(
  x: usize,
  stride: usize,
  out: usize,
  outStride: usize,
  rows: i32,
  columns: i32,
): void {
  let r = 0;
  if (sizeof<E>() == 4) {
    for (; r + 4 <= rows; r += 4) {
      const c = fourRows(x, stride, out, outStride, columns);
      oneByOne<E>(x + 4 * <usize>c, stride, out + <usize>c * outStride, outStride, 4, columns - c);
      x += 4 * stride;
      out += 16;
    }
  }
  oneByOne<E>(x, stride, out, outStride, rows - r, columns);
}

@inline
function oneByOne<E>(x: usize, stride: usize, out: usize, outStride: usize, rows: i32, columns: i32): void {
  for (; rows > 0; rows--) {
    for (let c: usize = 0; c < <usize>columns; c++) {
      store<E>(out + c * outStride, load<E>(x + c * sizeof<E>()));
    }
    x += stride;
    out += sizeof<E>();
  }
}

/** Four rows, by squares of four; returns how many columns. */
function fourRows(x: usize, stride: usize, out: usize, outStride: usize, columns: i32): i32 {
  let done = 0;
  for (; done + 4 <= columns; done += 4) {
    const a = v128.load(x);
    const b = v128.load(x + stride);
    const c = v128.load(x + 2 * stride);
    const d = v128.load(x + 3 * stride);
    const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const ef = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const gh = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(out, i64x2.shuffle(ab, cd, 0, 2));
    v128.store(out + outStride, i64x2.shuffle(ab, cd, 1, 3));
    v128.store(out + 2 * outStride, i64x2.shuffle(ef, gh, 0, 2));
    v128.store(out + 3 * outStride, i64x2.shuffle(ef, gh, 1, 3));
    x += 16;
    out += 4 * outStride;
  }
  return done;
}

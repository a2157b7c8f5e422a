/** Products of matrices a[m, k] · b[k, n], all row-major; each element is a sum in the order of k. */
import { lanes, loadTail, storeTail } from "../lanes";

/** out[m, n] = a · b */
export function matmul<C>(a: usize, b: usize, out: usize, m: i32, k: i32, n: i32): void {
  memory.fill(out, 0, <usize>m * <usize>n * sizeof<C>());
  addMatmul<C>(a, b, out, m, k, n);
}

/**
 * out[m, n] += a · b, one product after the other: what is added in parts, along k, has the bits of
 * the whole. Columns are taken four vectors at a time: four independent sums hide the latency of an
 * addition.
 */
export function addMatmul<C>(a: usize, b: usize, out: usize, m: i32, k: i32, n: i32): void {
  const width = lanes<C>();
  const rowBytes = <usize>n * sizeof<C>();
  for (let i = 0; i < m; i++) {
    let j = 0;
    for (; j + 4 * width <= n; j += 4 * width)
      fourVectors<C>(a, b + j * sizeof<C>(), out + j * sizeof<C>(), k, rowBytes);
    for (; j < n; j += width) oneVector<C>(a, b + j * sizeof<C>(), out + j * sizeof<C>(), k, rowBytes, n - j);
    a += k * sizeof<C>();
    out += rowBytes;
  }
}

@inline
function fourVectors<C>(a: usize, b: usize, out: usize, k: i32, rowBytes: usize): void {
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  let s2 = v128.load(out, 32);
  let s3 = v128.load(out, 48);
  for (let l = 0; l < k; l++) {
    const x = v128.splat<C>(load<C>(a + l * sizeof<C>()));
    s0 = v128.add<C>(s0, v128.mul<C>(x, v128.load(b)));
    s1 = v128.add<C>(s1, v128.mul<C>(x, v128.load(b, 16)));
    s2 = v128.add<C>(s2, v128.mul<C>(x, v128.load(b, 32)));
    s3 = v128.add<C>(s3, v128.mul<C>(x, v128.load(b, 48)));
    b += rowBytes;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

@inline
function oneVector<C>(a: usize, b: usize, out: usize, k: i32, rowBytes: usize, left: i32): void {
  const whole = left >= lanes<C>();
  let sum = whole ? v128.load(out) : loadTail<C, C>(out, left);
  for (let l = 0; l < k; l++) {
    const row = whole ? v128.load(b) : loadTail<C, C>(b, left);
    sum = v128.add<C>(sum, v128.mul<C>(v128.splat<C>(load<C>(a + l * sizeof<C>())), row));
    b += rowBytes;
  }
  if (whole) v128.store(out, sum);
  else storeTail<C, C>(out, sum, left);
}

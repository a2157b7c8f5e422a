/** Products of matrices a[m, k] · b[k, n], all row-major; each element is a sum in the order of k. */
import { lanes, loadTail, storeTail } from "../lanes";

/** out[m, n] = a · b */
export function matmul<C>(a: usize, b: usize, out: usize, m: i32, k: i32, n: i32): void {
  memory.fill(out, 0, <usize>m * <usize>n * sizeof<C>());
  addMatmul<C>(a, b, out, m, k, n);
}

/**
 * out[m, n] += a · b, one product after the other: what is added in parts, along k, has the bits of
 * the whole. Four rows of a go through b together, so that b is read a quarter as often.
 */
export function addMatmul<C>(a: usize, b: usize, out: usize, m: i32, k: i32, n: i32): void {
  const factorBytes = <usize>k * sizeof<C>();
  const rowBytes = <usize>n * sizeof<C>();
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    const done = addFourRows<C>(a, b, out, k, n);
    for (let row = 0; row < 4; row++) {
      addRow<C>(a, b, out, k, n, done);
      a += factorBytes;
      out += rowBytes;
    }
  }
  for (; i < m; i++) {
    addRow<C>(a, b, out, k, n, 0);
    a += factorBytes;
    out += rowBytes;
  }
}

/** Four rows of a times b, in as many columns as whole pairs of vectors have; says how many. */
function addFourRows<C>(a: usize, b: usize, out: usize, k: i32, n: i32): i32 {
  const step = 2 * lanes<C>();
  const rowBytes = <usize>n * sizeof<C>();
  let j = 0;
  for (; j + step <= n; j += step)
    fourByTwoVectors<C>(a, b + j * sizeof<C>(), out + j * sizeof<C>(), k, rowBytes);
  return j;
}

@inline
function fourByTwoVectors<C>(a: usize, b: usize, out: usize, k: i32, rowBytes: usize): void {
  const a1 = <usize>k * sizeof<C>();
  const out1 = out + rowBytes;
  const out2 = out1 + rowBytes;
  const out3 = out2 + rowBytes;
  let s0 = v128.load(out);
  let t0 = v128.load(out, 16);
  let s1 = v128.load(out1);
  let t1 = v128.load(out1, 16);
  let s2 = v128.load(out2);
  let t2 = v128.load(out2, 16);
  let s3 = v128.load(out3);
  let t3 = v128.load(out3, 16);
  for (const end = a + a1; a < end; a += sizeof<C>()) {
    const y = v128.load(b);
    const z = v128.load(b, 16);
    let x = v128.splat<C>(load<C>(a));
    s0 = v128.add<C>(s0, v128.mul<C>(x, y));
    t0 = v128.add<C>(t0, v128.mul<C>(x, z));
    x = v128.splat<C>(load<C>(a + a1));
    s1 = v128.add<C>(s1, v128.mul<C>(x, y));
    t1 = v128.add<C>(t1, v128.mul<C>(x, z));
    x = v128.splat<C>(load<C>(a + 2 * a1));
    s2 = v128.add<C>(s2, v128.mul<C>(x, y));
    t2 = v128.add<C>(t2, v128.mul<C>(x, z));
    x = v128.splat<C>(load<C>(a + 3 * a1));
    s3 = v128.add<C>(s3, v128.mul<C>(x, y));
    t3 = v128.add<C>(t3, v128.mul<C>(x, z));
    b += rowBytes;
  }
  v128.store(out, s0);
  v128.store(out, t0, 16);
  v128.store(out1, s1);
  v128.store(out1, t1, 16);
  v128.store(out2, s2);
  v128.store(out2, t2, 16);
  v128.store(out3, s3);
  v128.store(out3, t3, 16);
}

/**
 * A row of a times b, from column j on. Columns are taken four vectors at a time: four independent
 * sums hide the latency of an addition.
 */
function addRow<C>(a: usize, b: usize, out: usize, k: i32, n: i32, j: i32): void {
  const width = lanes<C>();
  const rowBytes = <usize>n * sizeof<C>();
  for (; j + 4 * width <= n; j += 4 * width)
    fourVectors<C>(a, b + j * sizeof<C>(), out + j * sizeof<C>(), k, rowBytes);
  for (; j < n; j += width) oneVector<C>(a, b + j * sizeof<C>(), out + j * sizeof<C>(), k, rowBytes, n - j);
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

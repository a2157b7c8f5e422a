/**
 * out[t] = Σ w[k] · x[t + k · step], 0 <= k < size, for t in [0, n), the products added in the
 * order of k: windows along a dimension whose elements are `step` apart.
 */
import { lanes, loadTail, storeTail } from "../lanes";

/**
 * `rows` times: rows of x begin `stride` elements after each other, those of out n. Eight vectors at
 * a time: so many independent sums hide the latency of an addition, with two of them in a cycle.
 */
export function correlate<C>(
  x: usize,
  w: usize,
  out: usize,
  rows: i32,
  stride: i32,
  n: i32,
  size: i32,
  step: i32,
): void {
  const width = lanes<C>();
  const stepBytes = <usize>step * sizeof<C>();
  for (; rows > 0; rows--) {
    let i = 0;
    for (; i + 8 * width <= n; i += 8 * width) {
      eightVectors<C>(x + i * sizeof<C>(), w, out + i * sizeof<C>(), size, stepBytes);
    }
    for (; i < n; i += width) {
      oneVector<C>(x + i * sizeof<C>(), w, out + i * sizeof<C>(), size, stepBytes, n - i);
    }
    x += <usize>stride * sizeof<C>();
    out += <usize>n * sizeof<C>();
  }
}

@inline
function eightVectors<C>(x: usize, w: usize, out: usize, size: i32, step: usize): void {
  let s0 = v128.splat<C>(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  for (let k = 0; k < size; k++) {
    const factor = v128.splat<C>(load<C>(w + k * sizeof<C>()));
    s0 = v128.add<C>(s0, v128.mul<C>(factor, v128.load(x)));
    s1 = v128.add<C>(s1, v128.mul<C>(factor, v128.load(x, 16)));
    s2 = v128.add<C>(s2, v128.mul<C>(factor, v128.load(x, 32)));
    s3 = v128.add<C>(s3, v128.mul<C>(factor, v128.load(x, 48)));
    s4 = v128.add<C>(s4, v128.mul<C>(factor, v128.load(x, 64)));
    s5 = v128.add<C>(s5, v128.mul<C>(factor, v128.load(x, 80)));
    s6 = v128.add<C>(s6, v128.mul<C>(factor, v128.load(x, 96)));
    s7 = v128.add<C>(s7, v128.mul<C>(factor, v128.load(x, 112)));
    x += step;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
}

@inline
function oneVector<C>(x: usize, w: usize, out: usize, size: i32, step: usize, left: i32): void {
  const whole = left >= lanes<C>();
  let sum = v128.splat<C>(0);
  for (let k = 0; k < size; k++) {
    const row = whole ? v128.load(x) : loadTail<C, C>(x, left);
    sum = v128.add<C>(sum, v128.mul<C>(v128.splat<C>(load<C>(w + k * sizeof<C>())), row));
    x += step;
  }
  if (whole) v128.store(out, sum);
  else storeTail<C, C>(out, sum, left);
}

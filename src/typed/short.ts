/**
 * Losses of short float32 arrays in plain JavaScript, for lengths at which copying to the kernels
 * and calling them costs more than it brings. They have the kernels' bits
 * (test/typed/short.test.ts): each operation is rounded to float32, and as in
 * assembly/loops/reduce.ts terms are added in float64, one sum for each of the four lanes of a
 * vector:
 *
 *     element   0  1  2  3 | 4  5  6  7 | 8  9 ...
 *     lane      a  b  c  d | a  b  c  d | a  b ...        sum = (a + c) + (b + d)
 *
 * Written out once a loss and pass, and not over functions that are passed in: V8 keeps one record
 * of types and targets for all closures of one function, and four losses in it would make each call
 * indirect. The small functions of one loss are inlined.
 */
const { abs, fround } = Math;

/** Σ term(x[i] - y[i]) of n elements; p is beta or delta. */
type ShortSum = (x: Float32Array, y: Float32Array, n: number, p: number) => number;
/** The same sum; and out[i] = norm · slope(x[i] - y[i]). */
type ShortSumAndSlope = (
  x: Float32Array,
  y: Float32Array,
  n: number,
  p: number,
  out: Float32Array,
  norm: number,
) => number;

/** What a loss does with short arrays. */
export interface ShortLoops {
  readonly sum: ShortSum;
  readonly sumAndSlope: ShortSumAndSlope;
}

function absolute(x: number, y: number): number {
  return abs(fround(x - y));
}

function l1Sum(x: Float32Array, y: Float32Array, n: number): number {
  const whole = n & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += absolute(x[i], y[i]);
    b += absolute(x[i + 1], y[i + 1]);
    c += absolute(x[i + 2], y[i + 2]);
    d += absolute(x[i + 3], y[i + 3]);
  }
  if (whole < n) a += absolute(x[whole], y[whole]);
  if (whole + 1 < n) b += absolute(x[whole + 1], y[whole + 1]);
  if (whole + 2 < n) c += absolute(x[whole + 2], y[whole + 2]);
  return a + c + (b + d);
}

/**
 * Signs from comparisons: branches cost five times as much where the signs are random. Rounding d
 * to float32 first would not change them: no difference of two float32 is too small for float32.
 */
function absoluteSlope(d: number, norm: number): number {
  return (+(d > 0) - +(d < 0)) * norm;
}

function l1SumAndSlope(
  x: Float32Array,
  y: Float32Array,
  n: number,
  _p: number,
  out: Float32Array,
  norm: number,
): number {
  const whole = n & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    const p = x[i] - y[i];
    const q = x[i + 1] - y[i + 1];
    const r = x[i + 2] - y[i + 2];
    const s = x[i + 3] - y[i + 3];
    a += abs(fround(p));
    b += abs(fround(q));
    c += abs(fround(r));
    d += abs(fround(s));
    out[i] = absoluteSlope(p, norm);
    out[i + 1] = absoluteSlope(q, norm);
    out[i + 2] = absoluteSlope(r, norm);
    out[i + 3] = absoluteSlope(s, norm);
  }
  for (let i = whole; i < n; i++) {
    const p = x[i] - y[i];
    if (i === whole) a += abs(fround(p));
    else if (i === whole + 1) b += abs(fround(p));
    else c += abs(fround(p));
    out[i] = absoluteSlope(p, norm);
  }
  return a + c + (b + d);
}

function square(d: number): number {
  return fround(d * d);
}

function mseSum(x: Float32Array, y: Float32Array, n: number): number {
  const whole = n & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += square(fround(x[i] - y[i]));
    b += square(fround(x[i + 1] - y[i + 1]));
    c += square(fround(x[i + 2] - y[i + 2]));
    d += square(fround(x[i + 3] - y[i + 3]));
  }
  if (whole < n) a += square(fround(x[whole] - y[whole]));
  if (whole + 1 < n) b += square(fround(x[whole + 1] - y[whole + 1]));
  if (whole + 2 < n) c += square(fround(x[whole + 2] - y[whole + 2]));
  return a + c + (b + d);
}

function mseSumAndSlope(
  x: Float32Array,
  y: Float32Array,
  n: number,
  _p: number,
  out: Float32Array,
  norm: number,
): number {
  const whole = n & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    const p = fround(x[i] - y[i]);
    const q = fround(x[i + 1] - y[i + 1]);
    const r = fround(x[i + 2] - y[i + 2]);
    const s = fround(x[i + 3] - y[i + 3]);
    a += square(p);
    b += square(q);
    c += square(r);
    d += square(s);
    out[i] = norm * p;
    out[i + 1] = norm * q;
    out[i + 2] = norm * r;
    out[i + 3] = norm * s;
  }
  for (let i = whole; i < n; i++) {
    const p = fround(x[i] - y[i]);
    if (i === whole) a += square(p);
    else if (i === whole + 1) b += square(p);
    else c += square(p);
    out[i] = norm * p;
  }
  return a + c + (b + d);
}

/** A NaN takes the branch |d| < beta, as in assembly/terms/smooth.ts. */
function smooth(d: number, beta: number): number {
  const z = abs(d);
  return z >= beta ? fround(z - fround(0.5 * beta)) : fround(fround(fround(0.5 * z) * z) / beta);
}

function smoothSlope(d: number, beta: number, norm: number): number {
  return d >= beta ? norm : d <= -beta ? -norm : norm * fround(d / beta);
}

function smoothL1Sum(x: Float32Array, y: Float32Array, n: number, beta: number): number {
  const whole = n & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += smooth(fround(x[i] - y[i]), beta);
    b += smooth(fround(x[i + 1] - y[i + 1]), beta);
    c += smooth(fround(x[i + 2] - y[i + 2]), beta);
    d += smooth(fround(x[i + 3] - y[i + 3]), beta);
  }
  if (whole < n) a += smooth(fround(x[whole] - y[whole]), beta);
  if (whole + 1 < n) b += smooth(fround(x[whole + 1] - y[whole + 1]), beta);
  if (whole + 2 < n) c += smooth(fround(x[whole + 2] - y[whole + 2]), beta);
  return a + c + (b + d);
}

function smoothL1SumAndSlope(
  x: Float32Array,
  y: Float32Array,
  n: number,
  beta: number,
  out: Float32Array,
  norm: number,
): number {
  const lanes = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const d = fround(x[i] - y[i]);
    lanes[i & 3] += smooth(d, beta);
    out[i] = smoothSlope(d, beta, norm);
  }
  return lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
}

/** A NaN takes the branch |d| < delta, as in assembly/terms/huber.ts. */
function huber(d: number, delta: number): number {
  const z = abs(d);
  return z >= delta ? fround(delta * fround(z - fround(0.5 * delta))) : fround(fround(0.5 * z) * z);
}

function huberSlope(d: number, delta: number, norm: number): number {
  return norm * (d >= delta ? delta : d <= -delta ? -delta : d);
}

function huberSum(x: Float32Array, y: Float32Array, n: number, delta: number): number {
  const whole = n & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += huber(fround(x[i] - y[i]), delta);
    b += huber(fround(x[i + 1] - y[i + 1]), delta);
    c += huber(fround(x[i + 2] - y[i + 2]), delta);
    d += huber(fround(x[i + 3] - y[i + 3]), delta);
  }
  if (whole < n) a += huber(fround(x[whole] - y[whole]), delta);
  if (whole + 1 < n) b += huber(fround(x[whole + 1] - y[whole + 1]), delta);
  if (whole + 2 < n) c += huber(fround(x[whole + 2] - y[whole + 2]), delta);
  return a + c + (b + d);
}

function huberSumAndSlope(
  x: Float32Array,
  y: Float32Array,
  n: number,
  delta: number,
  out: Float32Array,
  norm: number,
): number {
  const lanes = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const d = fround(x[i] - y[i]);
    lanes[i & 3] += huber(d, delta);
    out[i] = huberSlope(d, delta, norm);
  }
  return lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
}

export const l1Loops: ShortLoops = { sum: l1Sum, sumAndSlope: l1SumAndSlope };
export const mseLoops: ShortLoops = { sum: mseSum, sumAndSlope: mseSumAndSlope };
export const smoothL1Loops: ShortLoops = { sum: smoothL1Sum, sumAndSlope: smoothL1SumAndSlope };
export const huberLoops: ShortLoops = { sum: huberSum, sumAndSlope: huberSumAndSlope };

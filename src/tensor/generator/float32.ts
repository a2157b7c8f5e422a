/**
 * Box-Muller in float32, with the approximations of logf, sinf and cosf from Stephen Moshier's
 * Cephes library that PyTorch uses on x86 with AVX2, and with the fused multiply-adds that its
 * compiler makes of them. All is IEEE 754 arithmetic, so that every engine gives the same bits.
 */

const round = Math.fround;
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

const TWO_PI = round(2 * Math.PI);
const FOUR_OVER_PI = round(4 / Math.PI);
const SQRT_HALF = round(Math.SQRT1_2);

/** log(1 + x) = x - x^2 / 2 + x^3 * polynomial(x), highest power first. */
const LOG = Float32Array.of(
  7.0376836292e-2,
  -1.151461031e-1,
  1.167699874e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
);
/** ln 2 and pi / 4 in parts, the first short enough for exact products. */
const LN2_HIGH = round(0.693359375);
const LN2_LOW = round(-2.1219444e-4);
const QUARTER_PI_HIGH = round(0.78515625);
const QUARTER_PI_MIDDLE = round(2.4187564849853516e-4);
const QUARTER_PI_LOW = round(3.774894977445941e-8);
/** sin r = r + r^3 * polynomial(r^2), cos r = 1 - r^2 / 2 + r^4 * polynomial(r^2). */
const SIN = Float32Array.of(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
const COS = Float32Array.of(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);

/**
 * a * b + c rounded once: a product of two float32 is exact in float64. The sum is not always, and
 * then, about once in 2^29 times, this is the float32 beside a fused multiply-add's.
 */
function multiplyAdd(a: number, b: number, c: number): number {
  return round(a * b + c);
}

/** Natural logarithm of a normal float32 in (0, 1]. */
function log(x: number): number {
  float[0] = x;
  let exponent = (bits[0] >>> 23) - 126;
  bits[0] = (bits[0] & 0x7fffff) | 0x3f000000;
  let m = float[0];
  if (m < SQRT_HALF) {
    exponent -= 1;
    m *= 2;
  }
  m -= 1;
  const square = round(m * m);
  let y = LOG[0];
  for (let i = 1; i < LOG.length; i++) y = multiplyAdd(y, m, LOG[i]);
  y = multiplyAdd(round(y * m), square, round(exponent * LN2_LOW));
  y = multiplyAdd(square, -0.5, y);
  return multiplyAdd(exponent, LN2_HIGH, round(m + y));
}

/**
 * Turns two uniform float32 samples of [0, 1) into two independent normal ones: `result[i]` and
 * `result[j]`.
 */
export function normalPairFloat32(u1: number, u2: number, result: Float64Array, i: number, j: number): void {
  const radius = round(Math.sqrt(-2 * log(round(1 - u1))));
  const angle = round(TWO_PI * u2);
  // The octant, rounded up to an even number: the angle lies within pi / 4 of octant * pi / 4.
  const octant = (round(angle * FOUR_OVER_PI) + 1) & ~1;
  let r = multiplyAdd(-octant, QUARTER_PI_HIGH, angle);
  r = multiplyAdd(-octant, QUARTER_PI_MIDDLE, r);
  r = multiplyAdd(-octant, QUARTER_PI_LOW, r);
  const square = round(r * r);
  let cos = multiplyAdd(multiplyAdd(COS[0], square, COS[1]), square, COS[2]);
  cos = round(multiplyAdd(round(cos * square), square, -0.5 * square) + 1);
  let sin = multiplyAdd(multiplyAdd(SIN[0], square, SIN[1]), square, SIN[2]);
  sin = multiplyAdd(round(sin * square), r, r);
  if (octant & 2) [sin, cos] = [cos, -sin];
  if (octant & 4) [sin, cos] = [-sin, -cos];
  // Adding 0, the mean, turns -0 into 0.
  result[i] = round(radius * cos) + 0;
  result[j] = round(radius * sin) + 0;
}

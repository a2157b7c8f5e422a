/**
 * Box-Muller in float64. The logarithm, sine and cosine are evaluated to about 2^-65 and rounded
 * once, by IEEE 754's basic operations only. `Math.log` and its like differ between engines; these
 * do not, and they equal the C library's functions wherever those are correctly rounded, which is
 * nearly always.
 *
 * A number of twice float64's precision is a pair high + low with |low| <= ulp(high) / 2. Functions
 * return the high part and leave the low one in `low`.
 */
import { lostByProduct } from "../../core/error-free.js";

let low = 0;

/**
 * Coefficients of a power series, highest accuracy where it counts: from index DOUBLED up `low` is
 * not used.
 */
interface Series {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

const DOUBLED = 4;
/** The next term of each series is below 2^-70 of the first, at |s| <= 0.172 and |r| <= pi / 4. */
const TERMS = 15;

/** 1 / 1, 1 / 3, 1 / 5, ...: atanh(s) = s * series(s^2). */
const ATANH = series((k) => 2 * k + 1);
/** 1, -1 / 3!, 1 / 5!, ...: sin(r) = r * series(r^2). */
const SIN = series((k) => (-1) ** k * factorial(2 * k + 1));
/** 1, -1 / 2!, 1 / 4!, ...: cos(r) = series(r^2). */
const COS = series((k) => (-1) ** k * factorial(2 * k));

/**
 * ln 2 and pi / 2 in parts; those before the last have 33 bits, so that small multiples are exact.
 */
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const HALF_PI_HIGH = 1.57079632673412561417;
const HALF_PI_MIDDLE = 6.0771005063039659766e-11;
const HALF_PI_LOW = 2.02226624879595063154e-21;

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

function factorial(n: number): number {
  return n === 0 ? 1 : n * factorial(n - 1);
}

function series(denominator: (k: number) => number): Series {
  const result = { high: new Float64Array(TERMS), low: new Float64Array(TERMS) };
  for (let k = 0; k < TERMS; k++) {
    const n = denominator(k);
    result.high[k] = 1 / n;
    const product = multiply(result.high[k], n);
    result.low[k] = (1 - product - low) / n;
  }
  return result;
}

/** a * b exactly: what the product loses is in `low`. */
function multiply(a: number, b: number): number {
  const product = a * b;
  low = lostByProduct(a, b, product);
  return product;
}

/** The sum of `coefficients` * z^k, where z = high + low; each term outweighs all that follow. */
function evaluate(coefficients: Series, zHigh: number, zLow: number): number {
  let tail = 0;
  for (let k = TERMS - 1; k >= DOUBLED; k--) tail = coefficients.high[k] + zHigh * tail;
  let sumHigh = tail;
  let sumLow = 0;
  for (let k = DOUBLED - 1; k >= 0; k--) {
    const product = multiply(sumHigh, zHigh);
    const rest = low + sumHigh * zLow + sumLow * zHigh + coefficients.low[k];
    sumHigh = coefficients.high[k] + product;
    sumLow = coefficients.high[k] - sumHigh + product + rest;
  }
  low = sumLow;
  return sumHigh;
}

/** Natural logarithm of a normal float64 in (0, 1]. */
function log(x: number): number {
  float[0] = x;
  let exponent = (words[1] >>> 20) - 1022;
  words[1] = (words[1] & 0xfffff) | 0x3fe00000;
  let m = float[0];
  if (m < Math.SQRT1_2) {
    exponent -= 1;
    m *= 2;
  }
  // log m = 2 atanh s, s = (m - 1) / (m + 1)
  const denominator = m + 1;
  const denominatorLow = m - (denominator - 1);
  const s = (m - 1) / denominator;
  const product = multiply(s, denominator);
  const sLow = (m - 1 - product - low - s * denominatorLow) / denominator;
  const square = multiply(s, s);
  const atanh = evaluate(ATANH, square, low + 2 * s * sLow);
  const atanhLow = low;
  const logM = 2 * multiply(s, atanh);
  const logMLow = 2 * (low + s * atanhLow + sLow * atanh);
  // The exponent's share outweighs log m, or is 0.
  const share = exponent * LN2_HIGH;
  const sum = share + logM;
  return sum + (share - sum + logM + (logMLow + exponent * LN2_LOW));
}

/**
 * Turns two uniform float64 samples of [0, 1) into two independent normal ones: `result[i]` and
 * `result[j]`.
 *
 * @param u1 decides their distance from 0
 * @param u2 decides their ratio
 */
export function normalPairFloat64(u1: number, u2: number, result: Float64Array, i: number, j: number): void {
  const radius = Math.sqrt(-2 * log(1 - u1));
  const angle = 2 * Math.PI * u2;
  // The angle lies within pi / 4 of quadrant * pi / 2.
  const quadrant = Math.floor(angle * (2 / Math.PI) + 0.5);
  const difference = angle - quadrant * HALF_PI_HIGH;
  const middle = quadrant * HALF_PI_MIDDLE;
  const r = difference - middle;
  const rLow = difference - r - middle - quadrant * HALF_PI_LOW;
  const square = multiply(r, r);
  const squareLow = low + 2 * r * rLow;
  let cos = evaluate(COS, square, squareLow);
  cos += low;
  const ratio = evaluate(SIN, square, squareLow);
  const ratioLow = low;
  let sin = multiply(r, ratio);
  sin += low + r * ratioLow + rLow * ratio;
  if (quadrant & 1) [sin, cos] = [cos, -sin];
  if (quadrant & 2) [sin, cos] = [-sin, -cos];
  // Adding 0, the mean, turns -0 into 0.
  result[i] = radius * cos + 0;
  result[j] = radius * sin + 0;
}

/**
 * Elementary functions of one number, evaluated to about 2^-62 and rounded once, by IEEE 754's
 * basic operations only. `Math.log` and its like differ between engines; these do not, and they
 * equal the C library's functions wherever those are correctly rounded, which is nearly always.
 *
 * A number of twice float64's precision is a pair high + low with |low| <= ulp(high) / 2. Functions
 * return the high part and leave the low one in `low`.
 */
import { lostByProduct } from "./error-free.js";

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
/** So is the next term of e^r, at |r| <= ln 2 / 2. */
const EXP_TERMS = 17;

/** 1 / 1, 1 / 3, 1 / 5, ...: atanh(s) = s * series(s^2). */
const ATANH = /* @__PURE__ */ series(TERMS, (k) => 2 * k + 1);
/** 1, -1 / 3!, 1 / 5!, ...: sin(r) = r * series(r^2). */
const SIN = /* @__PURE__ */ series(TERMS, (k) => (-1) ** k * factorial(2 * k + 1));
/** 1, -1 / 2!, 1 / 4!, ...: cos(r) = series(r^2). */
const COS = /* @__PURE__ */ series(TERMS, (k) => (-1) ** k * factorial(2 * k));
/** 1, 1, 1 / 2!, 1 / 3!, ...: e^r = series(r). */
const EXP = /* @__PURE__ */ series(EXP_TERMS, factorial);

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

function series(terms: number, denominator: (k: number) => number): Series {
  const result = { high: new Float64Array(terms), low: new Float64Array(terms) };
  for (let k = 0; k < terms; k++) {
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
  for (let k = coefficients.high.length - 1; k >= DOUBLED; k--) tail = coefficients.high[k] + zHigh * tail;
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

/** The high part of log x, of a normal x above 0, with its low part. */
function logPair(x: number): number {
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
  const rest = share - sum + logM + (logMLow + exponent * LN2_LOW);
  const high = sum + rest;
  low = sum - high + rest;
  return high;
}

/** Natural logarithm of a normal float64 above 0. */
export function log(x: number): number {
  return logPair(x);
}

/** sin(angle + quarters · π / 2) of an angle of up to a million. */
function sineFrom(quarters: number, angle: number): number {
  // The angle lies within pi / 4 of nearest * pi / 2.
  const nearest = Math.floor(angle * (2 / Math.PI) + 0.5);
  const difference = angle - nearest * HALF_PI_HIGH;
  const middle = nearest * HALF_PI_MIDDLE;
  const r = difference - middle;
  const rLow = difference - r - middle - nearest * HALF_PI_LOW;
  const square = multiply(r, r);
  const squareLow = low + 2 * r * rLow;
  const quadrant = nearest + quarters;
  const sign = quadrant & 2 ? -1 : 1;
  if (quadrant & 1) {
    const cos = evaluate(COS, square, squareLow);
    return sign * (cos + low);
  }
  const ratio = evaluate(SIN, square, squareLow);
  const ratioLow = low;
  const product = multiply(r, ratio);
  return sign * (product + (low + r * ratioLow + rLow * ratio));
}

/** Sine of an angle in radians, of up to a million. */
export function sin(angle: number): number {
  return sineFrom(0, angle);
}

/** Cosine of an angle in radians, of up to a million. */
export function cos(angle: number): number {
  return sineFrom(1, angle);
}

/** x^y as a C library has it: of integers y by products, of other y by e^(y log x). */
export function pow(x: number, y: number): number {
  if (Number.isInteger(y) && y >= 0) {
    const power = integerPower(x, y);
    if (Number.isFinite(power)) return power;
  }
  const isPlain = x >= 2 ** -1022 && x < Infinity && Math.abs(y) < 2 ** 20;
  // What is out of range is no matter of last digits.
  if (!isPlain) return x ** y;
  const logarithm = logPair(x);
  const logarithmLow = low;
  const exponent = multiply(logarithm, y);
  const exponentLow = low + logarithmLow * y;
  if (!(Math.abs(exponent) < 700)) return x ** y;
  const twos = Math.floor(exponent * Math.LOG2E + 0.5);
  const rest = exponent - twos * LN2_HIGH;
  const taken = twos * LN2_LOW;
  const r = rest - taken;
  const result = evaluate(EXP, r, rest - r - taken + exponentLow);
  return (result + low) * 2 ** twos;
}

/**
 * base^n for an integer n from 0: two float64 numbers hold each power on the way, so that one
 * rounding is left.
 */
export function integerPower(base: number, n: number): number {
  let [high, rest] = [1, 0];
  let [factor, factorRest] = [base, 0];
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) [high, rest] = product(high, rest, factor, factorRest);
    if (left > 1) [factor, factorRest] = product(factor, factorRest, factor, factorRest);
  }
  return high + rest;
}

/** (a + aLow) (b + bLow) as a sum of two numbers. */
function product(a: number, aLow: number, b: number, bLow: number): [number, number] {
  const p = a * b;
  const rest = lostByProduct(a, b, p) + (a * bLow + aLow * b);
  const high = p + rest;
  return [high, p - high + rest];
}

/** Complex numbers as pairs (re, im) of C. */

/** The rounding error of x * x, exact (Veltkamp, Dekker 1971), for |x| below 2^511. */
@inline
function squareError(x: f64, square: f64): f64 {
  const scaled = x * 134217729.0;
  const high = scaled - (scaled - x);
  const low = x - high;
  return high * high - square + 2 * high * low + low * low;
}

/**
 * sqrt(a² + b²) of two numbers from 0 up, with 0.51 ULP: the squares and their sum keep their
 * rounding errors, which correct the root by one step of Newton's. By the rounded sum alone, 1 ULP
 * is passed, and z / |z| is then off by two.
 */
@inline
function hypotenuse(a: f64, b: f64): f64 {
  const larger = max(a, b);
  const smaller = min(a, b);
  const p = larger * larger;
  const q = smaller * smaller;
  const sum = p + q;
  const root = sqrt(sum);
  if (root == 0) return 0;
  const lost = q - (sum - p) + (squareError(larger, p) + squareError(smaller, q));
  const square = root * root;
  return root + (sum - square - squareError(root, square) + lost) / (2 * root);
}

/**
 * |z| without overflow or underflow on the way: f32 is computed in f64, f64 is scaled by a power of
 * two.
 */
@inline
function modulus<C>(re: f64, im: f64): f64 {
  const a = abs(re);
  const b = abs(im);
  // As hypot of C: an infinite part makes the modulus infinite, whatever the other part is.
  if (a == Infinity || b == Infinity) return Infinity;
  if (sizeof<C>() == 4) return sqrt(a * a + b * b);
  const largest = max(a, b);
  const scale: f64 = largest > 1e150 ? 2.409919865102884e-181 : largest < 1e-150 ? 4.149515568880993e180 : 1;
  return hypotenuse(a * scale, b * scale) / scale;
}

/** out[i] = |z[i]| */
export function complexAbs<C>(z: usize, out: usize, n: i32): void {
  for (; n > 0; n--) {
    store<C>(out, <C>modulus<C>(<f64>load<C>(z), <f64>load<C>(z, sizeof<C>())));
    z += 2 * sizeof<C>();
    out += sizeof<C>();
  }
}

/** out[i] = z[i] / |z[i]|, and 0 where z[i] = 0 */
export function complexSign<C>(z: usize, out: usize, n: i32): void {
  for (; n > 0; n--) {
    const re = <f64>load<C>(z);
    const im = <f64>load<C>(z, sizeof<C>());
    const m = modulus<C>(re, im);
    store<C>(out, m == 0 ? 0 : <C>(re / m));
    store<C>(out, m == 0 ? 0 : <C>(im / m), sizeof<C>());
    z += 2 * sizeof<C>();
    out += 2 * sizeof<C>();
  }
}

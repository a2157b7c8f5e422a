/** Complex numbers as pairs (re, im) of C. */

/** |z| without overflow or underflow on the way: f32 is computed in f64, f64 is scaled by a power of two. */
@inline
function modulus<C>(re: f64, im: f64): f64 {
  const a = abs(re);
  const b = abs(im);
  // As hypot of C: an infinite part makes the modulus infinite, whatever the other part is.
  if (a == Infinity || b == Infinity) return Infinity;
  if (sizeof<C>() == 4) return sqrt(a * a + b * b);
  const largest = max(a, b);
  const scale: f64 = largest > 1e150 ? 2.409919865102884e-181 : largest < 1e-150 ? 4.149515568880993e180 : 1;
  return sqrt(a * scale * (a * scale) + b * scale * (b * scale)) / scale;
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

/**
 * C's pow, which differs from JavaScript's where a base of ±1 meets an exponent that is not finite.
 */
export function cPow(x: number, exponent: number): number {
  if (x === 1 || (x === -1 && Math.abs(exponent) === Infinity)) return 1;
  return x ** exponent;
}

/**
 * Decimal text as Python's `format` writes it, which is what PyTorch prints with.
 *
 * JavaScript's `toFixed` and `toExponential` work on the exact binary value too, and differ in
 * three points: a tie goes away from zero where Python takes the even digit, numbers from 1e21
 * switch to an exponent, and exponents are not padded to two digits.
 */

/** `f"{value:.{decimals}f}"`, for 0 to 100 decimals. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  return sign(value) + fixedDigits(Math.abs(value), decimals);
}

/** `f"{value:.{decimals}e}"`, for 0 to 100 decimals. */
export function scientific(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const size = Math.abs(value);
  const [mantissa, exponent] = size.toExponential(decimals).split("e");
  const places = decimals - Number(exponent);
  const digits = isTie(size, places) ? evenLastDigit(mantissa) : mantissa;
  return `${sign(value)}${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

function fixedDigits(size: number, decimals: number): string {
  if (size >= 1e21) {
    const whole = BigInt(size).toString();
    return decimals > 0 ? `${whole}.${"0".repeat(decimals)}` : whole;
  }
  const digits = size.toFixed(decimals);
  return isTie(size, decimals) ? evenLastDigit(digits) : digits;
}

/**
 * Whether `size` lies exactly half-way between two numbers of `places` decimals (negative:
 * multiples of 10^-places).
 *
 * A half-way point is (2n + 1) / (2 · 10^places); it is a binary fraction only if 5^places divides
 * 2n + 1, so exactly when size · 2^(places + 1) is an odd integer. Scaling by a power of two is
 * exact.
 */
function isTie(size: number, places: number): boolean {
  if (places >= 0) return (size * 2 ** (places + 1)) % 2 === 1;
  if (!Number.isInteger(size)) return false;
  const half = 5n * 10n ** BigInt(-places - 1);
  return BigInt(size) % (2n * half) === half;
}

/**
 * Turns the upper neighbour of a tie into the even one: an odd last digit is at least 1, so nothing
 * is borrowed.
 */
function evenLastDigit(upper: string): string {
  const last = Number(upper.at(-1));
  return last % 2 === 0 ? upper : upper.slice(0, -1) + String(last - 1);
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

function sign(value: number): string {
  return value < 0 || Object.is(value, -0) ? "-" : "";
}

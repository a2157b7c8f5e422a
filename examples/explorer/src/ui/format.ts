/** Numbers as text. */

/**
 * With true minus signs; `digits` significant ones, powers of ten where a plain number would be
 * long.
 */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const plain = size === 0 || (size >= 1e-4 && size < 1e6);
  const text = plain
    ? String(Number(value.toPrecision(digits)))
    : value.toExponential(digits - 1).replace(/\.?0+e/, "e");
  return withMinus(text.replace("e+", "e"));
}

/** Every digit that tells this float64 from its neighbours. */
export function formatExactly(value: number): string {
  return Number.isFinite(value) ? withMinus(String(value).replace("e+", "e")) : formatNumber(value);
}

function withMinus(text: string): string {
  return text.replaceAll("-", "−");
}

/** 1,024 → "1 Ki": the sizes of the race are powers of two. */
export function formatSize(elements: number): string {
  if (elements >= 2 ** 20) return `${elements / 2 ** 20} Mi`;
  return elements >= 1024 ? `${elements / 1024} Ki` : String(elements);
}

/** Seconds with a unit. */
export function formatTime(seconds: number): string {
  if (seconds >= 1) return `${formatNumber(seconds, 3)} s`;
  return seconds >= 1e-3 ? `${formatNumber(seconds * 1e3, 3)} ms` : `${formatNumber(seconds * 1e6, 3)} µs`;
}

/** "1 thread", "2 threads". */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

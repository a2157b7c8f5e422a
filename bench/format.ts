/** Numbers and tables as text. */
import Table from "cli-table3";

/** First quartile, median, third quartile. */
export function quartiles(values: readonly number[]): [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return [at(0.25), at(0.5), at(0.75)];
}

export function median(values: readonly number[]): number {
  return quartiles(values)[1];
}

/** The median, and the quartiles in brackets. */
export function spread(values: readonly number[]): string {
  const [first, middle, third] = quartiles(values).map(digits);
  return `${middle} (${first}–${third})`;
}

/** Two significant digits below 10, never in scientific notation. */
export function digits(value: number): string {
  if (value >= 10) return value.toFixed(0);
  return value >= 1 ? value.toFixed(1) : value.toPrecision(2);
}

/** An error relative to the exact value. */
export function formatError(error: number): string {
  return error === 0 ? "0" : error.toExponential(0).replace("-", "−");
}

export function formatSize(n: number): string {
  const digits = (units: number): number => Number(units.toPrecision(4));
  if (n >= 2 ** 20) return `${digits(n / 2 ** 20)} Mi`;
  return n >= 2 ** 10 ? `${digits(n / 2 ** 10)} Ki` : String(n);
}

/** A Markdown table; all columns but the first `names` hold numbers. */
export function table(head: readonly string[], names: number, rows: readonly (readonly string[])[]): string {
  const none = ["top", "bottom", "mid", "left-mid", "mid-mid", "right-mid"].concat(
    ["top", "bottom"].flatMap((side) => ["mid", "left", "right"].map((end) => `${side}-${end}`)),
  );
  const chars = { ...Object.fromEntries(none.map((name) => [name, ""])), left: "|", middle: "|", right: "|" };
  const aligns = head.map((_, i) => (i < names ? "left" : "right"));
  const lines = new Table({ head: [...head], colAligns: aligns, chars, style: { head: [], border: [] } });
  lines.push(
    aligns.map((align) => (align === "left" ? ":---" : "---:")),
    ...rows.map((row) => [...row]),
  );
  return lines.toString();
}

/** Numbers as a person reads them. */

/** Seven digits: as many as float32 data have. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(7)));
}

/** A whole number in groups of three digits. To load what `toLocaleString` needs takes 5 ms. */
export function counted(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

const PREFIXES = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
] as const;

/** 1234567 bytes as "1.23 MB". */
export function withUnit(value: number, unit: string): string {
  const [factor, prefix] = PREFIXES.find(([least]) => value >= least) ?? [1, ""];
  return `${Number((value / factor).toPrecision(3))} ${prefix}${unit}`;
}

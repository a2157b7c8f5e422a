const prefixes = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
] as const;

/** 1234567 as "1.23 M", and 1.2e-6 with unit s as "1.20 µs". */
export function withUnit(value: number, unit = ""): string {
  const [factor, prefix] = prefixes.find(([least]) => value >= least) ?? [1, ""];
  const three = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };
  return `${(value / factor).toLocaleString("en", three)} ${prefix}${unit}`;
}
